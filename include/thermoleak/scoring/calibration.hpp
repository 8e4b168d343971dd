#pragma once
// From a model's margin to a probability that means what it says, fitted on candidates that the
// model has not seen.

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

namespace thermoleak::scoring {

/// Log-odds of a leak as a rising function of the margin: a line (Platt), or a line through knots
/// (isotonic), which goes on beyond them with a tenth of the margin's slope, so that candidates
/// stay in order.
struct Calibration {
  enum class Method { kPlatt, kIsotonic };
  Method method = Method::kPlatt;
  std::vector<double> margin;    ///< isotonic: of the knots, ascending
  std::vector<double> log_odds;  ///< isotonic: at the knots, ascending
  double slope = 1;              ///< Platt
  double offset = 0;             ///< Platt

  double LogOdds(double at_margin) const;
  double Probability(double at_margin) const;
};

constexpr int kPointsPerStep = 20;

/// Platt 1999 with his smoothed targets; the slope is never negative.
Calibration FitPlatt(std::span<const double> margins, std::span<const int> leak);
/// Pool adjacent violators; steps of fewer than `points` candidates are joined with the next. Each
/// step becomes a knot at its mean margin with the share (leaks + 1/2) / (candidates + 1).
Calibration FitIsotonic(std::span<const double> margins, std::span<const int> leak,
                        int points = kPointsPerStep);

/// Mean negative log-likelihood, nats a candidate.
double LogLoss(std::span<const double> probabilities, std::span<const int> leak);

nlohmann::ordered_json ToJson(const Calibration& calibration);
/// Throws nlohmann::json::exception or std::invalid_argument.
Calibration CalibrationFromJson(const nlohmann::ordered_json& json);

}  // namespace thermoleak::scoring
