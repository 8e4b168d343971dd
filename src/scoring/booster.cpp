#include "scoring/booster.hpp"

#include <fmt/format.h>
#include <xgboost/c_api.h>

#include <algorithm>
#include <limits>
#include <mutex>
#include <utility>

namespace thermoleak::scoring {
namespace {

/// XGBoost's message is "[time] file:line: what\n<stack>": only what is for people.
void Check(int code) {
  if (code == 0) return;
  std::string what = XGBGetLastError();
  what.resize(std::min(what.size(), what.find('\n')));
  const std::size_t source = what.find(".cc:");
  const std::size_t start = source == std::string::npos ? source : what.find(": ", source);
  throw BoosterError(start == std::string::npos ? what : what.substr(start + 2));
}

class Matrix {
 public:
  explicit Matrix(const Samples& samples) {
    Check(XGDMatrixCreateFromMat(samples.values.data(), samples.rows(), samples.columns,
                                 std::numeric_limits<float>::quiet_NaN(), &handle_));
  }
  ~Matrix() { XGDMatrixFree(handle_); }
  Matrix(const Matrix&) = delete;
  Matrix& operator=(const Matrix&) = delete;
  DMatrixHandle get() const { return handle_; }

 private:
  DMatrixHandle handle_ = nullptr;
};

}  // namespace

/// XGBoost prepares a booster lazily at its first prediction, hence the lock.
struct Booster::Handle {
  BoosterHandle booster = nullptr;
  std::mutex lock;

  /// `learned_from` tells a new booster its number of columns.
  explicit Handle(const Matrix* learned_from = nullptr) {
    const DMatrixHandle cached = learned_from != nullptr ? learned_from->get() : nullptr;
    Check(XGBoosterCreate(&cached, learned_from != nullptr ? 1 : 0, &booster));
    Set("nthread", "1");
    Set("verbosity", "0");
  }
  ~Handle() { XGBoosterFree(booster); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  void Set(const char* name, const std::string& value) {
    Check(XGBoosterSetParam(booster, name, value.c_str()));
  }
  std::vector<float> Predict(const Samples& samples, int type) {
    if (samples.rows() == 0) return {};
    const Matrix matrix(samples);
    const std::string config = fmt::format(
        R"({{"type": {}, "training": false, "iteration_begin": 0, "iteration_end": 0, "strict_shape": false}})",
        type);
    const bst_ulong* shape = nullptr;
    bst_ulong dimensions = 0;
    const float* result = nullptr;
    const std::lock_guard guard(lock);
    Check(XGBoosterPredictFromDMatrix(booster, matrix.get(), config.c_str(), &shape, &dimensions,
                                      &result));
    std::size_t count = 1;
    for (bst_ulong i = 0; i < dimensions; ++i) count *= shape[i];
    return {result, result + count};
  }
};

Booster Booster::Train(const Samples& samples, std::span<const int> labels, int classes,
                       const BoosterRecipe& recipe) {
  const Matrix matrix(samples);
  const std::vector<float> targets(labels.begin(), labels.end());
  Check(XGDMatrixSetFloatInfo(matrix.get(), "label", targets.data(), targets.size()));
  auto handle = std::make_shared<Handle>(&matrix);
  handle->Set("objective", classes == 2 ? "binary:logistic" : "multi:softprob");
  if (classes > 2) handle->Set("num_class", fmt::format("{}", classes));
  handle->Set("tree_method", "exact");
  handle->Set("max_depth", fmt::format("{}", recipe.depth));
  handle->Set("eta", fmt::format("{}", recipe.learning_rate));
  handle->Set("lambda", fmt::format("{}", recipe.l2));
  handle->Set("min_child_weight", fmt::format("{}", recipe.min_child_weight));
  handle->Set("subsample", fmt::format("{}", recipe.row_share));
  handle->Set("colsample_bytree", fmt::format("{}", recipe.column_share));
  handle->Set("seed", fmt::format("{}", recipe.seed));
  if (!recipe.monotone.empty())
    handle->Set("monotone_constraints", fmt::format("({})", fmt::join(recipe.monotone, ",")));
  for (int round = 0; round < recipe.rounds; ++round) {
    Check(XGBoosterUpdateOneIter(handle->booster, round, matrix.get()));
  }
  // What is written is what is used: predictions come from the model as a file gives it back.
  const std::string json = Booster(std::move(handle)).Json();
  return FromJson(json, samples.columns);
}

Booster Booster::FromJson(std::string_view json, std::size_t columns) {
  auto handle = std::make_shared<Handle>();
  Check(XGBoosterLoadModelFromBuffer(handle->booster, json.data(), json.size()));
  bst_ulong features = 0;
  Check(XGBoosterGetNumFeature(handle->booster, &features));
  if (features != columns) {
    throw BoosterError(fmt::format("{} columns, {} features", features, columns));
  }
  handle->Set("nthread", "1");
  return Booster(std::move(handle));
}

std::string Booster::Json() const {
  const std::lock_guard guard(handle_->lock);
  bst_ulong length = 0;
  const char* text = nullptr;
  Check(XGBoosterSaveModelToBuffer(handle_->booster, R"({"format": "json"})", &length, &text));
  return {text, text + length};
}

std::vector<float> Booster::Margins(const Samples& samples) const {
  return handle_->Predict(samples, 1);
}

std::vector<float> Booster::Contributions(std::span<const float> row) const {
  Samples samples{row.size(), {row.begin(), row.end()}};
  return handle_->Predict(samples, 2);
}

std::string XgboostVersion() {
  int major = 0;
  int minor = 0;
  int patch = 0;
  XGBoostVersion(&major, &minor, &patch);
  return fmt::format("{}.{}.{}", major, minor, patch);
}

}  // namespace thermoleak::scoring
