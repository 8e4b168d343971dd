#pragma once
// Builds small Exif blocks, XMP packets and JPEG files for tests, byte by byte.

#include <zlib.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace thermoleak::test {

class Writer {
 public:
  explicit Writer(bool big = false) : big_(big) {}
  Writer& U8(unsigned v) {
    out_ += static_cast<char>(v);
    return *this;
  }
  Writer& U16(unsigned v) { return Put(v, 2); }
  Writer& U32(std::uint64_t v) { return Put(v, 4); }
  Writer& Text(std::string_view text) {
    out_ += text;
    return *this;
  }
  Writer& Fill(std::size_t size) {
    out_.resize(size, '\0');
    return *this;
  }
  std::size_t size() const { return out_.size(); }
  const std::string& bytes() const { return out_; }

 private:
  Writer& Put(std::uint64_t v, int n) {
    for (int i = 0; i < n; ++i) {
      const int shift = 8 * (big_ ? n - 1 - i : i);
      out_ += static_cast<char>((v >> shift) & 0xFF);
    }
    return *this;
  }
  bool big_;
  std::string out_;
};

/// One TIFF entry: type 2 text, 3 short, 4 long, 5 rationals (pairs in `numbers`), 7 bytes.
struct Tag {
  unsigned tag = 0;
  unsigned type = 0;
  std::string text;
  std::vector<std::uint32_t> numbers;
};

/// A TIFF block of IFD0, ExifIFD and GPS directory.
inline std::string ExifBlock(const std::vector<Tag>& main, const std::vector<Tag>& exif,
                             const std::vector<Tag>& gps, bool big = false) {
  Writer out(big);
  out.Text(big ? "MM" : "II").U16(42).U32(8);
  const auto directory_bytes = [](std::size_t n) { return 2 + 12 * n + 4; };
  const std::size_t main_at = 8;
  const std::size_t exif_at = main_at + directory_bytes(main.size() + 2);
  const std::size_t gps_at = exif_at + directory_bytes(exif.size());
  std::size_t heap_at = gps_at + directory_bytes(gps.size());
  Writer heap(big);
  const auto entry = [&](const Tag& tag) {
    Writer value(big);
    std::size_t count = tag.numbers.size();
    if (tag.type == 2 || tag.type == 7 || tag.type == 1) {
      value.Text(tag.text);
      if (tag.type == 2) value.U8(0);
      count = value.size();
    } else if (tag.type == 3) {
      for (const auto n : tag.numbers) value.U16(n);
    } else {
      for (const auto n : tag.numbers) value.U32(n);
      if (tag.type == 5 || tag.type == 10) count /= 2;
    }
    out.U16(tag.tag).U16(tag.type).U32(count);
    if (value.size() <= 4) {
      out.Text(value.bytes()).Text(std::string(4 - value.size(), '\0'));
    } else {
      out.U32(heap_at + heap.size());
      heap.Text(value.bytes());
    }
  };
  out.U16(static_cast<unsigned>(main.size() + 2));
  for (const Tag& tag : main) entry(tag);
  entry({0x8769, 4, {}, {static_cast<std::uint32_t>(exif_at)}});
  entry({0x8825, 4, {}, {static_cast<std::uint32_t>(gps_at)}});
  out.U32(0).U16(static_cast<unsigned>(exif.size()));
  for (const Tag& tag : exif) entry(tag);
  out.U32(0).U16(static_cast<unsigned>(gps.size()));
  for (const Tag& tag : gps) entry(tag);
  out.U32(0).Text(heap.bytes());
  return out.bytes();
}

/// rdf:Description with attributes.
inline std::string Packet(std::string_view declarations, std::string_view attributes) {
  return "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF "
         "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description " +
         std::string(declarations) + " " + std::string(attributes) +
         "></rdf:Description></rdf:RDF></x:xmpmeta>";
}

struct Segment {
  unsigned marker = 0;
  std::string payload;
};

/// SOI, segments, a start of scan with some coded bytes, EOI.
inline std::string Jpeg(const std::vector<Segment>& segments, bool with_picture = true) {
  Writer out(true);
  out.U8(0xFF).U8(0xD8);
  for (const Segment& segment : segments) {
    out.U8(0xFF).U8(segment.marker).U16(static_cast<unsigned>(segment.payload.size() + 2));
    out.Text(segment.payload);
  }
  if (with_picture) {
    out.U8(0xFF).U8(0xDA).U16(2).Text(std::string("\x12\x34\xFF\x00\x56", 5)).U8(0xFF).U8(0xD9);
  }
  return out.bytes();
}

/// An FFF block with raw samples and a camera record; `order_mark_big` is the raw record's order.
struct FffSpec {
  int width = 4;
  int height = 3;
  bool big_directory = true;
  bool big_raw = false;
  bool big_camera = false;
  std::string payload;  ///< instead of raw samples
  std::string camera;   ///< instead of the camera record that the fields below make
  double emissivity = 0.95, distance_m = 10, humidity = 0.5;
  std::string model = "Testcam";
};

inline std::uint32_t FloatBits(double value) {
  const auto f = static_cast<float>(value);
  std::uint32_t bits = 0;
  static_assert(sizeof bits == sizeof f);
  __builtin_memcpy(&bits, &f, sizeof f);
  return bits;
}

inline std::string CameraRecord(const FffSpec& spec) {
  std::string record(0x3A0, '\0');
  const auto put = [&](std::size_t at, std::uint64_t value, int n) {
    for (int i = 0; i < n; ++i) {
      const int shift = 8 * (spec.big_camera ? n - 1 - i : i);
      record[at + static_cast<std::size_t>(i)] = static_cast<char>((value >> shift) & 0xFF);
    }
  };
  const auto put_float = [&](std::size_t at, double value) { put(at, FloatBits(value), 4); };
  put(0, 2, 2);
  put_float(0x20, spec.emissivity);
  put_float(0x24, spec.distance_m);
  put_float(0x28, 290);
  put_float(0x2C, 280);
  put_float(0x30, 295);
  put_float(0x34, 1);
  put_float(0x3C, spec.humidity);
  put_float(0x58, 17096.453);
  put_float(0x5C, 1428);
  put_float(0x60, 1);
  put_float(0x70, 0.006569);
  put_float(0x74, 0.01262);
  put_float(0x78, -0.002276);
  put_float(0x7C, -0.00667);
  put_float(0x80, 1.9);
  put(0x308, static_cast<std::uint32_t>(-342), 4);
  put_float(0x30C, 0.046642166);
  record.replace(0xD4, spec.model.size(), spec.model);
  return record;
}

/// The count at a place of the synthetic array.
inline unsigned CountAt(int row, int column) {
  return static_cast<unsigned>(3300 + 37 * row + 5 * column);
}

inline std::string FffBlock(const FffSpec& spec) {
  Writer raw(spec.big_raw);
  raw.U16(2)
      .U16(static_cast<unsigned>(spec.width))
      .U16(static_cast<unsigned>(spec.height))
      .Fill(0x20);
  if (spec.payload.empty()) {
    for (int row = 0; row < spec.height; ++row) {
      for (int column = 0; column < spec.width; ++column) raw.U16(CountAt(row, column));
    }
  } else {
    raw.Text(spec.payload);
  }
  const std::string camera = spec.camera.empty() ? CameraRecord(spec) : spec.camera;
  Writer out(spec.big_directory);
  const std::size_t directory_at = 0x40;
  const std::size_t camera_at = directory_at + 3 * 32;
  const std::size_t raw_at = camera_at + camera.size();
  out.Text(std::string_view("FFF\0TEST", 8)).Fill(0x14);
  out.U32(101).U32(directory_at).U32(3).Fill(directory_at);
  out.U16(0x20).U16(2).U32(0).U32(0).U32(camera_at).U32(camera.size()).Fill(directory_at + 32);
  out.U16(0x01).U16(2).U32(0).U32(0).U32(raw_at).U32(raw.size()).Fill(directory_at + 64);
  out.Fill(camera_at);  // an unused entry: type 0
  out.Text(camera).Text(raw.bytes());
  return out.bytes();
}

/// A 16-bit grey PNG of rows as they are to be packed: a filter type and 2 * width bytes each.
inline std::string PngOfRows(int width, int height, const std::string& raw) {
  uLongf packed_size = compressBound(raw.size());
  std::string packed(packed_size, '\0');
  compress2(reinterpret_cast<Bytef*>(packed.data()), &packed_size,
            reinterpret_cast<const Bytef*>(raw.data()), raw.size(), 6);
  packed.resize(packed_size);
  Writer out(true);
  out.Text("\x89PNG\r\n\x1A\n");
  const auto chunk = [&out](const std::string& type, const std::string& data) {
    const std::string body = type + data;
    out.U32(data.size()).Text(body);
    out.U32(crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size())));
  };
  Writer header(true);
  header.U32(static_cast<unsigned>(width)).U32(static_cast<unsigned>(height));
  header.U8(16).U8(0).U8(0).U8(0).U8(0);
  chunk("IHDR", header.bytes());
  chunk("IDAT", packed);
  chunk("IEND", "");
  return out.bytes();
}

/// A 16-bit grey PNG of CountAt(); with `swap` the samples are little-endian, as in most of FLIR's.
/// Rows use the filter types 0 .. 4 in turn.
inline std::string PngOfCounts(int width, int height, bool swap) {
  std::string raw;
  std::string above(static_cast<std::size_t>(width) * 2, '\0');
  for (int row = 0; row < height; ++row) {
    Writer line(!swap);
    for (int column = 0; column < width; ++column) line.U16(CountAt(row, column));
    const int filter = row % 5;
    raw += static_cast<char>(filter);
    const auto at = [](const std::string& text, std::size_t i) {
      return static_cast<int>(static_cast<unsigned char>(text[i]));
    };
    for (std::size_t i = 0; i < line.size(); ++i) {
      const int a = i >= 2 ? at(line.bytes(), i - 2) : 0;
      const int b = at(above, i);
      const int c = i >= 2 ? at(above, i - 2) : 0;
      const int p = a + b - c;
      const int paeth = std::abs(p - a) <= std::abs(p - b) && std::abs(p - a) <= std::abs(p - c) ? a
                        : std::abs(p - b) <= std::abs(p - c)                                     ? b
                                                             : c;
      const int predicted[] = {0, a, b, (a + b) / 2, paeth};
      raw += static_cast<char>((at(line.bytes(), i) - predicted[filter]) & 0xFF);
    }
    above = line.bytes();
  }
  return PngOfRows(width, height, raw);
}

/// A single-strip grey TIFF: `pixels` as stored, XMP and camera as given.
inline std::string TiffFile(int width, int height, unsigned bits, unsigned sample_format,
                            const std::string& pixels, const std::string& packet,
                            const std::string& model = "Nobody", bool big = false) {
  const auto block = [&](std::size_t pixels_at) {
    const auto number = [](std::size_t value) { return static_cast<std::uint32_t>(value); };
    return ExifBlock({{256, 4, {}, {static_cast<std::uint32_t>(width)}},
                      {257, 4, {}, {static_cast<std::uint32_t>(height)}},
                      {258, 3, {}, {bits}},
                      {259, 3, {}, {1}},
                      {262, 3, {}, {1}},
                      {272, 2, model, {}},
                      {273, 4, {}, {number(pixels_at)}},
                      {277, 3, {}, {1}},
                      {278, 4, {}, {static_cast<std::uint32_t>(height)}},
                      {279, 4, {}, {number(pixels.size())}},
                      {339, 3, {}, {sample_format}},
                      {700, 1, packet, {}}},
                     {}, {}, big);
  };
  const std::size_t size = block(0).size();
  return block(size) + pixels;
}

/// The block cut into APP1 segments of at most `piece` bytes.
inline std::vector<Segment> FlirSegments(const std::string& block, std::size_t piece) {
  std::vector<Segment> segments;
  const std::size_t count = (block.size() + piece - 1) / piece;
  for (std::size_t i = 0; i < count; ++i) {
    std::string head("FLIR\0\1", 6);
    head += static_cast<char>(i);
    head += static_cast<char>(count - 1);
    segments.push_back({0xE1, head + block.substr(i * piece, piece)});
  }
  return segments;
}

}  // namespace thermoleak::test
