// 16-bit T-linear and float32 TIFF.

#include <fmt/format.h>
#include <tiffio.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

#include "ingest/facts.hpp"
#include "ingest/formats.hpp"
#include "ingest/samples.hpp"

namespace thermoleak::ingest {
namespace {

/// libtiff's view of the bytes, and its last complaint.
struct Memory {
  ByteSpan data;
  std::uint64_t at = 0;
  std::string problem;
};

tmsize_t ReadBytes(thandle_t handle, void* target, tmsize_t size) {
  auto& memory = *static_cast<Memory*>(handle);
  if (size <= 0 || memory.at >= memory.data.size()) return 0;
  const std::uint64_t n =
      std::min<std::uint64_t>(static_cast<std::uint64_t>(size), memory.data.size() - memory.at);
  std::memcpy(target, memory.data.data() + memory.at, n);
  memory.at += n;
  return static_cast<tmsize_t>(n);
}
tmsize_t WriteNothing(thandle_t, void*, tmsize_t) { return 0; }
toff_t Seek(thandle_t handle, toff_t offset, int whence) {
  auto& memory = *static_cast<Memory*>(handle);
  if (whence == SEEK_SET) memory.at = offset;
  if (whence == SEEK_CUR) memory.at += offset;
  if (whence == SEEK_END) memory.at = memory.data.size() + offset;
  return memory.at;
}
int CloseNothing(thandle_t) { return 0; }
toff_t SizeOfMemory(thandle_t handle) { return static_cast<Memory*>(handle)->data.size(); }

int KeepProblem(TIFF*, void* user, const char* /*module*/, const char* format, va_list arguments) {
  char text[256];
  std::vsnprintf(text, sizeof text, format, arguments);
  auto& problem = static_cast<Memory*>(user)->problem;
  if (problem.empty()) problem = text;
  return 1;
}
int IgnoreWarning(TIFF*, void*, const char*, const char*, va_list) { return 1; }

using TiffPointer = std::unique_ptr<TIFF, void (*)(TIFF*)>;

TiffPointer Open(Memory& memory) {
  const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options(TIFFOpenOptionsAlloc(),
                                                                             TIFFOpenOptionsFree);
  // What libtiff allocates itself are tables and compressed pieces of the file.
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(),
                                      static_cast<tmsize_t>((8u << 20) + 2 * memory.data.size()));
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), KeepProblem, &memory);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), IgnoreWarning, nullptr);
  // "m": no memory mapping, every read goes through the bounded function above.
  return {TIFFClientOpenExt("frame", "rm", &memory, ReadBytes, WriteNothing, Seek, CloseNothing,
                            SizeOfMemory, nullptr, nullptr, options.get()),
          TIFFClose};
}

struct Layout {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint16_t bits = 1;
  std::uint16_t samples = 1;
  std::uint16_t sample_format = SAMPLEFORMAT_UINT;
};

Layout LayoutOf(TIFF* tiff) {
  Layout layout;
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &layout.width);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &layout.height);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &layout.bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &layout.samples);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &layout.sample_format);
  return layout;
}

bool ReadTiles(TIFF* tiff, cv::Mat& image) {
  std::uint32_t tile_width = 0;
  std::uint32_t tile_height = 0;
  TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &tile_width);
  TIFFGetField(tiff, TIFFTAG_TILELENGTH, &tile_height);
  if (!PlausibleSize(tile_width, tile_height)) return false;
  const auto columns = static_cast<int>(tile_width);
  const auto rows = static_cast<int>(tile_height);
  cv::Mat tile(rows, columns, image.type());
  const auto bytes = static_cast<tmsize_t>(tile.total() * tile.elemSize());
  if (TIFFTileSize(tiff) != bytes) return false;
  for (int y = 0; y < image.rows; y += rows) {
    for (int x = 0; x < image.cols; x += columns) {
      const ttile_t index =
          TIFFComputeTile(tiff, static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y), 0, 0);
      if (TIFFReadEncodedTile(tiff, index, tile.data, bytes) != bytes) return false;
      const cv::Rect inside =
          cv::Rect(x, y, columns, rows) & cv::Rect(0, 0, image.cols, image.rows);
      tile(cv::Rect(0, 0, inside.width, inside.height)).copyTo(image(inside));
    }
  }
  return true;
}

bool ReadStrips(TIFF* tiff, cv::Mat& image) {
  std::uint32_t rows_per_strip = 0;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &rows_per_strip);
  if (rows_per_strip == 0) return false;
  const auto height = static_cast<std::uint32_t>(image.rows);
  const std::size_t row_bytes = static_cast<std::size_t>(image.cols) * image.elemSize();
  if (static_cast<std::size_t>(TIFFScanlineSize(tiff)) != row_bytes) return false;
  for (std::uint32_t row = 0, strip = 0; row < height; ++strip) {
    const std::uint32_t rows = std::min(rows_per_strip, height - row);
    const auto bytes = static_cast<tmsize_t>(rows * row_bytes);
    if (TIFFReadEncodedStrip(tiff, strip, image.ptr(static_cast<int>(row)), bytes) != bytes) {
      return false;
    }
    row += rows;
  }
  return true;
}

/// The middle value of what is finite; 0 when nothing is.
double MedianOf(const cv::Mat& image) {
  std::vector<float> values;
  values.reserve(image.total());
  cv::Mat as_float;
  image.convertTo(as_float, CV_32F);
  for (int row = 0; row < as_float.rows; ++row) {
    const auto* in = as_float.ptr<float>(row);
    for (int column = 0; column < as_float.cols; ++column) {
      if (std::isfinite(in[column])) values.push_back(in[column]);
    }
  }
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// No ground scene has a median outside.
bool PlausibleMedian(double celsius) { return celsius > -80 && celsius < 150; }

/// How counts become degC, in the order of belief: the user, the file, the camera's maker. A guess
/// from the numbers alone is not made.
std::optional<LinearCalibration> ScaleOf(const FrameMeta& meta, const Xmp& xmp,
                                         const CameraTable& cameras, const ReadOptions& options) {
  if (options.tiff_scale) return options.tiff_scale;
  for (const XmpSpace space : {XmpSpace::kFlir, XmpSpace::kCamera}) {
    // 0 and 0.00 mean counts.
    const auto gain = xmp.Number(space, "TlinearGain");
    if (gain.value_or(0) > 0 && *gain < 10) return LinearCalibration{*gain, -273.15};
  }
  const CameraTable::Row* row = cameras.Find(meta.make + " " + meta.model, meta.width);
  if (row == nullptr) row = cameras.Find(meta.model, meta.width);
  if (row != nullptr && row->tiff_gain > 0) {
    return LinearCalibration{row->tiff_gain, row->tiff_offset_c};
  }
  return std::nullopt;
}

Error CountsWithoutScale(const std::string& item, double median) {
  const auto reading = [median](double gain, double offset) {
    return fmt::format("{:.1f}", gain * median + offset);
  };
  return Error{item,
               {MessageId::kCountsWithoutScale,
                {fmt::format("{:.0f}", median), reading(0.04, -273.15), reading(0.01, -273.15),
                 reading(0.1, -273.15)}}};
}

}  // namespace

Result<ThermalFrame> ReadTiffFrame(const FileContext& file) {
  const std::string item = file.item();
  const CameraTable& cameras = file.cameras;
  const ReadOptions& options = file.options;
  Memory memory{file.bytes, 0, {}};
  const TiffPointer tiff = Open(memory);
  const auto fail = [&](const std::string& otherwise) {
    const std::string why = memory.problem.empty() ? otherwise : memory.problem;
    return Fail(item, MessageId::kCorruptData, {"TIFF: " + why});
  };
  if (!tiff) return fail("directory");
  const Layout layout = LayoutOf(tiff.get());
  if (!PlausibleSize(layout.width, layout.height)) {
    return fail(fmt::format("{} x {}", layout.width, layout.height));
  }
  const bool is_float = layout.sample_format == SAMPLEFORMAT_IEEEFP && layout.bits == 32;
  const bool is_counts = layout.sample_format == SAMPLEFORMAT_UINT && layout.bits == 16;
  if (layout.samples != 1 || (!is_float && !is_counts)) {
    if (layout.bits <= 8) return Fail(item, MessageId::kNotRadiometric);
    return Fail(item, MessageId::kUnsupportedFormat,
                {fmt::format("TIFF {} x {} bit", layout.samples, layout.bits)});
  }

  ThermalFrame frame;
  FrameMeta& meta = frame.meta;
  meta.width = static_cast<int>(layout.width);
  meta.height = static_cast<int>(layout.height);
  meta.format = is_float ? "TIFF (float32)" : "TIFF (16 bit)";
  const ExifFacts exif = ReadExif(file.bytes);
  Xmp xmp;
  for (const ByteSpan packet : exif.xmp) xmp.Add(AsText(packet));
  FillFacts(exif, xmp, {}, cameras, meta);

  // The scale of a file that states none can only be discussed with its values.
  const auto scale = is_float ? std::nullopt : ScaleOf(meta, xmp, cameras, options);
  cv::Mat image;
  if (options.pixels || is_float || !scale) {
    // Compressed data grow at most some thousandfold; a header that promises more is lying.
    const std::uint64_t bytes = std::uint64_t{layout.width} * layout.height * (is_float ? 4u : 2u);
    if (bytes / 4096 > file.bytes.size())
      return fail(fmt::format("{} x {}", layout.width, layout.height));
    image.create(meta.height, meta.width, is_float ? CV_32FC1 : CV_16UC1);
    const bool whole =
        TIFFIsTiled(tiff.get()) != 0 ? ReadTiles(tiff.get(), image) : ReadStrips(tiff.get(), image);
    if (!whole) return fail("pixels");
  }
  if (is_float) {
    meta.calibration = CelsiusCalibration{};
    // Our own exports say what their numbers mean; they must not gain in trust on the way.
    for (const auto& [level, scale_sigma] :
         {std::pair(RadiometryLevel::kApparent, 0.23), {RadiometryLevel::kRelative, 0.5}}) {
      if (exif.description.ends_with(fmt::format(", {} temperature", ToString(level)))) {
        meta.radiometry = level;
        meta.accuracy.scale_sigma = scale_sigma;
      }
    }
    const double median = MedianOf(image);
    if (!PlausibleMedian(median)) {
      return Fail(item, MessageId::kUnsupportedFormat,
                  {fmt::format("TIFF float32, {:.1f} (K?)", median)});
    }
  } else if (scale) {
    meta.calibration = *scale;
  } else {
    return tl::unexpected(CountsWithoutScale(item, MedianOf(image)));
  }
  if (options.pixels) frame.stored = std::move(image);
  return frame;
}

}  // namespace thermoleak::ingest
