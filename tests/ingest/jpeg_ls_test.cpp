// Our JPEG-LS decoder against CharLS, sample by sample, and against streams that break the rules.

#include <charls/charls.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "ingest/samples.hpp"

namespace thermoleak::ingest {
namespace {

using charls::jpegls_pc_parameters;
using testing::HasSubstr;
using namespace std::string_literals;

ByteSpan BytesOf(const std::string& text) { return std::as_bytes(std::span(text)); }

std::string Encoded(const cv::Mat& counts, int bits, int near,
                    const jpegls_pc_parameters& preset = {}) {
  charls::jpegls_encoder encoder;
  encoder
      .frame_info({static_cast<std::uint32_t>(counts.cols), static_cast<std::uint32_t>(counts.rows),
                   bits, 1})
      .near_lossless(near)
      .preset_coding_parameters(preset);
  // Noise can need more than its samples do.
  std::string bytes(1000 + 4 * counts.total(), '\0');
  encoder.destination(bytes.data(), bytes.size());
  bytes.resize(encoder.encode(counts.data, 2 * counts.total()));
  return bytes;
}

cv::Mat Witnessed(ByteSpan jpeg, int width, int height) {
  charls::jpegls_decoder decoder(jpeg.data(), jpeg.size(), false);
  decoder.read_header();
  cv::Mat counts(height, width, CV_16UC1);
  decoder.decode(counts.data, 2 * counts.total());
  return counts;
}

bool Same(const cv::Mat& one, const cv::Mat& other) {
  return one.size() == other.size() && one.type() == other.type() &&
         cv::norm(one, other, cv::NORM_INF) == 0;
}

enum Kind { kNoise, kFaintNoise, kGradient, kConstant, kSteps, kThermal, kKinds };

cv::Mat Picture(Kind kind, int width, int height, int highest, std::mt19937& random) {
  cv::Mat counts(height, width, CV_16UC1);
  const int level = static_cast<int>(random() % (static_cast<unsigned>(highest) + 1));
  const auto upto = [&random](int most) {
    return static_cast<int>(random() % (static_cast<unsigned>(most) + 1));
  };
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      int value = level;
      switch (kind) {
        case kNoise:
          value = upto(highest);
          break;
        case kFaintNoise:
          value = level + upto(3) * (upto(8) == 0 ? 1 : 0);
          break;
        case kGradient:
          value = (3 * x + 7 * y) * highest / 600;
          break;
        case kSteps:
          value = ((x / 9 + y / 4) % 3) * highest / 2;
          break;
        case kThermal:  // ground, a warm pipe across it, a hot spot, sensor noise
          value = static_cast<int>(highest * (0.3 + 0.1 * std::sin(0.05 * x) +
                                              0.05 * std::exp(-0.1 * std::pow(x - y - 5, 2)) +
                                              0.5 * (x == 20 && y == 3))) +
                  upto(highest / 500 + 1);
          break;
        default:
          break;
      }
      counts.at<std::uint16_t>(y, x) = static_cast<std::uint16_t>(std::clamp(value, 0, highest));
    }
  }
  return counts;
}

void ExpectAsWitnessed(const cv::Mat& counts, int bits, int near,
                       const jpegls_pc_parameters& preset = {}) {
  const std::string jpeg = Encoded(counts, bits, near, preset);
  const DecodedCounts decoded = CountsFromJpegLs(BytesOf(jpeg), counts.cols, counts.rows);
  ASSERT_EQ(decoded.problem, "");
  EXPECT_EQ(decoded.loss_counts, near);
  ASSERT_TRUE(Same(decoded.counts, Witnessed(BytesOf(jpeg), counts.cols, counts.rows)));
  EXPECT_LE(cv::norm(decoded.counts, counts, cv::NORM_INF), near);
}

TEST(JpegLs, EveryKindOfPictureIsAsTheWitnessHasIt) {
  std::mt19937 random(1);
  for (int width = 1; width <= 70; ++width) {
    for (int bits = 9; bits <= 16; ++bits) {
      for (int kind = 0; kind < kKinds; ++kind) {
        const int height = 1 + static_cast<int>(random() % 12);
        const cv::Mat counts =
            Picture(static_cast<Kind>(kind), width, height, (1 << bits) - 1, random);
        constexpr std::array kNear{0, 1, 2, 5, 20, 255};
        for (std::size_t i = random() % 2; i < kNear.size(); i += 2) {
          const int near = kNear[i];
          SCOPED_TRACE(
              fmt::format("kind {}, {} x {} x {} bit, NEAR {}", kind, width, height, bits, near));
          ExpectAsWitnessed(counts, bits, near);
          if (HasFatalFailure()) return;
        }
      }
    }
  }
}

TEST(JpegLs, LargerPicturesAndLongRuns) {
  std::mt19937 random(2);
  for (int kind = 0; kind < kKinds; ++kind) {
    for (const int near : {0, 3, 20}) {
      SCOPED_TRACE(fmt::format("kind {}, NEAR {}", kind, near));
      ExpectAsWitnessed(Picture(static_cast<Kind>(kind), 640, 200, 65535, random), 16, near);
      ExpectAsWitnessed(Picture(static_cast<Kind>(kind), 8192, 3, 16383, random), 14, near);
      ExpectAsWitnessed(Picture(static_cast<Kind>(kind), 1, 8192, 4095, random), 12, near);
    }
  }
  // Constant but for a few samples: run lengths of every order, interrupted.
  cv::Mat sparse(60, 8000, CV_16UC1, cv::Scalar(14000));
  for (int i = 0; i < 80; ++i) {
    sparse.at<std::uint16_t>(static_cast<int>(random() % 60), static_cast<int>(random() % 8000)) =
        static_cast<std::uint16_t>(random());
  }
  ExpectAsWitnessed(sparse, 16, 0);
  ExpectAsWitnessed(sparse, 16, 7);
}

// Where the witness is none: it computes RANGE and LIMIT as if MAXVAL had not been given, and
// counts run interruptions in a byte, which RESET may exceed.
TEST(JpegLs, PresetParameters) {
  std::mt19937 random(3);
  const auto between = [&random](int from, int to) {
    return from + static_cast<int>(random() % static_cast<unsigned>(to - from + 1));
  };
  for (int bits = 9; bits <= 16; ++bits) {
    const int highest = (1 << bits) - 1;
    for (int round = 0; round < 90; ++round) {
      const int near = round % 2 == 0 ? 0 : between(0, 255);
      jpegls_pc_parameters preset{};
      preset.maximum_sample_value = highest;
      if (round % 3 != 0) {
        preset.threshold1 = between(near + 1, std::min(highest, near + 50));
        preset.threshold2 = between(preset.threshold1, std::min(highest, preset.threshold1 + 100));
        preset.threshold3 = between(preset.threshold2, highest);
      }
      if (round % 4 != 0) preset.reset_value = between(3, round % 8 < 4 ? 20 : 255);
      if (round % 16 == 3) preset.reset_value = 3;
      SCOPED_TRACE(fmt::format("{} bit, T {} {} {}, RESET {}, NEAR {}", bits, preset.threshold1,
                               preset.threshold2, preset.threshold3, preset.reset_value, near));
      const auto kind = static_cast<Kind>(round % kKinds);
      ExpectAsWitnessed(Picture(kind, between(1, 90), between(1, 40), highest, random), bits, near,
                        preset);
      if (HasFatalFailure()) return;
    }
  }
}

TEST(JpegLs, RealVideo) {
  const auto file = std::filesystem::path(THERMOLEAK_SHARED_DATA) / "formats" /
                    "gtatters__Thermimage__SampleCSQ.csq";
  std::ifstream in(file, std::ios::binary);
  if (!in) GTEST_SKIP() << "real data are absent: " << file;
  const std::string video{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const std::string_view start = "\xFF\xD8\xFF\xF7";
  int frames = 0;
  for (std::size_t at = video.find(start); at != std::string::npos;) {
    const std::size_t next = video.find(start, at + 1);
    const std::string jpeg = video.substr(at, next - at);
    const DecodedCounts decoded = CountsFromJpegLs(BytesOf(jpeg), 1024, 768);
    ASSERT_EQ(decoded.problem, "");
    EXPECT_GT(decoded.loss_counts, 0);
    EXPECT_TRUE(Same(decoded.counts, Witnessed(BytesOf(jpeg), 1024, 768))) << "frame " << frames;
    ++frames;
    at = next;
  }
  EXPECT_EQ(frames, 8);
}

constexpr int kWidth = 13;
constexpr int kHeight = 9;

/// A small stream with preset parameters, LSE after the frame header.
std::string Small(int near = 0) {
  std::mt19937 random(4);
  jpegls_pc_parameters preset{};
  preset.maximum_sample_value = 65535;
  preset.threshold1 = 33;
  preset.threshold2 = 92;
  preset.threshold3 = 310;
  preset.reset_value = 63;
  return Encoded(Picture(kThermal, kWidth, kHeight, 65535, random), 16, near, preset);
}

std::size_t Find(const std::string& jpeg, std::string_view marker) {
  const std::size_t at = jpeg.find(marker);
  EXPECT_NE(at, std::string::npos);
  return at;
}

DecodedCounts DecodedSmall(const std::string& jpeg) {
  return CountsFromJpegLs(BytesOf(jpeg), kWidth, kHeight);
}

void ExpectPictureOrReason(const DecodedCounts& decoded) {
  ASSERT_EQ(decoded.counts.empty(), !decoded.problem.empty());
  if (decoded.counts.empty()) return;
  EXPECT_EQ(decoded.counts.size(), cv::Size(kWidth, kHeight));
  EXPECT_EQ(decoded.counts.type(), CV_16UC1);
}

TEST(JpegLs, OfACutStreamNothing) {
  for (const int near : {0, 5}) {
    const std::string jpeg = Small(near);
    ASSERT_EQ(DecodedSmall(jpeg).problem, "");
    for (std::size_t length = 0; length < jpeg.size(); ++length) {
      const DecodedCounts decoded = DecodedSmall(jpeg.substr(0, length));
      EXPECT_TRUE(decoded.counts.empty()) << length;
      EXPECT_THAT(decoded.problem, HasSubstr("JPEG-LS")) << length;
    }
  }
}

TEST(JpegLs, ChangedBitsAndBytes) {
  std::mt19937 random(5);
  for (const int near : {0, 5}) {
    const std::string jpeg = Small(near);
    for (std::size_t bit = 0; bit < 8 * jpeg.size(); ++bit) {
      std::string changed = jpeg;
      changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
      ExpectPictureOrReason(DecodedSmall(changed));
    }
    for (int round = 0; round < 5000; ++round) {
      std::string changed = jpeg;
      for (int i = 0; i < 6; ++i) {
        changed[random() % changed.size()] = static_cast<char>(random() % 2 == 0 ? random() : 0xFF);
      }
      ExpectPictureOrReason(DecodedSmall(changed));
    }
  }
}

TEST(JpegLs, TheStreamThatNeverEndsForTheWitness) {
  std::string jpeg =
      "\xFF\xD8\xFF\xF7\x00\x0B\x10\x00\x09\x00\x0D\x01\x01\x11\x00\xFF\xF8\x00\x0D\x01\xFF\xFF"
      "\x00\x21\x00\x5C\x01\x36\x00\x40\xFF\xDA\x00\x08\x01\x01\x00\x05\x00\x00\x00\x00\x0F\x18"
      "\x58\xB1\xE5\x96\x59\xD6\xB3\xAC\x23\xA2\x23\x94\xB5\x2C\xB1\x2D\x4A\x53\x52\x93\x4B\x00"
      "\xFF"s;
  jpeg += std::string(45, '\x3E') + '\xD9';
  EXPECT_EQ(DecodedSmall(jpeg).problem, "JPEG-LS: the data end early");
}

TEST(JpegLs, WhatDoesNoHarmInTheHeader) {
  const std::string jpeg = Small();
  const cv::Mat expected = DecodedSmall(jpeg).counts;
  std::string lines = jpeg;  // one component's lines in turn
  lines[Find(jpeg, "\xFF\xDA") + 8] = 1;
  EXPECT_TRUE(Same(DecodedSmall(lines).counts, expected));
  for (const std::string& segment :
       {"\xFF\xFE\x00\x04hi"s, "\xFF\xE8\x00\x02"s, "\xFF\xFF"s, "\xFF\xDD\x00\x04\x00\x00"s}) {
    std::string more = jpeg;
    more.insert(2, segment);
    EXPECT_TRUE(Same(DecodedSmall(more).counts, expected)) << testing::PrintToString(segment);
  }
  // The end: fill bytes before the marker, and what a container puts after it.
  std::string end = jpeg;
  end.insert(end.size() - 2, "\xFF\xFF");
  EXPECT_TRUE(Same(DecodedSmall(end + "more").counts, expected));
}

TEST(JpegLs, WhatTheStandardDoesNotAllow) {
  const std::string jpeg = Small();
  const std::size_t sof = Find(jpeg, "\xFF\xF7");
  const std::size_t lse = Find(jpeg, "\xFF\xF8");
  const std::size_t sos = Find(jpeg, "\xFF\xDA");
  const auto with = [&jpeg](std::size_t at, const std::string& bytes) {
    std::string changed = jpeg;
    changed.replace(at, bytes.size(), bytes);
    return changed;
  };
  const auto inserted = [&jpeg](std::size_t at, const std::string& bytes) {
    std::string changed = jpeg;
    changed.insert(at, bytes);
    return changed;
  };
  const std::vector<std::pair<std::string, std::string>> refused = {
      {with(0, "\xFF\xD9"), "no start of image"},
      {with(sof, "\x00"s), "no marker"},
      {with(sof + 2, "\x00\x01"s), "shorter than its length"},
      {with(sof + 2, "\x00\x0E"s), "wrong length"},
      {with(sof + 4, "\x08"), "13 x 9 x 8 bit"},
      {with(sof + 4, "\x11"), "13 x 9 x 17 bit"},
      {with(sof + 4, "\xFF"), "13 x 9 x 255 bit"},
      {with(sof + 5, "\x00\x0A"s), "13 x 10"},
      {with(sof + 7, "\x00\x0E"s), "14 x 9"},
      {inserted(sos, jpeg.substr(sof, 13)), "second frame header"},
      {with(lse + 4, "\x02"), "no coding parameters"},
      {with(sof + 4, "\x0F"), "MAXVAL"},
      {with(lse + 7, "\x00\x00\x00\x00"s), ""},  // defaults: another picture, if any
      {with(lse + 7, "\x00\x5D"s), "thresholds"},
      {with(lse + 9, "\x02\x00"s), "thresholds"},
      {with(lse + 5, "\x01\x2C"), "thresholds"},
      {with(lse + 13, "\x00\x02"s), "RESET"},
      {with(lse + 5, "\x01\x2C\x00\x00\x00\x00\x00\x00\x01\x2D"s), "RESET"},
      {with(lse + 5, "\x00\x64\x00\x00\x00\x00\x00\x00\x00\x00"s), ""},
      {with(sos + 4, "\x02"), "not of the one component"},
      {with(sos + 5, "\x02"), "not of the one component"},
      {with(sos + 6, "\x01"), "mapping table"},
      {with(sos + 7, "\xFF"), "thresholds"},
      {with(sos + 8, "\x02"), "interleaved"},
      {with(sos + 8, "\x07"), "interleaved"},
      {with(sos + 9, "\x01"), "point transform"},
      {inserted(sos, "\xFF\xC4\x00\x02"s), "unknown marker"},
      {inserted(sos, "\xFF\xD9\x00\x02"s), "unknown marker"},
      {inserted(sos, "\xFF\xDD\x00\x04\x00\x09"s), "restart intervals"},
      {with(jpeg.size() - 1, "\xD8"), "no end of image"},
      {with(jpeg.size() - 2, "\x01\x01"), "after the last sample"},
      {inserted(jpeg.size() - 2, "\x00"s), "after the last sample"},
      {inserted(sos + 40, "\xFF\xD0"), "the data end early"},
  };
  for (const auto& [bytes, reason] : refused) {
    const DecodedCounts decoded = DecodedSmall(bytes);
    ExpectPictureOrReason(decoded);
    EXPECT_THAT(decoded.problem, HasSubstr(reason));
  }
  EXPECT_THAT(CountsFromJpegLs({}, kWidth, kHeight).problem, HasSubstr("no start"));
}

/// A stream of 9 bits whose scan is `data`.
std::string WithData(int width, int highest, const std::string& data) {
  const auto u16 = [](int value) {
    return std::string{static_cast<char>(value >> 8), static_cast<char>(value & 0xFF)};
  };
  return "\xFF\xD8\xFF\xF7\x00\x0B\x09\x00\x01"s + u16(width) + "\x01\x01\x11\x00"s +
         "\xFF\xF8\x00\x0D\x01"s + u16(highest) + std::string(8, '\0') +
         "\xFF\xDA\x00\x08\x01\x01\x00\x00\x00\x00"s + data + "\xFF\xD9"s;
}

TEST(JpegLs, CodesOutOfBounds) {
  const auto problem = [](int width, int highest, const std::string& data) {
    return CountsFromJpegLs(BytesOf(WithData(width, highest, data)), width, 1).problem;
  };
  // Four runs of one, then one of two: 1111 1.
  EXPECT_EQ(problem(6, 511, "\xF8"), "");
  EXPECT_EQ(problem(5, 511, "\xF8"), "");
  // Four runs of one, then an interrupted one of one, but nothing is left to interrupt it: 1111 01.
  EXPECT_THAT(problem(5, 511, "\xF4"), HasSubstr("a run goes beyond the line"));
  // No run; 25 zeros and a one are the escape for 9 bits more; what they say is one less.
  EXPECT_EQ(problem(1, 511, "\x00\x00\x00\x3F\xF0"s), "");
  EXPECT_THAT(problem(1, 300, "\x00\x00\x00\x3F\xF0"s), HasSubstr("out of RANGE"));
  EXPECT_THAT(problem(1, 511, "\x00\x00\x00\x1F\xF8\x00\x00\x00\x00\x00\x00"s),
              HasSubstr("longer than LIMIT"));
  EXPECT_THAT(problem(1, 511, std::string(40, '\0')), HasSubstr("longer than LIMIT"));
  EXPECT_THAT(problem(1, 511, "\x00\x00\x00"s), HasSubstr("the data end early"));
  EXPECT_THAT(problem(1, 511, ""), HasSubstr("the data end early"));
  EXPECT_THAT(problem(8192, 511, std::string(8, '\x7F')), HasSubstr("JPEG-LS: "));
}

TEST(JpegLs, LyingSizesCostNoMemory) {
  std::string jpeg = Small();
  jpeg.replace(Find(jpeg, "\xFF\xF7") + 5, 4, "\x20\x00\x20\x00"s);
  EXPECT_THAT(CountsFromJpegLs(BytesOf(jpeg), 8192, 8192).problem, HasSubstr("8192 x 8192 in "));
}

}  // namespace
}  // namespace thermoleak::ingest
