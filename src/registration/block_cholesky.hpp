#pragma once
// Inside of the registration room: large sparse symmetric systems made of small dense blocks.

#include <Eigen/Core>
#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace thermoleak::adjust_internal {

/// A symmetric matrix of square blocks on the diagonal and those blocks beside it that are coupled.
class BlockMatrix {
 public:
  /// `coupled` are pairs of different blocks, in any order, any number of times.
  BlockMatrix(std::vector<int> sizes, std::vector<std::pair<int, int>> coupled);

  using Map = Eigen::Map<Eigen::MatrixXd>;
  using ConstMap = Eigen::Map<const Eigen::MatrixXd>;
  /// The block in `row` and `column`, row >= column; coupled.
  Map At(int row, int column);
  ConstMap At(int row, int column) const;
  void SetZero() { std::fill(values_.begin(), values_.end(), 0.0); }

  int blocks() const { return static_cast<int>(sizes_.size()); }
  int size(int block) const { return sizes_[static_cast<std::size_t>(block)]; }
  /// First row of a block; of `blocks()`, the number of rows.
  int first(int block) const { return firsts_[static_cast<std::size_t>(block)]; }
  /// Rows of blocks in a block's column, ascending, its own first.
  std::span<const int> rows(int block) const;

 private:
  std::size_t Offset(int row, int column) const;

  std::vector<int> sizes_;
  std::vector<int> firsts_;
  std::vector<std::size_t> columns_;  ///< where each block's column begins in rows_
  std::vector<int> rows_;
  std::vector<std::size_t> offsets_;  ///< in values_, parallel to rows_
  std::vector<double> values_;
};

/// Sparse Cholesky factor of block matrices with one structure: multifrontal (Duff, Reid 1983; Liu
/// 1992), so that nearly all work is done by products of dense matrices. Blocks are eliminated by
/// approximate minimum degree, the last `border` blocks, which are coupled with most others, at the
/// end. Deterministic, one thread.
class BlockCholesky {
 public:
  BlockCholesky(const BlockMatrix& structure, int border);

  /// False when the matrix is not positive definite.
  bool Factorise(const BlockMatrix& matrix);
  Eigen::VectorXd Solve(const Eigen::VectorXd& right) const;

  /// Computes the inverse where the factor is not zero, without forming the rest: Takahashi's
  /// equations (Takahashi, Fagan, Chen 1973; Erisman, Tinney 1975), at about the factorisation's
  /// cost.
  void Invert();
  /// Block of the inverse, after Invert(); row and column are equal or coupled in the matrix.
  Eigen::MatrixXd InverseBlock(int row, int column) const;

 private:
  /// Columns of the factor with one structure below them.
  struct Front {
    std::vector<int> own;    ///< blocks, in the order of elimination
    std::vector<int> below;  ///< the same, of the rows below
    int width = 0;           ///< rows of own
    int height = 0;          ///< rows of below
    int parent = -1;
    Eigen::MatrixXd diagonal;  ///< of the factor, lower triangle
    Eigen::MatrixXd lower;
    Eigen::MatrixXd rest;  ///< what is passed to the parent; only while factorising or inverting
    Eigen::MatrixXd inverse_own;
    Eigen::MatrixXd inverse_below;
  };

  /// Rows of a front's blocks in it, into place_.
  void Place(const Front& front);

  std::vector<int> sizes_;
  std::vector<int> firsts_;
  std::vector<int> position_;  ///< of a block in the order of elimination
  std::vector<int> front_of_;  ///< block
  std::vector<Front> fronts_;  ///< children before parents
  std::vector<std::vector<int>> children_;
  std::vector<int> place_;
};

}  // namespace thermoleak::adjust_internal
