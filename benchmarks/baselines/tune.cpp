#include "tune.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <deque>
#include <numeric>

#include "region_forest.hpp"
#include "thermoleak/simulation/evaluation.hpp"

namespace thermoleak::baselines {
namespace {

namespace fs = std::filesystem;

struct Survey {
  std::string name;
  std::string family;
  Layers layers;
  simulation::Truth truth;
};

simulation::Evaluation Judge(const std::deque<Survey>& surveys,
                             const std::vector<std::vector<Detection>>& found) {
  std::vector<simulation::EvaluatedRun> runs;
  for (std::size_t i = 0; i < surveys.size(); ++i) {
    const Survey& survey = surveys[i];
    simulation::EvaluatedRun run{survey.name, {}, survey.truth};
    for (const Detection& detection : found[i]) {
      const LocalFrame& frame = survey.layers.picture().map.frame;
      run.candidates.push_back(
          {"", detection.strength, frame.LonLatFromLocal(detection.place), std::nullopt});
    }
    runs.push_back(std::move(run));
  }
  return simulation::Evaluate(runs, {});
}

/// The samples of a survey and what they are: 1 the nearest to a leak within 3 m, 0 nothing, -1 not
/// to learn from (other regions of a leak, damaged insulation).
std::vector<int> Labels(const Survey& survey, const std::vector<RegionSample>& samples) {
  constexpr double kRadius_m = 3;
  const LocalFrame& frame = survey.layers.picture().map.frame;
  std::vector<int> labels(samples.size(), 0);
  std::vector<double> nearest(survey.truth.leaks.size(), kRadius_m);
  std::vector<std::size_t> taken(survey.truth.leaks.size(), samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    for (std::size_t k = 0; k < survey.truth.leaks.size(); ++k) {
      const Vec2 leak = frame.LocalFromLonLat(survey.truth.leaks[k].position);
      const double distance = (leak - samples[i].place).norm();
      if (distance > kRadius_m) continue;
      labels[i] = -1;
      if (!survey.truth.leaks[k].observable || distance >= nearest[k]) continue;
      nearest[k] = distance;
      taken[k] = i;
    }
    for (const auto& line : survey.truth.insulation) {
      std::vector<Vec2> points;
      for (const LonLat& p : line) points.push_back(frame.LocalFromLonLat(p));
      const Polyline axis(points);
      const double distance = axis.valid() ? axis.Locate(samples[i].place).distance
                                           : (points.front() - samples[i].place).norm();
      if (distance <= kRadius_m) labels[i] = -1;
    }
  }
  for (const std::size_t i : taken) {
    if (i < samples.size()) labels[i] = 1;
  }
  return labels;
}

struct Lessons {
  std::vector<std::vector<RegionSample>> samples;  // of each survey
  std::vector<std::vector<int>> labels;
};

/// Learns from all surveys but those of `family`; false if there is nothing to tell apart.
bool Teach(RegionForest& forest, const std::deque<Survey>& surveys, const Lessons& lessons,
           const std::string& family) {
  cv::Mat_<float> features;
  cv::Mat_<int> labels;
  for (std::size_t s = 0; s < surveys.size(); ++s) {
    if (surveys[s].family == family) continue;
    for (std::size_t i = 0; i < lessons.samples[s].size(); ++i) {
      if (lessons.labels[s][i] < 0) continue;
      features.push_back(lessons.samples[s][i].features);
      labels.push_back(lessons.labels[s][i]);
    }
  }
  const int leaks = labels.empty() ? 0 : cv::countNonZero(labels);
  if (leaks < 5 || leaks == labels.rows) return false;
  forest.Train(features, labels);
  return true;
}

Lessons Learn(const RegionForest& forest, std::deque<Survey>& surveys) {
  Lessons lessons;
  for (Survey& survey : surveys) {
    lessons.samples.push_back(forest.Samples(survey.layers));
    lessons.labels.push_back(Labels(survey, lessons.samples.back()));
  }
  return lessons;
}

simulation::Evaluation Try(Method& method, std::deque<Survey>& surveys) {
  std::vector<std::vector<Detection>> found;
  auto* forest = dynamic_cast<RegionForest*>(&method);
  const Lessons lessons = forest ? Learn(*forest, surveys) : Lessons{};
  std::string taught = "-";
  bool able = false;
  for (std::size_t s = 0; s < surveys.size(); ++s) {
    if (!forest) {
      found.push_back(method.Find(surveys[s].layers));
      continue;
    }
    if (surveys[s].family != taught) {
      taught = surveys[s].family;
      able = Teach(*forest, surveys, lessons, taught);
    }
    found.push_back(able ? forest->Merge(forest->Judge(lessons.samples[s]))
                         : std::vector<Detection>{});
  }
  return Judge(surveys, found);
}

/// The strength whose candidates have the best F1.
std::pair<double, double> BestF1(const simulation::Evaluation& e) {
  std::pair<double, double> best{1, 0};
  for (const simulation::FrocPoint& point : e.froc) {
    const double found = point.recall * e.leaks;
    const double wrong = point.false_alarms_per_km * e.trench_km;
    const double f1 = 2 * found / (found + wrong + e.leaks);
    if (f1 > best.second) best = {point.score, f1};
  }
  return best;
}

void TuneMethod(Method& method, std::deque<Survey>& surveys) {
  double best = Try(method, surveys).average_precision;
  for (Parameter& parameter : method.parameters()) {
    double chosen = *parameter.value;
    for (const double value : parameter.grid) {
      *parameter.value = value;
      const double precision = Try(method, surveys).average_precision;
      // A thousandth is no difference.
      if (precision <= best + 1e-3) continue;
      best = precision;
      chosen = value;
    }
    *parameter.value = chosen;
  }
  const simulation::Evaluation e = Try(method, surveys);
  const auto [strength, f1] = BestF1(e);
  fmt::print("{:<9} average precision {:.3f}, best F1 {:.3f}:", method.name(), e.average_precision,
             f1);
  for (const Parameter& parameter : method.parameters())
    fmt::print(" {} {}", parameter.name, *parameter.value);
  fmt::print(" report_at {:.4g}\n", strength);
  std::fflush(stdout);
}

}  // namespace

Picture LoadSurvey(const fs::path& survey, Poses poses) {
  const bool registered = poses == Poses::kRegistered;
  const fs::path buildings = survey / "buildings.geojson";
  return LoadPicture(survey / (registered ? "registered" : "recorded"), survey / "network.gpkg",
                     fs::exists(buildings) ? std::optional(buildings) : std::nullopt, registered);
}

void Tune(std::span<const fs::path> folders, Poses poses, const fs::path& forest_file) {
  std::deque<Survey> surveys;
  for (const fs::path& folder : folders) {
    const std::string name = fs::path(folder).lexically_normal().filename().string();
    surveys.push_back({name, name.substr(0, name.find('-')), Layers(LoadSurvey(folder, poses)),
                       simulation::ReadTruth(folder)});
  }
  // Those of one family together, so that a forest is taught once for them.
  std::stable_sort(surveys.begin(), surveys.end(),
                   [](const Survey& a, const Survey& b) { return a.family < b.family; });
  for (const std::unique_ptr<Method>& method : PublishedMethods(poses))
    TuneMethod(*method, surveys);
  RegionForest forest(poses);
  TuneMethod(forest, surveys);
  if (!Teach(forest, surveys, Learn(forest, surveys), "")) return;
  forest.Save(forest_file);
  fmt::print("wrote {}\n", forest_file.string());
}

}  // namespace thermoleak::baselines
