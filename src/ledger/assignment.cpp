#include "ledger/assignment.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>

namespace thermoleak::ledger {
namespace {

/// Square cost matrix, row-major; the column of each row. Rows and columns from 1, as in the usual
/// form of the algorithm with potentials u, v.
std::vector<int> Hungarian(const std::vector<double>& cost, int n) {
  constexpr double kFar = std::numeric_limits<double>::infinity();
  const auto size = static_cast<std::size_t>(n) + 1;
  std::vector<double> u(size, 0), v(size, 0);
  std::vector<int> row_of(size, 0), way(size, 0);
  const auto at = [&](int i, int j) { return cost[static_cast<std::size_t>((i - 1) * n + j - 1)]; };
  const auto index = [](int k) { return static_cast<std::size_t>(k); };
  for (int i = 1; i <= n; ++i) {
    row_of[0] = i;
    int column = 0;
    std::vector<double> least(size, kFar);
    std::vector<bool> used(size, false);
    do {
      used[index(column)] = true;
      const int row = row_of[index(column)];
      double delta = kFar;
      int next = 0;
      for (int j = 1; j <= n; ++j) {
        if (used[index(j)]) continue;
        const double reduced = at(row, j) - u[index(row)] - v[index(j)];
        if (reduced < least[index(j)]) {
          least[index(j)] = reduced;
          way[index(j)] = column;
        }
        if (least[index(j)] < delta) {
          delta = least[index(j)];
          next = j;
        }
      }
      for (int j = 0; j <= n; ++j) {
        if (used[index(j)]) {
          u[index(row_of[index(j)])] += delta;
          v[index(j)] -= delta;
        } else {
          least[index(j)] -= delta;
        }
      }
      column = next;
    } while (row_of[index(column)] != 0);
    do {
      const int before = way[index(column)];
      row_of[index(column)] = row_of[index(before)];
      column = before;
    } while (column != 0);
  }
  std::vector<int> column_of(static_cast<std::size_t>(n), -1);
  for (int j = 1; j <= n; ++j) column_of[index(row_of[index(j)] - 1)] = j - 1;
  return column_of;
}

}  // namespace

std::vector<int> Assign(int lefts, int rights, std::vector<Pairing> pairs) {
  std::sort(pairs.begin(), pairs.end(), [](const Pairing& a, const Pairing& b) {
    return std::tie(a.left, a.right, a.cost) < std::tie(b.left, b.right, b.cost);
  });
  // Groups by union-find over left and right items.
  std::vector<int> parent(static_cast<std::size_t>(lefts + rights));
  std::iota(parent.begin(), parent.end(), 0);
  const auto root = [&](int k) {
    while (parent[static_cast<std::size_t>(k)] != k) k = parent[static_cast<std::size_t>(k)];
    return k;
  };
  for (const Pairing& pair : pairs) {
    const int a = root(pair.left), b = root(lefts + pair.right);
    parent[static_cast<std::size_t>(std::max(a, b))] = std::min(a, b);
  }
  std::vector<int> partner(static_cast<std::size_t>(lefts), -1);
  std::stable_sort(pairs.begin(), pairs.end(),
                   [&](const Pairing& a, const Pairing& b) { return root(a.left) < root(b.left); });
  for (std::size_t begin = 0; begin < pairs.size();) {
    std::size_t end = begin;
    while (end < pairs.size() && root(pairs[end].left) == root(pairs[begin].left)) ++end;
    std::vector<int> left_ids, right_ids;
    double most = 1;
    for (std::size_t k = begin; k < end; ++k) {
      left_ids.push_back(pairs[k].left);
      right_ids.push_back(pairs[k].right);
      most = std::max(most, pairs[k].cost);
    }
    for (std::vector<int>* ids : {&left_ids, &right_ids}) {
      std::sort(ids->begin(), ids->end());
      ids->erase(std::unique(ids->begin(), ids->end()), ids->end());
    }
    const int n = static_cast<int>(std::max(left_ids.size(), right_ids.size()));
    // No pair costs more than all real pairs together, so that one more pair always pays.
    const double none = most * (n + 1);
    std::vector<double> cost(static_cast<std::size_t>(n) * static_cast<std::size_t>(n), none);
    const auto place = [](const std::vector<int>& ids, int id) {
      return static_cast<std::size_t>(std::lower_bound(ids.begin(), ids.end(), id) - ids.begin());
    };
    for (std::size_t k = begin; k < end; ++k) {
      double& cell = cost[place(left_ids, pairs[k].left) * static_cast<std::size_t>(n) +
                          place(right_ids, pairs[k].right)];
      cell = std::min(cell, pairs[k].cost);
    }
    const std::vector<int> column_of = Hungarian(cost, n);
    for (std::size_t i = 0; i < left_ids.size(); ++i) {
      const auto j = static_cast<std::size_t>(column_of[i]);
      if (j < right_ids.size() && cost[i * static_cast<std::size_t>(n) + j] < none)
        partner[static_cast<std::size_t>(left_ids[i])] = right_ids[j];
    }
    begin = end;
  }
  return partner;
}

}  // namespace thermoleak::ledger
