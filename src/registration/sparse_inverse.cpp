#include "registration/sparse_inverse.hpp"

#include <Eigen/Dense>
#include <Eigen/SparseCholesky>
#include <algorithm>

namespace thermoleak::adjust_internal {
namespace {

/// Columns of the factor with one structure below them.
struct Supernode {
  int first = 0;
  int width = 0;
  std::vector<int> below;     ///< rows below the columns, ascending
  Eigen::MatrixXd own;        ///< inverse, width x width
  Eigen::MatrixXd below_own;  ///< inverse, below x width
};

using Factor = Eigen::SimplicialLDLT<Eigen::SparseMatrix<double>, Eigen::Lower>;
using Columns = Eigen::SparseMatrix<double>;

std::vector<int> RowsBelow(const Columns& l, int column) {
  std::vector<int> rows;
  for (Columns::InnerIterator it(l, column); it; ++it) {
    if (it.row() > column) rows.push_back(static_cast<int>(it.row()));
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

std::vector<Supernode> FindSupernodes(const Columns& l) {
  constexpr int kWidest = 48;
  std::vector<Supernode> nodes;
  const auto n = static_cast<int>(l.cols());
  std::vector<int> below = n > 0 ? RowsBelow(l, 0) : std::vector<int>{};
  for (int column = 0; column < n;) {
    Supernode node;
    node.first = column;
    for (;;) {
      ++node.width;
      ++column;
      if (column == n) {
        below.clear();
        break;
      }
      std::vector<int> next = RowsBelow(l, column);
      // The next column joins when it is the first row below and the rest is the same.
      const bool joins = node.width < kWidest && below.size() == next.size() + 1 &&
                         below.front() == column &&
                         std::equal(next.begin(), next.end(), below.begin() + 1);
      if (!joins) {
        node.below = std::move(below);
        below = std::move(next);
        break;
      }
      below = std::move(next);
    }
    nodes.push_back(std::move(node));
  }
  return nodes;
}

/// Z(S, S) of the rows below a node, from the nodes that own those rows.
Eigen::MatrixXd Gather(const std::vector<Supernode>& nodes, const std::vector<int>& node_of,
                       const std::vector<int>& rows, std::vector<int>& place) {
  const auto m = static_cast<int>(rows.size());
  for (int i = 0; i < m; ++i)
    place[static_cast<std::size_t>(rows[static_cast<std::size_t>(i)])] = i;
  Eigen::MatrixXd z(m, m);
  for (int i = 0; i < m; ++i) {
    const int row = rows[static_cast<std::size_t>(i)];
    const Supernode& owner =
        nodes[static_cast<std::size_t>(node_of[static_cast<std::size_t>(row)])];
    const int column = row - owner.first;
    for (int k = column; k < owner.width; ++k) {
      const int j = place[static_cast<std::size_t>(owner.first + k)];
      if (j >= 0) z(i, j) = z(j, i) = owner.own(k, column);
    }
    for (std::size_t k = 0; k < owner.below.size(); ++k) {
      const int j = place[static_cast<std::size_t>(owner.below[k])];
      if (j >= 0) z(i, j) = z(j, i) = owner.below_own(static_cast<Eigen::Index>(k), column);
    }
  }
  for (const int row : rows) place[static_cast<std::size_t>(row)] = -1;
  return z;
}

/// The entry (row, column) of the permuted inverse; both in one supernode's pattern.
double Entry(const std::vector<Supernode>& nodes, const std::vector<int>& node_of, int row,
             int column) {
  if (row < column) std::swap(row, column);
  const Supernode& node =
      nodes[static_cast<std::size_t>(node_of[static_cast<std::size_t>(column)])];
  if (row < node.first + node.width) return node.own(row - node.first, column - node.first);
  const auto it = std::lower_bound(node.below.begin(), node.below.end(), row);
  if (it == node.below.end() || *it != row) return 0;  // not coupled: see the header
  return node.below_own(it - node.below.begin(), column - node.first);
}

}  // namespace

std::optional<std::vector<Eigen::MatrixXd>> InverseBlocks(const Eigen::SparseMatrix<double>& matrix,
                                                          std::span<const DiagonalBlock> blocks) {
  const Factor factor(matrix);
  if (factor.info() != Eigen::Success || (factor.vectorD().array() <= 0).any()) return std::nullopt;
  const Columns l = factor.matrixL();
  const auto& d = factor.vectorD();
  std::vector<Supernode> nodes = FindSupernodes(l);
  std::vector<int> node_of(static_cast<std::size_t>(l.cols()));
  for (std::size_t s = 0; s < nodes.size(); ++s) {
    for (int k = 0; k < nodes[s].width; ++k)
      node_of[static_cast<std::size_t>(nodes[s].first + k)] = static_cast<int>(s);
  }
  std::vector<int> place(static_cast<std::size_t>(l.cols()), -1);
  for (std::size_t s = nodes.size(); s-- > 0;) {
    Supernode& node = nodes[s];
    const auto w = static_cast<Eigen::Index>(node.width);
    const auto m = static_cast<Eigen::Index>(node.below.size());
    Eigen::MatrixXd diagonal = Eigen::MatrixXd::Identity(w, w);
    Eigen::MatrixXd lower = Eigen::MatrixXd::Zero(m, w);
    for (Eigen::Index c = 0; c < w; ++c) {
      for (Columns::InnerIterator it(l, node.first + c); it; ++it) {
        const Eigen::Index row = it.row() - node.first;
        if (row < w) {
          diagonal(row, c) = it.value();
        } else {
          const auto at =
              std::lower_bound(node.below.begin(), node.below.end(), static_cast<int>(it.row())) -
              node.below.begin();
          lower(at, c) = it.value();
        }
      }
    }
    const Eigen::MatrixXd inverse =
        diagonal.triangularView<Eigen::UnitLower>().solve(Eigen::MatrixXd::Identity(w, w));
    const auto pivots = d.segment(node.first, w).cwiseInverse().asDiagonal();
    node.own = inverse.transpose() * pivots * inverse;
    if (m > 0) {
      const Eigen::MatrixXd y = lower * inverse;
      const Eigen::MatrixXd z = Gather(nodes, node_of, node.below, place);
      node.below_own.noalias() = -z * y;
      node.own.noalias() -= y.transpose() * node.below_own;
    }
  }
  const auto& permutation = factor.permutationP().indices();
  std::vector<Eigen::MatrixXd> out;
  for (const DiagonalBlock& block : blocks) {
    Eigen::MatrixXd values(block.size, block.size);
    for (int i = 0; i < block.size; ++i) {
      for (int j = 0; j < block.size; ++j) {
        values(i, j) =
            Entry(nodes, node_of, permutation(block.first + i), permutation(block.first + j));
      }
    }
    out.push_back(std::move(values));
  }
  return out;
}

}  // namespace thermoleak::adjust_internal
