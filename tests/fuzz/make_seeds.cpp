// Writes the fuzzers' seeds: small frames of our own making, the same on every machine.
//   make_seeds FOLDER      fills FOLDER/<target>/

#include <charls/charls.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <span>
#include <string>
#include <vector>

#include "fuzz/seeds.hpp"
#include "ingest/build_files.hpp"
#include "ingest/dji_sdk_protocol.hpp"
#include "thermoleak/ingest/reader.hpp"

namespace {

using namespace thermoleak::test;
using thermoleak::fuzz::Seed;
namespace fs = std::filesystem;

std::string DjiPacket() {
  return Packet("xmlns:drone-dji=\"http://www.dji.com/drone-dji/1.0/\"",
                "drone-dji:GimbalYawDegree=\"+33\" drone-dji:GimbalPitchDegree=\"-89.9\" "
                "drone-dji:GimbalRollDegree=\"180\" drone-dji:RtkFlag=\"50\" "
                "drone-dji:RtkStdLat=\"0.01\" drone-dji:RtkStdLon=\"0.01\" "
                "drone-dji:RelativeAltitude=\"+75.2\" drone-dji:AbsoluteAltitude=\"1088/10\" "
                "drone-dji:GpsLatitude=\"49.1\" drone-dji:GpsLongtitude=\"8.2\" "
                "drone-dji:LRFTargetDistance=\"75.5\" "
                "drone-dji:UTCAtExposure=\"2023-05-01T15:35:16.4\"");
}

std::string SkydioPacket() {
  return "<?xpacket begin=''?><x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><!-- a comment -->"
         "<drone-skydio:CameraOrientationNED xmlns:drone-skydio='https://www.skydio.com/"
         "drone-skydio/1.0/'><drone-skydio:Yaw>-12.5</drone-skydio:Yaw>"
         "<drone-skydio:Pitch>-88</drone-skydio:Pitch></drone-skydio:CameraOrientationNED>"
         "<Camera:Yaw><rdf:Seq><rdf:li>3/2</rdf:li></rdf:Seq></Camera:Yaw></x:xmpmeta>";
}

std::string Exif(bool big) {
  return ExifBlock({{0x010F, 2, "DJI", {}}, {0x0110, 2, "XT2", {}}},
                   {{0x9003, 2, "2023:05:01 17:35:16", {}},
                    {0x9011, 2, "+02:00", {}},
                    {0x9291, 2, "25", {}},
                    {0x920A, 5, {}, {19, 1}},
                    {0xA20E, 5, {}, {1088, 100}},
                    {0xA210, 3, {}, {4}},
                    {0x02BC, 1, DjiPacket(), {}}},
                   {{1, 2, "N", {}},
                    {2, 5, {}, {55, 1, 4, 1, 2112, 100}},
                    {3, 2, "E", {}},
                    {4, 5, {}, {82, 1, 58, 1, 5859, 100}},
                    {5, 1, std::string(1, '\1'), {}},
                    {6, 5, {}, {1200, 10}},
                    {7, 5, {}, {15, 1, 35, 1, 16, 1}},
                    {0x1D, 2, "2023:05:01", {}}},
                   big);
}

std::string ExifSegment() { return std::string("Exif\0\0", 6) + Exif(false); }

std::string XmpSegment() {
  return std::string("http://ns.adobe.com/xap/1.0/\0", 29) + SkydioPacket();
}

std::string FlirJpeg(const FffSpec& spec) {
  std::vector<Segment> segments{{0xE1, ExifSegment()}, {0xE1, XmpSegment()}};
  for (Segment& segment : FlirSegments(FffBlock(spec), 700)) segments.push_back(std::move(segment));
  return Jpeg(segments);
}

/// The smallest array that counts as a frame.
std::string DjiJpeg() {
  Writer header(true);
  header.U8(8).U16(48).U16(64).U8(1);
  return Jpeg({{0xE1, ExifSegment()},
               {0xE3, std::string(64 * 48, '\x48')},
               {0xE3, std::string(64 * 48, '\x49')},
               {0xE4, std::string("\xFF\xD2\xD1\xFFiirp", 8)},
               {0xC0, header.bytes()}});
}

FffSpec WithPng(bool swap) {
  FffSpec spec;
  spec.width = 13;
  spec.height = 9;
  spec.big_raw = !swap;
  spec.payload = PngOfCounts(spec.width, spec.height, swap);
  return spec;
}

FffSpec LittleEndian() {
  FffSpec spec;
  spec.big_directory = false;
  spec.big_camera = true;
  return spec;
}

/// 13 x 9 counts, without loss or with.
std::string JpegLs(int near_lossless) {
  std::vector<std::uint16_t> counts;
  for (int i = 0; i < 13 * 9; ++i) counts.push_back(static_cast<std::uint16_t>(14000 + 37 * i));
  charls::jpegls_encoder encoder;
  encoder.frame_info({13, 9, 16, 1}).near_lossless(near_lossless);
  std::string bytes(encoder.estimated_destination_size(), '\0');
  encoder.destination(bytes.data(), bytes.size());
  bytes.resize(encoder.encode(counts));
  return bytes;
}

FffSpec WithJpegLs() {
  FffSpec spec;
  spec.width = 13;
  spec.height = 9;
  spec.payload = JpegLs(5);
  return spec;
}

std::string CountsTiff(bool big) {
  const std::string gain =
      Packet("xmlns:FLIR=\"http://ns.flir.com/xmp/1.0/\"", "FLIR:TlinearGain=\"0.04\"");
  return TiffFile(8, 6, 16, 1, std::string(96, '\x1E'), gain, "Nobody", big);
}

std::string FloatTiff() {
  Writer pixels;
  for (int i = 0; i < 48; ++i) pixels.U32(FloatBits(10 + 0.1 * i));
  return TiffFile(8, 6, 32, 3, pixels.bytes(), "");
}

/// Width less one, then rows of a filter type and samples.
std::string PngRows() {
  std::string rows(1, '\4');
  for (int row = 0; row < 5; ++row) {
    rows += static_cast<char>(row);
    for (int i = 0; i < 10; ++i) rows += static_cast<char>(40 * row + 7 * i);
  }
  return rows;
}

std::string SdkReply(std::uint32_t failed, std::int32_t code, double celsius) {
  thermoleak::ingest::dji_sdk::Reply reply;
  reply.failed = failed;
  reply.code = code;
  reply.width = 8;
  reply.height = 6;
  reply.bytes = failed == 0 ? 192 : 0;
  std::string bytes(reinterpret_cast<const char*>(&reply), sizeof reply);
  Writer payload;
  for (std::uint32_t i = 0; i < reply.bytes / 4; ++i) payload.U32(FloatBits(celsius + 0.5 * i));
  return bytes + payload.bytes();
}

std::vector<Seed> Seeds() {
  FffSpec big_camera;
  big_camera.big_camera = true;
  std::vector<Seed> seeds{
      {"camera_info", "little", CameraRecord({})},
      {"camera_info", "big", CameraRecord(big_camera)},
      {"clock", "exif", "2021:07:01 13:47:48.99+02:00"},
      {"clock", "dji", "2023-05-01T15:35:16.4Z"},
      {"clock", "microseconds", "1682954116400000"},
      {"dji_jpeg", "iirp", DjiJpeg()},
      {"dji_sdk_reply", "good", SdkReply(0, 0, 12)},
      {"dji_sdk_reply", "silly", SdkReply(0, 0, 2990)},
      {"dji_sdk_reply", "refused", SdkReply(1, -7, 0)},
      {"exif", "little", Exif(false)},
      {"exif", "big", Exif(true)},
      {"exif", "tiff", CountsTiff(false)},
      {"fff", "raw", FffBlock({})},
      {"fff", "little", FffBlock(LittleEndian())},
      {"fff", "png", FffBlock(WithPng(true))},
      {"flir_jpeg", "raw", FlirJpeg({})},
      {"flir_jpeg", "png", FlirJpeg(WithPng(true))},
      {"jpeg", "flir", FlirJpeg({})},
      {"jpeg", "no_picture", Jpeg({{0xE1, ExifSegment()}, {0xE1, XmpSegment()}}, false)},
      {"fff", "jpeg_ls", FffBlock(WithJpegLs())},
      {"jpeg_ls", "exact", JpegLs(0)},
      {"jpeg_ls", "near", JpegLs(5)},
      {"sequence", "two", FffBlock({}) + FffBlock(WithJpegLs())},
      {"sequence", "damaged", FffBlock({}) + std::string(70, 'x') + FffBlock(LittleEndian())},
      {"sequence", "cut", FffBlock({}) + FffBlock({}).substr(0, 200)},
      {"png", "little", PngOfCounts(13, 9, true)},
      {"png", "big", PngOfCounts(5, 17, false)},
      {"png", "rows", PngRows()},
      {"tiff_frame", "little", CountsTiff(false)},
      {"tiff_frame", "big", CountsTiff(true)},
      {"tiff_frame", "float", FloatTiff()},
      {"xmp", "attributes", DjiPacket()},
      {"xmp", "elements", SkydioPacket()},
      {"xmp", "number", "+1088/100"},
      {"xmp", "overflow", "1e300/1e-300"},
  };
  const auto request = [&](const char* target, const char* name, std::string bytes) {
    seeds.push_back({target, name, std::move(bytes)});
  };
  request("http_request", "get", "GET /api/v1/hazards?limit=5 HTTP/1.1\r\nHost: a\r\n\r\n");
  request("http_request", "patch",
          "PATCH /api/v1/uploads/0123456789abcdef0123456789abcdef HTTP/1.1\r\nHost: a\r\n"
          "Tus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Length: 3\r\n\r\nabc");
  request("http_request", "chunked",
          "POST /api/v1/session HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
          "3;x=y\r\nabc\r\n0\r\nT: v\r\n\r\n");
  request("json_body", "session", R"({"name":"admin","password":"x"})");
  request("json_body", "files", R"({"files":[{"path":"a/b.jpg","size":3}],"a":1.5e3,"b":[true]})");
  request("json_body", "words", R"({"conditions":{"wind_m_s":2},"name":"\u5317\ud83d\ude00"})");
  request("tus_headers", "metadata", "filename YS5qcGc=,scan MjAyNg==,partial");
  request("tus_headers", "checksum", "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=");
  request("tus_headers", "final", "final;/u/0123456789abcdef0123456789abcdef");
  request("tus_headers", "target", "/api/v1/runs/20260115-abcdefgh/files/a%20b?q=%E5%8C%97&x");
  request("tus_headers", "range", "bytes=5-99");
  for (Seed& seed : thermoleak::fuzz::OfficeSeeds()) seeds.push_back(std::move(seed));
  // The whole reader eats what its parts eat.
  for (std::size_t i = 0, n = seeds.size(); i < n; ++i) {
    const Seed part = seeds[i];
    if (part.target == "dji_jpeg" || part.target == "fff" || part.target == "flir_jpeg" ||
        part.target == "tiff_frame") {
      seeds.push_back({"reader", part.target + "_" + part.name, part.bytes});
    }
  }
  return seeds;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "make_seeds FOLDER\n";
    return 2;
  }
  const auto cameras = thermoleak::CameraTable::BuiltIn();
  for (const Seed& seed : Seeds()) {
    // A seed that is refused at the door would teach the fuzzer nothing of the rooms behind it.
    if (seed.target == "reader" &&
        !thermoleak::ReadFrame(std::as_bytes(std::span(seed.bytes)),
                               thermoleak::FrameSource(seed.name), cameras)) {
      std::cerr << seed.name << " is not read\n";
      return 1;
    }
    const fs::path folder = fs::path(argv[1]) / seed.target;
    fs::create_directories(folder);
    std::ofstream file(folder / seed.name, std::ios::binary);
    file.write(seed.bytes.data(), static_cast<std::streamsize>(seed.bytes.size()));
    file.close();
    if (!file) {
      std::cerr << "cannot write " << folder / seed.name << "\n";
      return 1;
    }
  }
  return 0;
}
