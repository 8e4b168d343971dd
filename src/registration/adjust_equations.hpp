#pragma once
// Inside of the registration room: the adjustment's least squares, solved by its blocks.

#include <Eigen/Core>
#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "registration/adjust_model.hpp"
#include "registration/block_cholesky.hpp"
#include "thermoleak/registration/registration.hpp"

namespace thermoleak::adjust_internal {

/// Unknowns: blocks of frames, then flights, then lenses; and the pairs' heights.
struct AdjustState {
  Eigen::VectorXd blocks;
  Eigen::VectorXd heights;
};

/// Robust least squares over blocks of unknowns. A pair's height occurs in that pair's ties only,
/// so it is eliminated at once (Schur complement; Triggs et al. 2000, section 6.1); what is left is
/// coupled as the frames are, and factorised by blocks.
class AdjustEquations {
 public:
  AdjustEquations(int frames, int flights, int lenses, int pairs);

  /// Numbers of blocks; frames have their own.
  int flight(std::size_t f) const { return frames_ + static_cast<int>(f); }
  int lens(std::size_t l) const { return frames_ + flights_ + static_cast<int>(l); }

  /// Residuals of up to three blocks, in their order.
  void Add(std::unique_ptr<const Residuals> residuals, Loss loss, std::vector<int> blocks);
  struct TieBlocks {
    int first;
    int second;
    int lens_first;
    int lens_second;  ///< may be the same
    int pair;
  };
  /// Ties of one pair follow each other.
  void AddTie(const TieResidual& residual, Loss loss, const TieBlocks& blocks);
  void AddHeight(int pair, double per_sigma, Loss loss);
  /// Heights stay as they are.
  void HoldHeights() { heights_held_ = true; }

  /// Levenberg-Marquardt until a step lowers the cost by less than `tolerance` of it, or for so
  /// many steps. False when the start is not usable.
  bool Solve(AdjustState& state, double tolerance, int max_steps);

  /// Half the robust sum of squares. Nothing where the unknowns make no sense.
  std::optional<double> Cost(const AdjustState& state) const;

  struct Spread {
    std::vector<Mat6> frames;
    std::vector<double> heights;  ///< variances; empty when held
  };
  /// Covariances at `state`, rows of blocks held fixed where said (ascending). Nothing when the
  /// normal equations are singular.
  std::optional<Spread> Covariances(const AdjustState& state, const std::vector<int>& held_rows);
  /// First row of a block.
  int row(int block) const { return structure().first(block); }

 private:
  static constexpr int kLocal = 2 * kFrameParameters + 2 * kLensParameters;
  struct Observation {
    std::unique_ptr<const Residuals> residuals;
    Loss loss;
    std::vector<int> blocks;
  };
  struct Tie {
    TieResidual residual;
    Loss loss;
    TieBlocks blocks;
  };
  struct HeightPrior {
    double per_sigma = 0;
    Loss loss = Loss::Square();
  };
  /// Of a pair: its height's row of the normal equations.
  struct HeightRow {
    double own = 0;
    double gradient = 0;
    Eigen::Matrix<double, kLocal, 1> others = Eigen::Matrix<double, kLocal, 1>::Zero();
  };
  struct Normal {
    explicit Normal(const BlockMatrix& structure) : blocks(structure) {}
    double cost = 0;
    BlockMatrix blocks;
    Eigen::VectorXd gradient;
    std::vector<HeightRow> heights;
  };

  const BlockMatrix& structure() const;
  /// A tie's blocks: frame, frame, height, lens, lens.
  std::array<const double*, 5> Unknowns(const AdjustState& state, const TieBlocks& pair) const;
  bool Linearise(const AdjustState& state, Normal& normal) const;
  bool SumObservations(const AdjustState& state, Normal& normal) const;
  bool SumTies(const AdjustState& state, Normal& normal) const;
  /// Takes the heights out of the normal equations.
  void Reduce(const std::vector<HeightRow>& heights, BlockMatrix& blocks,
              Eigen::VectorXd& gradient) const;
  struct Step {
    Eigen::VectorXd blocks;
    Eigen::VectorXd heights;
    double promised = 0;  ///< by how much the linear model's cost falls; 0 when there is no step
  };
  Step StepOf(const Normal& normal, double damping);
  BlockCholesky& Factor();
  template <class Visit>
  void ForLocal(const TieBlocks& pair, const Visit& visit) const;

  int frames_;
  int flights_;
  int lenses_;
  bool heights_held_ = false;
  std::vector<Observation> observations_;
  std::vector<Tie> ties_;
  std::vector<TieBlocks> pairs_;
  std::vector<HeightPrior> height_priors_;
  mutable std::unique_ptr<BlockMatrix> structure_;
  std::unique_ptr<BlockCholesky> factor_;
};

}  // namespace thermoleak::adjust_internal
