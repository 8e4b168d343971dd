// Exif, XMP, pose and time: one trap of the formats a test.

#include "ingest/facts.hpp"

#include <gtest/gtest.h>

#include "ingest/build_files.hpp"

namespace thermoleak::ingest {
namespace {

using test::ExifBlock;
using test::Packet;

constexpr const char* kDjiDeclaration = "xmlns:drone-dji=\"http://www.dji.com/drone-dji/1.0/\"";

Xmp XmpOf(const std::string& packet) {
  Xmp xmp;
  xmp.Add(packet);
  return xmp;
}

Xmp Dji(const std::string& attributes) { return XmpOf(Packet(kDjiDeclaration, attributes)); }

ExifFacts ExifOf(const std::string& block) { return ReadExif(std::as_bytes(std::span(block))); }

std::vector<test::Tag> Position() {
  return {{1, 2, "S", {}},
          {2, 5, {}, {12, 1, 46, 1, 1393, 100}},
          {3, 2, "E", {}},
          {4, 5, {}, {45, 1, 17, 1, 2185, 100}},
          {5, 1, std::string(1, '\1'), {}},
          {6, 5, {}, {53, 1}}};
}

TEST(Exif, BothByteOrdersAndSigns) {
  for (const bool big : {false, true}) {
    const std::string block = ExifBlock(
        {{0x010F, 2, "DJI", {}}, {0x0110, 2, "XT2", {}}},
        {{0x9003, 2, "2024:04:08 16:37:18", {}}, {0x920A, 5, {}, {130, 10}}, {0x9291, 2, "25", {}}},
        Position(), big);
    const ExifFacts facts = ExifOf(block);
    EXPECT_EQ(facts.make, "DJI");
    EXPECT_EQ(facts.model, "XT2");
    EXPECT_NEAR(facts.latitude_deg.value(), -12.77053611, 1e-8);
    EXPECT_NEAR(facts.longitude_deg.value(), 45.28940278, 1e-8);
    EXPECT_EQ(facts.altitude_m, -53);
    EXPECT_EQ(facts.focal_mm, 13);
    EXPECT_EQ(facts.sub_seconds, "25");
  }
}

TEST(Exif, HiddenXmpOfTheExifDirectoryIsFound) {
  const std::string packet = Packet(kDjiDeclaration, "drone-dji:RelativeAltitude=\"+101.1\"");
  const std::string block = ExifBlock({}, {{0x02BC, 1, packet, {}}}, {});
  const ExifFacts facts = ExifOf(block);  // its packets point into the block
  ASSERT_EQ(facts.xmp.size(), 1u);
  EXPECT_EQ(AsText(facts.xmp[0]), packet);
}

TEST(Exif, LoopsOfDirectoriesEnd) {
  // IFD0 names itself as its Exif directory.
  test::Writer out;
  out.Text("II").U16(42).U32(8).U16(1).U16(0x8769).U16(4).U32(1).U32(8).U32(0);
  EXPECT_TRUE(ExifOf(out.bytes()).make.empty());
}

TEST(Exif, RationalsOverZeroAreNothing) {
  const ExifFacts facts =
      ExifOf(ExifBlock({}, {{0x920A, 5, {}, {13, 0}}}, {{2, 5, {}, {0, 0, 0, 0, 0, 0}}}));
  EXPECT_FALSE(facts.focal_mm.has_value());
  EXPECT_FALSE(facts.latitude_deg.has_value());
}

TEST(Exif, DoublesNearTheirLimitAreNoAngle) {
  // Type 12: each number is two longs, the lower first; 0x7FEF... is the largest double.
  constexpr std::uint32_t kTop = 0x7FEFFFFF;
  constexpr std::uint32_t kRest = 0xFFFFFFFF;
  test::Writer largest;
  for (int i = 0; i < 3; ++i) largest.U32(kRest).U32(kTop);
  std::string block = ExifBlock({}, {}, {{2, 7, largest.bytes(), {}}, {7, 7, largest.bytes(), {}}});
  // What the builder wrote as bytes is said to be three doubles.
  for (const std::uint32_t tag : {2u, 7u}) {
    test::Writer bytes;
    test::Writer doubles;
    bytes.U16(tag).U16(7).U32(24);
    doubles.U16(tag).U16(12).U32(3);
    block.replace(block.find(bytes.bytes()), 8, doubles.bytes());
  }
  const ExifFacts facts = ExifOf(block);
  EXPECT_FALSE(facts.latitude_deg.has_value());
  EXPECT_FALSE(facts.gps_second_of_day.has_value());
}

TEST(XmpNumbers, SignsFractionsAndJunk) {
  EXPECT_EQ(ParseNumber("+74.993"), 74.993);
  EXPECT_EQ(ParseNumber(" -0.5 "), -0.5);
  EXPECT_EQ(ParseNumber("1088/100"), 10.88);
  EXPECT_EQ(ParseNumber("0/100"), 0);
  for (const char* junk :
       {"", "5/0", "1/2/3", "nan", "inf", "1e999", "1e300/1e-300", "12 m", "--3", "/"}) {
    EXPECT_FALSE(ParseNumber(junk).has_value()) << junk;
  }
}

TEST(XmpScan, AttributesElementsAndLists) {
  EXPECT_EQ(Dji("drone-dji:GimbalYawDegree='+12.5'").Number(XmpSpace::kDji, "GimbalYawDegree"),
            12.5);
  const Xmp elements = XmpOf(
      "<rdf:RDF><rdf:Description xmlns:Camera='http://pix4d.com/camera/1.0'>"
      "<Camera:Yaw>1530/10</Camera:Yaw><!-- <Camera:Pitch>5</Camera:Pitch> -->"
      "<Camera:BandName><rdf:Seq><rdf:li>LWIR</rdf:li><rdf:li>second</rdf:li></rdf:Seq></"
      "Camera:BandName>"
      "</rdf:Description></rdf:RDF>");
  EXPECT_EQ(elements.Number(XmpSpace::kCamera, "Yaw"), 153);
  EXPECT_FALSE(elements.Number(XmpSpace::kCamera, "Pitch").has_value());
  EXPECT_EQ(elements.Text(XmpSpace::kCamera, "BandName"), "LWIR");
}

TEST(XmpScan, PrefixesAreBoundByTheirNamespace) {
  // Autel's prefix for DJI's vocabulary; and the prefix "drone-dji" used for something else.
  EXPECT_EQ(XmpOf(Packet("xmlns:drone=\"http://www.dji.com/drone-dji/1.0/\"",
                         "drone:GimbalPitchDegree=\"-45\""))
                .Number(XmpSpace::kDji, "GimbalPitchDegree"),
            -45);
  EXPECT_FALSE(XmpOf(Packet("xmlns:drone-dji=\"http://example.com/other\"",
                            "drone-dji:GimbalPitchDegree=\"-45\""))
                   .Number(XmpSpace::kDji, "GimbalPitchDegree")
                   .has_value());
}

TEST(XmpScan, WhatAStrictParserRefuses) {
  // Zenmuse XT S: one prefix declared twice in one element, the packet's end cut.
  const Xmp xmp = XmpOf(
      "<x:xmpmeta><rdf:RDF><rdf:Description rdf:about='' xmlns:DJI=\"http://www.dji.com\" "
      "xmlns:DJI=\"http://www.dji.com\" DJI:GimbalYawDegree=\"+91.30\" "
      "DJI:GimbalPitchDegree=\"-90.0\" "
      "DJI:Relat");
  EXPECT_EQ(xmp.Number(XmpSpace::kDji, "GimbalYawDegree"), 91.3);
  EXPECT_EQ(xmp.Number(XmpSpace::kDji, "GimbalPitchDegree"), -90);
}

TEST(Pose, RollBeyond90IsTheSameViewTurned) {
  const RecordedPose pose =
      PoseFrom({},
               Dji("drone-dji:GimbalYawDegree=\"-30\" drone-dji:GimbalPitchDegree="
                   "\"-89.9\" drone-dji:GimbalRollDegree=\"180\""),
               {});
  EXPECT_NEAR(pose.yaw_deg.value(), 150, 1e-9);
  EXPECT_NEAR(pose.pitch_deg.value(), -90.1, 1e-9);
  EXPECT_NEAR(pose.roll_deg.value(), 0, 1e-9);
}

TEST(Pose, RollIsAnAngleHoweverOftenItTurns) {
  const RecordedPose pose =
      PoseFrom({},
               Dji("drone-dji:GimbalYawDegree=\"10\" drone-dji:GimbalPitchDegree="
                   "\"-80\" drone-dji:GimbalRollDegree=\"300\""),
               {});
  EXPECT_NEAR(pose.roll_deg.value(), -60, 1e-9);
  EXPECT_NEAR(pose.yaw_deg.value(), 10, 1e-9);
}

TEST(Pose, RollNearZeroStays) {
  const RecordedPose pose =
      PoseFrom({},
               Dji("drone-dji:GimbalYawDegree=\"170\" drone-dji:GimbalPitchDegree=\"-90\" "
                   "drone-dji:GimbalRollDegree=\"-1.5\""),
               {});
  EXPECT_EQ(pose.yaw_deg, 170);
  EXPECT_EQ(pose.roll_deg, -1.5);
}

TEST(Pose, PitchFromNadirOfPix4dAndSensefly) {
  for (const char* uri : {"http://pix4d.com/camera/1.0/", "http://pix4d.com/camera/1.0",
                          "http://ns.sensefly.com/Camera/1.0/"}) {
    const RecordedPose pose =
        PoseFrom({},
                 XmpOf(Packet("xmlns:Camera=\"" + std::string(uri) + "\"",
                              "Camera:Yaw=\"80/1\" Camera:Pitch=\"3/1\" Camera:Roll=\"1/1\"")),
                 {});
    EXPECT_EQ(pose.pitch_deg, -87) << uri;
    EXPECT_EQ(pose.yaw_deg, 80);
  }
}

TEST(Pose, ParrotsOwnTagsComeBeforeTheOthers) {
  const RecordedPose pose = PoseFrom(
      {},
      XmpOf(Packet("xmlns:Camera=\"http://pix4d.com/camera/1.0/\" "
                   "xmlns:drone-parrot=\"http://www.parrot.com/drone-parrot/1.0/\"",
                   "Camera:Yaw=\"10\" Camera:Pitch=\"0\" drone-parrot:CameraYawDegree=\"11\" "
                   "drone-parrot:CameraPitchDegree=\"-90\" drone-parrot:CameraRollDegree=\"2\"")),
      {});
  EXPECT_EQ(pose.yaw_deg, 11);
  EXPECT_EQ(pose.pitch_deg, -90);
}

TEST(Pose, SkydioTakesTheNedAngles) {
  const RecordedPose pose = PoseFrom(
      {},
      XmpOf("<rdf:Description xmlns:drone-skydio='https://www.skydio.com/drone-skydio/1.0/'>"
            "<drone-skydio:CameraOrientationFLU drone-skydio:Yaw='-33' drone-skydio:Pitch='90'/>"
            "<drone-skydio:CameraOrientationNED drone-skydio:Yaw='33' drone-skydio:Pitch='-90' "
            "drone-skydio:Roll='0'/></rdf:Description>"),
      {});
  EXPECT_EQ(pose.yaw_deg, 33);
  EXPECT_EQ(pose.pitch_deg, -90);
}

TEST(Pose, AllZerosOfAnUnwiredCameraAreNoAttitude) {
  const RecordedPose pose =
      PoseFrom({},
               XmpOf(Packet("xmlns:Camera=\"http://pix4d.com/camera/1.0/\" "
                            "xmlns:FLIR=\"http://ns.flir.com/xmp/1.0/\"",
                            "Camera:Yaw=\"0/100\" Camera:Pitch=\"0/100\" Camera:Roll=\"0/100\" "
                            "FLIR:MAVYaw=\"0/100\" FLIR:MAVRelativeAltitude=\"0/1000\"")),
               {});
  EXPECT_FALSE(pose.yaw_deg || pose.pitch_deg || pose.aircraft_yaw_deg ||
               pose.height_above_takeoff_m);
}

TEST(Pose, MisspeltLongitudeRtkAndItsSigmas) {
  const ExifFacts exif = ExifOf(ExifBlock({}, {}, Position()));
  const std::string where =
      "drone-dji:GpsLatitude=\"-12.770536123\" drone-dji:GpsLongtitude=\"+45.289402456\" ";
  const RecordedPose rtk = PoseFrom(
      exif,
      Dji(where +
          "drone-dji:RtkFlag=\"50\" drone-dji:RtkStdLat=\"0.03\" drone-dji:RtkStdLon=\"0.04\" "
          "drone-dji:RtkStdHgt=\"0.05\" drone-dji:AltitudeType=\"RtkAlt\" "
          "drone-dji:AbsoluteAltitude=\"+35.5\""),
      {});
  EXPECT_EQ(rtk.position->lat_deg, -12.770536123);
  EXPECT_EQ(rtk.position->lon_deg, 45.289402456);
  EXPECT_EQ(rtk.rtk_flag, 50);
  EXPECT_NEAR(rtk.sigma_horizontal_m.value(), 0.0353553, 1e-6);
  EXPECT_EQ(rtk.sigma_vertical_m, 0.05);
  EXPECT_TRUE(rtk.altitude_is_ellipsoidal);
  EXPECT_EQ(rtk.altitude_m, 35.5);
  const RecordedPose stale = PoseFrom(
      exif,
      Dji("drone-dji:RtkFlag=\"0\" drone-dji:RtkStdLat=\"0.03\" drone-dji:RtkStdLon=\"0.04\""), {});
  EXPECT_FALSE(stale.sigma_horizontal_m.has_value());
  // Without RTK, Exif is the position; without Exif, the XMP's will do.
  EXPECT_NEAR(PoseFrom(exif, Dji(where), {}).position->lat_deg, -12.77053611, 1e-8);
  EXPECT_EQ(PoseFrom({}, Dji(where), {}).position->lat_deg, -12.770536123);
}

TEST(Pose, SigmasBeyondTheEarthAreJunk) {
  const RecordedPose pose =
      PoseFrom({},
               Dji("drone-dji:RtkFlag=\"50\" drone-dji:RtkStdLat=\"1e200\" "
                   "drone-dji:RtkStdLon=\"1e200\" drone-dji:RtkStdHgt=\"1e200\""),
               {});
  EXPECT_FALSE(pose.sigma_horizontal_m.has_value());
  EXPECT_FALSE(pose.sigma_vertical_m.has_value());
}

TEST(Pose, ZeroZeroIsNoFix) {
  const ExifFacts exif = ExifOf(ExifBlock({}, {},
                                          {{1, 2, "S", {}},
                                           {2, 5, {}, {0, 1, 0, 1, 0, 1}},
                                           {3, 2, "W", {}},
                                           {4, 5, {}, {0, 1, 0, 1, 0, 1}},
                                           {6, 5, {}, {0, 1}}}));
  const RecordedPose pose = PoseFrom(exif, {}, {});
  EXPECT_FALSE(pose.position.has_value());
  EXPECT_FALSE(pose.altitude_m.has_value());
  EXPECT_NEAR(PoseFrom(exif, {}, RecordPosition{{8.4, 49}, 110}).position->lon_deg, 8.4, 1e-12);
}

TEST(Pose, LaserRangeIsAHeightOnlyLookingDown) {
  const std::string range = "drone-dji:LRFStatus=\"Normal\" drone-dji:LRFTargetDistance=\"60\" ";
  const RecordedPose down = PoseFrom({}, Dji(range + "drone-dji:GimbalPitchDegree=\"-60\""), {});
  EXPECT_NEAR(down.height_above_ground_m.value(), 51.9615, 1e-4);
  EXPECT_EQ(down.laser_range_m, 60);
  const RecordedPose ahead = PoseFrom({}, Dji(range + "drone-dji:GimbalPitchDegree=\"-5\""), {});
  EXPECT_FALSE(ahead.height_above_ground_m.has_value());
  const RecordedPose failed =
      PoseFrom({}, Dji("drone-dji:LRFStatus=\"NoSignal\" drone-dji:LRFTargetDistance=\"60\""), {});
  EXPECT_FALSE(failed.laser_range_m.has_value());
}

TEST(Clock, ManyWaysToWriteATime) {
  // 2021-07-01 13:47:48 UTC = 1625147268.
  EXPECT_EQ(ParseClock("2021:07:01 13:47:48")->local_s, 1625147268);
  EXPECT_EQ(ParseClock("2021-07-01 13:47:48")->local_s, 1625147268);
  EXPECT_NEAR(ParseClock("2021-07-01T13:47:48.991234Z")->local_s, 1625147268.991234, 1e-6);
  EXPECT_EQ(ParseClock("2021-07-01T13:47:48Z")->offset_s, 0);
  EXPECT_EQ(ParseClock("2021:07:01 13:47:48+05:30")->offset_s, 19800);
  EXPECT_FALSE(ParseClock("2021:07:01 13:47:48")->offset_s.has_value());
  EXPECT_NEAR(ParseClock("1625147268991234")->local_s, 1625147268.991234, 1e-6);
  for (const char* junk : {"", "0000:00:00 00:00:00", "2021:02:30 10:00:00", "2021:07:01 25:00:00",
                           "1970:01:01 00:00:00", "no time"}) {
    EXPECT_FALSE(ParseClock(junk).has_value()) << junk;
  }
}

FrameMeta TimeOf(const ExifFacts& exif, const Xmp& xmp, std::optional<RecordTime> record,
                 bool fix = false, const char* make = "FLIR") {
  FrameMeta meta;
  meta.make = make;
  if (fix) meta.pose.position = LonLat{10, 50};
  FillTime(exif, xmp, record, meta);
  return meta;
}

TEST(Time, ExposureInUtcIsBelievedFirst) {
  ExifFacts exif;
  exif.date_time = "2023:05:01 17:35:00";
  const FrameMeta meta =
      TimeOf(exif, Dji("drone-dji:UTCAtExposure=\"2023-05-01T15:35:16.400000\""), std::nullopt);
  EXPECT_NEAR(meta.time_utc_s.value(), 1682955316.4, 1e-6);
  EXPECT_FALSE(meta.time_is_local);
}

TEST(Time, ZonesOfExifOfRecordsAndOfDrones) {
  ExifFacts exif;
  exif.date_time = "2021:07:01 13:47:48";
  EXPECT_TRUE(TimeOf(exif, {}, std::nullopt).time_is_local);
  const RecordTime record{1625147268.25 - 7200, 7200};
  const FrameMeta hand = TimeOf(exif, {}, record);
  EXPECT_NEAR(hand.time_utc_s.value(), 1625147268.25 - 7200, 1e-6);
  EXPECT_FALSE(hand.time_is_local);
  const FrameMeta drone = TimeOf(exif, {}, record, false, "DJI");
  EXPECT_NEAR(drone.time_utc_s.value(), 1625147268.25, 1e-6);
  EXPECT_TRUE(drone.time_is_local);
  exif.offset_time = "+02:00";
  exif.sub_seconds = "50";
  EXPECT_NEAR(TimeOf(exif, {}, std::nullopt).time_utc_s.value(), 1625147268.5 - 7200, 1e-6);
}

TEST(Time, GpsTellsTheZone) {
  ExifFacts exif;
  exif.date_time = "2021:07:01 13:47:48";
  exif.gps_date = "2021:07:01";
  exif.gps_second_of_day = 11 * 3600 + 47 * 60 + 31;  // 17 s apart
  EXPECT_EQ(TimeOf(exif, {}, std::nullopt, true).time_utc_s, 1625147268 - 7200);
  EXPECT_TRUE(TimeOf(exif, {}, std::nullopt, false).time_is_local);
  exif.gps_second_of_day = 11 * 3600 + 54 * 60;  // no zone is 1 h 54 min
  EXPECT_TRUE(TimeOf(exif, {}, std::nullopt, true).time_is_local);
}

}  // namespace
}  // namespace thermoleak::ingest
