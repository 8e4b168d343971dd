#include "thermoleak/scoring/calibration.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "scoring/synthetic_spots.hpp"

namespace thermoleak::scoring {
namespace {

struct Data {
  std::vector<double> margins;
  std::vector<int> leak;
};

/// Leaks with probability 1 / (1 + exp(-(slope m + offset))).
Data Draw(double slope, double offset, int n) {
  Dice dice(21);
  Data data;
  for (int i = 0; i < n; ++i) {
    const double m = dice(-4, 4);
    data.margins.push_back(m);
    data.leak.push_back(dice(0, 1) < 1 / (1 + std::exp(-slope * m - offset)) ? 1 : 0);
  }
  return data;
}

TEST(Calibration, PlattFindsTheLine) {
  const Data data = Draw(1.5, -0.7, 20000);
  const Calibration fit = FitPlatt(data.margins, data.leak);
  // Standard errors of a logistic fit to 20000 points are below 0.03 here.
  EXPECT_NEAR(fit.slope, 1.5, 0.1);
  EXPECT_NEAR(fit.offset, -0.7, 0.1);
}

TEST(Calibration, PlattNeverTurnsTheOrderRound) {
  const std::vector<double> margins{-2, -1, 1, 2};
  const std::vector<int> leak{1, 1, 0, 0};
  const Calibration fit = FitPlatt(margins, leak);
  EXPECT_EQ(fit.slope, 0);
  EXPECT_NEAR(fit.Probability(3), 0.5, 1e-9);
}

TEST(Calibration, IsotonicIsRisingAndItsStepsHoldEnoughPoints) {
  const Data data = Draw(1.0, -1.0, 400);
  const Calibration fit = FitIsotonic(data.margins, data.leak, 20);
  ASSERT_GE(fit.margin.size(), 2u);
  EXPECT_LE(fit.margin.size(), 20u);
  for (std::size_t i = 1; i < fit.margin.size(); ++i) {
    EXPECT_LT(fit.margin[i - 1], fit.margin[i]);
    EXPECT_LT(fit.log_odds[i - 1], fit.log_odds[i]);
  }
  double last = -1;
  for (double m = -8; m <= 8; m += 0.01) {
    const double p = fit.Probability(m);
    EXPECT_GT(p, last) << m;
    last = p;
  }
  EXPECT_NEAR(fit.Probability(1.0), 0.5, 0.15);
}

TEST(Calibration, IsotonicByHand) {
  // Two steps of two: no leak, then one of two; the third would fall and is pooled.
  const std::vector<double> margins{0, 1, 2, 3, 4, 5};
  const std::vector<int> leak{0, 0, 1, 1, 0, 1};
  const Calibration fit = FitIsotonic(margins, leak, 2);
  ASSERT_EQ(fit.margin.size(), 2u);
  EXPECT_NEAR(fit.margin[0], 0.5, 1e-12);
  EXPECT_NEAR(fit.margin[1], 3.5, 1e-12);
  EXPECT_NEAR(fit.Probability(0.5), 0.5 / 3, 1e-12);  // (0 + 1/2) / (2 + 1)
  EXPECT_NEAR(fit.Probability(3.5), 3.5 / 5, 1e-12);  // (3 + 1/2) / (4 + 1)
}

TEST(Calibration, EqualMarginsAreOneStep) {
  const std::vector<double> margins{1, 1, 1, 1};
  const std::vector<int> leak{0, 1, 0, 1};
  const Calibration fit = FitIsotonic(margins, leak, 1);
  ASSERT_EQ(fit.margin.size(), 1u);
  EXPECT_NEAR(fit.Probability(1), 0.5, 1e-12);
}

TEST(Calibration, LogLossByHand) {
  const std::vector<double> p{0.8, 0.4};
  const std::vector<int> leak{1, 0};
  EXPECT_NEAR(LogLoss(p, leak), -(std::log(0.8) + std::log(0.6)) / 2, 1e-12);
}

TEST(Calibration, ComesBackFromJson) {
  const Data data = Draw(1.0, 0.0, 200);
  for (const Calibration& fit :
       {FitPlatt(data.margins, data.leak), FitIsotonic(data.margins, data.leak)}) {
    const Calibration back = CalibrationFromJson(ToJson(fit));
    for (const double m : {-5.0, -0.3, 0.0, 1.7, 9.0})
      EXPECT_EQ(back.Probability(m), fit.Probability(m));
  }
  EXPECT_ANY_THROW(CalibrationFromJson({{"method", "magic"}}));
  EXPECT_ANY_THROW(
      CalibrationFromJson({{"method", "isotonic"}, {"margin", {1, 0}}, {"log_odds", {0, 1}}}));
}

}  // namespace
}  // namespace thermoleak::scoring
