// Whatever bytes come: an answer, never a crash, and never more memory than the bytes can justify.
// Run it under the asan preset, too.

#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "ingest/build_files.hpp"
#include "thermoleak/ingest/reader.hpp"

namespace thermoleak {
namespace {

using namespace test;
namespace fs = std::filesystem;

const CameraTable& Cameras() {
  static const CameraTable table = CameraTable::BuiltIn();
  return table;
}

Result<ThermalFrame> Read(std::string_view bytes) {
  return ReadFrame(std::as_bytes(std::span(bytes)), std::filesystem::path("frame"), Cameras());
}

/// What holds for every answer.
void ExpectSane(const Result<ThermalFrame>& frame) {
  if (!frame) {
    EXPECT_EQ(frame.error().item, "frame");
    EXPECT_FALSE(frame.error().message.In(Lang::kChinese).empty());
    return;
  }
  EXPECT_EQ(frame->stored.cols, frame->meta.width);
  EXPECT_EQ(frame->stored.rows, frame->meta.height);
  EXPECT_GT(frame->stored.total(), 0u);
  EXPECT_LE(frame->stored.total(), 8192u * 8192u);
  const cv::Mat celsius = ToCelsius(frame->stored, frame->meta.calibration);
  EXPECT_EQ(celsius.size(), frame->stored.size());
  const RecordedPose& pose = frame->meta.pose;
  if (pose.position) {
    EXPECT_LE(std::abs(pose.position->lat_deg), 90);
    EXPECT_LE(std::abs(pose.position->lon_deg), 180);
  }
  if (pose.roll_deg) {
    EXPECT_LE(std::abs(*pose.roll_deg), 90);
  }
  EXPECT_FALSE(frame->meta.time_utc_s && !std::isfinite(*frame->meta.time_utc_s));
}

std::string ExampleExif() {
  const std::string packet = Packet(
      "xmlns:drone-dji=\"http://www.dji.com/drone-dji/1.0/\"",
      "drone-dji:GimbalYawDegree=\"+33\" drone-dji:GimbalPitchDegree=\"-89.9\" "
      "drone-dji:GimbalRollDegree=\"180\" drone-dji:UTCAtExposure=\"2023-05-01T15:35:16.4\"");
  return std::string("Exif\0\0", 6) +
         ExifBlock({{0x010F, 2, "DJI", {}}, {0x0110, 2, "XT2", {}}},
                   {{0x9003, 2, "2023:05:01 17:35:16", {}}, {0x02BC, 1, packet, {}}},
                   {{1, 2, "N", {}},
                    {2, 5, {}, {55, 1, 4, 1, 2112, 100}},
                    {3, 2, "E", {}},
                    {4, 5, {}, {82, 1, 58, 1, 5859, 100}}});
}

std::string PngFff(int width, int height) {
  FffSpec spec;
  spec.width = width;
  spec.height = height;
  spec.payload = PngOfCounts(width, height, true);
  return FffBlock(spec);
}

struct Seed {
  std::string name;
  std::string bytes;
};

std::vector<Seed> Seeds() {
  std::vector<Seed> seeds;
  std::vector<Segment> segments{{0xE1, ExampleExif()}};
  for (Segment& segment : FlirSegments(FffBlock({}), 400)) segments.push_back(std::move(segment));
  seeds.push_back({"FLIR JPEG", Jpeg(segments)});
  seeds.push_back({"FFF", FffBlock({})});
  seeds.push_back({"FFF with PNG", PngFff(13, 9)});
  const std::string gain =
      Packet("xmlns:FLIR=\"http://ns.flir.com/xmp/1.0/\"", "FLIR:TlinearGain=\"0.04\"");
  seeds.push_back({"TIFF", TiffFile(8, 6, 16, 1, std::string(96, '\x1E'), gain)});
  Writer frame_header(true);
  frame_header.U8(8).U16(48).U16(64).U8(1);
  seeds.push_back({"DJI JPEG", Jpeg({{0xE1, ExampleExif()},
                                     {0xE3, std::string(64 * 48 * 2, '\x48')},
                                     {0xE4, std::string("\xFF\xD2\xD1\xFFiirp", 8)},
                                     {0xC0, frame_header.bytes()}})});
  return seeds;
}

TEST(Robustness, SeedsAreFrames) {
  for (const Seed& seed : Seeds()) {
    const auto frame = Read(seed.bytes);
    EXPECT_TRUE(frame.has_value()) << seed.name << ": " << frame.error().message.In(Lang::kEnglish);
    ExpectSane(frame);
  }
}

TEST(Robustness, EveryLengthOfTruncation) {
  for (const Seed& seed : Seeds()) {
    for (std::size_t length = 0; length < seed.bytes.size(); ++length) {
      const auto frame = Read(std::string_view(seed.bytes).substr(0, length));
      ExpectSane(frame);
    }
  }
}

TEST(Robustness, ACutThermalRecordIsNeverUsed) {
  const Seed seed = Seeds()[0];
  const std::size_t picture = seed.bytes.rfind("\xFF\xDA");
  for (std::size_t length = 2; length < picture; ++length) {
    const auto frame = Read(std::string_view(seed.bytes).substr(0, length));
    ASSERT_FALSE(frame.has_value()) << length;
    EXPECT_EQ(frame.error().message.id, MessageId::kFileTruncated) << length;
  }
}

TEST(Robustness, ThousandsOfRandomChanges) {
  std::mt19937 random(20240115);
  for (const Seed& seed : Seeds()) {
    for (int round = 0; round < 3000; ++round) {
      std::string bytes = seed.bytes;
      const int changes = 1 + static_cast<int>(random() % 8);
      for (int change = 0; change < changes; ++change) {
        const std::size_t at = random() % bytes.size();
        switch (random() % 4) {
          case 0:
            bytes[at] = static_cast<char>(random() & 0xFF);
            break;
          case 1:
            bytes[at] = static_cast<char>(bytes[at] ^ (1 << (random() % 8)));
            break;
          case 2:
            bytes[at] = static_cast<char>(random() % 2 == 0 ? 0xFF : 0);
            break;
          default:
            bytes.erase(at, 1 + random() % 4);
            break;
        }
        if (bytes.empty()) bytes = "x";
      }
      ExpectSane(Read(bytes));
    }
  }
}

TEST(Robustness, LyingSizesCostNoMemory) {
  // 8000 x 8000 in a few bytes: raw, PNG and TIFF.
  FffSpec spec;
  spec.width = spec.height = 8000;
  spec.payload = std::string(50, 'x');
  EXPECT_FALSE(Read(FffBlock(spec)).has_value());
  std::string png = PngOfCounts(9, 9, true);
  Writer size(true);
  size.U32(8000).U32(8000);
  png.replace(16, 8, size.bytes());
  spec.payload = png;
  EXPECT_FALSE(Read(FffBlock(spec)).has_value());
  EXPECT_FALSE(Read(TiffFile(8000, 8000, 16, 1, "abcd", "")).has_value());
  EXPECT_FALSE(Read(TiffFile(60000, 60000, 32, 3, "abcd", "")).has_value());
}

TEST(Robustness, ACutDjiFileIsTruncatedNotUnsupported) {
  const Seed seed = Seeds()[4];
  const std::size_t parameters = seed.bytes.find("iirp");
  for (std::size_t length = 2; length < parameters - 10; length += 13) {
    const auto frame = Read(std::string_view(seed.bytes).substr(0, length));
    ASSERT_FALSE(frame.has_value()) << length;
    EXPECT_EQ(frame.error().message.id, MessageId::kFileTruncated) << length;
  }
}

class RealBytes : public testing::Test {
 protected:
  static std::string Load(const std::string& name) {
    const auto bytes = ReadFile(fs::path(THERMOLEAK_SHARED_DATA) / "formats" / name);
    if (!bytes) return {};
    return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
  }
};

TEST_F(RealBytes, TruncationsAndChangesOfRealFiles) {
  std::mt19937 random(7);
  int tried = 0;
  for (const char* name :
       {"exiftool__exiftool__FLIR.jpg", "SanNianYiSi__thermal_parser__FLIR_E40.jpg",
        "flol3622__FLIRjpegTOtiff__FLIR0291.jpg",
        "gpereyrairujo__IRimage__01_-_200_deg_neutral.jpg"}) {
    const std::string bytes = Load(name);
    if (bytes.empty()) continue;
    ++tried;
    const std::size_t step = bytes.size() < 10000 ? 1 : 61;
    for (std::size_t length = 0; length < bytes.size(); length += step) {
      ExpectSane(Read(std::string_view(bytes).substr(0, length)));
    }
    for (int round = 0; round < 500; ++round) {
      std::string changed = bytes;
      for (int change = 0; change < 4; ++change) {
        // Mostly where the structure is.
        const std::size_t range =
            random() % 2 == 0 ? std::min<std::size_t>(bytes.size(), 8192) : bytes.size();
        changed[random() % range] = static_cast<char>(random() & 0xFF);
      }
      ExpectSane(Read(changed));
    }
  }
  if (tried == 0) GTEST_SKIP() << "real data are absent: " << THERMOLEAK_SHARED_DATA;
}

}  // namespace
}  // namespace thermoleak
