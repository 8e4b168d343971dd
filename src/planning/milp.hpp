#pragma once
// A mixed-integer program: maximise value' x with x in {0, 1} or [0, upper], rows <= limit.

#include <vector>

#include "thermoleak/planning/plan.hpp"

namespace thermoleak::planning {

struct Entry {
  int row = 0;
  double coefficient = 0;
};
struct Column {
  double value = 0;
  bool integer = true;  ///< 0 or 1; else 0 .. upper
  double upper = 1;
  std::vector<Entry> entries;
};
struct Milp {
  std::vector<Column> columns;
  std::vector<double> row_low, row_high;
  int AddRow(double low, double high) {
    row_low.push_back(low);
    row_high.push_back(high);
    return static_cast<int>(row_low.size()) - 1;
  }
};

struct MilpLimits {
  int exact_columns = 0, max_nodes = 0;
  double gap = 0, time_limit_s = 0;
};
struct MilpSolution {
  std::vector<double> x;
  double value = 0, bound = 0;
  int nodes = 0;
  bool proven = false, time_limit = false;
  std::vector<double> relaxed;  ///< the relaxation's x; empty for small models
  std::vector<double> price;    ///< a row's: what one unit more of its limit is worth
};

/// x = 0 must be feasible. One thread, limits by count: deterministic unless time_limit is set.
MilpSolution Solve(const Milp& problem, const MilpLimits& limits);

}  // namespace thermoleak::planning
