#include "thermoleak/scoring/train.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "scoring/model_file.hpp"
#include "thermoleak/core/error.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/scoring/features.hpp"

namespace thermoleak::scoring {
namespace {

using Json = nlohmann::ordered_json;

/// Few shallow trees: there are hundreds of leaks, not millions, and what holds in one family must
/// hold in the next.
BoosterRecipe LeakRecipe() {
  BoosterRecipe recipe;
  for (const Feature& feature : Features()) recipe.monotone.push_back(feature.leak_sign);
  return recipe;
}

BoosterRecipe KindRecipe() {
  BoosterRecipe recipe;
  recipe.rounds = 25;
  recipe.learning_rate = 0.15;
  return recipe;
}

Json RecipeJson(const BoosterRecipe& recipe) {
  return {{"rounds", recipe.rounds},
          {"depth", recipe.depth},
          {"learning_rate", recipe.learning_rate},
          {"l2", recipe.l2},
          {"min_child_weight", recipe.min_child_weight},
          {"row_share", recipe.row_share},
          {"column_share", recipe.column_share},
          {"monotone", recipe.monotone},
          {"seed", recipe.seed}};
}

RunError TooFew(std::size_t leaks, std::size_t others) {
  return RunError(
      ExitCode::kInputMissing, MessageId::kTrainTooFew,
      {fmt::format("{}", leaks), fmt::format("{}", others), fmt::format("{}", kLeastExamples)});
}

struct Boosters {
  Booster leak;
  Booster kinds;
};

/// From the rows for which `use` says so.
template <class Use>
Boosters TrainBoth(const std::vector<TrainingRow>& rows, Use&& use) {
  Samples all{Features().size(), {}};
  Samples others{Features().size(), {}};
  std::vector<int> leak;
  std::vector<int> kinds;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].kind || !use(i)) continue;
    all.Add(rows[i].values);
    leak.push_back(*rows[i].kind == CandidateKind::kLeak ? 1 : 0);
    if (leak.back() == 1) continue;
    others.Add(rows[i].values);
    kinds.push_back(static_cast<int>(*rows[i].kind) - 1);
  }
  // A family may hold all examples of one side.
  if (kinds.empty() || kinds.size() == leak.size())
    throw TooFew(leak.size() - kinds.size(), kinds.size());
  return {Booster::Train(all, leak, 2, LeakRecipe()),
          Booster::Train(others, kinds, kOtherKinds, KindRecipe())};
}

struct Margins {
  std::vector<double> leak;
  std::vector<std::array<double, kOtherKinds>> kinds;  ///< probabilities among what is no leak
};

void Predict(const Boosters& boosters, const std::vector<TrainingRow>& rows,
             const std::vector<std::size_t>& of, Margins& margins) {
  Samples samples{Features().size(), {}};
  for (const std::size_t i : of) samples.Add(rows[i].values);
  const std::vector<float> leak = boosters.leak.Margins(samples);
  const std::vector<float> kinds = boosters.kinds.Margins(samples);
  for (std::size_t n = 0; n < of.size(); ++n) {
    margins.leak[of[n]] = static_cast<double>(leak[n]);
    double total = 0;
    for (std::size_t k = 0; k < kOtherKinds; ++k)
      total += margins.kinds[of[n]][k] = std::exp(static_cast<double>(kinds[kOtherKinds * n + k]));
    for (double& p : margins.kinds[of[n]]) p /= total;
  }
}

/// Labelled margins of all families but one.
struct Labelled {
  std::vector<double> margin;
  std::vector<int> leak;
};
Labelled Without(const std::vector<TrainingRow>& rows, const Margins& margins,
                 const std::string& family) {
  Labelled out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].kind || rows[i].family == family) continue;
    out.margin.push_back(margins.leak[i]);
    out.leak.push_back(*rows[i].kind == CandidateKind::kLeak ? 1 : 0);
  }
  return out;
}

std::string DataHash(const std::vector<TrainingRow>& rows) {
  std::string all;
  for (const Feature& feature : Features()) all += fmt::format("{},", feature.name);
  for (const TrainingRow& row : rows) {
    all += fmt::format("\n{}:{}:{}", row.family, row.kind ? ToString(*row.kind) : "",
                       fmt::join(row.values, ","));
  }
  return Sha256(std::as_bytes(std::span(all)));
}

}  // namespace

TrainedModel Train(const std::vector<TrainingRow>& rows) {
  TrainedModel model;
  for (const TrainingRow& row : rows) {
    if (row.kind) ++(*row.kind == CandidateKind::kLeak ? model.leaks : model.others);
    if (std::find(model.families.begin(), model.families.end(), row.family) ==
        model.families.end()) {
      model.families.push_back(row.family);
    }
  }
  std::sort(model.families.begin(), model.families.end());
  if (model.leaks < kLeastExamples || model.others < kLeastExamples) {
    throw TooFew(static_cast<std::size_t>(model.leaks), static_cast<std::size_t>(model.others));
  }
  if (model.families.size() < 2)
    throw RunError(ExitCode::kInputMissing, MessageId::kTrainGroups, {});

  Margins margins{std::vector<double>(rows.size()),
                  std::vector<std::array<double, kOtherKinds>>(rows.size())};
  for (const std::string& family : model.families) {
    std::vector<std::size_t> held;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].family == family) held.push_back(i);
    }
    const Boosters boosters =
        TrainBoth(rows, [&](std::size_t i) { return rows[i].family != family; });
    Predict(boosters, rows, held, margins);
  }

  // Both calibrations on families that they have not seen; the better one is taken.
  std::vector<double> platt(rows.size());
  std::vector<double> isotonic(rows.size());
  for (const std::string& family : model.families) {
    const Labelled seen = Without(rows, margins, family);
    const Calibration a = FitPlatt(seen.margin, seen.leak);
    const Calibration b = FitIsotonic(seen.margin, seen.leak);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].family != family) continue;
      platt[i] = a.Probability(margins.leak[i]);
      isotonic[i] = b.Probability(margins.leak[i]);
    }
  }
  const auto loss = [&](const std::vector<double>& probability) {
    std::vector<double> p;
    std::vector<int> leak;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!rows[i].kind) continue;
      p.push_back(probability[i]);
      leak.push_back(*rows[i].kind == CandidateKind::kLeak ? 1 : 0);
    }
    return LogLoss(p, leak);
  };
  model.platt_log_loss = loss(platt);
  model.isotonic_log_loss = loss(isotonic);
  const bool steps = model.isotonic_log_loss < model.platt_log_loss;
  const Labelled all = Without(rows, margins, "\n");  // no family is called that
  model.calibration = steps ? FitIsotonic(all.margin, all.leak) : FitPlatt(all.margin, all.leak);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double p = steps ? isotonic[i] : platt[i];
    model.held_out.push_back({p, (1 - p) * margins.kinds[i][0], (1 - p) * margins.kinds[i][1],
                              (1 - p) * margins.kinds[i][2]});
  }

  const Boosters boosters = TrainBoth(rows, [](std::size_t) { return true; });
  model.data_sha256 = DataHash(rows);
  const Json recipe{{"xgboost", XgboostVersion()},
                    {"leak", RecipeJson(LeakRecipe())},
                    {"kinds", RecipeJson(KindRecipe())}};
  model.recipe = recipe.dump();
  const Json facts{{"recipe", recipe},
                   {"data",
                    {{"sha256", model.data_sha256},
                     {"leaks", model.leaks},
                     {"others", model.others},
                     {"families", model.families}}}};
  std::vector<std::string> names;
  for (const Feature& feature : Features()) names.emplace_back(feature.name);
  model.text = ModelText(facts, names, model.calibration, boosters.leak, boosters.kinds);
  return model;
}

std::string WithScores(const TrainedModel& model, const Json& scores) {
  const std::size_t at = model.text.find("\n\"features\":");
  return model.text.substr(0, at) + "\n\"scores\": " + scores.dump() + "," + model.text.substr(at);
}

}  // namespace thermoleak::scoring
