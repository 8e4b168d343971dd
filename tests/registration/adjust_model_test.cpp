// Derivatives of the adjustment's equations against central differences.
#include "registration/adjust_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace thermoleak::adjust_internal {
namespace {

/// Largest difference between a cost function's Jacobians and central differences, relative to the
/// Jacobian's size.
double WorstDerivative(const Residuals& cost, std::vector<std::vector<double>> parameters) {
  const auto rows = static_cast<std::size_t>(cost.rows());
  std::vector<std::vector<double>> jacobians;
  std::vector<double*> blocks;
  std::vector<double*> jacobian_blocks;
  for (auto& block : parameters) {
    blocks.push_back(block.data());
    jacobians.emplace_back(rows * block.size());
  }
  for (auto& jacobian : jacobians) jacobian_blocks.push_back(jacobian.data());
  std::vector<double> residual(rows);
  EXPECT_TRUE(cost.Evaluate(blocks.data(), residual.data(), jacobian_blocks.data()));
  double worst = 0;
  for (std::size_t b = 0; b < parameters.size(); ++b) {
    double size = 0;
    for (const double v : jacobians[b]) size = std::max(size, std::abs(v));
    for (std::size_t k = 0; k < parameters[b].size(); ++k) {
      constexpr double kStep = 1e-6;
      std::vector<double> high(rows);
      std::vector<double> low(rows);
      const double middle = parameters[b][k];
      parameters[b][k] = middle + kStep;
      cost.Evaluate(blocks.data(), high.data(), nullptr);
      parameters[b][k] = middle - kStep;
      cost.Evaluate(blocks.data(), low.data(), nullptr);
      parameters[b][k] = middle;
      for (std::size_t r = 0; r < rows; ++r) {
        const double difference = (high[r] - low[r]) / (2 * kStep);
        const double error =
            std::abs(difference - jacobians[b][r * parameters[b].size() + k]) / std::max(1.0, size);
        worst = std::max(worst, error);
      }
    }
  }
  return worst;
}

Side ViewOf(const Vec3& position, double yaw_deg, const Vec2& pixel) {
  Lens lens{640, 512, 760, {320, 256}};
  lens.k1 = -0.1;
  return {position, RotationFromAngles(yaw_deg, -86, 1.5), lens, pixel};
}

TEST(AdjustModel, DerivativesOfATie) {
  const TieWeight weight{Vec2(0.6, 0.8), 1.3, 2.0};
  const std::vector<double> a{0.3, -0.2, 0.5, 0.02, -0.03, 0.05};
  const std::vector<double> b{-0.4, 0.1, -0.3, -0.01, 0.02, -0.04};
  const std::vector<double> lens{0.02, 0.05, 0.03, 0.004, -0.003};
  const Side first = ViewOf({0, 0, 45}, 30, {100, 70});
  const Side second = ViewOf({5, 7, 46}, 32, {230, 400});
  EXPECT_LT(WorstDerivative(TieResidual(first, second, 2, weight, true), {a, b, {0.7}, lens}),
            1e-6);
  EXPECT_LT(WorstDerivative(TieResidual(first, second, 2, weight, false),
                            {a, b, {0.7}, lens, {-0.01, 0, 0.02, 0, 0.001}}),
            1e-6);
}

TEST(AdjustModel, DerivativesOfPriors) {
  const std::vector<double> frame{0.3, -0.2, 0.5, 0.02, -0.03, 0.05};
  const std::vector<double> flight{1, 2, -3, 0.01, 0.02, 0.03, 0.2};
  const std::vector<double> lens{0.02, 0.05, 0.03, 0.004, -0.003};
  EXPECT_LT(WorstDerivative(PositionPrior({3, -1}, 2), {frame, flight}), 1e-6);
  EXPECT_LT(WorstDerivative(HeightPrior(40, 2, 0.7), {frame, flight}), 1e-6);
  EXPECT_LT(WorstDerivative(AnglePrior({80, 90, 100}, 0.4), {frame, flight, lens}), 1e-6);
}

TEST(AdjustModel, ARayThatDoesNotGoDownIsRefused) {
  Side side = ViewOf({0, 0, 45}, 30, {100, 70});
  side.map_from_camera = RotationFromAngles(30, 10, 0);
  const std::vector<double> zero(6);
  EXPECT_FALSE(GroundPoint(side, 0, zero.data(), zero.data(), nullptr, nullptr));
}

}  // namespace
}  // namespace thermoleak::adjust_internal
