#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "report/svg_plot.hpp"

namespace thermoleak {
namespace {

// Drawing units; the page scales the whole picture.
constexpr double kWidth = 480;
constexpr double kHeight = 176;
constexpr double kLeft = 34;
constexpr double kRight = 12;
constexpr double kTop = 18;
constexpr double kBottom = 34;

// Distances span three decades: before, metres; after, centimetres.
constexpr int kBinsPerDecade = 6;
constexpr int kDecades = 4;
constexpr double kLeastM = 0.01;
constexpr int kBins = kBinsPerDecade * kDecades;
using Shares = std::array<double, kBins>;

/// Percent of all in each bin; what lies beyond the ends counts in the last ones.
Shares SharesOf(std::span<const double> distances) {
  Shares shares{};
  for (const double d : distances) {
    const double bin = kBinsPerDecade * std::log10(std::max(d, kLeastM) / kLeastM);
    shares[static_cast<std::size_t>(std::clamp(static_cast<int>(bin), 0, kBins - 1))] +=
        100.0 / static_cast<double>(distances.size());
  }
  return shares;
}

double X(int bin) { return kLeft + (kWidth - kLeft - kRight) * bin / kBins; }
double Y(double share, double most) {
  return kHeight - kBottom - share / most * (kHeight - kTop - kBottom);
}

std::string Steps(const Shares& shares, double most) {
  std::string d = fmt::format("M{:.1f} {:.1f}", X(0), Y(0, most));
  for (int i = 0; i < kBins; ++i) {
    fmt::format_to(std::back_inserter(d), "V{:.1f}H{:.1f}",
                   Y(shares[static_cast<std::size_t>(i)], most), X(i + 1));
  }
  return d + fmt::format("V{:.1f}", Y(0, most));
}

}  // namespace

std::string DistanceHistogramSvg(std::span<const double> before_m, std::span<const double> after_m,
                                 const PlotText& text, MessageId y_axis, const Words& words) {
  if (before_m.empty()) return {};
  const Shares before = SharesOf(before_m);
  const Shares after = after_m.empty() ? Shares{} : SharesOf(after_m);
  const double most = 1.08 * std::max(*std::max_element(before.begin(), before.end()),
                                      *std::max_element(after.begin(), after.end()));
  std::string out = fmt::format(
      R"(<svg class="plot histogram" viewBox="0 0 {:.0f} {:.0f}" role="img" aria-label="{}">)",
      kWidth, kHeight, words(text.title));
  const auto sink = std::back_inserter(out);
  const Ticks ticks = TicksFor(0, most, 4);
  for (int i = 0; i < ticks.count; ++i) {
    const double value = ticks.first + i * ticks.step;
    fmt::format_to(
        sink,
        R"(<path class="grid" d="M{0:.1f} {1:.1f}H{2:.1f}"/><text x="{3:.1f}" y="{4:.1f}" class="ty">{5}</text>)",
        kLeft, Y(value, most), kWidth - kRight, kLeft - 5, Y(value, most) + 3.5,
        Fixed(value, ticks.decimals));
  }
  constexpr std::array kDecadeNames = {"1 cm", "10 cm", "1 m", "10 m", "100 m"};
  for (int i = 0; i <= kDecades; ++i) {
    const double x = X(i * kBinsPerDecade);
    fmt::format_to(
        sink,
        R"(<path class="tick" d="M{0:.1f} {1:.1f}v4"/><text x="{2:.1f}" y="{3:.1f}" class="tx">{4}</text>)",
        x, kHeight - kBottom, i == kDecades ? x - 12 : x, kHeight - kBottom + 15,
        kDecadeNames[static_cast<std::size_t>(i)]);
  }
  fmt::format_to(sink, R"(<path class="before" d="{}"/>)", Steps(before, most));
  if (!after_m.empty()) fmt::format_to(sink, R"(<path class="after" d="{}"/>)", Steps(after, most));
  fmt::format_to(
      sink,
      R"(<path class="axis" d="M{0:.1f} {1:.1f}H{2:.1f}"/><text x="{3:.1f}" y="{4:.1f}" class="tx name">{5}</text><text x="4" y="11" class="name">{6}</text></svg>)",
      kLeft, kHeight - kBottom, kWidth - kRight, 0.5 * (kLeft + kWidth - kRight), kHeight - 4,
      words(text.x_axis), words(y_axis));
  return out;
}

}  // namespace thermoleak
