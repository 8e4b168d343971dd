// JPEG-LS (ITU-T T.87 | ISO/IEC 14495-1): one component, one scan. Names and section numbers are
// the standard's. Every code has a bound, so the time is in proportion to the samples whatever the
// stream says; what the standard does not allow is refused.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include "ingest/jpeg_ls_bits.hpp"
#include "ingest/samples.hpp"

namespace thermoleak::ingest {
namespace {

using jpeg_ls::BitReader;
using jpeg_ls::Require;
using jpeg_ls::Violation;

struct Parameters {
  int P = 0, Y = 0, X = 0, Nf = 0, C1 = 0;            // the frame's, C.2.2
  int MAXVAL = 0, T1 = 0, T2 = 0, T3 = 0, RESET = 0;  // the preset ones, C.2.4.1
  int NEAR = 0;                                       // the scan's, C.2.3
  int RANGE = 0, qbpp = 0, LIMIT = 0;                 // A.2.1
  std::size_t data = 0;                               ///< where the scan's bits start

  /// Preset parameters of 0 become the defaults of C.2.4.1.1.
  void Complete() {
    const int highest = (1 << P) - 1;
    if (MAXVAL == 0) MAXVAL = highest;
    Require(MAXVAL <= highest, "MAXVAL exceeds the samples' bits");
    Require(NEAR <= std::min(255, MAXVAL / 2), "NEAR is out of range");
    const auto basic = [this](int value, int least, int loss) {
      if (MAXVAL < 128) return std::max(least, value / (256 / (MAXVAL + 1)) + loss * NEAR);
      return (std::min(MAXVAL, 4095) + 128) / 256 * (value - least) + least + loss * NEAR;
    };
    const auto clamp = [this](int i, int j) { return i > MAXVAL || i < j ? j : i; };
    if (T1 == 0) T1 = clamp(basic(3, 2, 3), NEAR + 1);
    if (T2 == 0) T2 = clamp(basic(7, 3, 5), T1);
    if (T3 == 0) T3 = clamp(basic(21, 4, 7), T2);
    Require(NEAR < T1 && T1 <= T2 && T2 <= T3 && T3 <= MAXVAL, "thresholds are out of order");
    if (RESET == 0) RESET = 64;
    Require(RESET >= 3 && RESET <= std::max(255, MAXVAL), "RESET is out of range");

    const auto ceil_log2 = [](int n) { return std::bit_width(static_cast<unsigned>(n) - 1); };
    RANGE = (MAXVAL + 2 * NEAR) / (2 * NEAR + 1) + 1;
    qbpp = static_cast<int>(ceil_log2(RANGE));
    const int bpp = std::max(2, static_cast<int>(ceil_log2(MAXVAL + 1)));
    LIMIT = 2 * (bpp + std::max(8, bpp));
  }
};

/// Marker segments up to the scan's (C.2), which is where the parameters are complete.
Parameters ReadHeader(ByteSpan jpeg) {
  Require(StartsWith(jpeg, "\xFF\xD8"), "no start of image");
  Parameters p;
  std::size_t at = 2;
  const auto next_byte = [&] {
    Require(at < jpeg.size(), "the header is cut");
    return std::to_integer<int>(jpeg[at++]);
  };
  for (;;) {
    Require(next_byte() == 0xFF, "no marker where one must be");
    int marker = next_byte();
    while (marker == 0xFF) marker = next_byte();  // fill bytes, T.81 B.1.1.2
    const int length = next_byte() << 8 | next_byte();
    Require(length >= 2, "a segment is shorter than its length");
    const auto part = Part(jpeg, at, static_cast<std::uint64_t>(length) - 2);
    Require(part.has_value(), "the header is cut");
    at += part->size();
    const auto u8 = [&](std::size_t i) { return std::to_integer<int>((*part)[i]); };
    const auto u16 = [&](std::size_t i) { return u8(i) << 8 | u8(i + 1); };
    if (marker == 0xF7) {  // SOF55, C.2.2
      Require(p.Nf == 0, "a second frame header");
      Require(length >= 11 && length == 8 + 3 * u8(5), "a frame header of wrong length");
      p.P = u8(0), p.Y = u16(1), p.X = u16(3), p.Nf = u8(5), p.C1 = u8(6);
    } else if (marker == 0xF8) {  // LSE, C.2.4.1
      Require(length == 13 && u8(0) == 1, "preset parameters that are no coding parameters");
      p.MAXVAL = u16(1), p.T1 = u16(3), p.T2 = u16(5), p.T3 = u16(7), p.RESET = u16(9);
    } else if (marker == 0xDA) {  // SOS, C.2.3
      Require(p.Nf > 0, "a scan before the frame header");
      p.data = at;
      if (p.Nf != 1) return p;  // the size check's to refuse
      Require(length == 8 && u8(0) == 1 && u8(1) == p.C1, "the scan is not of the one component");
      Require(u8(2) == 0, "a mapping table");
      p.NEAR = u8(3);
      // One component's lines in turn are the component; sample by sample, runs differ.
      Require(u8(4) <= 1, "samples are interleaved");
      Require(u8(5) == 0, "a point transform");
      return p;
    } else if (marker == 0xDD) {  // DRI, T.81 B.2.4.4
      const bool none = std::ranges::all_of(*part, [](std::byte b) { return b == std::byte{}; });
      Require(none, "restart intervals");
    } else {
      Require((marker >= 0xE0 && marker <= 0xEF) || marker == 0xFE, "an unknown marker");
    }
  }
}

/// Of run lengths, A.2.1.
constexpr std::array<int, 32> J{0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,  2,  3,  3,  3,  3,
                                4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13, 14, 15};

class Scan : Parameters {
 public:
  Scan(const Parameters& parameters, ByteSpan scan_data)
      : Parameters(parameters),
        bits_(scan_data),
        quantised_(2 * static_cast<std::size_t>(MAXVAL) + 1) {
    // A.8 step 1, A.3.3
    contexts_.fill({static_cast<std::uint32_t>(std::max(2, (RANGE + 32) / 64)), 0, 0, 1});
    const auto middle = quantised_.begin() + MAXVAL;
    std::int8_t Q = 0;
    for (const int T : {NEAR + 1, T1, T2, T3}) {
      ++Q;
      std::fill(middle + T, quantised_.end(), Q);
      std::fill(quantised_.begin(), middle - T + 1, static_cast<std::int8_t>(-Q));
    }
  }

  /// Both lines have one more sample before them, the one above also one after it.
  void DecodeLine(const std::uint16_t* above, std::uint16_t* line) {
    const std::int8_t* quantised = quantised_.data() + MAXVAL;
    for (int x = 0; x < X;) {
      const int Ra = line[x - 1], Rb = above[x], Rc = above[x - 1], Rd = above[x + 1];
      const int Q = 81 * quantised[Rd - Rb] + 9 * quantised[Rb - Rc] + quantised[Rc - Ra];  // A.3
      if (Q == 0) {
        x = Run(above, line, x);
      } else {
        line[x++] = Regular(Q, Ra, Rb, Rc);
      }
    }
    Require(!bits_.Exhausted(), "the data end early");
  }

  void ExpectEnd() { bits_.ExpectEnd(); }

 private:
  struct Context {
    std::uint32_t A;  // below 2^32: an error is at most RANGE / 2, N at most RESET
    int B, C, N;      // in run interruptions (365, 366) B is Nn
  };

  /// A.5.1: the least k with N << k >= A. An error's bound keeps A / N and so k within 17 bits.
  static int GolombParameter(int N, std::uint32_t A) {
    const auto n = static_cast<std::uint32_t>(N);
    const int k = std::max(0, static_cast<int>(std::bit_width(A) - std::bit_width(n)));
    return k + (n << k < A ? 1 : 0);
  }

  /// A.5.3
  int MappedError(int k, int limit) {
    assert(k <= 17);
    const int escape = limit - qbpp - 1;
    const int zeros = bits_.TakeZeros(escape);
    const int mapped = zeros < escape ? zeros << k | bits_.Take(k) : bits_.Take(qbpp) + 1;
    Require(mapped <= RANGE, "an error is out of RANGE");
    return mapped;
  }

  /// A.4.4, A.4.5 the other way round
  std::uint16_t Reconstructed(int Px, int Errval) const {
    const int step = 2 * NEAR + 1;
    int Rx = Px + Errval * step;
    if (Rx < -NEAR) {
      Rx += RANGE * step;
    } else if (Rx > MAXVAL + NEAR) {
      Rx -= RANGE * step;
    }
    return static_cast<std::uint16_t>(std::clamp(Rx, 0, MAXVAL));
  }

  std::uint16_t Regular(int Q, int Ra, int Rb, int Rc) {
    const int SIGN = Q < 0 ? -1 : 1;  // A.3.4
    Context& context = contexts_[static_cast<std::size_t>(std::abs(Q))];
    auto [A, B, C, N] = context;
    // A.4.1 (the median of three is this clamp), A.4.2
    const auto [low, high] = std::minmax(Ra, Rb);
    const int Px = std::clamp(std::clamp(Ra + Rb - Rc, low, high) + SIGN * C, 0, MAXVAL);
    // A.5
    const int k = GolombParameter(N, A);
    const int MErrval = MappedError(k, LIMIT);
    int Errval = (MErrval >> 1) ^ -(MErrval & 1);
    if (NEAR == 0 && k == 0 && 2 * B <= -N) Errval = ~Errval;
    // A.6.1
    B += Errval * (2 * NEAR + 1);
    A += static_cast<std::uint32_t>(std::abs(Errval));
    if (N == RESET) {
      A >>= 1;
      B >>= 1;
      N >>= 1;
    }
    ++N;
    // A.6.2
    if (B <= -N) {
      B = std::max(B + N, 1 - N);
      C = std::max(C - 1, -128);
    } else if (B > 0) {
      B = std::min(B - N, 0);
      C = std::min(C + 1, 127);
    }
    context = {A, B, C, N};
    return Reconstructed(Px, SIGN * Errval);
  }

  /// A.7.1: a run from x and the sample that ends it, if not the line does. The x after them.
  int Run(const std::uint16_t* above, std::uint16_t* line, int x) {
    const std::uint16_t Ra = line[x - 1];
    for (bits_.Refill(); bits_.Take(1) == 1; bits_.Refill()) {
      const int whole = 1 << J[RUNindex_];
      const int length = std::min(whole, X - x);
      std::fill_n(line + x, length, Ra);
      x += length;
      if (length == whole && RUNindex_ < 31) ++RUNindex_;
      if (x == X) return x;
    }
    const int length = bits_.Take(J[RUNindex_]);
    Require(length < X - x, "a run goes beyond the line");
    std::fill_n(line + x, length, Ra);
    x += length;
    line[x] = RunInterruption(Ra, above[x]);
    if (RUNindex_ > 0) --RUNindex_;
    return x + 1;
  }

  /// A.7.2
  std::uint16_t RunInterruption(int Ra, int Rb) {
    const int RItype = std::abs(Ra - Rb) <= NEAR ? 1 : 0;
    auto& [A, Nn, unused, N] = contexts_[RItype == 1 ? 366 : 365];
    const std::uint32_t TEMP = RItype == 1 ? A + static_cast<std::uint32_t>(N >> 1) : A;
    const int k = GolombParameter(N, TEMP);
    const int EMErrval = MappedError(k, LIMIT - J[RUNindex_] - 1);
    // EMErrval = 2 |Errval| - RItype - map; map tells the likelier sign from the other.
    const int map = (EMErrval + RItype) & 1;
    const int magnitude = (EMErrval + RItype + map) >> 1;
    const bool negative = magnitude > 0 && (k != 0 || 2 * Nn >= N) == (map == 1);
    if (negative) ++Nn;
    A += static_cast<std::uint32_t>((EMErrval + 1 - RItype) >> 1);
    if (N == RESET) {
      A >>= 1;
      N >>= 1;
      Nn >>= 1;
    }
    ++N;
    const int Errval = negative ? -magnitude : magnitude;
    if (RItype == 1) return Reconstructed(Ra, Errval);
    return Reconstructed(Rb, Ra > Rb ? -Errval : Errval);
  }

  BitReader bits_;
  std::vector<std::int8_t> quantised_;  ///< A.3.3, from -MAXVAL on
  std::array<Context, 367> contexts_;
  std::size_t RUNindex_ = 0;
};

}  // namespace

DecodedCounts CountsFromJpegLs(ByteSpan jpeg, int width, int height) {
  DecodedCounts result;
  try {
    Parameters parameters = ReadHeader(jpeg);
    // 2 .. 8 bits would be another kind of picture.
    if (parameters.X != width || parameters.Y != height || parameters.P <= 8 || parameters.P > 16 ||
        parameters.Nf != 1) {
      result.problem =
          fmt::format("JPEG-LS {} x {} x {} bit, {} component(s) != {} x {} x 16 bit", parameters.X,
                      parameters.Y, parameters.P, parameters.Nf, width, height);
      return result;
    }
    parameters.Complete();
    // Run mode packs a line of one value into some bits; no real picture comes near this.
    const std::size_t row = sizeof(std::uint16_t) * static_cast<std::size_t>(width);
    if (row * static_cast<std::size_t>(height) / 4096 > jpeg.size()) {
      result.problem = fmt::format("JPEG-LS {} x {} in {} B", width, height, jpeg.size());
      return result;
    }
    Scan scan(parameters, jpeg.subspan(parameters.data));
    cv::Mat counts(height, width, CV_16UC1);
    // Before the first line are zeros; a line starts with Ra = Rb and ends with Rd = Rb. Rc is then
    // what stood before the line above.
    const std::size_t padded = static_cast<std::size_t>(width) + 2;
    std::vector<std::uint16_t> lines(2 * padded);
    std::uint16_t* above = lines.data() + 1;
    std::uint16_t* line = above + padded;
    for (int y = 0; y < height; ++y) {
      line[-1] = above[0];
      above[width] = above[width - 1];
      scan.DecodeLine(above, line);
      std::memcpy(counts.ptr(y), line, row);
      std::swap(above, line);
    }
    scan.ExpectEnd();
    result.loss_counts = parameters.NEAR;
    result.counts = std::move(counts);
  } catch (const Violation& violation) {
    result.problem = fmt::format("JPEG-LS: {}", violation.what());
  }
  return result;
}

}  // namespace thermoleak::ingest
