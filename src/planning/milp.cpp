// By CBC. Small models go to it whole. For large ones the linear relaxation (Clp) gives the bound
// and is nearly whole already, since a week's column is whole unless a crew's week or a budget ends
// in it: what it says clearly is fixed, and CBC decides the rest.

#include "planning/milp.hpp"

#include <coin/Cbc_C_Interface.h>
#include <coin/Clp_C_Interface.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <memory>
#include <string>

namespace thermoleak::planning {
namespace {

struct Matrix {
  std::vector<CoinBigIndex> starts{0};
  std::vector<int> rows;
  std::vector<double> values, lower, upper, objective;
};

Matrix MatrixOf(const Milp& problem) {
  Matrix m;
  for (const Column& column : problem.columns) {
    for (const Entry& entry : column.entries) {
      m.rows.push_back(entry.row);
      m.values.push_back(entry.coefficient);
    }
    m.starts.push_back(static_cast<CoinBigIndex>(m.rows.size()));
    m.lower.push_back(0);
    m.upper.push_back(column.upper);
    m.objective.push_back(-column.value);  // both libraries minimise
  }
  return m;
}

struct CbcResult {
  std::vector<double> x;
  double bound = 0;
  int nodes = 0;
  bool proven = false, time_limit = false;
};

CbcResult RunCbc(const Milp& problem, const Matrix& m, double gap, int max_nodes, double seconds) {
  const auto close = [](Cbc_Model* model) { Cbc_deleteModel(model); };
  const std::unique_ptr<Cbc_Model, decltype(close)> model(Cbc_newModel(), close);
  Cbc_loadProblem(model.get(), static_cast<int>(problem.columns.size()),
                  static_cast<int>(problem.row_low.size()), m.starts.data(), m.rows.data(),
                  m.values.data(), m.lower.data(), m.upper.data(), m.objective.data(),
                  problem.row_low.data(), problem.row_high.data());
  for (std::size_t i = 0; i < problem.columns.size(); ++i) {
    if (problem.columns[i].integer) Cbc_setInteger(model.get(), static_cast<int>(i));
  }
  Cbc_setParameter(model.get(), "log", "0");
  Cbc_setParameter(model.get(), "threads", "0");
  Cbc_setParameter(model.get(), "randomCbcSeed", "1");
  Cbc_setParameter(model.get(), "randomSeed", "1");
  Cbc_setParameter(model.get(), "ratioGap", std::to_string(gap).c_str());
  Cbc_setParameter(model.get(), "allowableGap", gap == 0 ? "1e-7" : "1e-3");
  Cbc_setParameter(model.get(), "maxNodes", std::to_string(max_nodes).c_str());
  Cbc_setParameter(model.get(), "seconds", std::to_string(std::max(1.0, seconds)).c_str());
  Cbc_setLogLevel(model.get(), 0);
  Cbc_solve(model.get());
  CbcResult out;
  if (const double* x = Cbc_bestSolution(model.get())) {
    out.x.assign(x, x + problem.columns.size());
  } else {
    out.x.assign(problem.columns.size(), 0.0);
  }
  out.bound = -Cbc_getBestPossibleObjValue(model.get());
  out.nodes = Cbc_getNodeCount(model.get());
  out.proven = Cbc_isProvenOptimal(model.get()) != 0;
  out.time_limit = Cbc_isSecondsLimitReached(model.get()) != 0;
  return out;
}

double ValueOf(const Milp& problem, const std::vector<double>& x) {
  double value = 0;
  for (std::size_t i = 0; i < x.size(); ++i) value += problem.columns[i].value * x[i];
  return value;
}

/// The libraries say a few lines on stdout whatever one asks; stdout belongs to the command.
class QuietStdout {
 public:
  QuietStdout() {
    std::fflush(stdout);
    saved_ = ::dup(STDOUT_FILENO);
    const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (saved_ >= 0 && null >= 0) ::dup2(null, STDOUT_FILENO);
    if (null >= 0) ::close(null);
  }
  ~QuietStdout() {
    std::fflush(stdout);
    if (saved_ >= 0) {
      ::dup2(saved_, STDOUT_FILENO);
      ::close(saved_);
    }
  }
  QuietStdout(const QuietStdout&) = delete;
  QuietStdout& operator=(const QuietStdout&) = delete;

 private:
  int saved_ = -1;
};

}  // namespace

MilpSolution Solve(const Milp& problem, const MilpLimits& limits) {
  MilpSolution out;
  out.x.assign(problem.columns.size(), 0.0);
  if (problem.columns.empty()) {
    out.proven = true;
    return out;
  }
  const QuietStdout quiet;
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  const auto left_s = [&] {
    return limits.time_limit_s - std::chrono::duration<double>(Clock::now() - begin).count();
  };
  Matrix m = MatrixOf(problem);
  if (static_cast<int>(problem.columns.size()) <= limits.exact_columns) {
    CbcResult result = RunCbc(problem, m, 0, 100 * limits.max_nodes, limits.time_limit_s);
    out.x = std::move(result.x);
    out.value = ValueOf(problem, out.x);
    out.proven = result.proven;
    out.bound = result.proven ? out.value : std::max(result.bound, out.value);
    out.nodes = result.nodes;
    out.time_limit = result.time_limit;
    return out;
  }
  const auto close = [](Clp_Simplex* model) { Clp_deleteModel(model); };
  const std::unique_ptr<Clp_Simplex, decltype(close)> lp(Clp_newModel(), close);
  Clp_setLogLevel(lp.get(), 0);
  Clp_loadProblem(lp.get(), static_cast<int>(problem.columns.size()),
                  static_cast<int>(problem.row_low.size()), m.starts.data(), m.rows.data(),
                  m.values.data(), m.lower.data(), m.upper.data(), m.objective.data(),
                  problem.row_low.data(), problem.row_high.data());
  Clp_setMaximumSeconds(lp.get(), limits.time_limit_s);
  Clp_initialDualSolve(lp.get());
  out.time_limit = Clp_isProvenOptimal(lp.get()) == 0;
  if (out.time_limit) {
    // No bound but the sum of all values.
    for (const Column& column : problem.columns) out.bound += std::max(0.0, column.value);
  } else {
    out.bound = -Clp_getObjValue(lp.get());
    const double* x = Clp_getColSolution(lp.get());
    const double* reduced = Clp_getReducedCost(lp.get());
    out.relaxed.assign(x, x + problem.columns.size());
    const double* dual = Clp_getRowPrice(lp.get());
    for (std::size_t r = 0; r < problem.row_low.size(); ++r) out.price.push_back(std::abs(dual[r]));
    // Fixed at one where the relaxation is whole, at zero where a column costs more than the gap
    // that is allowed to be left, spread over some ten decisions.
    const double dear = limits.gap * std::abs(out.bound) / 10;
    for (std::size_t i = 0; i < problem.columns.size(); ++i) {
      if (!problem.columns[i].integer) continue;
      if (x[i] > 1 - 1e-7) {
        m.lower[i] = 1;
      } else if (x[i] < 1e-7 && reduced[i] > dear) {
        m.upper[i] = 0;
      }
    }
  }
  CbcResult result = RunCbc(problem, m, limits.gap / 2, limits.max_nodes, left_s());
  out.x = std::move(result.x);
  out.value = ValueOf(problem, out.x);
  out.nodes = result.nodes;
  out.time_limit = out.time_limit || result.time_limit;
  out.proven = out.bound - out.value <= 1e-6 * std::abs(out.bound);
  return out;
}

}  // namespace thermoleak::planning
