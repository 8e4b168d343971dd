// thermoleak serve: the web service. thermoleak upload: a folder of frames to it.

#include "thermoleak/service/serve.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "cli/commands.hpp"
#include "thermoleak/ledger/dates.hpp"
#include "thermoleak/service/upload_client.hpp"

namespace thermoleak::cli {

void AddServe(CLI::App& app, Shell& shell) {
  const auto help = [&](MessageId id) { return Text(id, shell.lang); };
  const auto options = std::make_shared<service::ServeOptions>();
  const auto no_jobs = std::make_shared<bool>(false);
  CLI::App* serve = app.add_subcommand("serve", help(MessageId::kHelpServe));
  serve->add_option("--data", options->data, help(MessageId::kHelpServeData))
      ->required()
      ->type_name("DIR");
  serve->add_option("--address", options->address, help(MessageId::kHelpServeAddress))
      ->capture_default_str();
  serve->add_option("--port", options->port, help(MessageId::kHelpServePort))
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  CLI::Option* cert =
      serve->add_option("--cert", options->cert, help(MessageId::kHelpServeCert))->type_name("PEM");
  CLI::Option* key =
      serve->add_option("--key", options->key, help(MessageId::kHelpServeKey))->type_name("PEM");
  cert->needs(key);
  key->needs(cert);
  serve->add_flag("--behind-proxy", options->behind_proxy, help(MessageId::kHelpServeProxy));
  serve->add_flag("--no-jobs", *no_jobs, help(MessageId::kHelpServeNoJobs));
  serve->callback([options, no_jobs, &shell] {
    options->program = ThisProgram();
    options->run_jobs = !*no_jobs;
    service::Serve(*options, shell.work, [&](const service::Started& started) {
      const auto say = [&](const Message& message) { fmt::print("{}\n", message.In(shell.lang)); };
      say({MessageId::kServeListening, {started.url, options->data.string()}});
      const bool here = options->address == "127.0.0.1" || options->address == "::1";
      if (options->cert.empty() && !options->behind_proxy && !here)
        say({MessageId::kServeNoTls, {}});
      if (started.one_time_password)
        say({MessageId::kServeFirstPassword, {"admin", *started.one_time_password}});
      std::fflush(stdout);
    });
    fmt::print("{}\n", Text(MessageId::kServeStopped, shell.lang));
  });
}

void AddUpload(CLI::App& app, Shell& shell) {
  const auto help = [&](MessageId id) { return Text(id, shell.lang); };
  const auto request = std::make_shared<service::UploadRequest>();
  if (const char* token = std::getenv("THERMOLEAK_TOKEN")) request->token = token;
  CLI::App* upload = app.add_subcommand("upload", help(MessageId::kHelpUpload));
  upload->add_option("DIR", request->folder, help(MessageId::kHelpUploadDir))->required();
  upload->add_option("--to", request->url, help(MessageId::kHelpUploadTo))
      ->required()
      ->type_name("URL");
  upload->add_option("--token", request->token, help(MessageId::kHelpUploadToken))
      ->type_name("TOKEN");
  upload->add_option("--area", request->area, help(MessageId::kHelpUploadArea))->required();
  upload->add_option("--crew", request->crew, help(MessageId::kHelpUploadCrew));
  upload->add_option("--instrument", request->instrument, help(MessageId::kHelpUploadInstrument));
  upload->add_option("--date", request->flown_on, help(MessageId::kHelpUploadDay))
      ->type_name("DATE");
  upload->add_option("--note", request->note, help(MessageId::kHelpUploadNote));
  upload->add_option("--air-temp", request->air_temp_c, help(MessageId::kHelpAir))->type_name("C");
  upload->add_option("--wind", request->wind_m_s, help(MessageId::kHelpWind))->type_name("M_S");
  upload->add_option("--humidity", request->humidity_pct, help(MessageId::kHelpHumidity))
      ->type_name("PCT");
  upload->add_option("--parallel", request->parallel, help(MessageId::kHelpUploadParallel))
      ->check(CLI::Range(1, 32))
      ->capture_default_str();
  upload->add_option("--patience", request->patience_s, help(MessageId::kHelpUploadPatience))
      ->check(CLI::Range(0, 7 * 24 * 3600))
      ->type_name("S")
      ->capture_default_str();
  upload->add_option("--ca", request->ca_file, help(MessageId::kHelpUploadCa))->type_name("PEM");
  upload->callback([request, &shell] {
    if (request->flown_on.empty()) request->flown_on = IsoDate(Today());
    const service::UploadSummary done = service::UploadFolder(*request, shell.lang, shell.work);
    shell.EndProgress();
    fmt::print("{}\n", Message{MessageId::kUploadDone,
                               {std::to_string(done.files), std::to_string(done.bytes >> 20),
                                std::to_string(done.sent_bytes >> 20), done.scan}}
                           .In(shell.lang));
  });
}

}  // namespace thermoleak::cli
