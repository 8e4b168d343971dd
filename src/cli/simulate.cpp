// thermoleak simulate SCENE.toml --out DIR: a survey with known truth.

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "thermoleak/simulation/survey.hpp"

namespace thermoleak::cli {
namespace {

struct Arguments {
  std::string scene;
  std::string out;
  simulation::SurveyOptions options;
  std::optional<std::uint64_t> seed;
  bool json = false;
};

void Simulate(const Arguments& arguments, const Shell& shell) {
  const simulation::Scene scene = simulation::LoadScene(arguments.scene, arguments.seed);
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
  command->add_option("scene", arguments->scene, help(MessageId::kHelpScene))
      ->required()
      ->type_name("SCENE");
  command->add_option("--out", arguments->out, help(MessageId::kHelpSimulateOut))
      ->required()
      ->type_name("DIR");
  command
      ->add_option("--frames-only-n", arguments->options.max_frames,
                   help(MessageId::kHelpFramesOnly))
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
  command->add_option("--seed", arguments->seed, help(MessageId::kHelpSeed))->type_name("S");
  command->add_flag("--ground-picture", arguments->options.ground_picture,
                    help(MessageId::kHelpGroundPicture));
  command->add_flag("--json", arguments->json, help(MessageId::kHelpSummaryJson));
  command->callback([arguments, &shell] { Simulate(*arguments, shell); });
}

}  // namespace thermoleak::cli
