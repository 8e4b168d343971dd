#pragma once
// Boosted trees. The one place that knows XGBoost is booster.cpp.

#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace thermoleak::scoring {

/// Row-major; NaN = missing.
struct Samples {
  std::size_t columns = 0;
  std::vector<float> values;

  std::size_t rows() const { return columns == 0 ? 0 : values.size() / columns; }
  void Add(std::span<const float> row) { values.insert(values.end(), row.begin(), row.end()); }
};

struct BoosterRecipe {
  int rounds = 150;
  int depth = 3;
  double learning_rate = 0.08;
  double l2 = 4;                ///< on the leaves' values
  double min_child_weight = 1;  ///< sum of p (1 - p) in a leaf
  double row_share = 0.8;       ///< drawn anew for each tree
  double column_share = 0.6;    ///< likewise
  int seed = 1;
  std::vector<int> monotone;  ///< a sign for each column; empty = all free
};

class BoosterError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Immutable; every method is thread-safe. The same samples and recipe give the same trees: one
/// thread, a fixed seed.
class Booster {
 public:
  /// Labels from 0. Two classes make one margin (log-odds of class 1), more make one each.
  static Booster Train(const Samples& samples, std::span<const int> labels, int classes,
                       const BoosterRecipe& recipe);
  /// XGBoost's own JSON. Throws BoosterError.
  static Booster FromJson(std::string_view json, std::size_t columns);
  std::string Json() const;

  /// rows x margins a row.
  std::vector<float> Margins(const Samples& samples) const;
  /// What each column adds to the margin (SHAP), and last what is there without any; two classes.
  std::vector<float> Contributions(std::span<const float> row) const;

 private:
  struct Handle;
  explicit Booster(std::shared_ptr<Handle> handle) : handle_(std::move(handle)) {}
  std::shared_ptr<Handle> handle_;
};

std::string XgboostVersion();

}  // namespace thermoleak::scoring
