#pragma once
// Robust statistics on small samples. NaNs are ignored; an empty sample gives NaN.

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

namespace thermoleak {

/// The `p`-quantile (0 .. 1) by nearest rank; reorders `values`.
template <class T>
T QuantileInPlace(std::vector<T>& values, double p) {
  std::erase_if(values, [](T v) { return !(v == v); });
  if (values.empty()) return std::numeric_limits<T>::quiet_NaN();
  const auto rank = static_cast<std::size_t>(p * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(rank),
                   values.end());
  return values[rank];
}

template <class T>
T QuantileOf(std::span<const T> values, double p) {
  std::vector<T> copy(values.begin(), values.end());
  return QuantileInPlace(copy, p);
}

template <class T>
T MedianOf(std::span<const T> values) {
  return QuantileOf(values, 0.5);
}
template <class T>
T MedianOf(std::span<T> values) {
  return QuantileOf(std::span<const T>(values), 0.5);
}

/// Standard deviation of a Gaussian with the sample's median absolute deviation (factor 1.4826).
template <class T>
T RobustSigma(std::span<const T> values) {
  const T median = MedianOf(values);
  std::vector<T> deviations;
  deviations.reserve(values.size());
  for (const T v : values) {
    if (v == v) deviations.push_back(std::abs(v - median));
  }
  return static_cast<T>(1.4826) * QuantileInPlace(deviations, 0.5);
}

}  // namespace thermoleak
