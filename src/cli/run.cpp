#include "thermoleak/pipeline/run.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/options_binding.hpp"
#include "thermoleak/batch/options_file.hpp"

namespace thermoleak::cli {
namespace {

struct RunFlags {
  RunRequest request;
  std::string config;
  std::string dem;
  std::string buildings;
  std::string cameras;
  std::string model;
  std::string dji_sdk;
  bool json = false;
};

std::string OutcomeJson(const RunOutcome& outcome, const RunFlags& flags, Lang lang) {
  nlohmann::ordered_json json;
  json["schema"] = 1;
  json["out"] = flags.request.out.string();
  json["frames"] = outcome.frames;
  json["quarantined"] = outcome.quarantined;
  json["located"] = outcome.located;
  json["candidates"] = outcome.candidates;
  json["suspected_leaks"] = outcome.suspected;
  json["pipe_seen_m"] = std::round(outcome.pipe_seen_m * 10) / 10;
  json["already_complete"] = outcome.already_complete;
  json["problems"] = nlohmann::ordered_json::array();
  for (const Error& problem : outcome.problems) {
    json["problems"].push_back({{"file", problem.item},
                                {"reason", std::string(MessageName(problem.message.id))},
                                {"text", problem.message.In(lang)}});
  }
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void PrintOutcome(const RunOutcome& outcome, const RunFlags& flags, Lang lang) {
  constexpr std::size_t kMostLines = 20;
  for (std::size_t i = 0; i < std::min(kMostLines, outcome.problems.size()); ++i) {
    fmt::print(stderr, "  {} {}\n",
               std::filesystem::path(outcome.problems[i].item).filename().string(),
               outcome.problems[i].message.In(lang));
  }
  if (outcome.problems.size() > kMostLines) {
    fmt::print(stderr, "  {}\n",
               Message{MessageId::kMoreInFramesCsv,
                       {fmt::format("{}", outcome.problems.size() - kMostLines)}}
                   .In(lang));
  }
  for (const Message& note : outcome.notes) fmt::print(stderr, "  {}\n", note.In(lang));
  const std::string report = (flags.request.out / "report.html").string();
  if (outcome.already_complete) {
    fmt::print(stderr, "{}\n", Message{MessageId::kAlreadyComplete, {report}}.In(lang));
    return;
  }
  fmt::print(
      stderr, "{}\n",
      Message{MessageId::kRunDone,
              {fmt::format("{}", outcome.frames - outcome.quarantined),
               fmt::format("{}", outcome.frames), fmt::format("{:.2f}", outcome.pipe_seen_m / 1000),
               fmt::format("{}", outcome.suspected),
               fmt::format("{}", outcome.candidates - outcome.suspected)}}
          .In(lang));
  if (outcome.located > 0) {
    fmt::print(stderr, "{}\n",
               Message{MessageId::kRunLocated, {fmt::format("{}", outcome.located)}}.In(lang));
  }
  fmt::print(stderr, "{}\n", Message{MessageId::kReportAt, {report}}.In(lang));
}

}  // namespace

void AddRun(CLI::App& app, Shell& shell) {
  const auto flags = std::make_shared<RunFlags>();
  RunRequest& request = flags->request;
  if (!shell.config.empty()) {
    ProgramOptions stated;
    ReadOptionsFile(shell.config, stated);
    request.options = stated.run;
  }
  CLI::App* run = app.add_subcommand("run", Text(MessageId::kHelpRun, shell.lang));
  run->add_option("SURVEY", request.inputs, Text(MessageId::kHelpSurvey, shell.lang))->required();
  run->add_option("--network", request.network, Text(MessageId::kHelpNetwork, shell.lang))
      ->required()
      ->type_name("MAP");
  run->add_option("--out", request.out, Text(MessageId::kHelpOut, shell.lang))
      ->required()
      ->type_name("DIR");
  run->add_option("--dem", flags->dem, Text(MessageId::kHelpDem, shell.lang))->type_name("TIF");
  run->add_option("--buildings", flags->buildings, Text(MessageId::kHelpBuildings, shell.lang))
      ->type_name("FILE");
  run->add_option("--cameras", flags->cameras, Text(MessageId::kHelpCameras, shell.lang))
      ->type_name("TOML");
  run->add_option("--model", flags->model, Text(MessageId::kHelpModel, shell.lang))
      ->type_name("JSON");
  run->add_option("--dji-sdk", flags->dji_sdk, Text(MessageId::kHelpDjiSdk, shell.lang))
      ->type_name("DIR");
  run->add_option("--map-crs", request.options.network.map_crs,
                  Text(MessageId::kHelpMapCrs, shell.lang))
      ->type_name("CRS");
  run->add_option("--map-shift", request.options.network.map_shift,
                  Text(MessageId::kHelpMapShift, shell.lang))
      ->type_name("WORDS");
  run->add_option("--map-control", request.options.network.map_control,
                  Text(MessageId::kHelpMapControl, shell.lang))
      ->type_name("CSV");
  run->add_option_function<double>(
         "--air-temp", [&request](const double& v) { request.options.conditions.air_c = v; },
         Text(MessageId::kHelpAir, shell.lang))
      ->type_name("C");
  run->add_option_function<double>(
         "--wind", [&request](const double& v) { request.options.conditions.wind_m_s = v; },
         Text(MessageId::kHelpWind, shell.lang))
      ->type_name("M_S");
  run->add_option_function<double>(
         "--humidity", [&request](const double& v) { request.options.conditions.humidity_pct = v; },
         Text(MessageId::kHelpHumidity, shell.lang))
      ->type_name("PCT");
  run->add_option("--memory", request.memory_gib, Text(MessageId::kHelpMemory, shell.lang))
      ->type_name("GIB")
      ->check(CLI::Range(0.25, 1024.0))
      ->capture_default_str();
  run->add_option("--threads", request.threads, Text(MessageId::kHelpThreads, shell.lang))
      ->type_name("N")
      ->check(CLI::Range(0, 1024));
  // Declared for the help; main() has read the file already, so that flags win over it.
  run->add_option("--config", flags->config, Text(MessageId::kHelpConfig, shell.lang))
      ->type_name("TOML");
  run->add_flag("--json", flags->json, Text(MessageId::kHelpJson, shell.lang));
  BindOptions(*run, request.options, shell.lang);
  run->callback([flags, &shell] {
    RunRequest& r = flags->request;
    if (!flags->dem.empty()) r.dem = flags->dem;
    if (!flags->buildings.empty()) r.buildings = flags->buildings;
    if (!flags->cameras.empty()) r.cameras = flags->cameras;
    if (!flags->model.empty()) r.model = flags->model;
    if (!flags->dji_sdk.empty()) r.dji_sdk = flags->dji_sdk;
    r.program = ThisProgram();
    r.lang = shell.lang;
    const RunOutcome outcome = RunSurvey(r, shell.work);
    shell.EndProgress();
    if (flags->json) {
      fmt::print("{}\n", OutcomeJson(outcome, *flags, shell.lang));
    } else {
      PrintOutcome(outcome, *flags, shell.lang);
    }
    if (outcome.quarantined > 0) shell.exit_code = ExitCode::kDoneWithQuarantine;
  });
}

}  // namespace thermoleak::cli
