// The factor by blocks against dense matrices.
#include "registration/block_cholesky.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <random>

namespace thermoleak::adjust_internal {
namespace {

/// Positive definite; blocks of a grid of frames that are coupled with their neighbours, some pairs
/// across, and two blocks at the end: one is coupled with half of the frames, one with all.
BlockMatrix Grid(int across, int along) {
  constexpr int kFrame = 3;
  const int frames = across * along;
  std::vector<int> sizes(static_cast<std::size_t>(frames), kFrame);
  sizes.push_back(4);
  sizes.push_back(2);
  std::vector<std::pair<int, int>> coupled;
  for (int y = 0; y < along; ++y) {
    for (int x = 0; x < across; ++x) {
      const int i = y * across + x;
      if (x + 1 < across) coupled.emplace_back(i, i + 1);
      if (y + 1 < along) coupled.emplace_back(i + across, i);
      if (i % 7 == 0) coupled.emplace_back(i, (i * 5 + 11) % frames);
      if (i % 2 == 0) coupled.emplace_back(i, frames);
      coupled.emplace_back(frames + 1, i);
    }
  }
  coupled.emplace_back(frames, frames + 1);
  std::erase_if(coupled, [](const auto& pair) { return pair.first == pair.second; });
  BlockMatrix matrix(sizes, coupled);
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  const auto noise = [&](int rows, int columns) {
    return Eigen::MatrixXd(
        Eigen::MatrixXd::NullaryExpr(rows, columns, [&] { return normal(random); }));
  };
  for (int column = 0; column < matrix.blocks(); ++column) {
    matrix.At(column, column) += Eigen::MatrixXd::Identity(sizes[static_cast<std::size_t>(column)],
                                                           sizes[static_cast<std::size_t>(column)]);
    for (const int row : matrix.rows(column)) {
      if (row == column) continue;
      // What an observation of both adds: [a b]' [a b].
      const Eigen::MatrixXd a = noise(2, matrix.size(row));
      const Eigen::MatrixXd b = noise(2, matrix.size(column));
      matrix.At(row, row) += a.transpose() * a;
      matrix.At(row, column) += a.transpose() * b;
      matrix.At(column, column) += b.transpose() * b;
    }
  }
  return matrix;
}

Eigen::MatrixXd Dense(const BlockMatrix& matrix) {
  const int n = matrix.first(matrix.blocks());
  Eigen::MatrixXd dense = Eigen::MatrixXd::Zero(n, n);
  for (int column = 0; column < matrix.blocks(); ++column) {
    for (const int row : matrix.rows(column)) {
      const auto block = matrix.At(row, column);
      dense.block(matrix.first(row), matrix.first(column), block.rows(), block.cols()) = block;
      dense.block(matrix.first(column), matrix.first(row), block.cols(), block.rows()) =
          block.transpose();
    }
  }
  return dense;
}

TEST(BlockCholesky, SolvesAndInvertsLikeTheDenseMatrix) {
  const BlockMatrix matrix = Grid(9, 8);
  const Eigen::MatrixXd dense = Dense(matrix);
  BlockCholesky factor(matrix, 2);
  for (int again = 0; again < 2; ++again) {
    ASSERT_TRUE(factor.Factorise(matrix));
    const Eigen::VectorXd right = Eigen::VectorXd::LinSpaced(dense.rows(), -1, 2);
    // Sizes and condition leave twelve digits.
    EXPECT_LT((dense * factor.Solve(right) - right).norm(), 1e-9);
    factor.Invert();
    const Eigen::MatrixXd expected = dense.inverse();
    for (int column = 0; column < matrix.blocks(); ++column) {
      for (const int row : matrix.rows(column)) {
        const Eigen::MatrixXd there = expected.block(matrix.first(row), matrix.first(column),
                                                     matrix.size(row), matrix.size(column));
        EXPECT_LT((factor.InverseBlock(row, column) - there).norm(), 1e-9);
        EXPECT_LT((factor.InverseBlock(column, row) - there.transpose()).norm(), 1e-9);
      }
    }
  }
}

TEST(BlockCholesky, UncoupledPartsAreSolvedToo) {
  BlockMatrix matrix({2, 1, 2}, {});
  matrix.At(0, 0) = Eigen::Matrix2d::Identity() * 2;
  matrix.At(1, 1)(0, 0) = 4;
  matrix.At(2, 2) = Eigen::Matrix2d::Identity() * 8;
  BlockCholesky factor(matrix, 1);
  ASSERT_TRUE(factor.Factorise(matrix));
  const Eigen::VectorXd x = factor.Solve(Eigen::VectorXd::Constant(5, 8));
  EXPECT_TRUE(x.isApprox((Eigen::VectorXd(5) << 4, 4, 2, 1, 1).finished()));
  factor.Invert();
  EXPECT_DOUBLE_EQ(factor.InverseBlock(1, 1)(0, 0), 0.25);
}

TEST(BlockCholesky, AMatrixThatIsNotPositiveDefiniteHasNone) {
  BlockMatrix matrix = Grid(3, 3);
  matrix.At(4, 4)(1, 1) = -1;
  BlockCholesky factor(matrix, 2);
  EXPECT_FALSE(factor.Factorise(matrix));
}

}  // namespace
}  // namespace thermoleak::adjust_internal
