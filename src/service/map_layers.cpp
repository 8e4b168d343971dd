#include "service/map_layers.hpp"

#include <fmt/format.h>
#include <gdal_priv.h>
#include <gdal_utils.h>

#include <cmath>
#include <opencv2/imgcodecs.hpp>

#include "thermoleak/core/files.hpp"
#include "thermoleak/core/statistics.hpp"
#include "thermoleak/geo/gdal_session.hpp"
#include "thermoleak/network/network.hpp"
#include "thermoleak/report/writers.hpp"

namespace thermoleak::service {
namespace {

namespace fs = std::filesystem;

constexpr int kMostPixels = 2048;

struct CloseDataset {
  void operator()(void* dataset) const { GDALClose(dataset); }
};
using Dataset = std::unique_ptr<void, CloseDataset>;

[[noreturn]] void Unreadable(const fs::path& file, const GdalSession& session) {
  throw RunError(ExitCode::kInputMissing, MessageId::kFileUnreadable,
                 {file.filename().string() + ": " + session.Complaint("?")});
}

/// Arguments as GDAL's utilities take them.
class Arguments {
 public:
  explicit Arguments(std::vector<std::string> words) : words_(std::move(words)) {
    for (std::string& word : words_) pointers_.push_back(word.data());
    pointers_.push_back(nullptr);
  }
  char** get() { return pointers_.data(); }

 private:
  std::vector<std::string> words_;
  std::vector<char*> pointers_;
};

Dataset Open(const fs::path& file, unsigned flags, const GdalSession& session) {
  Dataset dataset(GDALOpenEx(file.c_str(), flags | GDAL_OF_READONLY, nullptr, nullptr, nullptr));
  if (!dataset) Unreadable(file, session);
  return dataset;
}

Json Position(const LocalFrame& frame, const Vec2& local) {
  const LonLat at = frame.LonLatFromLocal(local);
  return {std::round(at.lon_deg * 1e7) / 1e7, std::round(at.lat_deg * 1e7) / 1e7};
}

Json NumberOrNull(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json PipeFeature(const Pipe& pipe, const LocalFrame& frame) {
  constexpr const char* kMedia[] = {"", "supply", "return"};
  constexpr const char* kLayings[] = {"buried", "duct", "overhead"};
  constexpr const char* kLevels[] = {"", "primary", "secondary"};
  Json line = Json::array();
  for (const Vec2& vertex : pipe.axis.vertices()) line.push_back(Position(frame, vertex));
  return {{"type", "Feature"},
          {"geometry", {{"type", "LineString"}, {"coordinates", std::move(line)}}},
          {"properties",
           {{"layer", "pipe"},
            {"pipe_id", pipe.id},
            {"dn_mm", NumberOrNull(pipe.dn_mm)},
            {"medium", kMedia[static_cast<std::size_t>(pipe.medium)]},
            {"laying", kLayings[static_cast<std::size_t>(pipe.laying)]},
            {"level", kLevels[static_cast<std::size_t>(pipe.level)]},
            {"year_built", pipe.year_built ? Json(*pipe.year_built) : Json(nullptr)},
            {"unit", pipe.unit},
            {"district", pipe.district}}}};
}

std::string Line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void WriteNetwork(const batch::Area& area, const fs::path& out) {
  const LoadedNetwork map = LoadNetwork(area.network, std::nullopt, area.map);
  std::string features;
  double west = 180, south = 90, east = -180, north = -90;
  const auto add = [&](const Json& feature) {
    features += (features.empty() ? "\n" : ",\n") + Line(feature);
  };
  for (const Pipe& pipe : map.network.pipes()) {
    for (const Vec2& vertex : pipe.axis.vertices()) {
      const LonLat at = map.frame.LonLatFromLocal(vertex);
      west = std::min(west, at.lon_deg);
      east = std::max(east, at.lon_deg);
      south = std::min(south, at.lat_deg);
      north = std::max(north, at.lat_deg);
    }
    add(PipeFeature(pipe, map.frame));
  }
  for (const Chamber& chamber : map.network.chambers()) {
    add({{"type", "Feature"},
         {"geometry", {{"type", "Point"}, {"coordinates", Position(map.frame, chamber.position)}}},
         {"properties", {{"layer", "chamber"}, {"id", chamber.id}, {"kind", chamber.kind}}}});
  }
  // The box stands in the first line, so that it can be had without the rest.
  WriteFileAtomically(
      out, fmt::format("{{\"type\":\"FeatureCollection\",\"bbox\":[{:.7f},{:.7f},{:.7f},{:.7f}],\n"
                       "\"features\":[{}\n]}}\n",
                       west, south, east, north, features));
}

}  // namespace

fs::path NetworkGeoJson(Services& services, const batch::Area& area) {
  return Cached(services, "network-" + area.id + ".geojson",
                {area.network, services.folder.root() / "config.toml"},
                [&](const fs::path& out) { WriteNetwork(area, out); });
}

Json AreaBounds(Services& services, const batch::Area& area) {
  try {
    const auto head = ReadFilePart(NetworkGeoJson(services, area), 0, 200);
    if (!head) return nullptr;
    const std::string_view text(reinterpret_cast<const char*>(head->data()), head->size());
    const std::size_t from = text.find('['), to = text.find(']');
    if (from == std::string_view::npos || to == std::string_view::npos || to < from) return nullptr;
    return Json::parse(text.substr(from, to - from + 1), nullptr, false);
  } catch (const std::exception&) {  // the map's fault is told where the map is asked for
    return nullptr;
  }
}

fs::path TracesGeoJson(Services& services, const std::string& scan) {
  const fs::path source = services.folder.RunPath(scan) / "candidates.gpkg";
  return Cached(services, scan + "-traces.geojson", {source}, [&](const fs::path& out) {
    const GdalSession session;
    const Dataset run = Open(source, GDAL_OF_VECTOR, session);
    Arguments arguments({"-f", "GeoJSON", "-t_srs", "EPSG:4326", "-lco", "RFC7946=YES", "-lco",
                         "COORDINATE_PRECISION=7", "-nln", "traces", "corrected_traces"});
    GDALVectorTranslateOptions* options = GDALVectorTranslateOptionsNew(arguments.get(), nullptr);
    GDALDatasetH from = run.get();
    const Dataset written(GDALVectorTranslate(out.c_str(), nullptr, 1, &from, options, nullptr));
    GDALVectorTranslateOptionsFree(options);
    if (!written) Unreadable(source, session);
  });
}

namespace {

Dataset Warped(GDALDatasetH source, std::vector<std::string> words, const fs::path& file,
               const GdalSession& session) {
  for (const char* word : {"-t_srs", "EPSG:3857", "-r", "average", "-dstnodata", "nan", "-q"})
    words.emplace_back(word);
  Arguments arguments(std::move(words));
  GDALWarpAppOptions* options = GDALWarpAppOptionsNew(arguments.get(), nullptr);
  GDALDatasetH from = source;
  Dataset warped(GDALWarp("", nullptr, 1, &from, options, nullptr));
  GDALWarpAppOptionsFree(options);
  if (!warped) Unreadable(file, session);
  return warped;
}

/// Longitude and latitude of a point in Web Mercator (EPSG:3857), degrees.
Json FromMercator(double x, double y) {
  constexpr double kRadius_m = 6378137.0;
  const double lon = x / kRadius_m * 180 / M_PI;
  const double lat = (2 * std::atan(std::exp(y / kRadius_m)) - M_PI / 2) * 180 / M_PI;
  return {std::round(lon * 1e7) / 1e7, std::round(lat * 1e7) / 1e7};
}

struct Raster {
  cv::Mat_<float> celsius;
  double west = 0, north = 0, east = 0, south = 0;  ///< Web Mercator
};

Raster ReadMosaic(const fs::path& file) {
  const GdalSession session;
  const Dataset mosaic = Open(file, GDAL_OF_RASTER, session);
  Arguments first_band({"-of", "VRT", "-b", "1"});
  GDALTranslateOptions* options = GDALTranslateOptionsNew(first_band.get(), nullptr);
  const Dataset band(GDALTranslate("", mosaic.get(), options, nullptr));
  GDALTranslateOptionsFree(options);
  if (!band) Unreadable(file, session);
  const Dataset full = Warped(band.get(), {"-of", "VRT"}, file, session);
  const double width = GDALGetRasterXSize(full.get()), height = GDALGetRasterYSize(full.get());
  const double scale = std::min(1.0, kMostPixels / std::max(width, height));
  const int columns = std::max(1, static_cast<int>(std::lround(width * scale)));
  const int rows = std::max(1, static_cast<int>(std::lround(height * scale)));
  const Dataset small =
      Warped(band.get(), {"-of", "MEM", "-ts", std::to_string(columns), std::to_string(rows)}, file,
             session);
  Raster raster;
  raster.celsius = cv::Mat_<float>(rows, columns, NAN);
  double t[6] = {};
  if (GDALGetGeoTransform(small.get(), t) != CE_None ||
      GDALRasterIO(GDALGetRasterBand(small.get(), 1), GF_Read, 0, 0, columns, rows,
                   raster.celsius.data, columns, rows, GDT_Float32, 0, 0) != CE_None)
    Unreadable(file, session);
  raster.west = t[0];
  raster.north = t[3];
  raster.east = t[0] + columns * t[1];
  raster.south = t[3] + rows * t[5];
  return raster;
}

void WriteMosaicPicture(const fs::path& mosaic, const fs::path& picture, const fs::path& facts) {
  const Raster raster = ReadMosaic(mosaic);
  std::vector<float> values(raster.celsius.begin(), raster.celsius.end());
  float low = QuantileInPlace(values, 0.01), high = QuantileInPlace(values, 0.995);
  if (!(high > low + 0.5F)) high = low + 0.5F;
  if (!std::isfinite(low)) {
    low = 0;
    high = 1;
  }
  std::vector<unsigned char> png;
  if (!cv::imencode(".png", Colourise(raster.celsius, low, high), png,
                    {cv::IMWRITE_PNG_COMPRESSION, 4}))
    throw RunError(ExitCode::kOutOfResources, MessageId::kInternalError, {"PNG"});
  const auto rounded = [](double x) { return std::round(x * 1000) / 1000; };
  const Json json = {
      {"width", raster.celsius.cols},
      {"height", raster.celsius.rows},
      {"extent_3857",
       {rounded(raster.west), rounded(raster.south), rounded(raster.east), rounded(raster.north)}},
      {"corners",
       {FromMercator(raster.west, raster.north), FromMercator(raster.east, raster.north),
        FromMercator(raster.east, raster.south), FromMercator(raster.west, raster.south)}},
      {"low_c", std::round(low * 100) / 100},
      {"high_c", std::round(high * 100) / 100}};
  WriteFileAtomically(facts, json.dump());
  WriteFileAtomically(picture, {reinterpret_cast<const char*>(png.data()), png.size()});
}

}  // namespace

MosaicFiles MosaicPicture(Services& services, const std::string& scan) {
  const fs::path source = services.folder.RunPath(scan) / "mosaic.tif";
  MosaicFiles files;
  files.facts = services.cache / (scan + "-mosaic.json");
  files.picture = Cached(services, scan + "-mosaic.png", {source}, [&](const fs::path& out) {
    WriteMosaicPicture(source, out, files.facts);
  });
  return files;
}

}  // namespace thermoleak::service
