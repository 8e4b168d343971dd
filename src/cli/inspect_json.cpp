#include <nlohmann/json.hpp>

#include "cli/inspect_item.hpp"

namespace thermoleak::cli {
namespace {

using nlohmann::json;

template <class T>
json OrNull(const std::optional<T>& value) {
  return value ? json(*value) : json(nullptr);
}

json PoseJson(const RecordedPose& pose) {
  json out{{"latitude_deg", nullptr}, {"longitude_deg", nullptr}};
  if (pose.position) {
    out["latitude_deg"] = pose.position->lat_deg;
    out["longitude_deg"] = pose.position->lon_deg;
  }
  out["altitude_m"] = OrNull(pose.altitude_m);
  out["altitude_is_ellipsoidal"] = pose.altitude_is_ellipsoidal;
  out["height_above_takeoff_m"] = OrNull(pose.height_above_takeoff_m);
  out["height_above_ground_m"] = OrNull(pose.height_above_ground_m);
  out["laser_range_m"] = OrNull(pose.laser_range_m);
  out["yaw_deg"] = OrNull(pose.yaw_deg);
  out["pitch_deg"] = OrNull(pose.pitch_deg);
  out["roll_deg"] = OrNull(pose.roll_deg);
  out["aircraft_yaw_deg"] = OrNull(pose.aircraft_yaw_deg);
  out["sigma_horizontal_m"] = OrNull(pose.sigma_horizontal_m);
  out["sigma_vertical_m"] = OrNull(pose.sigma_vertical_m);
  out["rtk_flag"] = OrNull(pose.rtk_flag);
  return out;
}

json SceneJson(const SceneParameters& s) {
  return {{"emissivity", s.emissivity},
          {"distance_m", s.distance_m},
          {"reflected_c", s.reflected_c},
          {"air_c", s.air_c},
          {"relative_humidity", s.relative_humidity},
          {"window_c", s.window_c},
          {"window_transmission", s.window_transmission}};
}

/// 1-sigma, at the picture's median.
json UncertaintyJson(const Inspected& item) {
  if (!item.uncertainty) return nullptr;
  const TemperatureUncertainty& u = *item.uncertainty;
  return {
      {"total_k", OrNull(u.total_k)},  {"camera_k", u.camera_k}, {"emissivity_k", u.emissivity_k},
      {"reflected_k", u.reflected_k},  {"air_k", u.air_k},       {"distance_k", u.distance_k},
      {"difference_relative", u.scale}};
}

json CalibrationJson(const Calibration& calibration) {
  if (const auto* planck = std::get_if<PlanckCalibration>(&calibration)) {
    const PlanckConstants& c = planck->planck;
    const AtmosphereConstants& a = planck->atmosphere;
    return {{"kind", "planck"},
            {"r1", c.r1},
            {"b", c.b},
            {"f", c.f},
            {"o", c.o},
            {"r2", c.r2},
            {"atmosphere",
             {{"alpha1", a.alpha1},
              {"alpha2", a.alpha2},
              {"beta1", a.beta1},
              {"beta2", a.beta2},
              {"x", a.x}}},
            {"scene", SceneJson(planck->scene)}};
  }
  if (const auto* linear = std::get_if<LinearCalibration>(&calibration)) {
    return {{"kind", "linear"}, {"gain", linear->gain}, {"offset_c", linear->offset_c}};
  }
  if (const auto* relative = std::get_if<RelativeCalibration>(&calibration)) {
    return {{"kind", "relative"}, {"kelvin_per_count", relative->kelvin_per_count}};
  }
  return {{"kind", "celsius"}};
}

/// Names of files need not be UTF-8.
std::string Dump(const json& value) {
  return value.dump(2, ' ', false, json::error_handler_t::replace);
}

}  // namespace

std::string JsonText(const FrameSource& source, const Inspected& item, Lang lang) {
  json out{{"schema", 1}, {"file", source.path.string()}};
  if (source.count > 1) out["frame"] = {{"index", source.index}, {"count", source.count}};
  const auto message = [lang](const Message& text) {
    return json{{"code", MessageName(text.id)}, {"text", text.In(lang)}};
  };
  if (!item.frame) {
    out["error"] = message(item.frame.error().message);
    return Dump(out);
  }
  const FrameMeta& meta = item.frame->meta;
  if (!meta.sha256.empty()) out["sha256"] = meta.sha256;
  out["format"] = meta.format;
  out["make"] = meta.make;
  out["model"] = meta.model;
  out["lens"] = meta.lens;
  out["serial"] = meta.serial;
  out["width"] = meta.width;
  out["height"] = meta.height;
  out["focal_length_mm"] = OrNull(meta.focal_length_mm);
  out["pixel_pitch_um"] = OrNull(meta.pixel_pitch_um);
  out["time_s"] = OrNull(meta.time_utc_s);
  out["time_is_local"] = meta.time_is_local;
  out["time_text"] = meta.time_text;
  out["pose"] = PoseJson(meta.pose);
  out["calibration"] = CalibrationJson(meta.calibration);
  out["radiometry"] = ToString(meta.radiometry);
  out["recorded_scene"] = meta.recorded_scene ? SceneJson(*meta.recorded_scene) : json(nullptr);
  out["uncertainty"] = UncertaintyJson(item);
  if (item.counts) {
    const CountHistogram& counts = *item.counts;
    out["counts"] = {{"min", counts.min()}, {"max", counts.max()}, {"median", counts.Median()}};
  }
  out["temperature_c"] = nullptr;
  if (item.summary) {
    const TemperatureSummary& t = *item.summary;
    out[item.Relative() != nullptr ? "relative_k" : "temperature_c"] = {
        {"min", t.min_c},
        {"max", t.max_c},
        {"mean", t.mean_c},
        {"median", t.median_c},
        {"p05", t.p05_c},
        {"p95", t.p95_c},
        {"undefined", t.undefined},
        {"hottest", {{"row", t.hottest_row}, {"column", t.hottest_column}}}};
  }
  out["quality"] = json::array();
  for (const QualityFlag& flag : item.flags) {
    out["quality"].push_back({{"mark", CodeOf(flag.mark)}, {"text", flag.reason.In(lang)}});
  }
  out["warnings"] = json::array();
  for (const Message& warning : meta.warnings) out["warnings"].push_back(message(warning));
  return Dump(out);
}

}  // namespace thermoleak::cli
