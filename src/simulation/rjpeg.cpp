#include "thermoleak/simulation/rjpeg.hpp"

#include <fmt/format.h>

#include <numbers>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "simulation/byte_writer.hpp"
#include "simulation/exif.hpp"

namespace thermoleak::simulation {
namespace {

constexpr std::size_t kHeaderSize = 64;
constexpr std::size_t kEntrySize = 32;
constexpr std::size_t kEntries = 14;  // as cameras write it; most stay empty
/// Where records begin: beyond any offset of the Exif block, because ExifTool takes the offsets of
/// both for one space and warns of directories that seem to be read twice.
constexpr std::size_t kRecordsAt = 4096;
constexpr std::size_t kCameraInfoSize = 2476;
constexpr std::size_t kSegmentData = 65524;  // of the FFF file in one APP1
constexpr std::uint16_t kRecordMark = 2;     // first word of a record, in the record's byte order

/// The palette picture: counts from the 0.5th to the 99.5th percentile over a warm palette.
std::vector<unsigned char> PaletteJpeg(const cv::Mat& counts, int quality) {
  std::vector<int> histogram(65536, 0);
  for (int r = 0; r < counts.rows; ++r) {
    const auto* row = counts.ptr<std::uint16_t>(r);
    for (int c = 0; c < counts.cols; ++c) ++histogram[row[c]];
  }
  const auto percentile = [&](double share) {
    std::int64_t left = static_cast<std::int64_t>(share * static_cast<double>(counts.total()));
    int value = 0;
    while (value < 65535 && left >= histogram[static_cast<std::size_t>(value)]) {
      left -= histogram[static_cast<std::size_t>(value++)];
    }
    return value;
  };
  const int low = percentile(0.005);
  const double scale = 255.0 / std::max(1, percentile(0.995) - low);
  cv::Mat grey;
  counts.convertTo(grey, CV_8U, scale, -low * scale);
  cv::Mat colours;
  cv::applyColorMap(grey, colours, cv::COLORMAP_INFERNO);
  std::vector<unsigned char> jpeg;
  cv::imencode(".jpg", colours, jpeg, {cv::IMWRITE_JPEG_QUALITY, quality});
  return jpeg;
}

ByteWriter RawRecord(const cv::Mat& counts, bool png) {
  ByteWriter w(Order::kLittle, 0x20);
  w.PutAt(0x00, kRecordMark);
  w.PutAt(0x02, static_cast<std::uint16_t>(counts.cols));
  w.PutAt(0x04, static_cast<std::uint16_t>(counts.rows));
  w.PutAt(0x0c, static_cast<std::uint32_t>(counts.cols - 1));
  w.PutAt(0x10, static_cast<std::uint32_t>(counts.rows - 1));
  if (!png) {
    for (int r = 0; r < counts.rows; ++r) {
      w.PutBytes(counts.ptr(r), static_cast<std::size_t>(counts.cols) * 2);
    }
    return w;
  }
  // FLIR puts samples of the record's byte order into the PNG, against the PNG standard: swapped
  // here, so that the encoder's own swap restores little-endian.
  cv::Mat swapped(counts.size(), CV_16UC1);
  for (int r = 0; r < counts.rows; ++r) {
    const auto* from = counts.ptr<std::uint16_t>(r);
    auto* to = swapped.ptr<std::uint16_t>(r);
    for (int c = 0; c < counts.cols; ++c) {
      to[c] = static_cast<std::uint16_t>(from[c] << 8 | from[c] >> 8);
    }
  }
  std::vector<unsigned char> encoded;
  cv::imencode(".png", swapped, encoded, {cv::IMWRITE_PNG_COMPRESSION, 4});
  w.PutBytes(encoded.data(), encoded.size());
  return w;
}

ByteWriter CameraInfo(const RjpegFrame& frame) {
  const auto f32 = [](double value) { return static_cast<float>(value); };
  const auto kelvin = [](double celsius) { return static_cast<float>(celsius + 273.15); };
  const SceneParameters& s = frame.calibration.scene;
  const PlanckConstants& p = frame.calibration.planck;
  const AtmosphereConstants& a = frame.calibration.atmosphere;
  ByteWriter w(Order::kLittle, kCameraInfoSize);
  w.PutAt(0x00, kRecordMark);
  w.PutAt(0x20, f32(s.emissivity));
  w.PutAt(0x24, f32(s.distance_m));
  w.PutAt(0x28, kelvin(s.reflected_c));
  w.PutAt(0x2c, kelvin(s.air_c));
  w.PutAt(0x30, kelvin(s.window_c));
  w.PutAt(0x34, f32(s.window_transmission));
  w.PutAt(0x3c, f32(s.relative_humidity));
  w.PutAt(0x58, f32(p.r1));
  w.PutAt(0x5c, f32(p.b));
  w.PutAt(0x60, f32(p.f));
  w.PutAt(0x70, f32(a.alpha1));
  w.PutAt(0x74, f32(a.alpha2));
  w.PutAt(0x78, f32(a.beta1));
  w.PutAt(0x7c, f32(a.beta2));
  w.PutAt(0x80, f32(a.x));
  w.PutAt(0x90, kelvin(135));
  w.PutAt(0x94, kelvin(-25));
  w.PutAt(0x98, kelvin(150));
  w.PutAt(0x9c, kelvin(-60));
  w.PutAt(0xa0, kelvin(135));
  w.PutAt(0xa4, kelvin(-25));
  w.PutAt(0xa8, kelvin(frame.valid_max_c));
  w.PutAt(0xac, kelvin(frame.valid_min_c));
  w.PutTextAt(0xd4, frame.model.substr(0, 31));
  w.PutTextAt(0x104, frame.serial.substr(0, 15));
  w.PutTextAt(0x170, fmt::format("{:g} mm", frame.focal_mm));
  const double half_width = frame.counts.cols * frame.pitch_um * 1e-3 / 2;
  w.PutAt(0x1b4, f32(2 * std::atan(half_width / frame.focal_mm) * 180 / std::numbers::pi));
  w.PutAt(0x308, static_cast<std::int32_t>(std::lround(p.o)));
  w.PutAt(0x30c, f32(p.r2));
  w.PutAt(0x310, std::uint16_t{0});
  w.PutAt(0x312, std::uint16_t{65535});
  double low = 0;
  double high = 0;
  cv::minMaxLoc(frame.counts, &low, &high);
  w.PutAt(0x338, static_cast<std::uint16_t>((low + high) / 2));
  w.PutAt(0x33c, static_cast<std::uint16_t>(high - low));
  const auto milliseconds = std::llround(frame.time_utc_s * 1000);
  w.PutAt(0x384, static_cast<std::uint32_t>(milliseconds / 1000));
  w.PutAt(0x388, static_cast<std::uint32_t>(milliseconds % 1000));
  w.PutAt(0x38c, static_cast<std::int16_t>(-std::lround(frame.zone_h * 60)));
  w.PutAt(0x464, std::uint16_t{8});
  return w;
}

Bytes FffFile(const RjpegFrame& frame) {
  struct Record {
    std::uint16_t type;
    std::uint16_t subtype;
    ByteWriter content;
  };
  const Record records[] = {
      {0x01, static_cast<std::uint16_t>(frame.png ? 3 : 2), RawRecord(frame.counts, frame.png)},
      {0x20, 1, CameraInfo(frame)}};
  static_assert(kHeaderSize + kEntries * kEntrySize <= kRecordsAt);
  ByteWriter w(Order::kBig, kRecordsAt);
  w.PutTextAt(0x00, "FFF");
  w.PutTextAt(0x04, "DJI");
  w.PutAt(0x14, std::uint32_t{100});
  w.PutAt(0x18, static_cast<std::uint32_t>(kHeaderSize));
  w.PutAt(0x1c, static_cast<std::uint32_t>(kEntries));
  w.PutAt(0x20, static_cast<std::uint32_t>(std::size(records)));
  std::size_t entry = kHeaderSize;
  for (const Record& record : records) {
    w.PutAt(entry, record.type);
    w.PutAt(entry + 2, record.subtype);
    w.PutAt(entry + 4, std::uint32_t{100});
    w.PutAt(entry + 8, std::uint32_t{1});
    w.PutAt(entry + 12, static_cast<std::uint32_t>(w.size()));
    w.PutAt(entry + 16, static_cast<std::uint32_t>(record.content.size()));
    w.PutBytes(record.content.bytes().data(), record.content.size());
    entry += kEntrySize;
  }
  return w.bytes();
}

void PutSegment(ByteWriter& w, std::string_view head, const void* data, std::size_t size) {
  w.Put(std::uint16_t{0xFFE1});
  w.Put(static_cast<std::uint16_t>(2 + head.size() + size));
  w.PutText(head);
  w.PutBytes(data, size);
}

}  // namespace

Bytes EncodeRjpeg(const RjpegFrame& frame) {
  const std::vector<unsigned char> jpeg = PaletteJpeg(frame.counts, frame.palette_quality);
  // OpenCV begins with SOI and one JFIF APP0; everything else is inserted after it.
  const std::size_t app0_end = 4 + (static_cast<std::size_t>(jpeg.at(4)) << 8 | jpeg.at(5));
  ByteWriter w(Order::kBig);
  w.PutBytes(jpeg.data(), app0_end);
  const Bytes exif = ExifBlock(frame);
  PutSegment(w, std::string_view("Exif\0\0", 6), exif.data(), exif.size());
  const std::string xmp = XmpPacket(frame);
  PutSegment(w, std::string_view("http://ns.adobe.com/xap/1.0/\0", 29), xmp.data(), xmp.size());
  const Bytes fff = FffFile(frame);
  const std::size_t last = (fff.size() - 1) / kSegmentData;
  for (std::size_t i = 0; i <= last; ++i) {
    const char head[] = {
        'F', 'L', 'I', 'R', '\0', '\1', static_cast<char>(i), static_cast<char>(last)};
    const std::size_t size = std::min(kSegmentData, fff.size() - i * kSegmentData);
    PutSegment(w, std::string_view(head, sizeof(head)), fff.data() + i * kSegmentData, size);
  }
  w.PutBytes(jpeg.data() + app0_end, jpeg.size() - app0_end);
  return w.bytes();
}

}  // namespace thermoleak::simulation
