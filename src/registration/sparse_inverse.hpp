#pragma once
// Inside of the registration room: chosen entries of the inverse of a large sparse matrix.

#include <Eigen/Core>
#include <Eigen/SparseCore>
#include <optional>
#include <span>
#include <vector>

namespace thermoleak::adjust_internal {

/// A square block on the diagonal.
struct DiagonalBlock {
  int first = 0;
  int size = 0;
};

/// The given diagonal blocks of the inverse of a symmetric positive definite matrix (its lower
/// triangle is read), without forming the inverse: Takahashi's equations over the supernodes of the
/// sparse Cholesky factor (Takahashi, Fagan, Chen 1973; Erisman, Tinney 1975), so that the cost is
/// of the order of the factorisation. Rows of one block must be coupled with each other in the
/// matrix. Nothing when the matrix is not positive definite. Deterministic.
std::optional<std::vector<Eigen::MatrixXd>> InverseBlocks(const Eigen::SparseMatrix<double>& matrix,
                                                          std::span<const DiagonalBlock> blocks);

}  // namespace thermoleak::adjust_internal
