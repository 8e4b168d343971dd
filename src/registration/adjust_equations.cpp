#include "registration/adjust_equations.hpp"

#include <algorithm>
#include <cmath>

namespace thermoleak::adjust_internal {
namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr std::size_t kMostBlocks = 5;  // of one residual

/// Where residuals are evaluated to.
struct Workspace {
  static constexpr std::size_t kMostRows = 8;
  std::array<double, kMostRows> residual{};
  std::array<std::array<double, kMostRows * kFlightParameters>, kMostBlocks> values{};
  std::array<double*, kMostBlocks> jacobians{};
  Workspace() {
    for (std::size_t k = 0; k < kMostBlocks; ++k) jacobians[k] = values[k].data();
  }
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;
};

}  // namespace

AdjustEquations::AdjustEquations(int frames, int flights, int lenses, int pairs)
    : frames_(frames),
      flights_(flights),
      lenses_(lenses),
      pairs_(static_cast<std::size_t>(pairs)),
      height_priors_(static_cast<std::size_t>(pairs)) {}

void AdjustEquations::Add(std::unique_ptr<const Residuals> residuals, Loss loss,
                          std::vector<int> blocks) {
  observations_.push_back({std::move(residuals), loss, std::move(blocks)});
}

void AdjustEquations::AddTie(const TieResidual& residual, Loss loss, const TieBlocks& blocks) {
  ties_.push_back({residual, loss, blocks});
  pairs_[static_cast<std::size_t>(blocks.pair)] = blocks;
}

void AdjustEquations::AddHeight(int pair, double per_sigma, Loss loss) {
  height_priors_[static_cast<std::size_t>(pair)] = {per_sigma, loss};
}

const BlockMatrix& AdjustEquations::structure() const {
  if (structure_) return *structure_;
  std::vector<int> sizes(static_cast<std::size_t>(frames_), kFrameParameters);
  sizes.insert(sizes.end(), static_cast<std::size_t>(flights_), kFlightParameters);
  sizes.insert(sizes.end(), static_cast<std::size_t>(lenses_), kLensParameters);
  std::vector<std::pair<int, int>> coupled;
  const auto couple = [&](const auto& blocks) {
    for (const int a : blocks) {
      for (const int b : blocks) {
        if (a < b) coupled.emplace_back(a, b);
      }
    }
  };
  for (const Observation& observation : observations_) couple(observation.blocks);
  for (const TieBlocks& pair : pairs_)
    couple(std::array{pair.first, pair.second, pair.lens_first, pair.lens_second});
  structure_ = std::make_unique<BlockMatrix>(std::move(sizes), std::move(coupled));
  return *structure_;
}

BlockCholesky& AdjustEquations::Factor() {
  if (!factor_) factor_ = std::make_unique<BlockCholesky>(structure(), flights_ + lenses_);
  return *factor_;
}

std::array<const double*, 5> AdjustEquations::Unknowns(const AdjustState& state,
                                                       const TieBlocks& pair) const {
  const auto at = [&](int block) { return state.blocks.data() + row(block); };
  return {at(pair.first), at(pair.second), &state.heights[pair.pair], at(pair.lens_first),
          at(pair.lens_second)};
}

std::optional<double> AdjustEquations::Cost(const AdjustState& state) const {
  double cost = 0;
  Workspace work;
  for (const Observation& observation : observations_) {
    std::array<const double*, kMostBlocks> p{};
    for (std::size_t k = 0; k < observation.blocks.size(); ++k)
      p[k] = state.blocks.data() + row(observation.blocks[k]);
    const Residuals& residuals = *observation.residuals;
    if (!residuals.Evaluate(p.data(), work.residual.data(), nullptr)) return std::nullopt;
    const Eigen::Map<const Eigen::VectorXd> r(work.residual.data(), residuals.rows());
    cost += observation.loss(r.squaredNorm()).cost;
  }
  for (const Tie& tie : ties_) {
    const auto p = Unknowns(state, tie.blocks);
    if (!tie.residual.Evaluate(p.data(), work.residual.data(), nullptr)) return std::nullopt;
    cost += tie.loss(Eigen::Map<const Vec2>(work.residual.data()).squaredNorm()).cost;
  }
  for (std::size_t i = 0; i < height_priors_.size(); ++i) {
    const double r = state.heights[static_cast<Eigen::Index>(i)] * height_priors_[i].per_sigma;
    cost += height_priors_[i].loss(r * r).cost;
  }
  return std::isfinite(cost) ? std::optional(cost) : std::nullopt;
}

/// Visits the blocks of a pair with their place in its local vector.
template <class Visit>
void AdjustEquations::ForLocal(const TieBlocks& pair, const Visit& visit) const {
  visit(pair.first, 0);
  visit(pair.second, kFrameParameters);
  visit(pair.lens_first, 2 * kFrameParameters);
  if (pair.lens_second != pair.lens_first)
    visit(pair.lens_second, 2 * kFrameParameters + kLensParameters);
}

bool AdjustEquations::Linearise(const AdjustState& state, Normal& normal) const {
  normal.cost = 0;
  normal.blocks.SetZero();
  normal.gradient.setZero(state.blocks.size());
  normal.heights.assign(pairs_.size(), {});
  if (!SumObservations(state, normal) || !SumTies(state, normal)) return false;
  for (std::size_t i = 0; i < height_priors_.size(); ++i) {
    const double r = state.heights[static_cast<Eigen::Index>(i)] * height_priors_[i].per_sigma;
    const Loss::Value robust = height_priors_[i].loss(r * r);
    normal.cost += robust.cost;
    normal.heights[i].own += robust.weight * std::pow(height_priors_[i].per_sigma, 2);
    normal.heights[i].gradient += robust.weight * r * height_priors_[i].per_sigma;
  }
  return std::isfinite(normal.cost);
}

bool AdjustEquations::SumObservations(const AdjustState& state, Normal& normal) const {
  Workspace work;
  for (const Observation& observation : observations_) {
    const std::vector<int>& blocks = observation.blocks;
    std::array<const double*, kMostBlocks> p{};
    for (std::size_t k = 0; k < blocks.size(); ++k) p[k] = state.blocks.data() + row(blocks[k]);
    const Residuals& residuals = *observation.residuals;
    if (!residuals.Evaluate(p.data(), work.residual.data(), work.jacobians.data())) return false;
    const Eigen::Map<const Eigen::VectorXd> r(work.residual.data(), residuals.rows());
    const Loss::Value robust = observation.loss(r.squaredNorm());
    normal.cost += robust.cost;
    const auto jacobian = [&](std::size_t k) {
      return Eigen::Map<const RowMajor>(work.jacobians[k], residuals.rows(),
                                        structure().size(blocks[k]));
    };
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      normal.gradient.segment(row(blocks[i]), structure().size(blocks[i])) +=
          robust.weight * (jacobian(i).transpose() * r);
      for (std::size_t j = 0; j <= i; ++j) {
        const Eigen::MatrixXd product = robust.weight * (jacobian(i).transpose() * jacobian(j));
        if (blocks[i] >= blocks[j]) {
          normal.blocks.At(blocks[i], blocks[j]) += product;
        } else {
          normal.blocks.At(blocks[j], blocks[i]) += product.transpose();
        }
      }
    }
  }
  return true;
}

bool AdjustEquations::SumTies(const AdjustState& state, Normal& normal) const {
  Workspace work;
  for (std::size_t begin = 0; begin < ties_.size();) {
    const TieBlocks& pair = ties_[begin].blocks;
    const auto p = Unknowns(state, pair);
    HeightRow& height = normal.heights[static_cast<std::size_t>(pair.pair)];
    // Of the pair's frames and lenses; a second lens' part stays zero when there is one.
    Eigen::Matrix<double, kLocal, kLocal> local = decltype(local)::Zero();
    Eigen::Matrix<double, kLocal, 1> gradient = decltype(gradient)::Zero();
    Eigen::Matrix<double, 2, kLocal> j = decltype(j)::Zero();
    for (; begin < ties_.size() && ties_[begin].blocks.pair == pair.pair; ++begin) {
      const Tie& tie = ties_[begin];
      if (!tie.residual.Evaluate(p.data(), work.residual.data(), work.jacobians.data()))
        return false;
      const Eigen::Map<const Vec2> r(work.residual.data());
      const Loss::Value robust = tie.loss(r.squaredNorm());
      normal.cost += robust.cost;
      using FrameRows = Eigen::Matrix<double, 2, kFrameParameters, Eigen::RowMajor>;
      using LensRows = Eigen::Matrix<double, 2, kLensParameters, Eigen::RowMajor>;
      j.leftCols<kFrameParameters>() = Eigen::Map<const FrameRows>(work.jacobians[0]);
      j.middleCols<kFrameParameters>(kFrameParameters) =
          Eigen::Map<const FrameRows>(work.jacobians[1]);
      j.middleCols<kLensParameters>(2 * kFrameParameters) =
          Eigen::Map<const LensRows>(work.jacobians[3]);
      if (pair.lens_second != pair.lens_first)
        j.rightCols<kLensParameters>() = Eigen::Map<const LensRows>(work.jacobians[4]);
      const Eigen::Map<const Vec2> by_height(work.jacobians[2]);
      local.noalias() += (robust.weight * j).transpose().lazyProduct(j);
      gradient += robust.weight * (j.transpose() * r);
      height.own += robust.weight * by_height.squaredNorm();
      height.gradient += robust.weight * by_height.dot(r);
      height.others += robust.weight * (j.transpose() * by_height);
    }
    ForLocal(pair, [&](int block_a, int a) {
      const int rows = structure().size(block_a);
      normal.gradient.segment(row(block_a), rows) += gradient.segment(a, rows);
      ForLocal(pair, [&](int block_b, int b) {
        if (block_b > block_a) return;
        normal.blocks.At(block_a, block_b) += local.block(a, b, rows, structure().size(block_b));
      });
    });
  }
  return true;
}

void AdjustEquations::Reduce(const std::vector<HeightRow>& heights, BlockMatrix& blocks,
                             Eigen::VectorXd& gradient) const {
  if (heights_held_) return;
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    const HeightRow& height = heights[i];
    const auto share = (height.others / height.own).eval();
    ForLocal(pairs_[i], [&](int block_a, int a) {
      const int rows = structure().size(block_a);
      gradient.segment(row(block_a), rows) -= share.segment(a, rows) * height.gradient;
      ForLocal(pairs_[i], [&](int block_b, int b) {
        if (block_b > block_a) return;
        const int columns = structure().size(block_b);
        blocks.At(block_a, block_b) -=
            share.segment(a, rows).lazyProduct(height.others.segment(b, columns).transpose());
      });
    });
  }
}

bool AdjustEquations::Solve(AdjustState& state, double tolerance, int max_steps) {
  constexpr double kFirstRadius = 1e4;
  constexpr double kSmallestRadius = 1e-8;
  constexpr double kLargestRadius = 1e16;
  constexpr double kEnoughGain = 1e-3;  // of the gain that the linear model promises
  Normal normal(structure());
  if (!Linearise(state, normal)) return false;
  double radius = kFirstRadius;
  double shrink = 2;
  for (int step = 0; step < max_steps && radius > kSmallestRadius; ++step) {
    const Step move = StepOf(normal, 1 / radius);
    AdjustState next = state;
    double gain = 0;
    if (move.promised > 0) {
      next.blocks += move.blocks;
      next.heights += move.heights;
      if (const auto cost = Cost(next)) gain = normal.cost - *cost;
    }
    if (!(gain > kEnoughGain * move.promised)) {
      radius /= shrink;
      shrink *= 2;
      continue;
    }
    state = std::move(next);
    if (gain < tolerance * normal.cost || step + 1 == max_steps) break;
    const double as_promised = 2 * gain / move.promised - 1;
    radius = std::min(kLargestRadius,
                      radius / std::max(1.0 / 3, 1 - as_promised * as_promised * as_promised));
    shrink = 2;
    if (!Linearise(state, normal)) return false;
  }
  return true;
}

AdjustEquations::Step AdjustEquations::StepOf(const Normal& normal, double damping) {
  Step step;
  BlockMatrix blocks = normal.blocks;
  Eigen::VectorXd damped(normal.gradient.size());  // the diagonal's share
  for (int i = 0; i < blocks.blocks(); ++i) {
    BlockMatrix::Map own = blocks.At(i, i);
    damped.segment(row(i), own.rows()) = damping * own.diagonal();
    own.diagonal() *= 1 + damping;
  }
  std::vector<HeightRow> heights = normal.heights;
  for (HeightRow& height : heights) height.own *= 1 + damping;
  Eigen::VectorXd gradient = normal.gradient;
  Reduce(heights, blocks, gradient);
  if (!Factor().Factorise(blocks)) return step;
  step.blocks = -Factor().Solve(gradient);
  step.promised =
      0.5 * (step.blocks.dot(damped.cwiseProduct(step.blocks)) - normal.gradient.dot(step.blocks));
  step.heights = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(pairs_.size()));
  if (heights_held_) return step;
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    double gradient_there = heights[i].gradient;
    ForLocal(pairs_[i], [&](int block, int k) {
      const int rows = structure().size(block);
      gradient_there +=
          heights[i].others.segment(k, rows).dot(step.blocks.segment(row(block), rows));
    });
    const double up = -gradient_there / heights[i].own;
    step.heights[static_cast<Eigen::Index>(i)] = up;
    step.promised += 0.5 * up * (damping * normal.heights[i].own * up - heights[i].gradient);
  }
  return step;
}

std::optional<AdjustEquations::Spread> AdjustEquations::Covariances(
    const AdjustState& state, const std::vector<int>& held_rows) {
  constexpr double kBeyondDoubt = 1e20;
  Normal normal(structure());
  if (!Linearise(state, normal)) return std::nullopt;
  BlockMatrix& reduced = normal.blocks;
  Reduce(normal.heights, reduced, normal.gradient);
  std::size_t next = 0;
  for (int i = 0; i < reduced.blocks(); ++i) {
    for (int k = 0; k < reduced.size(i); ++k) {
      if (next == held_rows.size() || held_rows[next] != row(i) + k) continue;
      reduced.At(i, i)(k, k) += kBeyondDoubt;
      ++next;
    }
  }
  if (!Factor().Factorise(reduced)) return std::nullopt;
  Factor().Invert();
  Spread spread;
  for (int i = 0; i < frames_; ++i) spread.frames.emplace_back(Factor().InverseBlock(i, i));
  if (heights_held_) return spread;
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    const HeightRow& height = normal.heights[i];
    double variance = 1 / height.own;
    const auto share = (height.others / height.own).eval();
    ForLocal(pairs_[i], [&](int block_a, int a) {
      ForLocal(pairs_[i], [&](int block_b, int b) {
        variance += share.segment(a, structure().size(block_a))
                        .dot(Factor().InverseBlock(block_a, block_b) *
                             share.segment(b, structure().size(block_b)));
      });
    });
    spread.heights.push_back(variance);
  }
  return spread;
}

}  // namespace thermoleak::adjust_internal
