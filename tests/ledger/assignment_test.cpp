#include "ledger/assignment.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>

namespace thermoleak::ledger {
namespace {

TEST(Assignment, TakesAnExpensivePairRatherThanNone) {
  // 0 wants 0; but then 1 gets nothing.
  EXPECT_EQ(Assign(2, 2, {{0, 0, 0.1}, {0, 1, 5.0}, {1, 0, 0.2}}), (std::vector<int>{1, 0}));
  EXPECT_EQ(Assign(2, 1, {{0, 0, 2.0}, {1, 0, 1.0}}), (std::vector<int>{-1, 0}));
  EXPECT_EQ(Assign(3, 3, {}), (std::vector<int>{-1, -1, -1}));
}

/// (pairs, -cost) of the best choice, by trying all.
std::pair<int, double> BestOfAll(int lefts, int rights, const std::vector<Pairing>& pairs) {
  std::pair<int, double> best{0, 0};
  std::vector<bool> taken(static_cast<std::size_t>(rights), false);
  const std::function<void(int, int, double)> go = [&](int left, int count, double cost) {
    if (left == lefts) {
      best = std::max(best, {count, -cost});
      return;
    }
    go(left + 1, count, cost);
    for (const Pairing& p : pairs) {
      const auto right = static_cast<std::size_t>(p.right);
      if (p.left != left || taken[right]) continue;
      taken[right] = true;
      go(left + 1, count + 1, cost + p.cost);
      taken[right] = false;
    }
  };
  go(0, 0, 0);
  return best;
}

TEST(Assignment, EqualsTheBestOfAllChoicesInAnyOrder) {
  std::mt19937 random(3);
  for (int round = 0; round < 500; ++round) {
    const int lefts = 1 + static_cast<int>(random() % 5),
              rights = 1 + static_cast<int>(random() % 5);
    std::vector<Pairing> pairs;
    for (int i = 0; i < lefts; ++i) {
      for (int j = 0; j < rights; ++j) {
        if (random() % 2 == 0) pairs.push_back({i, j, static_cast<double>(random() % 1000) / 100});
      }
    }
    const std::vector<int> partner = Assign(lefts, rights, pairs);
    std::pair<int, double> got{0, 0};
    for (int i = 0; i < lefts; ++i) {
      const int j = partner[static_cast<std::size_t>(i)];
      if (j < 0) continue;
      const auto pair = std::find_if(pairs.begin(), pairs.end(),
                                     [&](const Pairing& p) { return p.left == i && p.right == j; });
      ASSERT_NE(pair, pairs.end());
      ++got.first;
      got.second -= pair->cost;
    }
    const auto best = BestOfAll(lefts, rights, pairs);
    EXPECT_EQ(got.first, best.first);
    EXPECT_NEAR(got.second, best.second, 1e-9);
    std::shuffle(pairs.begin(), pairs.end(), random);
    EXPECT_EQ(Assign(lefts, rights, pairs), partner);
  }
}

}  // namespace
}  // namespace thermoleak::ledger
