// thermoleak simulate SCENE.toml --out DIR: a survey with known truth.
// thermoleak simulate [FRAMES] --inject RUN --network MAP --out DIR: leaks with known truth in the
// frames of a real one.

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "thermoleak/simulation/inject.hpp"
#include "thermoleak/simulation/survey.hpp"

namespace thermoleak::cli {
namespace {

struct Arguments {
  std::vector<std::string> inputs;  // a scene, or places of frames
  std::string out;
  std::string run;
  std::string network;
  std::string dem;
  std::string cameras;
  std::vector<double> rise_k;
  simulation::InjectOptions inject;
  simulation::SurveyOptions options;
  std::optional<std::uint64_t> seed;
  bool json = false;
};

void PrintInjected(const simulation::InjectSummary& summary, const Arguments& arguments,
                   const Shell& shell) {
  constexpr std::size_t kMostLines = 20;
  for (std::size_t i = 0; i < std::min(kMostLines, summary.problems.size()); ++i) {
    fmt::print(stderr, "  {} {}\n", summary.problems[i].item,
               summary.problems[i].message.In(shell.lang));
  }
  for (const Message& note : summary.notes) fmt::print(stderr, "  {}\n", note.In(shell.lang));
  const Message message{
      MessageId::kInjected,
      {arguments.out, fmt::format("{}", summary.frames), fmt::format("{}", summary.leaks),
       fmt::format("{:.2f}", summary.pipe_km), fmt::format("{}", summary.problems.size())}};
  fmt::print("{}\n", message.In(shell.lang));
}

void Inject(const Arguments& arguments, Shell& shell) {
  simulation::InjectRequest request;
  request.run = arguments.run;
  request.frames.assign(arguments.inputs.begin(), arguments.inputs.end());
  request.network = arguments.network;
  if (!arguments.dem.empty()) request.dem = arguments.dem;
  if (!arguments.cameras.empty()) request.cameras = arguments.cameras;
  request.out = arguments.out;
  request.options = arguments.inject;
  request.options.seed = arguments.seed.value_or(request.options.seed);
  if (arguments.rise_k.size() == 2) {
    request.options.low_rise_k = arguments.rise_k[0];
    request.options.high_rise_k = std::max(arguments.rise_k[0], arguments.rise_k[1]);
  }
  const simulation::InjectSummary summary = simulation::InjectLeaks(request, shell.work);
  shell.EndProgress();
  if (!summary.problems.empty()) shell.exit_code = ExitCode::kDoneWithQuarantine;
  if (!arguments.json) {
    PrintInjected(summary, arguments, shell);
    return;
  }
  nlohmann::ordered_json report{{"frames", summary.frames},
                                {"leaks", summary.leaks},
                                {"pipe_km", summary.pipe_km},
                                {"seed", request.options.seed}};
  report["left_out"] = nlohmann::ordered_json::array();
  for (const Error& problem : summary.problems) {
    report["left_out"].push_back({{"file", problem.item},
                                  {"reason", std::string(MessageName(problem.message.id))},
                                  {"text", problem.message.In(shell.lang)}});
  }
  report["notes"] = nlohmann::ordered_json::array();
  for (const Message& note : summary.notes) report["notes"].push_back(note.In(shell.lang));
  fmt::print("{}\n", report.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

void Simulate(const Arguments& arguments, Shell& shell) {
  if (!arguments.run.empty() && !arguments.network.empty()) {
    Inject(arguments, shell);
    return;
  }
  if (!arguments.run.empty() || arguments.inputs.size() != 1)
    throw RunError(ExitCode::kUsage, MessageId::kSimulateWhat);
  const simulation::Scene scene = simulation::LoadScene(arguments.inputs.front(), arguments.seed);
  const simulation::SurveySummary summary =
      simulation::WriteSurvey(scene, arguments.out, arguments.options, shell.work);
  if (arguments.json) {
    const nlohmann::ordered_json report{
        {"frames", summary.frames},
        {"leaks", summary.leaks},
        {"observable_leaks", summary.observable_leaks},
        {"trench_km", summary.trench_km},
        {"surface_coefficient_w_per_m2k", summary.surface_coefficient},
        {"seed", scene.seed}};
    fmt::print("{}\n", report.dump(1));
    return;
  }
  const Message message{
      MessageId::kSimulated,
      {arguments.out, fmt::format("{}", summary.frames), fmt::format("{:.2f}", summary.trench_km),
       fmt::format("{}", summary.leaks), fmt::format("{}", summary.observable_leaks)}};
  fmt::print("{}\n", message.In(shell.lang));
}

}  // namespace

void AddSimulate(CLI::App& app, Shell& shell) {
  const auto help = [&](MessageId id) { return Text(id, shell.lang); };
  CLI::App* command = app.add_subcommand("simulate", help(MessageId::kHelpSimulate));
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("scene", arguments->inputs, help(MessageId::kHelpSceneOrFrames))
      ->type_name("SCENE|FRAMES");
  command->add_option("--out", arguments->out, help(MessageId::kHelpSimulateOut))
      ->required()
      ->type_name("DIR");
  command
      ->add_option("--frames-only-n", arguments->options.max_frames,
                   help(MessageId::kHelpFramesOnly))
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
  command->add_option("--seed", arguments->seed, help(MessageId::kHelpSeed))->type_name("S");
  command->add_option("--inject", arguments->run, help(MessageId::kHelpInject))->type_name("RUN");
  command->add_option("--network", arguments->network, help(MessageId::kHelpInjectNetwork))
      ->type_name("MAP");
  command->add_option("--dem", arguments->dem, help(MessageId::kHelpInjectDem))->type_name("TIF");
  command->add_option("--cameras", arguments->cameras, help(MessageId::kHelpCameras))
      ->type_name("TOML");
  command->add_option("--leaks", arguments->inject.leaks, help(MessageId::kHelpInjectLeaks))
      ->check(CLI::Range(1, 10000))
      ->capture_default_str()
      ->type_name("N");
  command->add_option("--clear-of", arguments->inject.clear_of_m, help(MessageId::kHelpClearOf))
      ->check(CLI::Range(0.0, 1000.0))
      ->capture_default_str()
      ->type_name("M");
  command->add_option("--rise", arguments->rise_k, help(MessageId::kHelpInjectRise))
      ->check(CLI::Range(0.05, 60.0))
      ->expected(2)
      ->type_name("LOW HIGH");
  command->add_flag("--ground-picture", arguments->options.ground_picture,
                    help(MessageId::kHelpGroundPicture));
  command->add_flag("--json", arguments->json, help(MessageId::kHelpSummaryJson));
  command->callback([arguments, &shell] { Simulate(*arguments, shell); });
}

}  // namespace thermoleak::cli
