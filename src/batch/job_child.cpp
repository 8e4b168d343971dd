// What happens inside a job's process. It says how far it is and how it ended in lines of JSON on
// stdout; its log is stderr.

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <mutex>
#include <new>

#include "batch/job_file.hpp"
#include "batch/text_json.hpp"
#include "thermoleak/batch/jobs.hpp"
#include "thermoleak/ledger/dates.hpp"
#include "thermoleak/ledger/ledger.hpp"
#include "thermoleak/ledger/run_folder.hpp"
#include "thermoleak/pipeline/check.hpp"
#include "thermoleak/pipeline/run.hpp"

namespace thermoleak::batch {
namespace {

namespace fs = std::filesystem;

void Say(const OrderedJson& json) {
  fmt::print("{}\n", json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace));
  std::fflush(stdout);
}

OrderedJson TextsJson(const Message& message) {
  return {{"en", message.In(Lang::kEnglish)}, {"zh", message.In(Lang::kChinese)}};
}

int Failed(ExitCode code, const Message& message, Lang lang) {
  OrderedJson said = TextsJson(message);
  said["code"] = std::string(MessageName(message.id));
  Say({{"failed", std::move(said)}});
  fmt::print(stderr, "{} {}\n", UtcNow(), message.In(lang));
  return static_cast<int>(code);
}

/// Progress as lines, at most four a second and the last of each stage.
class Progress {
 public:
  void operator()(const ProgressEvent& event) {
    const std::scoped_lock lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    const bool last = event.total > 0 && event.done >= event.total;
    if (event.stage == stage_ && !last && now - told_ < std::chrono::milliseconds(250)) return;
    if (event.stage != stage_)
      fmt::print(stderr, "{} {}\n", UtcNow(), Text(event.stage, Lang::kEnglish));
    stage_ = event.stage;
    told_ = now;
    OrderedJson line = TextsJson({event.stage, {}});
    line["stage"] = static_cast<int>(event.stage);
    line["done"] = event.done;
    line["total"] = event.total;
    Say({{"progress", std::move(line)}});
  }

 private:
  std::mutex mutex_;
  MessageId stage_ = MessageId::kFileEmpty;
  std::chrono::steady_clock::time_point told_{};
};

RunRequest RequestFor(const DataFolder& folder, const Scan& scan, const fs::path& program) {
  const Area* area = folder.FindArea(scan.facts.area);
  if (area == nullptr) {
    throw RunError(ExitCode::kUsage, MessageId::kAreaUnknown, {scan.facts.area, "config.toml"});
  }
  const Settings& settings = folder.settings();
  RunRequest request;
  request.inputs = {folder.LinkFrames(scan)};
  request.network = area->network;
  request.dem = area->dem;
  request.buildings = area->buildings;
  request.options = settings.options.run;
  request.options.network = area->map;
  request.cameras = settings.cameras;
  request.dji_sdk = settings.dji_sdk;
  request.program = program;
  request.out = folder.RunPath(scan.id);
  request.memory_gib = settings.limits.memory_gib / 2;
  request.threads = settings.limits.threads;
  request.lang = settings.lang;
  const Conditions& c = scan.facts.conditions;
  ConditionOptions& conditions = request.options.conditions;
  if (c.air_temp_c) conditions.air_c = c.air_temp_c;
  if (c.wind_m_s) conditions.wind_m_s = c.wind_m_s;
  if (c.humidity_pct) conditions.humidity_pct = c.humidity_pct;
  return request;
}

std::int64_t SecondsOf(const std::string& utc) {
  // "2026-01-15T18:40:03Z", which we wrote.
  const auto day = ParseDate(utc);
  if (!day || utc.size() != 20) return 0;
  const auto two = [&](std::size_t at) { return std::stoi(utc.substr(at, 2)); };
  return std::chrono::duration_cast<std::chrono::seconds>(day->time_since_epoch()).count() +
         3600 * two(11) + 60 * two(14) + two(17);
}

/// The run's candidates become the ledger's. Days are the scan's; the history's time is that of the
/// commit: when the crew handed it in, whenever the night got to it and however often it began
/// anew.
void Import(const DataFolder& folder, const Scan& scan) {
  SurveyRun run = ReadRun(folder.RunPath(scan.id));
  const Date day = ParseDate(scan.facts.flown_on).value_or(Date{});
  Inspection& inspection = run.inspection;
  inspection.from = inspection.to = day;
  inspection.inspector = scan.facts.crew;
  inspection.unit = scan.facts.organisation;
  if (!scan.facts.instrument.empty()) inspection.instrument_serial = scan.facts.instrument;
  for (RunCandidate& candidate : run.candidates) {
    if (candidate.unit.empty()) candidate.unit = scan.facts.organisation;
    if (candidate.district.empty()) candidate.district = scan.facts.district;
  }
  Ledger ledger = Ledger::Open(folder.ledger());
  ledger.SetClock([at = SecondsOf(scan.committed_at)] { return at; });
  ledger.Import(run, folder.settings().options.match,
                Act{"thermoleak", Role::kInspector, day, "scan " + scan.id});
}

Message SurveyJob(const DataFolder& folder, const Scan& scan, const fs::path& program,
                  const WorkContext& work) {
  const RunOutcome outcome = RunSurvey(RequestFor(folder, scan, program), work);
  for (const Error& problem : outcome.problems)
    fmt::print(stderr, "  {} {}\n", problem.item, problem.message.In(folder.settings().lang));
  work.Report(MessageId::kStageImport, 0, 1);
  Import(folder, scan);
  work.Report(MessageId::kStageImport, 1, 1);
  return {MessageId::kJobNotes,
          {std::to_string(outcome.quarantined), std::to_string(outcome.frames)}};
}

Message QualityJob(const DataFolder& folder, const Scan& scan, const fs::path& program,
                   const WorkContext& work) {
  const CheckOutcome outcome = CheckSurvey(RequestFor(folder, scan, program),
                                           folder.ScanPath(scan.id) / "quality.json", work);
  return {MessageId::kJobNotes, {std::to_string(outcome.unusable), std::to_string(outcome.frames)}};
}

}  // namespace

int RunJobChild(const fs::path& root, const std::string& id, const fs::path& program, Lang lang,
                const WorkContext& shell_work) {
  Progress progress;
  WorkContext work = shell_work;
  work.progress = [&progress](const ProgressEvent& event) { progress(event); };
  try {
    const DataFolder folder = DataFolder::Open(root);
    lang = folder.settings().lang;
    const auto job = IsJobId(id) ? ReadJob(folder.jobs() / (id + ".json")) : std::nullopt;
    if (!job || job->kind == JobKind::kPlan)
      return Failed(ExitCode::kUsage, {MessageId::kJobUnknown, {id}}, lang);
    const auto scan = folder.FindScan(job->scan);
    if (!scan || scan->state == ScanState::kOpen)
      return Failed(ExitCode::kInputMissing, {MessageId::kScanUnknown, {job->scan}}, lang);
    const Message notes = job->kind == JobKind::kSurvey ? SurveyJob(folder, *scan, program, work)
                                                        : QualityJob(folder, *scan, program, work);
    Say({{"done", TextsJson(notes)}});
    return 0;
  } catch (const RunError& e) {
    return Failed(e.code(), e.message(), lang);
  } catch (const Cancelled&) {
    return static_cast<int>(ExitCode::kCancelled);
  } catch (const std::bad_alloc&) {
    return Failed(ExitCode::kOutOfResources, {MessageId::kOutOfMemory, {}}, lang);
  } catch (const std::exception& e) {
    return Failed(ExitCode::kOutOfResources, {MessageId::kInternalError, {e.what()}}, lang);
  }
}

}  // namespace thermoleak::batch
