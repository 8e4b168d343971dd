#include "simulation/exif.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <bit>

#include "simulation/byte_writer.hpp"

namespace thermoleak::simulation {
namespace {

enum Type : std::uint16_t {
  kByte = 1,
  kAscii = 2,
  kShort = 3,
  kLong = 4,
  kRational = 5,
  kUndefined = 7
};

struct Entry {
  std::uint16_t tag;
  Type type;
  std::uint32_t count;
  Bytes value;
};

/// One directory's entries; the caller adds them in ascending order of tags, as TIFF demands.
class Directory {
 public:
  void Text(std::uint16_t tag, std::string text) {
    text.push_back('\0');
    ByteWriter w(Order::kLittle);
    w.PutText(text);
    entries_.push_back({tag, kAscii, static_cast<std::uint32_t>(text.size()), w.bytes()});
  }
  void Short(std::uint16_t tag, int value) {
    ByteWriter w(Order::kLittle);
    w.Put(static_cast<std::uint16_t>(value));
    entries_.push_back({tag, kShort, 1, w.bytes()});
  }
  void Long(std::uint16_t tag, std::uint32_t value) {
    ByteWriter w(Order::kLittle);
    w.Put(value);
    entries_.push_back({tag, kLong, 1, w.bytes()});
  }
  void Octets(std::uint16_t tag, std::initializer_list<int> values, Type type = kByte) {
    ByteWriter w(Order::kLittle);
    for (const int v : values) w.Put(static_cast<std::uint8_t>(v));
    entries_.push_back({tag, type, static_cast<std::uint32_t>(values.size()), w.bytes()});
  }
  /// Non-negative numbers as value * denominator / denominator.
  void Rationals(std::uint16_t tag,
                 std::initializer_list<std::pair<double, std::uint32_t>> values) {
    ByteWriter w(Order::kLittle);
    for (const auto& [value, denominator] : values) {
      w.Put(static_cast<std::uint32_t>(std::llround(value * denominator)));
      w.Put(denominator);
    }
    entries_.push_back({tag, kRational, static_cast<std::uint32_t>(values.size()), w.bytes()});
  }
  std::size_t Size() const {
    std::size_t size = 2 + 12 * entries_.size() + 4;
    for (const Entry& e : entries_) size += e.value.size() > 4 ? (e.value.size() + 1) / 2 * 2 : 0;
    return size;
  }
  /// Appends the directory, which must start at `w.size()`.
  void Write(ByteWriter& w) const {
    std::size_t data = w.size() + 2 + 12 * entries_.size() + 4;
    w.Put(static_cast<std::uint16_t>(entries_.size()));
    for (const Entry& e : entries_) {
      w.Put(e.tag);
      w.Put(static_cast<std::uint16_t>(e.type));
      w.Put(e.count);
      if (e.value.size() > 4) {
        w.Put(static_cast<std::uint32_t>(data));
        data += (e.value.size() + 1) / 2 * 2;
      } else {
        w.PutBytes(e.value.data(), e.value.size());
        for (std::size_t i = e.value.size(); i < 4; ++i) w.Put(std::uint8_t{0});
      }
    }
    w.Put(std::uint32_t{0});
    for (const Entry& e : entries_) {
      if (e.value.size() <= 4) continue;
      w.PutBytes(e.value.data(), e.value.size());
      if (e.value.size() % 2 == 1) w.Put(std::uint8_t{0});
    }
  }

 private:
  std::vector<Entry> entries_;
};

/// Degrees, minutes, seconds to a millionth (0.03 mm).
void Angle(Directory& directory, std::uint16_t tag, double degrees) {
  const auto millionths = static_cast<std::uint64_t>(std::llround(std::abs(degrees) * 3600e6));
  const double whole = static_cast<double>(millionths / 3600000000u);
  const double minutes = static_cast<double>(millionths / 60000000u % 60);
  const double seconds = static_cast<double>(millionths % 60000000u) / 1e6;
  directory.Rationals(tag, {{whole, 1}, {minutes, 1}, {seconds, 1000000}});
}

/// Empty but for its version where the frame knows no position.
Directory GpsDirectory(const RjpegFrame& frame) {
  Directory gps;
  gps.Octets(0, {2, 3, 0, 0});
  if (frame.position) {
    gps.Text(1, frame.position->lat_deg < 0 ? "S" : "N");
    Angle(gps, 2, frame.position->lat_deg);
    gps.Text(3, frame.position->lon_deg < 0 ? "W" : "E");
    Angle(gps, 4, frame.position->lon_deg);
  }
  if (frame.altitude_m) {
    gps.Octets(5, {*frame.altitude_m < 0 ? 1 : 0});
    gps.Rationals(6, {{std::abs(*frame.altitude_m), 1000}});
  }
  gps.Text(0x12, "WGS-84");
  return gps;
}

}  // namespace

Bytes ExifBlock(const RjpegFrame& frame) {
  const auto milliseconds = std::llround((frame.time_utc_s + frame.zone_h * 3600) * 1000);
  const std::string local = fmt::format("{:%Y:%m:%d %H:%M:%S}",
                                        fmt::gmtime(static_cast<std::time_t>(milliseconds / 1000)));
  const std::string fraction = fmt::format("{:03}", milliseconds % 1000);
  const int zone_minutes = static_cast<int>(std::lround(frame.zone_h * 60));
  const std::string zone = fmt::format("{}{:02}:{:02}", zone_minutes < 0 ? '-' : '+',
                                       std::abs(zone_minutes) / 60, std::abs(zone_minutes) % 60);
  Directory exif;
  exif.Rationals(0x829D, {{1.4, 10}});
  exif.Octets(0x9000, {'0', '2', '3', '1'}, kUndefined);
  exif.Text(0x9003, local);
  exif.Text(0x9004, local);
  if (frame.zone_stated) {
    exif.Text(0x9010, zone);
    exif.Text(0x9011, zone);
  }
  exif.Rationals(0x920A, {{frame.focal_mm, 1000}});
  exif.Text(0x9291, fraction);
  exif.Long(0xA002, static_cast<std::uint32_t>(frame.counts.cols));
  exif.Long(0xA003, static_cast<std::uint32_t>(frame.counts.rows));
  // As the XT2 has it: not pixels per unit but the sensor's size in mm.
  exif.Rationals(0xA20E, {{frame.counts.cols * frame.pitch_um * 1e-3, 1000}});
  exif.Rationals(0xA20F, {{frame.counts.rows * frame.pitch_um * 1e-3, 1000}});
  exif.Short(0xA210, 4);
  const Directory gps = GpsDirectory(frame);
  const auto first = [&](std::uint32_t exif_at, std::uint32_t gps_at) {
    Directory d;
    d.Text(0x10E, frame.description);
    d.Text(0x10F, frame.make);
    d.Text(0x110, frame.model);
    d.Short(0x112, 1);
    d.Rationals(0x11A, {{72, 1}});
    d.Rationals(0x11B, {{72, 1}});
    d.Short(0x128, 2);
    d.Text(0x131, "thermoleak simulate");
    d.Text(0x132, local);
    d.Long(0x8769, exif_at);
    d.Long(0x8825, gps_at);
    return d;
  };
  const auto exif_at = static_cast<std::uint32_t>(8 + first(0, 0).Size());
  const auto gps_at = static_cast<std::uint32_t>(exif_at + exif.Size());
  ByteWriter w(Order::kLittle);
  w.PutText("II");
  w.Put(std::uint16_t{42});
  w.Put(std::uint32_t{8});
  first(exif_at, gps_at).Write(w);
  exif.Write(w);
  gps.Write(w);
  return w.bytes();
}

std::string XmpPacket(const RjpegFrame& frame) {
  const auto wrap = [](double degrees) {
    return degrees - 360 * std::floor((degrees + 180) / 360);
  };
  const auto item = [](std::string_view name, const std::string& value) {
    return fmt::format("   <drone-dji:{0}>{1}</drone-dji:{0}>\n", name, value);
  };
  const auto angle = [&](double degrees) {
    return fmt::format("{:+.{}f}", degrees, frame.angle_decimals);
  };
  std::string xmp =
      "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
      "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
      " <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
      "  <rdf:Description rdf:about=\"DJI Meta Data\" "
      "xmlns:drone-dji=\"http://www.dji.com/drone-dji/1.0/\"";
  const bool accuracies =
      frame.height_above_ground_m || frame.sigma_horizontal_m || frame.sigma_vertical_m;
  if (accuracies) xmp += " xmlns:Camera=\"http://pix4d.com/camera/1.0\"";
  xmp += ">\n";
  const auto number = [&](std::string_view name, const std::optional<double>& value) {
    if (value) xmp += item(name, fmt::format("{:+.3f}", *value));
  };
  const auto turn = [&](std::string_view name, const std::optional<double>& degrees) {
    if (degrees) xmp += item(name, angle(wrap(*degrees)));
  };
  number("AbsoluteAltitude", frame.altitude_m);
  if (frame.altitude_is_ellipsoidal) xmp += item("AltitudeType", "RtkAlt");
  number("RelativeAltitude", frame.height_above_takeoff_m);
  turn("GimbalRollDegree", frame.gimbal_roll_deg);
  turn("GimbalYawDegree", frame.gimbal_yaw_deg);
  if (frame.gimbal_pitch_deg) xmp += item("GimbalPitchDegree", angle(*frame.gimbal_pitch_deg));
  xmp += item("FlightRollDegree", "+0.0");
  turn("FlightYawDegree", frame.flight_yaw_deg);
  xmp += item("FlightPitchDegree", "-3.0");
  xmp += item("CamReverse", "0");
  xmp += item("GimbalReverse", "0");
  if (frame.rtk_flag) xmp += item("RtkFlag", fmt::format("{}", *frame.rtk_flag));
  number("LRFTargetDistance", frame.laser_range_m);
  const auto camera = [&](std::string_view name, const std::optional<double>& value) {
    if (value) xmp += fmt::format("   <Camera:{0}>{1:.4f}</Camera:{0}>\n", name, *value);
  };
  camera("AboveGroundAltitude", frame.height_above_ground_m);
  camera("GPSXYAccuracy", frame.sigma_horizontal_m);
  camera("GPSZAccuracy", frame.sigma_vertical_m);
  xmp += "  </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>";
  return xmp;
}

}  // namespace thermoleak::simulation
