#include "thermoleak/radiometry/summary.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "thermoleak/core/statistics.hpp"

namespace thermoleak {
namespace {

constexpr std::array kQuantiles = {0.005, 0.05, 0.5, 0.95, 0.995};

void SetQuantiles(const std::array<double, kQuantiles.size()>& values,
                  TemperatureSummary& summary) {
  summary.p005_c = values[0];
  summary.p05_c = values[1];
  summary.median_c = values[2];
  summary.p95_c = values[3];
  summary.p995_c = values[4];
}

void FindHottest(const cv::Mat& stored, auto value, TemperatureSummary& summary) {
  using Value = decltype(value);
  for (int row = 0; row < stored.rows; ++row) {
    const auto* in = stored.ptr<Value>(row);
    const auto* found = std::find(in, in + stored.cols, value);
    if (found == in + stored.cols) continue;
    summary.hottest_row = row;
    summary.hottest_column = static_cast<int>(found - in);
    return;
  }
}

/// A count's share instead of a pixel's: some hundred evaluations for a third of a million pixels.
std::optional<TemperatureSummary> SummariseCounts(const cv::Mat& counts,
                                                  const CountHistogram& histogram,
                                                  const Calibration& calibration) {
  const auto celsius_of = CelsiusOf(calibration);
  struct Level {
    double celsius;
    std::size_t pixels;
    int count;
  };
  std::vector<Level> levels;
  TemperatureSummary summary;
  double sum = 0;
  std::size_t n = 0;
  for (int count = histogram.min(); count <= histogram.max(); ++count) {
    const std::size_t pixels = histogram.PixelsAt(count);
    if (pixels == 0) continue;
    // As the temperature image has it: float.
    const double celsius = static_cast<float>(celsius_of(count));
    if (!std::isfinite(celsius)) {
      summary.undefined += pixels;
      continue;
    }
    levels.push_back({celsius, pixels, count});
    sum += celsius * static_cast<double>(pixels);
    n += pixels;
  }
  if (levels.empty()) return std::nullopt;
  std::stable_sort(levels.begin(), levels.end(),
                   [](const Level& a, const Level& b) { return a.celsius < b.celsius; });
  summary.mean_c = sum / static_cast<double>(n);
  summary.min_c = levels.front().celsius;
  summary.max_c = levels.back().celsius;
  std::array<double, kQuantiles.size()> values{};
  auto level = levels.begin();
  std::size_t below = 0;
  for (std::size_t i = 0; i < kQuantiles.size(); ++i) {
    const auto rank = static_cast<std::size_t>(kQuantiles[i] * static_cast<double>(n - 1) + 0.5);
    while (below + level->pixels <= rank) below += (level++)->pixels;
    values[i] = level->celsius;
  }
  SetQuantiles(values, summary);
  FindHottest(counts, static_cast<std::uint16_t>(levels.back().count), summary);
  return summary;
}

std::optional<TemperatureSummary> SummariseCelsius(const cv::Mat& celsius) {
  TemperatureSummary summary;
  std::vector<float> values;
  values.reserve(celsius.total());
  double sum = 0;
  float hottest = -std::numeric_limits<float>::infinity();
  for (int row = 0; row < celsius.rows; ++row) {
    const auto* in = celsius.ptr<float>(row);
    for (int column = 0; column < celsius.cols; ++column) {
      if (!std::isfinite(in[column])) continue;
      values.push_back(in[column]);
      sum += static_cast<double>(in[column]);
      hottest = std::max(hottest, in[column]);
    }
  }
  summary.undefined = celsius.total() - values.size();
  if (values.empty()) return std::nullopt;
  summary.mean_c = sum / static_cast<double>(values.size());
  summary.max_c = hottest;
  summary.min_c = *std::min_element(values.begin(), values.end());
  std::array<double, kQuantiles.size()> quantiles{};
  for (std::size_t i = 0; i < kQuantiles.size(); ++i) {
    quantiles[i] = QuantileInPlace(values, kQuantiles[i]);
  }
  SetQuantiles(quantiles, summary);
  FindHottest(celsius, hottest, summary);
  return summary;
}

}  // namespace

CountHistogram::CountHistogram(const cv::Mat& counts) : total_(counts.total()) {
  CV_Assert(counts.type() == CV_16UC1 && !counts.empty());
  std::uint16_t first = 65535;
  std::uint16_t last = 0;
  for (int row = 0; row < counts.rows; ++row) {
    const auto* in = counts.ptr<std::uint16_t>(row);
    for (int column = 0; column < counts.cols; ++column) {
      first = std::min(first, in[column]);
      last = std::max(last, in[column]);
    }
  }
  first_ = first;
  // Two tables: neighbours often have the same count, and an increment must wait for the one
  // before.
  const std::size_t span = static_cast<std::size_t>(last) - first + 1;
  pixels_.assign(span, 0);
  std::vector<std::uint32_t> odd(span, 0);
  for (int row = 0; row < counts.rows; ++row) {
    const auto* in = counts.ptr<std::uint16_t>(row);
    int column = 0;
    for (; column + 1 < counts.cols; column += 2) {
      ++pixels_[static_cast<std::size_t>(in[column] - first)];
      ++odd[static_cast<std::size_t>(in[column + 1] - first)];
    }
    if (column < counts.cols) ++pixels_[static_cast<std::size_t>(in[column] - first)];
  }
  for (std::size_t i = 0; i < span; ++i) pixels_[i] += odd[i];
}

std::size_t CountHistogram::PixelsAt(int count) const {
  if (count < min() || count > max()) return 0;
  return pixels_[static_cast<std::size_t>(count - first_)];
}

int CountHistogram::CountOfRank(std::size_t rank) const {
  std::size_t below = 0;
  for (std::size_t i = 0; i < pixels_.size(); ++i) {
    below += pixels_[i];
    if (below > rank) return first_ + static_cast<int>(i);
  }
  return max();
}

std::optional<TemperatureSummary> Summarise(const cv::Mat& stored, const Calibration& calibration,
                                            const CountHistogram* counts) {
  if (stored.empty()) return std::nullopt;
  if (stored.type() != CV_16UC1) return SummariseCelsius(ToCelsius(stored, calibration));
  if (counts != nullptr) return SummariseCounts(stored, *counts, calibration);
  return SummariseCounts(stored, CountHistogram(stored), calibration);
}

}  // namespace thermoleak
