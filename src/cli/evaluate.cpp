// thermoleak evaluate RUN... --truth FILE_or_DIR...: runs against known truth.

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/certificate_text.hpp"
#include "cli/commands.hpp"
#include "cli/evaluation_text.hpp"
#include "thermoleak/core/files.hpp"

namespace thermoleak::cli {
namespace {

struct Arguments {
  std::vector<std::string> runs;
  std::vector<std::string> truths;
  std::string plot;
  std::string certificate;
  simulation::EvaluationOptions options;
  bool json = false;
};

/// As the file's name says: JSON, or a page for people.
void WriteCertificate(const std::string& path, const simulation::Certificate& certificate,
                      Lang lang) {
  const std::string extension = std::filesystem::path(path).extension().string();
  if (extension == ".json") {
    WriteFileAtomically(
        path, CertificateJson(certificate)
                      .dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) +
                  "\n");
  } else if (extension == ".html" || extension == ".htm") {
    WriteFileAtomically(path, CertificateHtml(certificate, lang));
  } else {
    throw RunError(ExitCode::kUsage, MessageId::kCertFormat, {path});
  }
}

void RunEvaluate(const Arguments& arguments, const Shell& shell) {
  std::vector<simulation::EvaluatedRun> runs;
  for (const RunAndTruth& pair : PairWithTruth(arguments.runs, arguments.truths)) {
    runs.push_back({pair.run.string(), simulation::ReadCandidates(pair.run),
                    simulation::ReadTruth(pair.truth)});
  }
  const simulation::Evaluation evaluation = simulation::Evaluate(runs, arguments.options);
  if (!arguments.plot.empty())
    WriteFileAtomically(arguments.plot, EvaluationSvg(evaluation, shell.lang));
  const bool injected = std::all_of(
      runs.begin(), runs.end(), [](const auto& run) { return simulation::IsInjected(run.truth); });
  std::optional<simulation::Certificate> certificate;
  if (injected || !arguments.certificate.empty())
    certificate = simulation::Certify(runs, arguments.options);
  if (!arguments.certificate.empty())
    WriteCertificate(arguments.certificate, *certificate, shell.lang);
  if (arguments.json) {
    nlohmann::ordered_json json = EvaluationJson(evaluation);
    if (certificate) json["certificate"] = CertificateJson(*certificate);
    fmt::print("{}\n", json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
    return;
  }
  PrintRows(EvaluationRows(evaluation, shell.lang));
  if (!evaluation.missed.empty()) {
    fmt::print("{}", Text(MessageId::kEvalMissed, shell.lang));
    for (const std::string& id : evaluation.missed) fmt::print(" {}", id);
    fmt::print("\n");
  }
  if (certificate) PrintCertificate(*certificate, shell.lang);
}

}  // namespace

void AddEvaluate(CLI::App& app, Shell& shell) {
  const auto help = [&](MessageId id) { return Text(id, shell.lang); };
  CLI::App* command = app.add_subcommand("evaluate", help(MessageId::kHelpEvaluate));
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("run", arguments->runs, help(MessageId::kHelpEvaluateRun))
      ->required()
      ->type_name("DIR");
  command->add_option("--truth", arguments->truths, help(MessageId::kHelpTruth))
      ->allow_extra_args(false)
      ->type_name("FILE");
  command->add_option("--radius", arguments->options.radius_m, help(MessageId::kHelpRadius))
      ->check(CLI::Range(0.01, 1000.0))
      ->capture_default_str()
      ->type_name("M");
  command->add_option("--score", arguments->options.score, help(MessageId::kHelpScore))
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str()
      ->type_name("P");
  command->add_option("--plot", arguments->plot, help(MessageId::kHelpPlot))->type_name("SVG");
  command->add_option("--certificate", arguments->certificate, help(MessageId::kHelpCertificate))
      ->type_name("FILE");
  command->add_flag("--json", arguments->json, help(MessageId::kHelpSummaryJson));
  command->callback([arguments, &shell] { RunEvaluate(*arguments, shell); });
}

}  // namespace thermoleak::cli
