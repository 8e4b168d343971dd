// The solver by blocks against dense least squares.
#include "registration/adjust_equations.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <random>

namespace thermoleak::adjust_internal {
namespace {

constexpr int kFrames = 4;
constexpr int kPairs = 3;
constexpr int kBlocks = kFrames * kFrameParameters + kFlightParameters + kLensParameters;

Side SideOf(int frame, const Vec2& pixel) {
  Mat3 down;
  down << 1, 0, 0, 0, -1, 0, 0, 0, -1;
  Lens lens;
  lens.width = 640;
  lens.height = 512;
  lens.focal_px = 760;
  lens.principal = {320, 256};
  return {{12.0 * frame, 3.0 * (frame % 2), 50}, down, lens, pixel};
}

/// Frames in a row, each tied to the next by five points of level ground, some pixels off.
AdjustEquations Row(Loss loss, double off_px) {
  AdjustEquations equations(kFrames, 1, 1, kPairs);
  equations.Add(std::make_unique<ZeroPrior<kFlightParameters>>(
                    std::array{0.3, 0.3, 0.2, 30.0, 30.0, 20.0, 2.0}),
                Loss::Square(), {equations.flight(0)});
  equations.Add(
      std::make_unique<ZeroPrior<kLensParameters>>(std::array{50.0, 10.0, 10.0, 200.0, 200.0}),
      Loss::Square(), {equations.lens(0)});
  for (int i = 0; i < kFrames; ++i) {
    equations.Add(std::make_unique<PositionPrior>(Vec2(4, 0.5), 1.0), Loss::Huber(2.5),
                  {i, equations.flight(0)});
    equations.Add(std::make_unique<HeightPrior>(50, 2.0, 0.5), loss, {i, equations.flight(0)});
    equations.Add(std::make_unique<AnglePrior>(std::array{80.0, 80.0, 100.0}, 0.5), Loss::Square(),
                  {i, equations.flight(0), equations.lens(0)});
  }
  std::mt19937 random(5);
  std::normal_distribution<double> off(0, off_px);
  for (int pair = 0; pair < kPairs; ++pair) {
    for (int k = 0; k < 5; ++k) {
      const Vec2 ground(12.0 * pair + 3 * k, 5.0 * (k % 3) - 5);
      const auto pixel = [&](int frame) {
        const Vec3 from = SideOf(frame, Vec2(0, 0)).position;
        return Vec2(320 + 760 * (ground.x() - from.x()) / 50 + off(random),
                    256 - 760 * (ground.y() - from.y()) / 50 + off(random));
      };
      equations.AddTie(TieResidual(SideOf(pair, pixel(pair)), SideOf(pair + 1, pixel(pair + 1)), 0,
                                   {{1, 0}, 1.5, 2.0}, true),
                       loss, {pair, pair + 1, equations.lens(0), equations.lens(0), pair});
    }
    equations.AddHeight(pair, 2.0, loss);
  }
  return equations;
}

AdjustState Zero() { return {Eigen::VectorXd::Zero(kBlocks), Eigen::VectorXd::Zero(kPairs)}; }

TEST(AdjustEquations, TheSolutionIsALowestPoint) {
  for (const Loss& loss : {Loss::Square(), Loss::Cauchy(2)}) {
    AdjustEquations equations = Row(loss, 3);
    AdjustState state = Zero();
    ASSERT_TRUE(equations.Solve(state, 1e-14, 200));
    const double lowest = *equations.Cost(state);
    EXPECT_LT(lowest, 0.9 * *equations.Cost(Zero()));
    for (Eigen::Index i = 0; i < kBlocks + kPairs; ++i) {
      for (const double step : {-1e-4, 1e-4}) {
        AdjustState beside = state;
        (i < kBlocks ? beside.blocks[i] : beside.heights[i - kBlocks]) += step;
        // The slope at the end is as small as the tolerance says.
        EXPECT_GT(*equations.Cost(beside), lowest - 1e-8) << i;
      }
    }
  }
}

TEST(AdjustEquations, HeldHeightsStay) {
  AdjustEquations equations = Row(Loss::Square(), 3);
  equations.HoldHeights();
  AdjustState state = Zero();
  state.heights.setConstant(0.5);
  ASSERT_TRUE(equations.Solve(state, 1e-6, 30));
  EXPECT_EQ(state.heights, Eigen::VectorXd::Constant(kPairs, 0.5));
}

TEST(AdjustEquations, CovariancesAreThoseOfTheCurvature) {
  // With small residuals the normal equations are the second derivatives of the cost.
  AdjustEquations equations = Row(Loss::Square(), 0.01);
  AdjustState state = Zero();
  ASSERT_TRUE(equations.Solve(state, 1e-14, 200));
  const auto cost_at = [&](Eigen::Index i, double a, Eigen::Index k, double b) {
    AdjustState beside = state;
    (i < kBlocks ? beside.blocks[i] : beside.heights[i - kBlocks]) += a;
    (k < kBlocks ? beside.blocks[k] : beside.heights[k - kBlocks]) += b;
    return *equations.Cost(beside);
  };
  constexpr int kAll = kBlocks + kPairs;
  constexpr double kStep = 1e-4;
  Eigen::MatrixXd curvature(kAll, kAll);
  for (Eigen::Index i = 0; i < kAll; ++i) {
    for (Eigen::Index k = 0; k < kAll; ++k) {
      curvature(i, k) = (cost_at(i, kStep, k, kStep) - cost_at(i, kStep, k, -kStep) -
                         cost_at(i, -kStep, k, kStep) + cost_at(i, -kStep, k, -kStep)) /
                        (4 * kStep * kStep);
    }
  }
  const int held = equations.row(equations.flight(0));
  Eigen::MatrixXd firm = curvature;
  firm(held, held) += 1e12;
  const Eigen::MatrixXd expected = firm.inverse();
  const auto spread = equations.Covariances(state, {held});
  ASSERT_TRUE(spread);
  // Residuals of a hundredth of a pixel add less than that to the curvature.
  for (int i = 0; i < kFrames; ++i) {
    const Eigen::VectorXd sigmas = spread->frames[static_cast<std::size_t>(i)].diagonal();
    for (Eigen::Index k = 0; k < kFrameParameters; ++k) {
      const Eigen::Index at = i * kFrameParameters + k;
      EXPECT_NEAR(sigmas[k] / expected(at, at), 1, 0.01) << i << " " << k;
    }
  }
  ASSERT_EQ(spread->heights.size(), std::size_t{kPairs});
  for (Eigen::Index i = 0; i < kPairs; ++i) {
    EXPECT_NEAR(spread->heights[static_cast<std::size_t>(i)] / expected(kBlocks + i, kBlocks + i),
                1, 0.01);
  }
}

}  // namespace
}  // namespace thermoleak::adjust_internal
