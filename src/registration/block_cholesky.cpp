#include "registration/block_cholesky.hpp"

#include <Eigen/Cholesky>
#include <Eigen/OrderingMethods>
#include <Eigen/SparseCore>
#include <algorithm>
#include <numeric>

namespace thermoleak::adjust_internal {
namespace {

std::size_t Index(int i) { return static_cast<std::size_t>(i); }

/// Order of elimination by approximate minimum degree; the last `border` blocks stay last.
std::vector<int> EliminationOrder(const BlockMatrix& matrix, int border) {
  const int inner = matrix.blocks() - border;
  std::vector<Eigen::Triplet<double>> entries;
  for (int column = 0; column < inner; ++column) {
    for (const int row : matrix.rows(column)) {
      if (row >= inner) continue;
      entries.emplace_back(row, column, 1.0);
      if (row != column) entries.emplace_back(column, row, 1.0);
    }
  }
  std::vector<int> order(Index(matrix.blocks()));
  std::iota(order.begin(), order.end(), 0);
  if (inner == 0) return order;
  Eigen::SparseMatrix<double> graph(inner, inner);
  graph.setFromTriplets(entries.begin(), entries.end());
  Eigen::AMDOrdering<int>::PermutationType permutation;
  Eigen::AMDOrdering<int>()(graph, permutation);
  std::copy_n(permutation.indices().data(), inner, order.begin());
  return order;
}

/// Positions below the diagonal of each column of the factor, ascending.
std::vector<std::vector<int>> Structure(const BlockMatrix& matrix, const std::vector<int>& order) {
  std::vector<int> position(order.size());
  for (std::size_t k = 0; k < order.size(); ++k) position[Index(order[k])] = static_cast<int>(k);
  std::vector<std::vector<int>> below(order.size());
  for (int column = 0; column < matrix.blocks(); ++column) {
    for (const int row : matrix.rows(column)) {
      const auto [first, second] = std::minmax(position[Index(row)], position[Index(column)]);
      if (first != second) below[Index(first)].push_back(second);
    }
  }
  for (std::vector<int>& rows : below) {  // children come before their parents
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    if (rows.size() < 2) continue;
    std::vector<int>& parent = below[Index(rows.front())];
    parent.insert(parent.end(), rows.begin() + 1, rows.end());
  }
  return below;
}

/// The order with which every column follows its children at once.
std::vector<int> Postordered(const std::vector<int>& order,
                             const std::vector<std::vector<int>>& below) {
  std::vector<std::vector<int>> children(order.size());
  std::vector<int> stack;
  for (std::size_t k = order.size(); k-- > 0;) {
    if (below[k].empty()) {
      stack.push_back(static_cast<int>(k));
    } else {
      children[Index(below[k].front())].push_back(static_cast<int>(k));
    }
  }
  std::vector<int> reversed;
  std::reverse(stack.begin(), stack.end());  // the last root is visited first, and stays last
  while (!stack.empty()) {
    const int k = stack.back();
    stack.pop_back();
    reversed.push_back(order[Index(k)]);
    const auto& own = children[Index(k)];
    stack.insert(stack.end(), own.begin(), own.end());  // the last, widest child goes right before
  }
  std::reverse(reversed.begin(), reversed.end());
  return reversed;
}

}  // namespace

BlockMatrix::BlockMatrix(std::vector<int> sizes, std::vector<std::pair<int, int>> coupled)
    : sizes_(std::move(sizes)) {
  for (auto& [row, column] : coupled) {
    if (row < column) std::swap(row, column);
    std::swap(row, column);  // sorted by column, then row
  }
  for (int i = 0; i < blocks(); ++i) coupled.emplace_back(i, i);
  std::sort(coupled.begin(), coupled.end());
  coupled.erase(std::unique(coupled.begin(), coupled.end()), coupled.end());
  firsts_.assign(1, 0);
  for (const int size : sizes_) firsts_.push_back(firsts_.back() + size);
  std::size_t end = 0;
  for (const auto& [column, row] : coupled) {
    while (columns_.size() <= Index(column)) columns_.push_back(rows_.size());
    rows_.push_back(row);
    offsets_.push_back(end);
    end += Index(size(row) * size(column));
  }
  columns_.push_back(rows_.size());
  values_.assign(end, 0.0);
}

std::span<const int> BlockMatrix::rows(int block) const {
  return std::span(rows_).subspan(columns_[Index(block)],
                                  columns_[Index(block) + 1] - columns_[Index(block)]);
}

std::size_t BlockMatrix::Offset(int row, int column) const {
  const std::span<const int> own = rows(column);
  const auto it = std::lower_bound(own.begin(), own.end(), row);
  return offsets_[columns_[Index(column)] + static_cast<std::size_t>(it - own.begin())];
}

BlockMatrix::Map BlockMatrix::At(int row, int column) {
  return {values_.data() + Offset(row, column), size(row), size(column)};
}

BlockMatrix::ConstMap BlockMatrix::At(int row, int column) const {
  return {values_.data() + Offset(row, column), size(row), size(column)};
}

BlockCholesky::BlockCholesky(const BlockMatrix& structure, int border) {
  const int blocks = structure.blocks();
  for (int i = 0; i < blocks; ++i) {
    sizes_.push_back(structure.size(i));
    firsts_.push_back(structure.first(i));
  }
  std::vector<int> order = EliminationOrder(structure, border);
  order = Postordered(order, Structure(structure, order));
  const std::vector<std::vector<int>> below = Structure(structure, order);
  position_.resize(order.size());
  for (std::size_t k = 0; k < order.size(); ++k) position_[Index(order[k])] = static_cast<int>(k);
  const auto rows_below = [&](std::size_t k) {
    int rows = 0;
    for (const int p : below[k]) rows += sizes_[Index(order[Index(p)])];
    return rows;
  };
  front_of_.resize(order.size());
  for (std::size_t k = 0; k < order.size();) {
    // The next column joins its only use when few zeros come with it: dense products pay for them.
    constexpr double kZeros = 0.2;
    Front front;
    double zeros = 0;
    for (;; ++k) {
      const int size = sizes_[Index(order[k])];
      front.own.push_back(order[k]);
      front.width += size;
      front.height = rows_below(k);
      front_of_[Index(order[k])] = static_cast<int>(fronts_.size());
      if (k + 1 == order.size() || below[k].empty() || below[k].front() != static_cast<int>(k) + 1)
        break;
      const int next = sizes_[Index(order[k + 1])];
      const int after = rows_below(k + 1);
      const double more = zeros + static_cast<double>(front.width) * (next + after - front.height);
      const double width = front.width + next;
      if (more > kZeros * width * (0.5 * width + after)) break;
      zeros = more;
    }
    for (const int p : below[k]) front.below.push_back(order[Index(p)]);
    ++k;
    fronts_.push_back(std::move(front));
  }
  children_.resize(fronts_.size());
  for (std::size_t s = 0; s < fronts_.size(); ++s) {
    if (fronts_[s].below.empty()) continue;
    fronts_[s].parent = front_of_[Index(fronts_[s].below.front())];
    children_[Index(fronts_[s].parent)].push_back(static_cast<int>(s));
  }
  place_.assign(order.size(), -1);
}

void BlockCholesky::Place(const Front& front) {
  int row = 0;
  for (const std::vector<int>* blocks : {&front.own, &front.below}) {
    for (const int block : *blocks) {
      place_[Index(block)] = row;
      row += sizes_[Index(block)];
    }
  }
}

bool BlockCholesky::Factorise(const BlockMatrix& matrix) {
  // Blocks of the matrix by the front that eliminates the first of their two.
  std::vector<std::vector<std::pair<int, int>>> entries(fronts_.size());
  for (int column = 0; column < matrix.blocks(); ++column) {
    for (const int row : matrix.rows(column)) {
      const int first = position_[Index(row)] < position_[Index(column)] ? row : column;
      entries[Index(front_of_[Index(first)])].emplace_back(row, column);
    }
  }
  for (std::size_t s = 0; s < fronts_.size(); ++s) {
    Front& front = fronts_[s];
    Place(front);
    const int size = front.width + front.height;
    Eigen::MatrixXd f = Eigen::MatrixXd::Zero(size, size);
    for (const auto& [row, column] : entries[s]) {
      const BlockMatrix::ConstMap block = matrix.At(row, column);
      const int r = place_[Index(row)];
      const int c = place_[Index(column)];
      if (r >= c) {
        f.block(r, c, block.rows(), block.cols()) += block;
      } else {
        f.block(c, r, block.cols(), block.rows()) += block.transpose();
      }
    }
    for (const int child : children_[s]) {
      Front& from = fronts_[Index(child)];
      int c = 0;
      for (std::size_t j = 0; j < from.below.size(); ++j) {
        const int width = sizes_[Index(from.below[j])];
        int r = c;
        for (std::size_t i = j; i < from.below.size(); ++i) {
          const int height = sizes_[Index(from.below[i])];
          f.block(place_[Index(from.below[i])], place_[Index(from.below[j])], height, width) +=
              from.rest.block(r, c, height, width);
          r += height;
        }
        c += width;
      }
      from.rest.resize(0, 0);
    }
    front.diagonal = f.topLeftCorner(front.width, front.width);
    Eigen::LLT<Eigen::Ref<Eigen::MatrixXd>> factor(front.diagonal);
    if (factor.info() != Eigen::Success || !front.diagonal.diagonal().allFinite()) return false;
    if (front.height == 0) continue;
    front.lower = f.bottomLeftCorner(front.height, front.width);
    front.diagonal.triangularView<Eigen::Lower>().transpose().solveInPlace<Eigen::OnTheRight>(
        front.lower);
    front.rest = f.bottomRightCorner(front.height, front.height);
    front.rest.selfadjointView<Eigen::Lower>().rankUpdate(front.lower, -1.0);
  }
  return true;
}

Eigen::VectorXd BlockCholesky::Solve(const Eigen::VectorXd& right) const {
  Eigen::VectorXd x = right;
  const auto gather = [&](const std::vector<int>& blocks, int rows) {
    Eigen::VectorXd part(rows);
    int row = 0;
    for (const int block : blocks) {
      const int size = sizes_[Index(block)];
      part.segment(row, size) = x.segment(firsts_[Index(block)], size);
      row += size;
    }
    return part;
  };
  const auto scatter = [&](const std::vector<int>& blocks, const Eigen::VectorXd& part) {
    int row = 0;
    for (const int block : blocks) {
      const int size = sizes_[Index(block)];
      x.segment(firsts_[Index(block)], size) = part.segment(row, size);
      row += size;
    }
  };
  for (const Front& front : fronts_) {
    Eigen::VectorXd own = gather(front.own, front.width);
    front.diagonal.triangularView<Eigen::Lower>().solveInPlace(own);
    scatter(front.own, own);
    if (front.height == 0) continue;
    Eigen::VectorXd below = gather(front.below, front.height);
    below.noalias() -= front.lower * own;
    scatter(front.below, below);
  }
  for (auto front = fronts_.rbegin(); front != fronts_.rend(); ++front) {
    Eigen::VectorXd own = gather(front->own, front->width);
    if (front->height > 0)
      own.noalias() -= front->lower.transpose() * gather(front->below, front->height);
    front->diagonal.triangularView<Eigen::Lower>().transpose().solveInPlace(own);
    scatter(front->own, own);
  }
  return x;
}

void BlockCholesky::Invert() {
  // A front's rows below are all rows of its parent: `rest` is the inverse of all a front's rows.
  std::vector<std::size_t> waiting(fronts_.size());
  for (std::size_t s = fronts_.size(); s-- > 0;) {
    Front& front = fronts_[s];
    const int w = front.width;
    const int m = front.height;
    const Eigen::MatrixXd inverse =
        front.diagonal.triangularView<Eigen::Lower>().solve(Eigen::MatrixXd::Identity(w, w));
    front.inverse_own = inverse.transpose() * inverse;
    Eigen::MatrixXd z(m, m);
    if (m > 0) {
      Front& parent = fronts_[Index(front.parent)];
      Place(parent);
      int c = 0;
      for (std::size_t j = 0; j < front.below.size(); ++j) {
        const int width = sizes_[Index(front.below[j])];
        int r = c;
        for (std::size_t i = j; i < front.below.size(); ++i) {
          const int height = sizes_[Index(front.below[i])];
          z.block(r, c, height, width) = parent.rest.block(
              place_[Index(front.below[i])], place_[Index(front.below[j])], height, width);
          r += height;
        }
        c += width;
      }
      if (--waiting[Index(front.parent)] == 0) parent.rest.resize(0, 0);
      const Eigen::MatrixXd y = front.lower * inverse;
      front.inverse_below.noalias() = -(z.selfadjointView<Eigen::Lower>() * y);
      front.inverse_own.noalias() -= y.transpose() * front.inverse_below;
    }
    waiting[s] = children_[s].size();
    if (waiting[s] == 0) continue;
    front.rest.resize(w + m, w + m);
    front.rest.topLeftCorner(w, w) = front.inverse_own;
    if (m > 0) {
      front.rest.bottomLeftCorner(m, w) = front.inverse_below;
      front.rest.bottomRightCorner(m, m) = z;
    }
  }
}

Eigen::MatrixXd BlockCholesky::InverseBlock(int row, int column) const {
  if (position_[Index(row)] < position_[Index(column)])
    return InverseBlock(column, row).transpose();
  const Front& front = fronts_[Index(front_of_[Index(column)])];
  const auto start = [&](const std::vector<int>& blocks, int block) {
    int first = 0;
    for (const int b : blocks) {
      if (b == block) break;
      first += sizes_[Index(b)];
    }
    return first;
  };
  const int c = start(front.own, column);
  const int height = sizes_[Index(row)];
  const int width = sizes_[Index(column)];
  return front_of_[Index(row)] == front_of_[Index(column)]
             ? front.inverse_own.block(start(front.own, row), c, height, width)
             : front.inverse_below.block(start(front.below, row), c, height, width);
}

}  // namespace thermoleak::adjust_internal
