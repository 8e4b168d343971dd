#include <array>
#include <cmath>
#include <numbers>

#include "report/frame_facts.hpp"
#include "report/text_format.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/report/writers.hpp"

namespace thermoleak {
namespace {

// Angles follow core/conventions.hpp (yaw from TRUE north); their sigmas are those of small
// rotations about the camera's axes (right, down, forward), which stay meaningful at nadir where
// yaw and roll become one. height_m is in the terrain's datum. heading_deg is where the picture's
// upper edge lies on the ground, which is easier to read there. The ground's sigmas are of the
// picture's centre: against the world, and against the other frames.
constexpr std::array kColumns = {"file",
                                 "time",
                                 "status",
                                 "reason_code",
                                 "reason",
                                 "lon_deg",
                                 "lat_deg",
                                 "height_m",
                                 "height_above_ground_m",
                                 "sigma_east_m",
                                 "sigma_north_m",
                                 "sigma_up_m",
                                 "yaw_deg",
                                 "pitch_deg",
                                 "roll_deg",
                                 "sigma_right_deg",
                                 "sigma_down_deg",
                                 "sigma_forward_deg",
                                 "gsd_m",
                                 "footprint_wkt",
                                 "flags",
                                 "flag_reasons",
                                 "radiometry",
                                 "sigma_k",
                                 "scale_sigma",
                                 "warnings",
                                 "mean_c",
                                 "min_c",
                                 "max_c",
                                 "offset_k",
                                 "offset_sigma_k",
                                 "format",
                                 "camera",
                                 "sha256",
                                 "heading_deg",
                                 "sigma_ground_m",
                                 "relative_sigma_ground_m",
                                 "ties",
                                 "filled_in",
                                 "pipes"};

std::string FootprintWkt(const std::vector<Vec2>& footprint, const LocalFrame& frame) {
  if (footprint.size() < 3) return {};
  std::string wkt = "POLYGON((";
  std::string first;
  for (const Vec2& corner : footprint) {
    const LonLat position = frame.LonLatFromLocal(corner);
    const std::string lon = Fixed(position.lon_deg, 7);
    const std::string lat = Fixed(position.lat_deg, 7);
    if (lon.empty() || lat.empty()) return {};
    const std::string point = lon + " " + lat;
    if (first.empty()) first = point;
    wkt += point + ", ";
  }
  return wkt + first + "))";
}

/// The fifteen columns that a registered frame has; of a picture from the hand the place of what it
/// shows; empty fields otherwise.
void AppendPose(std::vector<std::string>& row, const FrameRecord& record, const LocalFrame& frame) {
  if (record.located) {
    const LonLat position = frame.LonLatFromLocal(record.located->position);
    row.insert(row.end(), {Fixed(position.lon_deg, 7), Fixed(position.lat_deg, 7), "", ""});
    row.insert(row.end(), 2, Fixed(record.located->sigma_m, 3));
    row.resize(row.size() + 9);
    return;
  }
  if (!record.registered) {
    row.resize(row.size() + 15);
    return;
  }
  const RegisteredFrame& registered = *record.registered;
  const Vec2 ground_position = registered.camera.position.head<2>();
  const LonLat position = frame.LonLatFromLocal(ground_position);
  const Angles angles = AnglesFromRotation(registered.camera.map_from_camera);
  double yaw = std::fmod(angles.yaw_deg + frame.ConvergenceDeg(position) + 720.0, 360.0);
  if (yaw >= 359.9995) yaw = 0;
  const auto sigma = [&](int i) { return std::sqrt(registered.covariance(i, i)); };
  constexpr double kDegrees = 180.0 / std::numbers::pi;
  row.push_back(Fixed(position.lon_deg, 7));
  row.push_back(Fixed(position.lat_deg, 7));
  row.push_back(Fixed(registered.camera.position.z(), 2));
  row.push_back(Fixed(registered.height_above_ground_m, 2));
  for (int i = 0; i < 3; ++i) row.push_back(Fixed(sigma(i), 3));
  row.push_back(Fixed(yaw, 3));
  row.push_back(Fixed(angles.pitch_deg, 3));
  row.push_back(Fixed(angles.roll_deg, 3));
  for (int i = 3; i < 6; ++i) row.push_back(Fixed(sigma(i) * kDegrees, 3));
  row.push_back(Fixed(registered.gsd_m, 4));
  row.push_back(CsvText(FootprintWkt(registered.footprint, frame)));
}

std::string Joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) {
    if (!out.empty()) out += ';';
    out += part;
  }
  return out;
}

std::string FilledIn(const FilledIn& sigma) {
  std::vector<std::string> parts;
  if (sigma.position_m > 0) parts.emplace_back("position");
  if (sigma.height_m > 0) parts.emplace_back("height");
  if (sigma.tilt_rad > 0) parts.emplace_back("tilt");
  if (sigma.yaw_rad > 0) parts.emplace_back("yaw");
  return Joined(parts);
}

/// Heading, sigmas of the centre, ties and what was filled in: five columns of a registered frame.
void AppendPlacing(std::vector<std::string>& row, const FrameRecord& record,
                   const LocalFrame& frame) {
  if (!record.registered) {
    row.resize(row.size() + 5);
    return;
  }
  const RegisteredFrame& registered = *record.registered;
  const LonLat position = frame.LonLatFromLocal(registered.camera.position.head<2>());
  double heading =
      std::fmod(HeadingDeg(registered) + frame.ConvergenceDeg(position) + 720.0, 360.0);
  if (heading >= 359.995) heading = 0;
  row.push_back(Fixed(heading, 2));
  const GroundSigmas sigmas = GroundSigmasOf(registered);
  row.push_back(Fixed(sigmas.absolute_m, 3));
  row.push_back(Fixed(sigmas.relative_m, 3));
  row.push_back(record.ties < 0 ? "" : std::to_string(record.ties));
  row.push_back(FilledIn(registered.filled_in));
}

std::string PipesNear(const FrameRecord& record, const PipeNetwork* network) {
  std::vector<std::string> ids;
  if (record.located && network) {
    for (const int pipe : record.located->pipes)
      ids.push_back(network->pipes()[static_cast<std::size_t>(pipe)].id);
  }
  return Joined(ids);
}

std::vector<std::string> Row(const FrameRecord& record, const SurveyResult& result, Lang lang) {
  const LocalFrame& frame = result.frame;
  const FrameMeta& meta = record.meta;
  std::vector<std::string> row;
  row.push_back(CsvText(meta.name));
  row.push_back(IsoTime(meta.time_utc_s, meta.time_is_local));
  row.emplace_back(StatusOf(record));
  row.push_back(record.quarantined ? std::string(MessageName(record.quarantined->message.id)) : "");
  row.push_back(record.quarantined ? CsvText(record.quarantined->message.In(lang)) : "");
  AppendPose(row, record, frame);
  std::vector<std::string> marks;
  std::string reasons;
  for (const QualityFlag& flag : record.flags) {
    marks.emplace_back(CodeOf(flag.mark));
    reasons += (reasons.empty() ? "" : "; ") + flag.reason.In(lang);
  }
  row.push_back(CsvText(Joined(marks)));
  row.push_back(CsvText(reasons));
  row.emplace_back(record.quarantined ? "" : ToString(meta.radiometry));
  const TemperatureUncertainty sigma =
      UncertaintyAt(record.mean_c, meta.calibration, meta.radiometry, meta.accuracy);
  row.push_back(record.quarantined || !sigma.total_k ? "" : Fixed(*sigma.total_k, 2));
  row.push_back(record.quarantined ? "" : Fixed(sigma.scale, 3));
  std::vector<std::string> warnings;
  for (const Message& warning : meta.warnings) warnings.emplace_back(MessageName(warning.id));
  row.push_back(CsvText(Joined(warnings)));
  // A frame that was set aside before its pixels were decoded has no temperatures: three zeros are
  // "none".
  const bool has_temperatures =
      !record.quarantined || record.mean_c != 0 || record.min_c != 0 || record.max_c != 0;
  for (const double celsius : {record.mean_c, record.min_c, record.max_c}) {
    row.push_back(has_temperatures ? Fixed(celsius, 2) : "");
  }
  row.push_back(record.quarantined || record.located ? "" : Fixed(record.offset_k, 3));
  row.push_back(record.quarantined || record.offset_sigma_k < 0 ? ""
                                                                : Fixed(record.offset_sigma_k, 3));
  row.push_back(CsvText(meta.format));
  row.push_back(CsvText(meta.make.empty() ? meta.model : meta.make + " " + meta.model));
  row.push_back(CsvText(meta.sha256));
  AppendPlacing(row, record, frame);
  row.push_back(CsvText(PipesNear(record, result.network)));
  return row;
}

}  // namespace

void WriteFramesCsv(const SurveyResult& result, Lang lang, const std::filesystem::path& path) {
  std::string out = "\xEF\xBB\xBF";  // without the mark Excel takes UTF-8 for the local code page
  const auto append = [&](const auto& fields) {
    bool first = true;
    for (const auto& field : fields) {
      if (!first) out += ',';
      out += field;
      first = false;
    }
    out += "\r\n";
  };
  append(kColumns);
  for (const FrameRecord& record : result.frames) append(Row(record, result, lang));
  WriteFileAtomically(path, out);
}

}  // namespace thermoleak
