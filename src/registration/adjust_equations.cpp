#include "registration/adjust_equations.hpp"

#include <algorithm>
#include <cmath>

namespace thermoleak::adjust_internal {
namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

void Add(BlockMatrix& to, int row, int column, const Eigen::Ref<const Eigen::MatrixXd>& block) {
  if (row >= column) {
    to.At(row, column) += block;
  } else {
    to.At(column, row) += block.transpose();
  }
}

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

std::optional<double> AdjustEquations::Cost(const AdjustState& state) const {
  const auto at = [&](int block) { return state.blocks.data() + row(block); };
  double cost = 0;
  std::array<double, 8> residual{};
  for (const Observation& observation : observations_) {
    std::array<const double*, 3> p{};
    for (std::size_t k = 0; k < observation.blocks.size(); ++k) p[k] = at(observation.blocks[k]);
    if (!observation.residuals->Evaluate(p.data(), residual.data(), nullptr)) return std::nullopt;
    const Eigen::Map<const Eigen::VectorXd> r(residual.data(), observation.residuals->rows());
    cost += observation.loss(r.squaredNorm()).cost;
  }
  for (const Tie& tie : ties_) {
    const TieBlocks& b = tie.blocks;
    const std::array<const double*, 5> p{at(b.first), at(b.second), &state.heights[b.pair],
                                         at(b.lens_first), at(b.lens_second)};
    if (!tie.residual.Evaluate(p.data(), residual.data(), nullptr)) return std::nullopt;
    cost += tie.loss(Eigen::Map<const Vec2>(residual.data()).squaredNorm()).cost;
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
  const auto at = [&](int block) { return state.blocks.data() + row(block); };
  normal.cost = 0;
  normal.blocks.SetZero();
  normal.gradient.setZero(state.blocks.size());
  normal.heights.assign(pairs_.size(), {});
  std::array<double, 8> residual{};
  std::array<std::array<double, 64>, 5> values{};
  std::array<double*, 5> jacobians{};
  for (std::size_t k = 0; k < 5; ++k) jacobians[k] = values[k].data();
  for (const Observation& observation : observations_) {
    const std::vector<int>& blocks = observation.blocks;
    std::array<const double*, 3> p{};
    for (std::size_t k = 0; k < blocks.size(); ++k) p[k] = at(blocks[k]);
    if (!observation.residuals->Evaluate(p.data(), residual.data(), jacobians.data())) return false;
    const int rows = observation.residuals->rows();
    const Eigen::Map<const Eigen::VectorXd> r(residual.data(), rows);
    const Loss::Value robust = observation.loss(r.squaredNorm());
    normal.cost += robust.cost;
    const auto jacobian = [&](std::size_t k) {
      return Eigen::Map<const RowMajor>(values[k].data(), rows, structure().size(blocks[k]));
    };
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      normal.gradient.segment(row(blocks[i]), structure().size(blocks[i])) +=
          robust.weight * (jacobian(i).transpose() * r);
      for (std::size_t j = 0; j <= i; ++j) {
        adjust_internal::Add(normal.blocks, blocks[i], blocks[j],
                             robust.weight * (jacobian(i).transpose() * jacobian(j)));
      }
    }
  }
  using Local = Eigen::Matrix<double, kLocal, kLocal>;
  for (std::size_t begin = 0; begin < ties_.size();) {
    const TieBlocks& b = ties_[begin].blocks;
    const bool one_lens = b.lens_first == b.lens_second;
    HeightRow& height = normal.heights[static_cast<std::size_t>(b.pair)];
    Local local = Local::Zero();
    Eigen::Matrix<double, kLocal, 1> gradient = Eigen::Matrix<double, kLocal, 1>::Zero();
    Eigen::Matrix<double, 2, kLocal> j = Eigen::Matrix<double, 2, kLocal>::Zero();
    const std::array<const double*, 5> p{at(b.first), at(b.second), &state.heights[b.pair],
                                         at(b.lens_first), at(b.lens_second)};
    for (; begin < ties_.size() && ties_[begin].blocks.pair == b.pair; ++begin) {
      const Tie& tie = ties_[begin];
      if (!tie.residual.Evaluate(p.data(), residual.data(), jacobians.data())) return false;
      const Eigen::Map<const Vec2> r(residual.data());
      const Loss::Value robust = tie.loss(r.squaredNorm());
      normal.cost += robust.cost;
      using FrameRows = Eigen::Matrix<double, 2, kFrameParameters, Eigen::RowMajor>;
      using LensRows = Eigen::Matrix<double, 2, kLensParameters, Eigen::RowMajor>;
      j.leftCols<kFrameParameters>() = Eigen::Map<const FrameRows>(values[0].data());
      j.middleCols<kFrameParameters>(kFrameParameters) =
          Eigen::Map<const FrameRows>(values[1].data());
      j.middleCols<kLensParameters>(2 * kFrameParameters) =
          Eigen::Map<const LensRows>(values[3].data());
      if (!one_lens) j.rightCols<kLensParameters>() = Eigen::Map<const LensRows>(values[4].data());
      const Eigen::Map<const Vec2> by_height(values[2].data());
      local.noalias() += (robust.weight * j).transpose().lazyProduct(j);
      gradient += robust.weight * (j.transpose() * r);
      height.own += robust.weight * by_height.squaredNorm();
      height.gradient += robust.weight * by_height.dot(r);
      height.others += robust.weight * (j.transpose() * by_height);
    }
    ForLocal(b, [&](int block_i, int i) {
      const int rows = structure().size(block_i);
      normal.gradient.segment(row(block_i), rows) += gradient.segment(i, rows);
      ForLocal(b, [&](int block_k, int k) {
        if (block_k > block_i) return;
        normal.blocks.At(block_i, block_k) += local.block(i, k, rows, structure().size(block_k));
      });
    });
  }
  for (std::size_t i = 0; i < height_priors_.size(); ++i) {
    const double r = state.heights[static_cast<Eigen::Index>(i)] * height_priors_[i].per_sigma;
    const Loss::Value robust = height_priors_[i].loss(r * r);
    normal.cost += robust.cost;
    normal.heights[i].own += robust.weight * std::pow(height_priors_[i].per_sigma, 2);
    normal.heights[i].gradient += robust.weight * r * height_priors_[i].per_sigma;
  }
  return std::isfinite(normal.cost);
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
