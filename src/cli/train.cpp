// thermoleak train RUN... [--truth ...] --out MODEL.json: learns the score from runs with known
// truth; with --families and --work it simulates and runs the surveys first.

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/evaluation_text.hpp"
#include "cli/training.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/scoring/feature_table.hpp"
#include "thermoleak/simulation/labels.hpp"

namespace thermoleak::cli {
namespace {

namespace fs = std::filesystem;
using simulation::EvaluatedRun;
using simulation::TrueKind;

struct Arguments {
  std::vector<std::string> runs;
  std::vector<std::string> truths;
  std::string out;
  std::string plot;
  FamilyRequest made;
  bool json = false;
};

/// A run with its candidates and what they are.
struct Survey {
  fs::path run;
  std::string family;
  simulation::Truth truth;
  std::vector<FeatureRow> rows;
  std::vector<TrueKind> kinds;
  std::vector<double> score;  ///< of each row: held out, or the run's own for overhead pipes
};

std::vector<Survey> ReadSurveys(const std::vector<RunAndTruth>& pairs) {
  std::vector<Survey> surveys;
  for (const RunAndTruth& pair : pairs) {
    Survey survey{pair.run, {}, simulation::ReadTruth(pair.truth), {}, {}, {}};
    survey.rows = ReadFeatureTable(pair.run / "features.csv");
    std::vector<simulation::CandidatePlace> places;
    for (const FeatureRow& row : survey.rows) places.push_back({row.position, row.sigma_m});
    survey.kinds = simulation::LabelCandidates(places, survey.truth);
    survey.family =
        survey.truth.scenario.empty()
            ? fs::absolute(pair.run).lexically_normal().parent_path().filename().string()
            : survey.truth.scenario;
    surveys.push_back(std::move(survey));
  }
  // In whatever order they were named, the same model.
  std::stable_sort(surveys.begin(), surveys.end(), [](const Survey& a, const Survey& b) {
    return std::tie(a.family, a.run) < std::tie(b.family, b.run);
  });
  // A single family: each survey stands for itself.
  const bool single = std::all_of(surveys.begin(), surveys.end(), [&](const Survey& s) {
    return s.family == surveys.front().family;
  });
  for (std::size_t i = 0; single && i < surveys.size(); ++i)
    surveys[i].family += fmt::format(" {:03}", i + 1);
  return surveys;
}

EvaluatedRun Scored(const Survey& survey, bool held_out) {
  EvaluatedRun run{survey.run.string(), {}, survey.truth};
  for (std::size_t i = 0; i < survey.rows.size(); ++i) {
    const FeatureRow& row = survey.rows[i];
    std::optional<double> heat;
    if (std::isfinite(row.heat_w)) heat = row.heat_w;
    run.candidates.push_back(
        {row.id, held_out ? survey.score[i] : row.probability[0], row.position, heat});
  }
  return run;
}

simulation::Evaluation EvaluateAll(const std::vector<Survey>& surveys, bool held_out,
                                   const std::string& family = {}) {
  std::vector<EvaluatedRun> runs;
  for (const Survey& survey : surveys) {
    if (family.empty() || survey.family == family) runs.push_back(Scored(survey, held_out));
  }
  return simulation::Evaluate(runs, {});
}

scoring::TrainedModel Learn(std::vector<Survey>& surveys) {
  std::vector<scoring::TrainingRow> rows;
  for (const Survey& survey : surveys) {
    for (std::size_t i = 0; i < survey.rows.size(); ++i) {
      if (survey.rows[i].laying == Laying::kOverhead) continue;
      std::optional<CandidateKind> kind;
      if (survey.kinds[i] != TrueKind::kUnclear) kind = static_cast<CandidateKind>(survey.kinds[i]);
      rows.push_back({survey.rows[i].values, kind, survey.family});
    }
  }
  scoring::TrainedModel model = scoring::Train(rows);
  auto held_out = model.held_out.begin();
  for (Survey& survey : surveys) {
    for (const FeatureRow& row : survey.rows)
      survey.score.push_back(row.laying == Laying::kOverhead ? row.probability[0]
                                                             : (*held_out++)[0]);
  }
  return model;
}

std::vector<FamilySummary> Summarise(const std::vector<Survey>& surveys) {
  std::vector<FamilySummary> families;
  for (const Survey& survey : surveys) {
    if (families.empty() || families.back().name != survey.family) {
      families.push_back({survey.family, 0, {}, EvaluateAll(surveys, true, survey.family)});
    }
    ++families.back().surveys;
    for (std::size_t i = 0; i < survey.rows.size(); ++i) {
      if (survey.rows[i].laying != Laying::kOverhead)
        ++families.back().kinds[static_cast<std::size_t>(survey.kinds[i])];
    }
  }
  return families;
}

/// What goes into the model file.
nlohmann::ordered_json Scores(const simulation::Evaluation& e, const scoring::TrainedModel& model) {
  const nlohmann::ordered_json all = EvaluationJson(e);
  nlohmann::ordered_json scores{{"held_out", "families"}};
  for (const char* key : {"surveys", "trench_km", "leaks", "recall", "recall_by_delta_t",
                          "false_alarms_per_km", "average_precision", "froc", "calibration_error"})
    scores[key] = all.at(key);
  scores["log_loss"] = {{"platt", model.platt_log_loss}, {"isotonic", model.isotonic_log_loss}};
  return scores;
}

void RunTrain(const Arguments& arguments, const Shell& shell) {
  std::vector<std::string> runs = arguments.runs;
  if (!arguments.made.families.empty() && !arguments.made.work.empty()) {
    const std::vector<std::string> made = MakeSurveys(arguments.made, shell);
    runs.insert(runs.end(), made.begin(), made.end());
  }
  if (runs.empty()) throw RunError(ExitCode::kUsage, MessageId::kTrainNothing, {});
  std::vector<RunAndTruth> pairs = PairWithTruth(runs, arguments.truths);
  std::vector<Survey> surveys = ReadSurveys(pairs);
  const scoring::TrainedModel model = Learn(surveys);
  const simulation::Evaluation held_out = EvaluateAll(surveys, true);
  const fs::path out = arguments.out;
  WriteFileAtomically(out, scoring::WithScores(model, Scores(held_out, model)));
  if (!arguments.plot.empty())
    WriteFileAtomically(arguments.plot, EvaluationSvg(held_out, shell.lang));
  fs::path card = out;
  card.replace_extension(".md");
  WriteFileAtomically(card, ModelCard(out.filename().string(), model, Summarise(surveys), held_out,
                                      EvaluateAll(surveys, false)));
  shell.EndProgress();
  if (arguments.json) {
    fmt::print("{}\n", EvaluationJson(held_out).dump(
                           1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
    return;
  }
  fmt::print("{}\n", Message{MessageId::kTrainDone,
                             {arguments.out, fmt::format("{}", model.leaks + model.others),
                              fmt::format("{}", model.leaks), fmt::format("{}", surveys.size())}}
                         .In(shell.lang));
  PrintRows(EvaluationRows(held_out, shell.lang));
}

}  // namespace

void AddTrain(CLI::App& app, Shell& shell) {
  const auto help = [&](MessageId id) { return Text(id, shell.lang); };
  CLI::App* command = app.add_subcommand("train", help(MessageId::kHelpTrain));
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("run", arguments->runs, help(MessageId::kHelpTrainRuns))->type_name("DIR");
  command->add_option("--truth", arguments->truths, help(MessageId::kHelpTruth))
      ->allow_extra_args(false)
      ->type_name("FILE");
  command->add_option("--out", arguments->out, help(MessageId::kHelpTrainOut))
      ->required()
      ->type_name("JSON");
  command->add_option("--families", arguments->made.families, help(MessageId::kHelpFamilies))
      ->type_name("DIR");
  command->add_option("--seeds", arguments->made.seeds, help(MessageId::kHelpSeeds))
      ->check(CLI::Range(1, 100000))
      ->capture_default_str()
      ->type_name("N");
  command->add_option("--work", arguments->made.work, help(MessageId::kHelpWork))->type_name("DIR");
  command->add_flag("--keep-frames", arguments->made.keep_frames, help(MessageId::kHelpKeepFrames));
  command->add_option("--plot", arguments->plot, help(MessageId::kHelpPlot))->type_name("SVG");
  command->add_flag("--json", arguments->json, help(MessageId::kHelpSummaryJson));
  command->callback([arguments, &shell] { RunTrain(*arguments, shell); });
}

}  // namespace thermoleak::cli
