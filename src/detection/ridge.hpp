#pragma once
// Inside of the detection room: what a warm ridge says about where a pipe lies.

#include <algorithm>
#include <cmath>

#include "thermoleak/network/network.hpp"

namespace thermoleak::detection {

/// How many sigmas of the ground a pipe's ridge stands above it, mean of an exponential prior.
inline constexpr double kUsualHeight = 2;
/// Log odds against a foreign warm line (sewer, cable, kerb) of any height in the searched width: a
/// ridge that stands out more than this makes its place no likelier.
inline constexpr double kForeignLine = 5;
/// The same against one that runs beside a whole trench.
inline constexpr double kForeignTrench = 7;
/// Share of pipe that shows no trace (cold return, deep, under a roof or a car).
inline constexpr double kNotWarm = 0.4;

/// Log likelihood ratio of a response of `z` sigmas: a ridge of unknown height a against none,
/// integral of exp(a z - a^2 / 2) over the prior of a.
inline double LogRidgeRatio(double z) {
  constexpr double kRoot2Pi = 2.5066282746310002;
  const double x = z - 1 / kUsualHeight;
  if (x < -6) return -std::log(kUsualHeight * -x);  // the integral's tail; the product underflows
  return 0.5 * x * x + std::log(0.5 * std::erfc(-x / std::sqrt(2.0)) * kRoot2Pi / kUsualHeight);
}

/// Limits a ridge's height and keeps its shape: `crest` is the largest ratio within the trace's
/// width.
inline double LimitCrest(double log_ratio, double crest, double limit = kForeignLine) {
  return log_ratio - std::max(0.0, crest - limit);
}

/// The same when the pipe may also be without a trace.
inline double SeenOrNot(double log_ratio) {
  return std::log(kNotWarm + (1 - kNotWarm) * std::exp(log_ratio));
}

/// Pipes in one trench or on one support have the same map error and make one ridge: the trench is
/// named by its lowest pipe and the chainage on that.
struct Trench {
  int pipe = -1;
  double chainage_m = 0;
  int pipes = 1;
};
Trench TrenchAt(const PipeNetwork& network, int pipe, double chainage_m);

}  // namespace thermoleak::detection
