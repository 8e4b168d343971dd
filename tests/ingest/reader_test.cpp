// Small files built byte by byte: what the rules of the formats mean, one at a time.

#include "thermoleak/ingest/reader.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <tiffio.h>
#include <unistd.h>

#include <fstream>

#include "ingest/build_files.hpp"

namespace thermoleak {
namespace {

using namespace test;
namespace fs = std::filesystem;

const CameraTable& Cameras() {
  static const CameraTable table = CameraTable::BuiltIn();
  return table;
}

Result<ThermalFrame> Read(const std::string& bytes, const ReadOptions& options = {}) {
  return ReadFrame(std::as_bytes(std::span(bytes)), std::filesystem::path("folder/frame.jpg"),
                   Cameras(), options);
}

/// Without the one that the tests' camera is in no table.
std::vector<Message> WarningsOf(const ThermalFrame& frame) {
  std::vector<Message> warnings = frame.meta.warnings;
  std::erase_if(warnings, [](const Message& m) { return m.id == MessageId::kCameraUnknown; });
  return warnings;
}

MessageId Reason(const std::string& bytes) {
  const auto frame = Read(bytes);
  EXPECT_FALSE(frame.has_value());
  return frame ? MessageId::kInternalError : frame.error().message.id;
}

void ExpectTheCounts(const cv::Mat& counts, const FffSpec& spec) {
  ASSERT_EQ(counts.size(), cv::Size(spec.width, spec.height));
  for (int row = 0; row < spec.height; ++row) {
    for (int column = 0; column < spec.width; ++column) {
      EXPECT_EQ(counts.at<std::uint16_t>(row, column), CountAt(row, column));
    }
  }
}

TEST(Reader, EveryMixOfByteOrdersGivesTheSameFrame) {
  for (int mix = 0; mix < 8; ++mix) {
    FffSpec spec;
    spec.big_directory = (mix & 1) != 0;
    spec.big_raw = (mix & 2) != 0;
    spec.big_camera = (mix & 4) != 0;
    const auto frame = Read(Jpeg(FlirSegments(FffBlock(spec), 100)));
    ASSERT_TRUE(frame.has_value()) << mix << frame.error().message.In(Lang::kEnglish);
    ExpectTheCounts(frame->stored, spec);
    const auto& calibration = std::get<PlanckCalibration>(frame->meta.calibration);
    EXPECT_EQ(calibration.planck.o, -342);
    EXPECT_NEAR(calibration.scene.air_c, 280 - 273.15, 1e-4);
    EXPECT_EQ(frame->meta.model, "Testcam");
    EXPECT_EQ(frame->meta.name, "frame.jpg");
    EXPECT_TRUE(WarningsOf(*frame).empty());
  }
}

TEST(Reader, PngSamplesFollowTheRecordsOrderMark) {
  for (const bool big : {false, true}) {
    FffSpec spec;
    spec.width = 17;
    spec.height = 11;  // every filter type twice
    spec.big_raw = big;
    spec.payload = PngOfCounts(spec.width, spec.height, !big);
    const auto frame = Read(Jpeg(FlirSegments(FffBlock(spec), 300)));
    ASSERT_TRUE(frame.has_value()) << frame.error().message.In(Lang::kEnglish);
    ExpectTheCounts(frame->stored, spec);
    EXPECT_EQ(frame->meta.format, "FLIR R-JPEG (PNG)");
  }
}

TEST(Reader, SegmentsMayComeInAnyOrderAndBetweenOthers) {
  const FffSpec spec;
  std::vector<Segment> segments = FlirSegments(FffBlock(spec), 333);
  std::reverse(segments.begin(), segments.end());
  segments.insert(segments.begin() + 1, {0xE2, "something else"});
  const auto frame = Read(Jpeg(segments));
  ASSERT_TRUE(frame.has_value());
  ExpectTheCounts(frame->stored, spec);
}

TEST(Reader, DoubledMissingAndContradictingSegmentsAreRefused) {
  const std::vector<Segment> whole = FlirSegments(FffBlock({}), 333);
  ASSERT_GE(whole.size(), 3u);
  auto doubled = whole;
  doubled.push_back(whole[1]);
  EXPECT_EQ(Reason(Jpeg(doubled)), MessageId::kCorruptData);
  auto missing = whole;
  missing.erase(missing.begin() + 1);
  EXPECT_EQ(Reason(Jpeg(missing)), MessageId::kCorruptData);
  auto contradicting = whole;
  contradicting[1].payload[7] = 9;
  EXPECT_EQ(Reason(Jpeg(contradicting)), MessageId::kCorruptData);
}

TEST(Reader, ACutThermalRecordIsTruncatedACutPictureIsAWarning) {
  const std::string file = Jpeg(FlirSegments(FffBlock({}), 333));
  const std::size_t picture = file.rfind("\xFF\xDA");
  EXPECT_EQ(Reason(file.substr(0, picture - 10)), MessageId::kFileTruncated);
  const auto frame = Read(file.substr(0, file.size() - 2));
  ASSERT_TRUE(frame.has_value());
  ASSERT_EQ(WarningsOf(*frame).size(), 1u);
  EXPECT_EQ(WarningsOf(*frame)[0].id, MessageId::kPictureDamaged);
  EXPECT_TRUE(Read(file.substr(0, picture + 1)).has_value());
}

TEST(Reader, PayloadThatLooksLikeMarkersIsNotOne) {
  FffSpec spec;
  spec.model = "\xFF\xE1 FLIR \xFF\xDA";
  EXPECT_TRUE(Read(Jpeg(FlirSegments(FffBlock(spec), 500))).has_value());
}

TEST(Reader, GarbageAfterTheThermalSegmentsIsTolerated) {
  std::string file = Jpeg(FlirSegments(FffBlock({}), 500), false);
  file += "fourteen bytes";
  const auto frame = Read(file);
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(WarningsOf(*frame).size(), 1u);
  const auto whole = Read(file + "picture \xFF\xD9");
  ASSERT_TRUE(whole.has_value());
  EXPECT_TRUE(WarningsOf(*whole).empty());
}

TEST(Reader, ZeroDistanceStaysAndPercentBecomesAFraction) {
  FffSpec spec;
  spec.distance_m = 0;
  spec.humidity = 65;
  const auto frame = Read(FffBlock(spec));
  ASSERT_TRUE(frame.has_value());
  const auto& scene = std::get<PlanckCalibration>(frame->meta.calibration).scene;
  EXPECT_EQ(scene.distance_m, 0);
  EXPECT_NEAR(scene.relative_humidity, 0.65, 1e-6);
}

TEST(Reader, ImpossibleEmissivityIsReplacedAndSaid) {
  FffSpec spec;
  spec.emissivity = 0;
  const auto frame = Read(FffBlock(spec));
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(std::get<PlanckCalibration>(frame->meta.calibration).scene.emissivity, 1.0);
  ASSERT_EQ(WarningsOf(*frame).size(), 1u);
  EXPECT_EQ(WarningsOf(*frame)[0].id, MessageId::kSceneParametersOdd);
}

/// A file of the given bytes that goes away.
class TemporaryFile {
 public:
  TemporaryFile(const std::string& name, const std::string& bytes)
      : path_(fs::temp_directory_path() / fmt::format("{}_{}", ::getpid(), name)) {
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  ~TemporaryFile() { fs::remove(path_); }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::vector<Result<ThermalFrame>> ReadAll(const fs::path& path) {
  std::vector<Result<ThermalFrame>> frames;
  for (const FrameSource& source : DiscoverFrames({&path, 1})) {
    frames.push_back(ReadFrame(source, Cameras()));
  }
  return frames;
}

TEST(Sequence, EveryFrameIsAFrameOfItsOwn) {
  FffSpec second;
  second.emissivity = 0.5F;
  const std::string a = FffBlock({});
  const std::string b = FffBlock(second);
  const TemporaryFile file("two.seq", a + b);
  const auto frames = ReadAll(file.path());
  ASSERT_EQ(frames.size(), 2u);
  ASSERT_TRUE(frames[0].has_value() && frames[1].has_value());
  const auto emissivity = [](const Result<ThermalFrame>& frame) {
    return std::get<PlanckCalibration>(frame->meta.calibration).scene.emissivity;
  };
  EXPECT_NE(emissivity(frames[0]), 0.5);
  EXPECT_EQ(emissivity(frames[1]), 0.5);
  EXPECT_EQ(frames[1]->meta.source.index, 1);
  EXPECT_EQ(frames[1]->meta.source.offset, a.size());
  EXPECT_EQ(frames[1]->meta.name, file.path().filename().string() + "#2");
  EXPECT_TRUE(WarningsOf(*frames[1]).empty());
}

TEST(Sequence, OneFrameIsAFile) {
  const TemporaryFile file("one.fff", FffBlock({}));
  const fs::path path = file.path();
  const auto sources = DiscoverFrames({&path, 1});
  ASSERT_EQ(sources.size(), 1u);
  EXPECT_EQ(sources[0], FrameSource(path));
}

TEST(Sequence, ACutLastFrameIsNamedAndTheOthersAreKept) {
  const std::string a = FffBlock({});
  // The synthetic block ends with its pixels.
  const TemporaryFile file("cut.seq", a + a + a.substr(0, a.size() - 4));
  const auto frames = ReadAll(file.path());
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_TRUE(frames[0].has_value() && frames[1].has_value());
  ASSERT_FALSE(frames[2].has_value());
  EXPECT_EQ(frames[2].error().message.id, MessageId::kFileTruncated);
  EXPECT_TRUE(frames[2].error().item.ends_with("cut.seq#3"));
}

TEST(Sequence, GoesOnBehindADamagedFrame) {
  const std::string a = FffBlock({});
  std::string damaged = a;
  damaged.replace(0x18, 8, 8, '\xFF');  // its directory lies nowhere
  const TemporaryFile file("gap.seq", a + damaged + a);
  const auto frames = ReadAll(file.path());
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_TRUE(frames[0].has_value() && frames[1].has_value());
  EXPECT_EQ(frames[1]->meta.source.offset, 2 * a.size());
  const TemporaryFile first("gap_first.seq", damaged + a);
  const auto rest = ReadAll(first.path());
  ASSERT_EQ(rest.size(), 2u);
  EXPECT_FALSE(rest[0].has_value());
  EXPECT_TRUE(rest[1].has_value());
}

TEST(Sequence, AHeaderInsideThePixelsIsNoFrame) {
  FffSpec spec;
  spec.payload = std::string("FFF\0FFF\0", 8) + std::string(16, 'x');
  const std::string a = FffBlock(spec);
  const TemporaryFile file("false.seq", a + a);
  EXPECT_EQ(ReadAll(file.path()).size(), 2u);
}

TEST(Reader, PayloadsOfTheWrongSizeAreRefused) {
  FffSpec spec;
  spec.payload = std::string(23, 'x');  // 4 x 3 needs 24
  EXPECT_EQ(Reason(FffBlock(spec)), MessageId::kCorruptData);
  spec.payload = "\xFF\xD8\xFF\xF7 JPEG-LS";
  EXPECT_EQ(Reason(FffBlock(spec)), MessageId::kCorruptData);
  spec.payload = "\x89PNG\r\n\x1A\nbroken";
  EXPECT_EQ(Reason(FffBlock(spec)), MessageId::kCorruptData);
}

TEST(Reader, SaysWhatAFileIsInsteadOfAFrame) {
  EXPECT_EQ(Reason(""), MessageId::kFileEmpty);
  EXPECT_EQ(Reason("These are the field notes of Tuesday.\n"), MessageId::kNotAnImage);
  EXPECT_EQ(Reason("\x89PNG\r\n\x1A\n...."), MessageId::kNotRadiometric);
  EXPECT_EQ(Reason(Jpeg({{0xE0, std::string("JFIF\0", 5)}})), MessageId::kNotRadiometric);
  EXPECT_EQ(Reason(Jpeg({}, false)), MessageId::kFileTruncated);
  EXPECT_EQ(Reason("\xFF\xD8\xFF"), MessageId::kFileTruncated);
  EXPECT_EQ(Reason("II*"), MessageId::kNotAnImage);
  EXPECT_EQ(Reason(std::string("II*\0\0\0\0\0", 8)), MessageId::kCorruptData);
  EXPECT_EQ(Reason(std::string("FFF\0", 4)), MessageId::kFileTruncated);
  const auto text = Read("plain");
  EXPECT_EQ(text.error().message.args[0], "text/plain");
  EXPECT_EQ(text.error().item, "folder/frame.jpg");
}

std::string CountsText(int width, int height, bool big) {
  Writer out(big);
  for (int row = 0; row < height; ++row) {
    for (int column = 0; column < width; ++column) out.U16(4 * CountAt(row, column) - 6000);
  }
  return out.bytes();
}

std::string GainPacket(const std::string& gain) {
  return Packet("xmlns:FLIR=\"http://ns.flir.com/xmp/1.0/\"", "FLIR:TlinearGain=\"" + gain + "\"");
}

TEST(Tiff, GainOfTheFileInBothByteOrders) {
  for (const bool big : {false, true}) {
    const auto frame =
        Read(TiffFile(5, 4, 16, 1, CountsText(5, 4, big), GainPacket("0.04"), "Nobody", big));
    ASSERT_TRUE(frame.has_value()) << frame.error().message.In(Lang::kEnglish);
    EXPECT_EQ(std::get<LinearCalibration>(frame->meta.calibration).gain, 0.04);
    EXPECT_EQ(frame->stored.at<std::uint16_t>(3, 2), 4 * CountAt(3, 2) - 6000);
  }
}

TEST(Tiff, OrderOfBeliefUserFileMaker) {
  const std::string pixels = CountsText(5, 4, false);
  EXPECT_EQ(Reason(TiffFile(5, 4, 16, 1, pixels, GainPacket("0.00"))),
            MessageId::kCountsWithoutScale);
  EXPECT_EQ(Reason(TiffFile(5, 4, 16, 1, pixels, "")), MessageId::kCountsWithoutScale);
  const auto gain = [](const Result<ThermalFrame>& frame) {
    return frame ? std::get<LinearCalibration>(frame->meta.calibration).gain : -1;
  };
  EXPECT_EQ(gain(Read(TiffFile(5, 4, 16, 1, pixels, GainPacket("0"), "thermoMAP"))), 0.01);
  EXPECT_EQ(gain(Read(TiffFile(5, 4, 16, 1, pixels, GainPacket("0.4"), "thermoMAP"))), 0.4);
  ReadOptions options;
  options.tiff_scale = LinearCalibration{0.1, -200};
  EXPECT_EQ(gain(Read(TiffFile(5, 4, 16, 1, pixels, GainPacket("0.4")), options)), 0.1);
}

TEST(Tiff, GainOfAnotherVocabularyIsNoGain) {
  // Zenmuse XT S writes DJI:TlinearGain="1".
  EXPECT_EQ(Reason(TiffFile(5, 4, 16, 1, CountsText(5, 4, false),
                            Packet("xmlns:DJI=\"http://www.dji.com\"", "DJI:TlinearGain=\"1\""))),
            MessageId::kCountsWithoutScale);
}

TEST(Tiff, FloatsAreCelsiusUnlessTheyCannotBe) {
  const auto floats = [](double first) {
    Writer out;
    for (int i = 0; i < 6; ++i) out.U32(FloatBits(first + i));
    return out.bytes();
  };
  const auto frame = Read(TiffFile(3, 2, 32, 3, floats(-12.5), ""));
  ASSERT_TRUE(frame.has_value());
  EXPECT_TRUE(std::holds_alternative<CelsiusCalibration>(frame->meta.calibration));
  EXPECT_EQ(frame->stored.at<float>(1, 2), -7.5f);
  EXPECT_EQ(Reason(TiffFile(3, 2, 32, 3, floats(260.65), "")), MessageId::kUnsupportedFormat);
  EXPECT_EQ(Reason(TiffFile(3, 2, 8, 1, "abcdef", "")), MessageId::kNotRadiometric);
}

TEST(Tiff, TilesDeflateAndBigTiff) {
  const fs::path path = fs::temp_directory_path() / "thermoleak_tiles_test.tif";
  constexpr int kWidth = 70;
  constexpr int kHeight = 41;  // no multiple of the tile
  constexpr int kTile = 32;
  for (const char* mode : {"wl8", "wb"}) {
    TIFF* tiff = TIFFOpen(path.c_str(), mode);
    ASSERT_NE(tiff, nullptr);
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, kWidth);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, kHeight);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 16);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
    TIFFSetField(tiff, TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL);
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, kTile);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, kTile);
    TIFFSetField(tiff, TIFFTAG_MAKE, "senseFly");
    TIFFSetField(tiff, TIFFTAG_MODEL, "thermoMAP");
    for (int y = 0; y < kHeight; y += kTile) {
      for (int x = 0; x < kWidth; x += kTile) {
        std::vector<std::uint16_t> tile;
        for (int i = 0; i < kTile * kTile; ++i) {
          tile.push_back(static_cast<std::uint16_t>(7 * CountAt(y + i / kTile, x + i % kTile) / 3));
        }
        TIFFWriteTile(tiff, tile.data(), static_cast<std::uint32_t>(x),
                      static_cast<std::uint32_t>(y), 0, 0);
      }
    }
    TIFFClose(tiff);
    const auto frame = ReadFrame(path, Cameras());
    ASSERT_TRUE(frame.has_value()) << mode << frame.error().message.In(Lang::kEnglish);
    EXPECT_EQ(frame->meta.model, "thermoMAP");
    EXPECT_EQ(std::get<LinearCalibration>(frame->meta.calibration).offset_c, -100);
    ASSERT_EQ(frame->stored.size(), cv::Size(kWidth, kHeight));
    for (int row = 0; row < kHeight; ++row) {
      for (int column = 0; column < kWidth; ++column) {
        ASSERT_EQ(frame->stored.at<std::uint16_t>(row, column), 7 * CountAt(row, column) / 3);
      }
    }
  }
  fs::remove(path);
}

TEST(Reader, HashIsOfTheWholeFile) {
  ReadOptions options;
  options.hash = true;
  const std::string file = FffBlock({});
  const auto frame = Read(file, options);
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->meta.sha256, Sha256(std::as_bytes(std::span(file))));
  EXPECT_TRUE(Read(file)->meta.sha256.empty());
}

TEST(CameraTable, MakersNameTellsZenmuseXtFromHandCameras) {
  const CameraTable& table = Cameras();
  ASSERT_NE(table.Find("DJI FLIR", 640), nullptr);
  EXPECT_EQ(table.Find("DJI FLIR", 640)->pixel_pitch_um, 17);
  EXPECT_EQ(table.Find("FLIR", 640), nullptr);
  EXPECT_EQ(table.Find("xt2", 640)->pixel_pitch_um, 17);
  EXPECT_EQ(table.Find("M3TD", 640)->pixel_pitch_um, 12);
  EXPECT_EQ(table.Find("FLIR T440 (incl Wi-", 320)->pixel_pitch_um, 25);
  EXPECT_EQ(table.Find("FLIR T440 (incl Wi-", 640)->pixel_pitch_um, 12.5);
  EXPECT_EQ(table.Find("nobody's camera", 640), nullptr);
}

class CameraFile : public testing::Test {
 protected:
  void TearDown() override { fs::remove(path_); }
  void Write(const std::string& text) { std::ofstream(path_) << text; }
  // One a test: tests run beside each other.
  fs::path path_ =
      fs::temp_directory_path() /
      ("cameras_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
};

TEST_F(CameraFile, TheUsersRowsWin) {
  Write(
      "[[camera]]\nmodel = \"M3\"\npitch_um = 11\n[[camera]]\nmodel = \"Wiris\"\npitch_um = 17\n");
  CameraTable table = CameraTable::BuiltIn();
  table.Prepend(path_);
  EXPECT_EQ(table.Find("M3T", 640)->pixel_pitch_um, 11);  // though the built-in M3T matches longer
  EXPECT_EQ(table.Find("WIRIS Pro", 640)->pixel_pitch_um, 17);
  EXPECT_EQ(table.Find("XT2", 640)->pixel_pitch_um, 17);
}

TEST_F(CameraFile, MistakesAreNamed) {
  for (const char* text : {"[[camera]]\nmodel = \"A\"\npitch = 11\n", "[[camera]]\npitch_um = 11\n",
                           "[[camera]]\nmodel = \"A\"\npitch_um = -3\n", "[[camera\n", "x = 1\n",
                           "[[camera]]\nmodel = \"A\"\npitch_um = \"wide\"\n"}) {
    Write(text);
    CameraTable table;
    try {
      table.Prepend(path_);
      ADD_FAILURE() << text;
    } catch (const RunError& error) {
      EXPECT_EQ(error.message().id, MessageId::kConfigUnreadable);
      EXPECT_EQ(error.code(), ExitCode::kUsage);
    }
  }
}

TEST(Discover, NaturalOrderOnceEachWithoutHiddenAndNonImages) {
  const fs::path root = fs::temp_directory_path() / "thermoleak_discover_test";
  fs::remove_all(root);
  fs::create_directories(root / "b");
  fs::create_directories(root / ".hidden");
  for (const char* name : {"DJI_10.JPG", "DJI_2.JPG", "b/DJI_1.jpg", ".hidden/DJI_3.jpg",
                           "notes.txt", "map.GPKG", "._DJI_2.JPG", "noname", "x.tiff"}) {
    std::ofstream(root / name) << "x";
  }
  fs::create_directory_symlink(root, root / "b" / "loop");
  fs::create_directories(root / "lost+found");
  std::ofstream(root / "lost+found" / "DJI_4.jpg") << "x";
  const std::vector<fs::path> inputs{root, root / "DJI_2.JPG", root / "notes.txt"};
  const std::vector<FrameSource> expected{root / "DJI_2.JPG",   root / "DJI_10.JPG",
                                          root / "b/DJI_1.jpg", root / "noname",
                                          root / "notes.txt",   root / "x.tiff"};
  EXPECT_EQ(DiscoverFrames(inputs), expected);
  const std::vector<fs::path> missing{root / "absent"};
  EXPECT_THROW(DiscoverFrames(missing), RunError);
  fs::remove_all(root);
}

}  // namespace
}  // namespace thermoleak
