#include "thermoleak/scoring/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "scoring/model_file.hpp"
#include "thermoleak/core/files.hpp"

namespace thermoleak {
namespace scoring {

using Json = nlohmann::ordered_json;

namespace {
constexpr const char* kDecisive[] = {"schema", "features", "calibration", "leak", "kinds"};
}

std::string ModelCheck(const Json& model) {
  std::string all;
  for (const char* key : kDecisive) all += model.at(key).dump() + "\n";
  return Sha256(std::as_bytes(std::span(all)));
}

std::string ModelText(const Json& facts, const std::vector<std::string>& features,
                      const Calibration& calibration, const Booster& leak, const Booster& kinds) {
  Json model{{"schema", kModelSchema}};
  for (const auto& [key, value] : facts.items()) model[key] = value;
  model["features"] = features;
  model["calibration"] = ToJson(calibration);
  model["leak"] = Json::parse(leak.Json());
  model["kinds"] = Json::parse(kinds.Json());
  model["check"] = ModelCheck(model);
  std::string text = "{";
  for (const auto& [key, value] : model.items()) {
    text += fmt::format("{}\n\"{}\": {}", text.size() == 1 ? "" : ",", key, value.dump());
  }
  return text + "\n}\n";
}

}  // namespace scoring

using scoring::Booster;
using scoring::Samples;
using Json = nlohmann::ordered_json;

struct LeakModel::Parts {
  std::string name;
  std::string sha256;
  std::vector<std::size_t> columns;  ///< indices into Features()
  scoring::Calibration calibration;
  Booster leak;
  Booster kinds;

  Samples Row(const FeatureInput& input) const {
    const std::vector<float> all = Measure(input);
    Samples row{columns.size(), {}};
    for (const std::size_t column : columns) row.values.push_back(all[column]);
    return row;
  }
};

LeakModel::LeakModel(std::unique_ptr<const Parts> parts) : parts_(std::move(parts)) {}
LeakModel::~LeakModel() = default;
const std::string& LeakModel::name() const { return parts_->name; }
const std::string& LeakModel::sha256() const { return parts_->sha256; }

std::shared_ptr<const LeakModel> LeakModel::Parse(std::string_view text,
                                                  const std::string& source) {
  const auto refuse = [&](const std::string& why) {
    return RunError(ExitCode::kInputMissing, MessageId::kModelUnreadable, {source, why});
  };
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) throw refuse("JSON");
  try {
    if (json.at("schema") != scoring::kModelSchema) throw refuse("schema " + json["schema"].dump());
    if (json.at("check") != scoring::ModelCheck(json)) throw refuse("check");
    std::vector<std::size_t> columns;
    for (const std::string& name : json.at("features").get<std::vector<std::string>>()) {
      const auto column = FindFeature(name);
      if (!column)
        throw RunError(ExitCode::kInputMissing, MessageId::kModelFeature, {source, name});
      columns.push_back(*column);
    }
    const std::size_t count = columns.size();
    return std::shared_ptr<const LeakModel>(new LeakModel(std::make_unique<const Parts>(Parts{
        std::filesystem::path(source).filename().string(), Sha256(std::as_bytes(std::span(text))),
        std::move(columns), scoring::CalibrationFromJson(json.at("calibration")),
        Booster::FromJson(json.at("leak").dump(), count),
        Booster::FromJson(json.at("kinds").dump(), count)})));
  } catch (const Json::exception& e) {
    throw refuse(e.what());
  } catch (const std::invalid_argument& e) {
    throw refuse(e.what());
  } catch (const scoring::BoosterError& e) {
    throw refuse(e.what());
  }
}

std::shared_ptr<const LeakModel> LeakModel::Read(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path))
    throw RunError(ExitCode::kInputMissing, MessageId::kInputMissing, {path.string()});
  const auto bytes = ReadFile(path);
  if (!bytes) {
    throw RunError(ExitCode::kInputMissing, MessageId::kModelUnreadable,
                   {path.string(), bytes.error().message.In(Lang::kEnglish)});
  }
  return Parse({reinterpret_cast<const char*>(bytes->data()), bytes->size()}, path.string());
}

std::shared_ptr<const LeakModel> LeakModel::BuiltIn() {
  // Never destroyed: at the end of a process XGBoost's own parts are gone before ours.
  static const auto* const model = new std::shared_ptr<const LeakModel>([] {
    const std::string text = scoring::BuiltInModel();
    return text.empty() ? nullptr : Parse(text, "leak_score.json");
  }());
  return *model;
}

double LeakModel::Margin(const FeatureInput& input) const {
  return static_cast<double>(parts_->leak.Margins(parts_->Row(input)).front());
}

std::vector<double> LeakModel::Contributions(const FeatureInput& input) const {
  const std::vector<float> parts = parts_->leak.Contributions(parts_->Row(input).values);
  std::vector<double> all(Features().size() + 1, 0.0);
  for (std::size_t i = 0; i < parts_->columns.size(); ++i)
    all[parts_->columns[i]] = static_cast<double>(parts[i]);
  all.back() = static_cast<double>(parts.back());
  return all;
}

Verdict LeakModel::Judge(const FeatureInput& input) const {
  Verdict verdict;
  const double leak = parts_->calibration.Probability(Margin(input));
  const std::vector<float> margins = parts_->kinds.Margins(parts_->Row(input));
  const float top = *std::max_element(margins.begin(), margins.end());
  double total = 0;
  for (const float m : margins) total += std::exp(static_cast<double>(m - top));
  verdict.probability[0] = leak;
  for (std::size_t k = 0; k < scoring::kOtherKinds; ++k) {
    verdict.probability[k + 1] =
        (1 - leak) * std::exp(static_cast<double>(margins[k] - top)) / total;
  }
  const std::vector<double> contributions = Contributions(input);
  std::array<double, kReasonGroups> groups{};
  for (std::size_t i = 0; i < Features().size(); ++i)
    groups[static_cast<std::size_t>(Features()[i].group)] += contributions[i];
  for (std::size_t g = 0; g < kReasonGroups; ++g) {
    if (std::abs(groups[g]) < kLeastContribution) continue;
    verdict.reasons.push_back(ReasonOf(static_cast<ReasonGroup>(g), groups[g], input));
  }
  SortReasons(verdict.reasons);
  return verdict;
}

}  // namespace thermoleak
