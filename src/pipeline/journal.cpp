#include "pipeline/journal.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cstring>
#include <nlohmann/json.hpp>
#include <span>
#include <system_error>

#include "thermoleak/core/files.hpp"

namespace thermoleak::pipeline {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::json;

constexpr std::uint32_t kMagic = 0x4a4c5403;  // changes with the layout of a record
constexpr std::uint32_t kMostBytes = 64u << 20;

std::string KeyOf(const FrameSource& source) {
  struct stat info {};
  if (::stat(source.path.c_str(), &info) != 0) return {};
  return fmt::format("{}|{}|{}.{:09}|{}+{}", fs::absolute(source.path).lexically_normal().string(),
                     info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec, source.offset,
                     source.length);
}

template <class T>
void Put(Json& json, const char* name, const std::optional<T>& value) {
  if (value) json[name] = *value;
}
template <class T>
void Get(const Json& json, const char* name, std::optional<T>& value) {
  if (const auto it = json.find(name); it != json.end()) value = it->get<T>();
}

Json ToJson(const Message& message) {
  return {{"id", MessageName(message.id)}, {"args", message.args}};
}

Message MessageFrom(const Json& json) {
  const auto name = json.at("id").get<std::string>();
  for (int i = 0; i < MessageCount(); ++i) {
    if (MessageName(static_cast<MessageId>(i)) == name) {
      return {static_cast<MessageId>(i), json.at("args").get<std::vector<std::string>>()};
    }
  }
  throw std::out_of_range("unknown message");
}

template <class T>
Json ToJson(const cv::Mat_<T>& mat) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(mat.data);
  return {{"rows", mat.rows},
          {"columns", mat.cols},
          {"data", Json::binary({bytes, bytes + mat.total() * sizeof(T)})}};
}

template <class T>
cv::Mat_<T> MatFrom(const Json& json) {
  const int rows = json.at("rows").get<int>();
  const int columns = json.at("columns").get<int>();
  const Json::binary_t& bytes = json.at("data").get_binary();
  if (rows < 0 || columns < 0 ||
      bytes.size() !=
          sizeof(T) * static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns)) {
    throw std::out_of_range("array size");
  }
  cv::Mat_<T> mat(rows, columns);
  if (!bytes.empty()) std::memcpy(mat.data, bytes.data(), bytes.size());
  return mat;
}

Json ToJson(const RecordedPose& pose) {
  Json json;
  if (pose.position) json["position"] = {pose.position->lon_deg, pose.position->lat_deg};
  Put(json, "altitude", pose.altitude_m);
  Put(json, "takeoff", pose.height_above_takeoff_m);
  Put(json, "ground", pose.height_above_ground_m);
  Put(json, "yaw", pose.yaw_deg);
  Put(json, "pitch", pose.pitch_deg);
  Put(json, "roll", pose.roll_deg);
  Put(json, "aircraft_yaw", pose.aircraft_yaw_deg);
  Put(json, "sigma_h", pose.sigma_horizontal_m);
  Put(json, "sigma_v", pose.sigma_vertical_m);
  Put(json, "rtk", pose.rtk_flag);
  json["ellipsoidal"] = pose.altitude_is_ellipsoidal;
  return json;
}

RecordedPose PoseFrom(const Json& json) {
  RecordedPose pose;
  if (const auto it = json.find("position"); it != json.end()) {
    pose.position = LonLat{it->at(0).get<double>(), it->at(1).get<double>()};
  }
  Get(json, "altitude", pose.altitude_m);
  Get(json, "takeoff", pose.height_above_takeoff_m);
  Get(json, "ground", pose.height_above_ground_m);
  Get(json, "yaw", pose.yaw_deg);
  Get(json, "pitch", pose.pitch_deg);
  Get(json, "roll", pose.roll_deg);
  Get(json, "aircraft_yaw", pose.aircraft_yaw_deg);
  Get(json, "sigma_h", pose.sigma_horizontal_m);
  Get(json, "sigma_v", pose.sigma_vertical_m);
  Get(json, "rtk", pose.rtk_flag);
  pose.altitude_is_ellipsoidal = json.at("ellipsoidal").get<bool>();
  return pose;
}

Json ToJson(const Calibration& calibration) {
  if (const auto* planck = std::get_if<PlanckCalibration>(&calibration)) {
    const PlanckConstants& p = planck->planck;
    const AtmosphereConstants& a = planck->atmosphere;
    const SceneParameters& s = planck->scene;
    return {{"planck", {p.r1, p.b, p.f, p.o, p.r2}},
            {"air", {a.alpha1, a.alpha2, a.beta1, a.beta2, a.x}},
            {"scene",
             {s.emissivity, s.distance_m, s.reflected_c, s.air_c, s.relative_humidity, s.window_c,
              s.window_transmission}}};
  }
  if (const auto* linear = std::get_if<LinearCalibration>(&calibration)) {
    return {{"linear", {linear->gain, linear->offset_c}}};
  }
  if (const auto* relative = std::get_if<RelativeCalibration>(&calibration)) {
    return {{"relative", {relative->kelvin_per_count, relative->reference_count}}};
  }
  return Json::object();
}

Calibration CalibrationFrom(const Json& json) {
  if (const auto it = json.find("planck"); it != json.end()) {
    const auto p = it->get<std::array<double, 5>>();
    const auto a = json.at("air").get<std::array<double, 5>>();
    const auto s = json.at("scene").get<std::array<double, 7>>();
    return PlanckCalibration{{p[0], p[1], p[2], p[3], p[4]},
                             {a[0], a[1], a[2], a[3], a[4]},
                             {s[0], s[1], s[2], s[3], s[4], s[5], s[6]}};
  }
  if (const auto it = json.find("linear"); it != json.end()) {
    return LinearCalibration{it->at(0).get<double>(), it->at(1).get<double>()};
  }
  if (const auto it = json.find("relative"); it != json.end()) {
    return RelativeCalibration{it->at(0).get<double>(), it->at(1).get<double>()};
  }
  return CelsiusCalibration{};
}

Json ToJson(const FrameMeta& meta) {
  const FrameSource& source = meta.source;
  Json json{{"path", source.path.string()},
            {"piece", {source.offset, source.length}},
            {"frame", {source.index, source.count}},
            {"accuracy", {meta.accuracy.limit_k, meta.accuracy.scale_sigma}},
            {"name", meta.name},
            {"sha256", meta.sha256},
            {"format", meta.format},
            {"make", meta.make},
            {"model", meta.model},
            {"lens", meta.lens},
            {"serial", meta.serial},
            {"width", meta.width},
            {"height", meta.height},
            {"time_local", meta.time_is_local},
            {"time_text", meta.time_text},
            {"pose", ToJson(meta.pose)},
            {"calibration", ToJson(meta.calibration)},
            {"level", static_cast<int>(meta.radiometry)}};
  Put(json, "focal", meta.focal_length_mm);
  Put(json, "pitch", meta.pixel_pitch_um);
  Put(json, "time", meta.time_utc_s);
  Put(json, "valid_min", meta.valid_min_c);
  Put(json, "valid_max", meta.valid_max_c);
  json["warnings"] = Json::array();
  for (const Message& warning : meta.warnings) json["warnings"].push_back(ToJson(warning));
  return json;
}

FrameMeta MetaFrom(const Json& json) {
  FrameMeta meta;
  const auto piece = json.at("piece").get<std::array<std::uint64_t, 2>>();
  const auto frame = json.at("frame").get<std::array<int, 2>>();
  meta.source = {json.at("path").get<std::string>(), piece[0], piece[1], frame[0], frame[1]};
  const auto accuracy = json.at("accuracy").get<std::array<double, 2>>();
  meta.accuracy = {accuracy[0], accuracy[1]};
  meta.name = json.at("name").get<std::string>();
  meta.sha256 = json.at("sha256").get<std::string>();
  meta.format = json.at("format").get<std::string>();
  meta.make = json.at("make").get<std::string>();
  meta.model = json.at("model").get<std::string>();
  meta.lens = json.at("lens").get<std::string>();
  meta.serial = json.at("serial").get<std::string>();
  meta.width = json.at("width").get<int>();
  meta.height = json.at("height").get<int>();
  meta.time_is_local = json.at("time_local").get<bool>();
  meta.time_text = json.at("time_text").get<std::string>();
  meta.pose = PoseFrom(json.at("pose"));
  meta.calibration = CalibrationFrom(json.at("calibration"));
  meta.radiometry = static_cast<RadiometryLevel>(json.at("level").get<int>());
  Get(json, "focal", meta.focal_length_mm);
  Get(json, "pitch", meta.pixel_pitch_um);
  Get(json, "time", meta.time_utc_s);
  Get(json, "valid_min", meta.valid_min_c);
  Get(json, "valid_max", meta.valid_max_c);
  for (const Json& warning : json.at("warnings")) meta.warnings.push_back(MessageFrom(warning));
  return meta;
}

/// CBOR keeps doubles exactly. Text that is not UTF-8 cannot be encoded and throws; Append() then
/// leaves the record out.
std::string Encode(const JournalEntry& entry) {
  Json flags = Json::array();
  for (const QualityFlag& flag : entry.record.flags) {
    flags.push_back({{"mark", static_cast<int>(flag.mark)}, {"reason", ToJson(flag.reason)}});
  }
  Json json{{"meta", ToJson(entry.record.meta)},
            {"flags", std::move(flags)},
            {"pixels", entry.pixels_hash},
            {"stats", {entry.record.mean_c, entry.record.min_c, entry.record.max_c}}};
  if (entry.record.quarantined) {
    json["error"] = {{"item", entry.record.quarantined->item},
                     {"message", ToJson(entry.record.quarantined->message)}};
  }
  json["thumbnail"] = ToJson(entry.thumbnail.celsius);
  json["overview"] = ToJson(entry.overview.centikelvin);
  std::string out;
  Json::to_cbor(json, out);
  return out;
}

JournalEntry Decode(const std::string& encoded) {
  const Json json = Json::from_cbor(encoded);
  JournalEntry entry;
  entry.record.meta = MetaFrom(json.at("meta"));
  for (const Json& flag : json.at("flags")) {
    entry.record.flags.push_back(
        {static_cast<QualityMark>(flag.at("mark").get<int>()), MessageFrom(flag.at("reason"))});
  }
  entry.pixels_hash = json.at("pixels").get<std::uint64_t>();
  const auto stats = json.at("stats").get<std::array<double, 3>>();
  entry.record.mean_c = stats[0];
  entry.record.min_c = stats[1];
  entry.record.max_c = stats[2];
  if (const auto it = json.find("error"); it != json.end()) {
    entry.record.quarantined =
        Error{it->at("item").get<std::string>(), MessageFrom(it->at("message"))};
  }
  entry.thumbnail.celsius = MatFrom<float>(json.at("thumbnail"));
  entry.overview.centikelvin = MatFrom<std::uint16_t>(json.at("overview"));
  return entry;
}

/// Length-prefixed blocks: key, record, and the record's checksum.
bool ReadBlock(std::FILE* stream, std::string& out) {
  std::uint32_t length = 0;
  if (std::fread(&length, sizeof length, 1, stream) != 1 || length > kMostBytes) return false;
  out.resize(length);
  return std::fread(out.data(), 1, length, stream) == length;
}

void WriteBlock(std::FILE* stream, const std::string& block) {
  const auto length = static_cast<std::uint32_t>(block.size());
  std::fwrite(&length, sizeof length, 1, stream);
  std::fwrite(block.data(), 1, block.size(), stream);
}

std::string Checksum(const std::string& record) {
  return Sha256(std::as_bytes(std::span(record))).substr(0, 16);
}

}  // namespace

Journal::Journal(const fs::path& file, const std::string& binding) : file_(file) {
  long valid = 0;
  if (std::FILE* in = std::fopen(file.c_str(), "rb")) {
    std::uint32_t magic = 0;
    std::string bound;
    if (std::fread(&magic, sizeof magic, 1, in) == 1 && magic == kMagic && ReadBlock(in, bound) &&
        bound == binding) {
      valid = std::ftell(in);
      std::string key;
      std::string record;
      std::string checksum;
      while (ReadBlock(in, key) && ReadBlock(in, record) && ReadBlock(in, checksum) &&
             checksum == Checksum(record)) {
        entries_[key] = record;
        valid = std::ftell(in);
      }
    }
    std::fclose(in);
  }
  std::error_code ignored;
  if (valid > 0) {
    fs::resize_file(file, static_cast<std::uintmax_t>(valid), ignored);  // cuts off a torn record
    stream_ = std::fopen(file.c_str(), "ab");
  } else {
    stream_ = std::fopen(file.c_str(), "wb");
    if (stream_ != nullptr) {
      std::fwrite(&kMagic, sizeof kMagic, 1, stream_);
      WriteBlock(stream_, binding);
    }
  }
  if (stream_ == nullptr) throw WriteError(file, errno);
}

Journal::~Journal() {
  if (stream_ != nullptr) std::fclose(stream_);
}

std::optional<JournalEntry> Journal::Find(const FrameSource& source) const {
  const auto it = entries_.find(KeyOf(source));
  if (it == entries_.end()) return std::nullopt;
  try {
    return Decode(it->second);
  } catch (const std::exception&) {
    return std::nullopt;  // read the file again; the journal is only a shortcut
  }
}

void Journal::Append(const FrameSource& source, const JournalEntry& entry) {
  std::string record;
  try {
    record = Encode(entry);
  } catch (const Json::exception&) {
    return;  // a file name that is not UTF-8: that frame is read again next time
  }
  errno = 0;
  WriteBlock(stream_, KeyOf(source));
  WriteBlock(stream_, record);
  WriteBlock(stream_, Checksum(record));
  if (std::fflush(stream_) != 0) throw WriteError(file_, errno);
}

void Journal::Discard() {
  if (stream_ != nullptr) std::fclose(stream_);
  stream_ = nullptr;
  std::error_code ignored;
  fs::remove(file_, ignored);
}

}  // namespace thermoleak::pipeline
