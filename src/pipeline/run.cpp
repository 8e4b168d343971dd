#include "thermoleak/pipeline/run.hpp"

#include <fmt/format.h>
#include <tbb/global_control.h>
#include <tbb/info.h>

#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>
#include <opencv2/core/utility.hpp>
#include <set>

#include "pipeline/clock.hpp"
#include "pipeline/map_place.hpp"
#include "pipeline/stages.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/core/statistics.hpp"
#include "thermoleak/ingest/dji_sdk.hpp"
#include "thermoleak/report/writers.hpp"
#include "thermoleak/scoring/feature_table.hpp"
#include "thermoleak/scoring/model.hpp"

namespace thermoleak {
namespace fs = std::filesystem;
using namespace pipeline;
namespace {

constexpr double kAssumedWindMS = 1.5;  // a calm night, nothing known: h near 12 .. 16 W/(m^2 K)
constexpr double kAssumedAirC = 0;  // where neither user nor pictures say; h hardly depends on it
constexpr int kMostEvidence = 200;  // candidates with pictures in the report

/// At night open ground is near the air: the median of the pictures says more than the air
/// temperature that cameras store, which is their factory setting in most files. Pictures from the
/// hand show whatever they were pointed at.
std::optional<double> PictureTemperature(const SurveyFrames& survey) {
  std::vector<double> means;
  for (const FrameRecord& record : survey.records) {
    if (!record.quarantined && !record.located &&
        record.meta.radiometry != RadiometryLevel::kRelative)
      means.push_back(record.mean_c);
  }
  if (means.empty()) return std::nullopt;
  return MedianOf(std::span<const double>(means));
}

/// Cell size of the mosaic: the option, or from the frames, doubled until its tiles fit 15 % of
/// the memory.
double MosaicCell(const std::vector<PlacedFrame>& frames, double option_m, double memory_gib) {
  double cell = option_m;
  if (cell <= 0) {
    std::vector<double> gsd;
    for (const PlacedFrame& frame : frames) gsd.push_back(frame.registered.gsd_m);
    cell = frames.empty()
               ? 0.1
               : std::max(0.1, std::ceil(15 * MedianOf(std::span<const double>(gsd))) / 10);
  }
  const double most_tiles =
      memory_gib * 0.15 * (1u << 30) / (Mosaic::kTile * Mosaic::kTile * Mosaic::kBytesPerCell);
  for (;; cell *= 2) {
    std::set<std::uint64_t> tiles;
    const double side = cell * Mosaic::kTile;
    for (const PlacedFrame& frame : frames) {
      Box2 box;
      for (const Vec2& corner : frame.registered.footprint) box.Add(corner);
      for (auto x = static_cast<std::int32_t>(std::floor(box.min.x() / side));
           x <= std::floor(box.max.x() / side); ++x) {
        for (auto y = static_cast<std::int32_t>(std::floor(-box.max.y() / side));
             y <= std::floor(-box.min.y() / side); ++y) {
          tiles.insert(Mosaic::Key(x, y));
        }
      }
    }
    if (static_cast<double>(tiles.size()) <= std::max(16.0, most_tiles)) return cell;
  }
}

InputFile DescribeInput(const FrameSource& source, const std::string& known_hash) {
  const fs::path& path = source.path;
  InputFile input{source.Name(), known_hash, source.length};
  std::error_code ignored;
  if (source.length == 0) {
    input.bytes = fs::is_regular_file(path, ignored) ? fs::file_size(path, ignored) : 0;
  }
  if (known_hash.empty()) {
    if (const auto bytes = ReadFile(path, std::uintmax_t{4} << 30)) input.sha256 = Sha256(*bytes);
  }
  return input;
}

std::string UtcNow() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", utc.tm_year + 1900, utc.tm_mon + 1,
                     utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

/// Everything that decides the outputs: the version, the options, the language, the score's model
/// and every input's hash.
std::string RunKey(const RunRequest& request, const std::string& options_json,
                   const std::string& model_hash, const std::vector<InputFile>& inputs) {
  std::string all = fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n", THERMOLEAK_VERSION, options_json,
                                static_cast<int>(request.lang), request.memory_gib,
                                request.dji_sdk.has_value(), model_hash);
  all += ControlFileKey(request);
  for (const InputFile& input : inputs) all += fmt::format("{} {}\n", input.path, input.sha256);
  return Sha256(std::as_bytes(std::span(all)));
}

constexpr std::string_view kOutputs[] = {"candidates.geojson", "candidates.gpkg", "mosaic.tif",
                                         "frames.csv",         "features.csv",    "evidence.json",
                                         "report.html",        "run.json"};

/// Whether `out` holds a complete run with this key. run.json is written last.
bool IsComplete(const fs::path& out, const std::string& key) {
  const auto bytes = ReadFile(out / ".thermoleak" / "complete", 4096);
  if (!bytes) return false;
  const std::string stored(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  if (stored != key) return false;
  for (const std::string_view name : kOutputs) {
    std::error_code ignored;
    if (!fs::exists(out / name, ignored)) return false;
  }
  return true;
}

/// The helpers of the maker's library, when the user has it.
std::unique_ptr<DjiSdk> OpenDjiSdk(const RunRequest& request, int threads) {
  if (!request.dji_sdk) return nullptr;
  return std::make_unique<DjiSdk>(DjiSdk::Options{*request.dji_sdk, request.program, threads});
}

/// Of the candidates on the run's frames: what the caller wants to know.
RunOutcome Outcome(const SurveyResult& result, double seen_m) {
  RunOutcome outcome;
  for (const FrameRecord& record : result.frames) {
    ++outcome.frames;
    if (record.located) ++outcome.located;
    if (!record.quarantined) continue;
    ++outcome.quarantined;
    outcome.problems.push_back(*record.quarantined);
  }
  outcome.candidates = static_cast<int>(result.candidates.size());
  for (const LeakCandidate& candidate : result.candidates)
    outcome.suspected += candidate.score >= kSuspected ? 1 : 0;
  outcome.pipe_seen_m = seen_m;
  return outcome;
}

}  // namespace

RunOutcome RunSurvey(RunRequest request, const WorkContext& work) {
  const int threads = request.threads > 0 ? request.threads : tbb::info::default_concurrency();
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(threads));
  cv::setNumThreads(1);  // parallelism is ours; nested pools would only fight
  StageClock clock;

  const auto violations = request.options.Check();
  if (!violations.empty()) {
    std::string all;
    for (const Message& m : violations) all += (all.empty() ? "" : "; ") + m.In(request.lang);
    throw RunError(ExitCode::kUsage, MessageId::kOptionsInvalid, {all});
  }
  const auto model = request.model ? LeakModel::Read(*request.model) : LeakModel::BuiltIn();
  const std::vector<FrameSource> files = DiscoverFrames(request.inputs);
  if (files.empty()) {
    throw RunError(ExitCode::kInputMissing, MessageId::kNoInputFrames,
                   {request.inputs.empty() ? std::string("?") : request.inputs.front().string()});
  }
  work.Report(MessageId::kStageMap, 0, 1);
  LoadedNetwork map = LoadMap(request, files);
  work.Report(MessageId::kStageMap, 1, 1);
  // Nothing is created before the inputs that the whole run needs are known to be there.
  EnsureWritableFolder(request.out);
  const fs::path scratch = request.out / ".thermoleak";
  EnsureWritableFolder(scratch);
  clock.Mark("map");

  CameraTable cameras = CameraTable::BuiltIn();
  if (request.cameras) cameras.Prepend(*request.cameras);
  ReadOptions reading;
  reading.hash = true;
  reading.scene.air_c = request.options.conditions.air_c;
  if (request.options.conditions.humidity_pct)
    reading.scene.relative_humidity = *request.options.conditions.humidity_pct / 100.0;
  const auto dji_sdk = OpenDjiSdk(request, threads);
  reading.dji_sdk = dji_sdk.get();

  const std::string options_json = request.options.Json();
  FrameStore store(static_cast<std::size_t>(request.memory_gib * 0.35 * (1u << 30)), cameras,
                   reading);
  Journal journal(scratch / "frames.journal",
                  THERMOLEAK_VERSION + options_json + (dji_sdk ? "sdk" : ""));
  SurveyFrames survey =
      ReadFrames(files, cameras, reading, request.options.quality, threads, store, journal, work);
  clock.Mark("read");
  RequireMapNear(request, map, survey);

  SurveyResult result{&map.network, map.frame, {}, {}, {}, {}, {}, {}, {}};
  result.skipped_features = map.skipped;
  for (std::size_t i = 0; i < files.size(); ++i) {
    result.facts.inputs.push_back(DescribeInput(files[i], survey.records[i].meta.sha256));
  }
  result.facts.inputs.push_back(DescribeInput(request.network, {}));
  result.facts.map = result.facts.inputs.back().path;
  if (request.dem) result.facts.inputs.push_back(DescribeInput(*request.dem, {}));
  if (request.buildings) result.facts.inputs.push_back(DescribeInput(*request.buildings, {}));
  const std::string key =
      RunKey(request, options_json, model ? model->sha256() : std::string(), result.facts.inputs);

  // Registration: every usable frame gets its camera or its reason.
  std::vector<FrameMeta> metas;
  std::vector<std::size_t> record_of_meta;
  for (std::size_t i = 0; i < survey.records.size(); ++i) {
    if (survey.records[i].quarantined) continue;
    metas.push_back(survey.records[i].meta);
    record_of_meta.push_back(i);
  }
  Registration registration =
      RegisterFromMetadata(metas, map.frame, request.dem, request.options.registration);
  for (const auto& [index, error] : registration.failed) {
    survey.records[record_of_meta[static_cast<std::size_t>(index)]].quarantined = error;
  }
  AttachLocated(registration, record_of_meta, map.network, survey);
  AdjustSummary adjustment;
  if (request.options.adjust.enabled) {
    std::vector<const Overview*> overviews;
    for (const RegisteredFrame& frame : registration.frames) {
      overviews.push_back(&survey.overviews[record_of_meta[static_cast<std::size_t>(frame.frame)]]);
    }
    adjustment = TieAndAdjust(registration, overviews, map.network, request.options, work);
  }
  double first_s = 1e300;
  for (const RegisteredFrame& frame : registration.frames) {
    first_s = std::min(first_s,
                       metas[static_cast<std::size_t>(frame.frame)].time_utc_s.value_or(first_s));
  }
  std::vector<PlacedFrame> placed;
  for (const RegisteredFrame& frame : registration.frames) {
    const auto index = static_cast<std::size_t>(frame.frame);
    const double time = metas[index].time_utc_s.value_or(first_s) - first_s;
    placed.push_back(
        {record_of_meta[index], frame, static_cast<float>(std::isfinite(time) ? time : 0.0)});
  }
  if (placed.empty() && registration.located.empty()) {
    const auto bad = std::find_if(survey.records.begin(), survey.records.end(),
                                  [](const FrameRecord& r) { return r.quarantined.has_value(); });
    throw RunError(ExitCode::kInputMissing, MessageId::kNoUsableFrames,
                   {fmt::format("{}", files.size()),
                    bad == survey.records.end() ? std::string("?")
                                                : bad->quarantined->item + " " +
                                                      bad->quarantined->message.In(request.lang)});
  }
  const double pose_sigma = std::max(0.05, registration.median_sigma_m);
  // Poses against each other where a spot lies: what the adjustment says of the picture's centre,
  // and the parallax of what stands above the ground. Untied frames are as good as their records.
  constexpr double kParallax = 0.25;
  const double local_sigma = std::min(
      pose_sigma, adjustment.converged ? std::hypot(kParallax, registration.median_relative_sigma_m)
                                       : request.options.adjust.position_noise_m);
  clock.Mark("registration");

  work.Report(MessageId::kStageHarmonise, 0, 1);
  const Harmonised harmonised =
      Harmonise(placed, survey, map.network, registration.terrain, pose_sigma, request.options);
  work.Report(MessageId::kStageHarmonise, 1, 1);
  clock.Mark("harmonisation");

  if (IsComplete(request.out, key)) {
    result.frames = std::move(survey.records);
    RunOutcome outcome = Outcome(result, 0);
    outcome.already_complete = true;
    return outcome;
  }

  const std::optional<double> picture_c = PictureTemperature(survey);
  const double air = request.options.conditions.air_c.value_or(picture_c.value_or(kAssumedAirC));
  const double wind = request.options.conditions.wind_m_s.value_or(kAssumedWindMS);
  const double h = SurfaceCoefficient(air, wind);
  if (!request.options.conditions.air_c && picture_c && !placed.empty()) {
    result.facts.warnings.push_back({MessageId::kAirAssumed, {fmt::format("{:.0f}", *picture_c)}});
  }
  if (!request.options.conditions.wind_m_s && !placed.empty()) {
    result.facts.warnings.push_back({MessageId::kWindAssumed, {fmt::format("{:.1f}", wind)}});
  }
  const double mosaic_cell_m =
      MosaicCell(placed, request.options.mosaic.cell_m, request.memory_gib);
  const std::vector<GroupPlacement> groups =
      PlaceGroups(placed, survey, store, registration, map.network, h, mosaic_cell_m, local_sigma,
                  request, threads, work);
  clock.Mark("placing of groups");
  Mosaic mosaic(mosaic_cell_m);
  const StripStageResult strips = SampleAndDetect(placed, survey, store, registration, map.network,
                                                  h, local_sigma, request, threads, mosaic, work, clock);
  CrsTrapOptions doubt;
  if (strips.layouts.empty()) doubt.least_frames = 3;  // something is wrong: few frames may tell
  const CrsTraps traps = CheckMap(map.source, GroundPositions(map.frame, placed), doubt);
  if (strips.layouts.empty() && !placed.empty() && !AnyBesidePipe(survey)) {
    const RunError far(
        ExitCode::kInputMissing, MessageId::kMapFarFromFrames,
        {request.network.string(), fmt::format("{:.1f}", NearestPipeKm(map.network, placed))});
    throw WithAdvice(far, map.source, traps, request.lang);
  }
  std::vector<Message> notes = MapNotes(map, request.lang);
  if (const auto warning = OffsetWarning(map.source, traps, request.lang))
    notes.push_back(*warning);
  const std::vector<Message> placing = PlacingNotes(registration, adjustment, groups, survey);
  notes.insert(notes.end(), placing.begin(), placing.end());
  result.facts.warnings.insert(result.facts.warnings.begin(), notes.begin(), notes.end());
  clock.Mark("checks of the map");

  std::vector<HotSpot> spots;
  double seen_m = 0;
  for (std::size_t s = 0; s < strips.layouts.size(); ++s) {
    spots.insert(spots.end(), strips.findings[s].spots.begin(), strips.findings[s].spots.end());
    for (const PipeCoverage& piece : strips.findings[s].coverage) {
      if (piece.views >= 1) seen_m += piece.to_m - piece.from_m;
      result.coverage.push_back(piece);
    }
  }
  const SurveyShift& shift = strips.alignment.shift;
  spots = MergeAcrossPipes(std::move(spots), 3.0);
  // The worst camera speaks for all: a spot may have been seen by any of them.
  for (const PlacedFrame& frame : placed) {
    const FrameRecord& record = survey.records[frame.record];
    result.facts.relative_only |= record.meta.radiometry == RadiometryLevel::kRelative;
    result.facts.scale_sigma = std::max(result.facts.scale_sigma,
                                        UncertaintyAt(record.mean_c, record.meta.calibration,
                                                      record.meta.radiometry, record.meta.accuracy)
                                            .scale);
  }
  result.candidates = ScoreSpots(
      spots,
      {map.network, shift, h, !result.facts.relative_only, result.facts.scale_sigma, model.get()},
      request.options.scoring);
  const std::vector<LeakCandidate> judged = result.candidates;
  std::erase_if(result.candidates, [](const LeakCandidate& c) { return c.rank == 0; });
  result.evidence = CollectEvidence(result.candidates, strips, placed, survey, store, registration,
                                    map.network, kMostEvidence, work);
  clock.Mark("scoring and evidence");

  result.alignment = strips.alignment;
  result.facts.registration =
      DescribeRegistration(registration, adjustment, groups, placed, survey);
  result.frames = std::move(survey.records);
  result.facts.started_utc = UtcNow();
  result.facts.options_json = options_json;
  result.facts.calibrated = model != nullptr;
  if (model) result.facts.model = {model->name(), model->sha256()};
  result.facts.threads = threads;
  result.facts.harmonisation = harmonised.facts;
  result.facts.warnings.insert(result.facts.warnings.end(), registration.warnings.begin(),
                               registration.warnings.end());
  const std::vector<Message> doubts = AlignmentWarnings(result.alignment, map.network);
  result.facts.warnings.insert(result.facts.warnings.end(), doubts.begin(), doubts.end());

  struct Output {
    std::string_view name;
    std::function<void(const fs::path&)> write;
  };
  const Output outputs[] = {
      {"candidates.geojson",
       [&](const fs::path& p) { WriteCandidatesGeoJson(result, request.lang, p); }},
      {"candidates.gpkg",
       [&](const fs::path& p) { WriteCandidatesGeoPackage(result, request.lang, p); }},
      {"mosaic.tif", [&](const fs::path& p) { WriteMosaicCog(mosaic, map.frame, p); }},
      {"frames.csv", [&](const fs::path& p) { WriteFramesCsv(result, request.lang, p); }},
      {"features.csv",
       [&](const fs::path& p) { WriteFeatureTable(judged, map.network, map.frame, p); }},
      {"evidence.json", [&](const fs::path& p) { WriteEvidenceJson(result, p); }},
      {"report.html",
       [&](const fs::path& p) { WriteHtmlReport(result, mosaic, request.lang, p); }}};
  std::int64_t written = 0;
  for (const Output& output : outputs) {
    work.Report(MessageId::kStageWrite, written++, std::size(outputs) + 1);
    work.CheckStop();
    output.write(request.out / output.name);
    clock.Mark("write " + std::string(output.name));
  }
  result.facts.times = clock.times();
  WriteRunJson(result, request.lang, request.out / "run.json");
  WriteFileAtomically(scratch / "complete", key);
  work.Report(MessageId::kStageWrite, written + 1, std::size(outputs) + 1);
  RunOutcome outcome = Outcome(result, seen_m);
  outcome.notes = std::move(notes);
  return outcome;
}

}  // namespace thermoleak
