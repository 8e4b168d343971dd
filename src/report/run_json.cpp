#include <numbers>

#include "report/refly.hpp"
#include "report/software_versions.hpp"
#include "report/survey_view.hpp"
#include "report/text_format.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/report/writers.hpp"

namespace thermoleak {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSchema = 1;

/// -1 stands for "not known" in RunFacts.
Json Known(double value, int decimals) {
  return value < 0 ? Json(nullptr) : Rounded(value, decimals);
}

Json Fault(const Error& error, Lang lang) {
  return {{"item", CleanUtf8(error.item)},
          {"reason", std::string(MessageName(error.message.id))},
          {"text", CleanUtf8(error.message.In(lang))}};
}

Json Counts(const SurveyResult& result, const SurveyView& view) {
  Json by_reason = Json::object();
  for (const auto& [reason, count] : view.quarantined_by_reason) by_reason[reason] = count;
  Json by_kind = Json::object();
  for (std::size_t i = 0; i < view.candidates_by_kind.size(); ++i) {
    by_kind[std::string(ToString(static_cast<CandidateKind>(i)))] = view.candidates_by_kind[i];
  }
  const auto km = [](double metres) { return Rounded(metres / 1000.0, 3); };
  return {{"frames",
           {{"total", result.frames.size()},
            {"used", view.frames_used},
            {"located", view.frames_located},
            {"quarantined", view.frames_quarantined},
            {"quarantined_by_reason", std::move(by_reason)}}},
          {"pipes",
           {{"total", view.pipes.size()},
            {"in_survey", view.pipes_in_survey},
            {"seen", view.pipes_seen},
            {"total_km", km(view.network_length_m)},
            {"in_survey_km", km(view.survey_length_m)},
            {"seen_km", km(view.metres[0])},
            {"weakly_seen_km", km(view.metres[1])},
            {"not_seen_km", km(view.metres[2])},
            {"map_features_skipped", result.skipped_features.size()}}},
          {"candidates",
           {{"total", result.candidates.size()},
            {"suspected_leaks", view.suspected_leaks},
            {"by_kind", std::move(by_kind)}}}};
}

Json Inputs(const RunFacts& facts) {
  Json list = Json::array();
  for (const InputFile& file : facts.inputs) {
    list.push_back(
        {{"path", CleanUtf8(file.path)}, {"sha256", file.sha256}, {"bytes", file.bytes}});
  }
  return list;
}

Json Times(const RunFacts& facts) {
  Json list = Json::array();
  for (const StageTime& time : facts.times) {
    list.push_back({{"stage", CleanUtf8(time.stage)},
                    {"wall_s", Rounded(time.wall_s, 3)},
                    {"cpu_s", Rounded(time.cpu_s, 3)}});
  }
  return list;
}

std::string_view NameOf(FlatField::Kind kind) {
  switch (kind) {
    case FlatField::Kind::kNone:
      return "none";
    case FlatField::Kind::kRadial:
      return "radial";
    case FlatField::Kind::kFull:
      return "full";
  }
  return "none";
}

/// Before and after, and what was taken out: the pattern of each camera, and the frames' offsets.
Json Harmonisation(const HarmonisationFacts& facts) {
  Json cameras = Json::array();
  for (const CameraPattern& camera : facts.cameras) {
    cameras.push_back({{"camera", CleanUtf8(camera.camera)},
                       {"frames", camera.frames},
                       {"flat_field", std::string(NameOf(camera.kind))},
                       {"pattern_rms_k", Rounded(camera.amplitude.rms_k, 3)},
                       {"pattern_p2_k", Rounded(camera.amplitude.p2_k, 3)},
                       {"pattern_p98_k", Rounded(camera.amplitude.p98_k, 3)}});
  }
  Json steps = Json::array();
  for (const double step : facts.steps_k) steps.push_back(Rounded(step, 2));
  return {{"disagreement_before_k", Known(facts.before.median_k, 3)},
          {"disagreement_before_p90_k", Known(facts.before.p90_k, 3)},
          {"disagreement_after_k", Known(facts.after.median_k, 3)},
          {"disagreement_after_p90_k", Known(facts.after.p90_k, 3)},
          {"cameras", std::move(cameras)},
          {"offset_low_k", Rounded(facts.offset_low_k, 3)},
          {"offset_high_k", Rounded(facts.offset_high_k, 3)},
          {"offset_sigma_k", Known(facts.offset_sigma_k, 3)},
          {"drift_k_per_sqrt_s", Known(facts.drift_k, 3)},
          {"shutter_steps", facts.steps_k.size()},
          {"shutter_steps_k", std::move(steps)}};
}

/// Used frames by what their temperatures mean, and the error of differences.
Json Radiometry(const SurveyResult& result) {
  Json levels = {{"absolute", 0}, {"apparent", 0}, {"relative", 0}};
  for (const FrameRecord& record : result.frames) {
    if (record.quarantined) continue;
    Json& frames = levels[std::string(ToString(record.meta.radiometry))];
    frames = frames.get<int>() + 1;
  }
  levels["scale_sigma"] = Rounded(result.facts.scale_sigma, 3);
  return levels;
}

Json Alignment(const MapAlignment& alignment) {
  const SurveyShift& shift = alignment.shift;
  constexpr double kDegree = std::numbers::pi / 180;
  const auto ellipse_into = [](Json& json, const Mat2& covariance) {
    const Ellipse ellipse = EllipseOf(covariance);
    json["sigma_major_m"] = Rounded(ellipse.major, 2);
    json["sigma_minor_m"] = Rounded(ellipse.minor, 2);
    json["sigma_azimuth_deg"] = Rounded(ellipse.azimuth_deg, 1);
  };
  Json json = {{"found", shift.found},
               {"east_m", Rounded(shift.shift_m.x(), 2)},
               {"north_m", Rounded(shift.shift_m.y(), 2)}};
  ellipse_into(json, shift.covariance);
  json["rotation_deg"] = Rounded(shift.rotation_rad / kDegree, 3);
  json["rotation_sigma_deg"] = Rounded(shift.rotation_sigma_rad / kDegree, 3);
  json["stretch"] = Rounded(shift.stretch, 5);
  json["stretch_sigma"] = Rounded(shift.stretch_sigma, 5);
  json["evidence_sigma"] = Rounded(shift.evidence, 1);
  if (alignment.buildings) {
    const BuildingShift& buildings = *alignment.buildings;
    Json witness = {{"found", buildings.found},
                    {"buildings", buildings.buildings},
                    {"east_m", Rounded(buildings.shift_m.x(), 2)},
                    {"north_m", Rounded(buildings.shift_m.y(), 2)}};
    ellipse_into(witness, buildings.covariance);
    witness["evidence_sigma"] = Rounded(buildings.evidence, 1);
    witness["disagreement_sigma"] = Rounded(alignment.disagreement, 1);
    json["buildings"] = std::move(witness);
  }
  Json metres = {{"confirmed", 0.0}, {"moved", 0.0}, {"doubtful", 0.0}, {"not_seen", 0.0}};
  for (const TraceStretch& stretch : alignment.traces) {
    Json& sum = metres[std::string(ToString(stretch.status))];
    sum = Rounded(sum.get<double>() + stretch.to_m - stretch.from_m, 1);
  }
  json["traces_m"] = std::move(metres);
  int moved = 0;
  int doubtful = 0;
  for (const TraceStretch* stretch : WrongLines(alignment))
    ++(stretch->status == TraceStatus::kMoved ? moved : doubtful);
  json["wrong_map_lines"] = moved;
  json["doubtful_map_lines"] = doubtful;
  return json;
}

/// How the frames were placed. What only a converged adjustment knows is null without one.
Json Placing(const RegistrationFacts& facts, Lang lang) {
  constexpr double kDegrees = 180 / std::numbers::pi;
  const AdjustSummary& adjustment = facts.adjustment;
  const auto found = [&](double value, int decimals) {
    return adjustment.converged ? Rounded(value, decimals) : Json(nullptr);
  };
  const auto count = [](int n) { return n < 0 ? Json(nullptr) : Json(n); };
  const AdjustNoise& noise = adjustment.noise;
  Json groups = Json::array();
  for (const GroupPlacement& group : facts.groups) {
    groups.push_back({{"frames", group.frames},
                      {"placed_by_pipes", group.placed},
                      {"moved_east_m", Rounded(group.move_m.x(), 2)},
                      {"moved_north_m", Rounded(group.move_m.y(), 2)},
                      {"sigma_m", Rounded(group.sigma_m, 2)}});
  }
  return {{"method", Text(facts.method, lang)},
          {"median_sigma_m", Known(facts.median_sigma_m, 3)},
          {"median_relative_sigma_m", Known(facts.median_relative_sigma_m, 3)},
          {"relative_sigma_m",
           {{"p50", Known(facts.median_relative_sigma_m, 3)},
            {"p90", Known(facts.p90_relative_sigma_m, 3)}}},
          {"pairs_tried", count(adjustment.pairs_tried)},
          {"pairs_tied", count(adjustment.pairs_tied)},
          {"pairs_dropped", count(adjustment.pairs_dropped)},
          {"ties", count(adjustment.ties)},
          {"frames_untied", count(adjustment.frames_untied)},
          {"tie_residual_before_m", Known(adjustment.residual_before_m, 3)},
          {"tie_residual_after_m", Known(adjustment.residual_after_m, 3)},
          {"groups", std::move(groups)},
          {"median_move_m", Known(adjustment.median_move_m, 3)},
          {"yaw_bias_deg", Rounded(adjustment.yaw_bias_deg, 2)},
          {"clock_lead_s", found(adjustment.clock_lead_s, 3)},
          {"focal_change", found(adjustment.focal_change, 5)},
          {"k1", found(adjustment.k1, 5)},
          {"noise",
           {{"position_m", found(noise.position_own_m, 3)},
            {"height_m", found(noise.height_m, 3)},
            {"tilt_deg", found(noise.tilt_rad * kDegrees, 3)},
            {"yaw_deg", found(noise.yaw_rad * kDegrees, 3)},
            {"tie_px", found(noise.tie_px, 3)},
            {"ground_m", found(noise.ground_m, 3)}}}};
}

Json Refly(const SurveyResult& result, const SurveyView& view, Lang lang) {
  Json list = Json::array();
  for (const ReflyPiece& piece : SightOf(result, view).refly) {
    const LonLat middle = result.frame.LonLatFromLocal(piece.middle);
    Json metres = Json::object();
    for (std::size_t i = 0; i < piece.metres.size(); ++i) {
      if (piece.metres[i] > 0)
        metres[std::string(CodeOf(static_cast<Sight>(i)))] = Rounded(piece.metres[i], 1);
    }
    list.push_back(
        {{"pipe_id", CleanUtf8(result.network->pipes()[static_cast<std::size_t>(piece.pipe)].id)},
         {"from_m", Rounded(piece.from_m, 1)},
         {"to_m", Rounded(piece.to_m, 1)},
         {"length_m", Rounded(piece.to_m - piece.from_m, 1)},
         {"lon_deg", Rounded(middle.lon_deg, 7)},
         {"lat_deg", Rounded(middle.lat_deg, 7)},
         {"reason", std::string(CodeOf(piece.reason))},
         {"text", CleanUtf8(WordFor(piece.reason).In(lang))},
         {"metres_by_reason", std::move(metres)}});
  }
  return list;
}

}  // namespace

void WriteRunJson(const SurveyResult& result, Lang lang, const std::filesystem::path& path) {
  const RunFacts& facts = result.facts;
  const SurveyView view = ViewOf(result);
  Json software = Json::object();
  for (const auto& [name, version] : SoftwareVersions()) software[name] = version;
  Json options =
      Json::parse(facts.options_json.empty() ? "{}" : facts.options_json, nullptr, false);
  if (options.is_discarded()) options = CleanUtf8(facts.options_json);
  Json quarantined = Json::array();
  for (const FrameRecord& record : result.frames) {
    if (!record.quarantined) continue;
    Json fault = Fault(*record.quarantined, lang);
    fault["item"] = CleanUtf8(record.meta.name);
    quarantined.push_back(std::move(fault));
  }
  Json skipped = Json::array();
  for (const Error& error : result.skipped_features) skipped.push_back(Fault(error, lang));
  Json warnings = Json::array();
  for (const Message& warning : facts.warnings) {
    warnings.push_back(
        {{"code", std::string(MessageName(warning.id))}, {"text", CleanUtf8(warning.In(lang))}});
  }
  Json frame_warnings = Json::array();
  for (const auto& [code, notice] : view.frame_warnings) {
    frame_warnings.push_back(
        {{"code", code}, {"frames", notice.frames}, {"text", CleanUtf8(notice.example.In(lang))}});
  }
  Json frame_flags = Json::object();
  for (const auto& [flag, frames] : view.frame_flags)
    frame_flags[std::string(CodeOf(flag))] = frames;
  const Json run = {{"schema", kSchema},
                    {"software", std::move(software)},
                    {"started_utc", CleanUtf8(facts.started_utc)},
                    {"language", lang == Lang::kChinese ? "zh" : "en"},
                    {"crs", CleanUtf8(result.frame.Name())},
                    {"calibrated", facts.calibrated},
                    {"model", facts.calibrated ? Json{{"name", CleanUtf8(facts.model.name)},
                                                      {"sha256", facts.model.sha256}}
                                               : Json(nullptr)},
                    {"counts", Counts(result, view)},
                    {"registration", Placing(facts.registration, lang)},
                    {"alignment", Alignment(result.alignment)},
                    {"harmonisation", Harmonisation(facts.harmonisation)},
                    {"radiometry", Radiometry(result)},
                    {"warnings", std::move(warnings)},
                    {"frame_warnings", std::move(frame_warnings)},
                    {"frame_flags", std::move(frame_flags)},
                    {"quarantined", std::move(quarantined)},
                    {"refly", Refly(result, view, lang)},
                    {"skipped_features", std::move(skipped)},
                    {"options", std::move(options)},
                    {"inputs", Inputs(facts)},
                    {"map", CleanUtf8(facts.map)},
                    {"threads", facts.threads},
                    {"times", Times(facts)}};
  WriteFileAtomically(path, Dump(run, 1) + "\n");
}

}  // namespace thermoleak
