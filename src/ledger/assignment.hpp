#pragma once

#include <vector>

namespace thermoleak::ledger {

/// One possible pair with its cost, 0 <= cost.
struct Pairing {
  int left = 0, right = 0;
  double cost = 0;
};

/// The partner of each left item, -1 for none: as many pairs as possible, and among those the
/// cheapest. Pairs that are not listed are impossible. The same list in another order gives the
/// same result. Hungarian method by shortest augmenting paths (Kuhn 1955; Jonker and Volgenant
/// 1987), over each connected group by itself: O(n^3) in the largest group.
std::vector<int> Assign(int lefts, int rights, std::vector<Pairing> pairs);

}  // namespace thermoleak::ledger
