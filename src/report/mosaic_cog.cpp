#include <gdal_priv.h>
#include <ogr_spatialref.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "thermoleak/core/files.hpp"
#include "thermoleak/geo/gdal_session.hpp"
#include "thermoleak/report/writers.hpp"

namespace thermoleak {
namespace {

constexpr int kTile = Mosaic::kTile;
constexpr float kNothing = std::numeric_limits<float>::quiet_NaN();

struct CloseDataset {
  void operator()(GDALDataset* dataset) const { GDALClose(dataset); }
};

/// What the file says of each cell. Values are rounded to 1 / `steps`: the mantissa's last bits
/// would only be noise that costs half of the file and of the time.
struct BandSpec {
  cv::Mat_<float> Mosaic::Tile::*cells;
  const char* description;
  const char* unit;
  float steps;
};

constexpr BandSpec kBands[] = {
    {&Mosaic::Tile::celsius, "temperature_c", "degC", 256},  // a tenth of the best camera's noise
    {&Mosaic::Tile::views, "view_count", "", 16},            // whole numbers; overviews are means
    {&Mosaic::Tile::spread_k, "spread_k", "K", 64},
};

/// Adding 1.5 x 2^23 leaves a whole number in the mantissa.
float Rounded(float value, float steps) {
  constexpr float kWhole = 12582912.0f;
  return ((value * steps + kWhole) - kWhole) * (1.0f / steps);
}

/// One resolution of a band: sparse tiles, counted from the upper-left one.
/// Values as they came.
struct Level {
  int columns = 0;  // pixels
  int rows = 0;
  std::map<std::pair<int, int>, cv::Mat_<float>> tiles;  // (row, column)

  const cv::Mat_<float>* Find(int column, int row) const {
    const auto found = tiles.find({row, column});
    return found == tiles.end() ? nullptr : &found->second;
  }
};

/// The mosaic's tiles to write. One frame with a wrong position must not stretch the picture over a
/// continent (GDAL looks at every empty tile): tiles over 5 km (at 10 cm cells) from the middle one
/// are left out.
Mosaic::Extent PictureExtent(const Mosaic& mosaic) {
  constexpr std::int64_t kReach = 200;
  std::vector<std::int32_t> columns;
  std::vector<std::int32_t> rows;
  mosaic.ForEachTile([&](std::int32_t column, std::int32_t row, const Mosaic::Tile&) {
    columns.push_back(column);
    rows.push_back(row);
  });
  if (columns.empty()) return {0, 0, 1, 1};
  const auto range = [](std::vector<std::int32_t>& v) {
    std::sort(v.begin(), v.end());
    const std::int64_t middle = v[v.size() / 2];
    const auto near = [&](std::int32_t x) { return std::abs(x - middle) <= kReach; };
    return std::pair(*std::find_if(v.begin(), v.end(), near),
                     *std::find_if(v.rbegin(), v.rend(), near) + 1);
  };
  const auto [column0, column1] = range(columns);
  const auto [row0, row1] = range(rows);
  return {column0, row0, column1, row1};
}

Level FullLevel(const Mosaic& mosaic, const Mosaic::Extent& extent, const BandSpec& band) {
  Level level;
  level.columns = (extent.column1 - extent.column0) * kTile;
  level.rows = (extent.row1 - extent.row0) * kTile;
  mosaic.ForEachTile([&](std::int32_t column, std::int32_t row, const Mosaic::Tile& tile) {
    if (column < extent.column0 || column >= extent.column1 || row < extent.row0 ||
        row >= extent.row1)
      return;
    level.tiles.emplace(std::pair(row - extent.row0, column - extent.column0),
                        tile.*band.cells);  // no copy of the cells
  });
  return level;
}

/// Mean of the known ones of each 2 x 2 cells, written into a quarter of `target`.
void Halve(const cv::Mat_<float>& source, cv::Mat_<float> target) {
  for (int r = 0; r < target.rows; ++r) {
    const float* upper = source[2 * r];
    const float* lower = source[2 * r + 1];
    float* out = target[r];
    for (int c = 0; c < target.cols; ++c) {
      const float cells[] = {upper[2 * c], upper[2 * c + 1], lower[2 * c], lower[2 * c + 1]};
      float sum = 0;
      float known = 0;
      for (const float cell : cells) {
        const bool is_known = cell == cell;
        sum += is_known ? cell : 0.0f;
        known += is_known ? 1.0f : 0.0f;
      }
      out[c] = sum / known;  // 0 / 0 = NaN where nothing is known
    }
  }
}

Level Halved(const Level& source) {
  Level level;
  level.columns = (source.columns + 1) / 2;
  level.rows = (source.rows + 1) / 2;
  for (const auto& [place, tile] : source.tiles) {
    const auto [row, column] = place;
    cv::Mat_<float>& target = level.tiles[{row / 2, column / 2}];
    if (target.empty()) target = cv::Mat_<float>(kTile, kTile, kNothing);
    constexpr int kHalf = kTile / 2;
    Halve(tile, target(cv::Rect((column % 2) * kHalf, (row % 2) * kHalf, kHalf, kHalf)));
  }
  return level;
}

/// A level as GDAL reads it: no file between the mosaic and the GeoTIFF.
class LevelBand final : public GDALRasterBand {
 public:
  LevelBand(GDALDataset* dataset, int number, const Level& level)
      : spec_(kBands[number - 1]), level_(level) {
    poDS = dataset;
    nBand = number;
    nRasterXSize = level.columns;
    nRasterYSize = level.rows;
    nBlockXSize = kTile;
    nBlockYSize = kTile;
    eDataType = GDT_Float32;
    GDALMajorObject::SetDescription(spec_.description);
  }

  void AddOverview(std::unique_ptr<LevelBand> overview) {
    overviews_.push_back(std::move(overview));
  }

  double GetNoDataValue(int* success) override {
    if (success) *success = TRUE;
    return std::numeric_limits<double>::quiet_NaN();
  }
  const char* GetUnitType() override { return spec_.unit; }
  int GetOverviewCount() override { return static_cast<int>(overviews_.size()); }
  GDALRasterBand* GetOverview(int i) override {
    return i >= 0 && i < GetOverviewCount() ? overviews_[static_cast<std::size_t>(i)].get()
                                            : nullptr;
  }
  CPLErr IReadBlock(int column, int row, void* block) override {
    auto* out = static_cast<float*>(block);
    if (const cv::Mat_<float>* tile = level_.Find(column, row)) {
      const auto* cells = reinterpret_cast<const float*>(tile->data);
      for (int i = 0; i < kTile * kTile; ++i) out[i] = Rounded(cells[i], spec_.steps);
    } else {
      std::fill_n(out, kTile * kTile, kNothing);
    }
    return CE_None;
  }

 private:
  const BandSpec& spec_;
  const Level& level_;
  std::vector<std::unique_ptr<LevelBand>> overviews_;
};

class MosaicDataset final : public GDALDataset {
 public:
  MosaicDataset(const Mosaic& mosaic, const LocalFrame& frame) {
    const Mosaic::Extent extent = PictureExtent(mosaic);
    for (std::size_t b = 0; b < std::size(kBands); ++b) {
      std::vector<Level>& levels = levels_[b];
      levels.push_back(FullLevel(mosaic, extent, kBands[b]));
      while (std::max(levels.back().columns, levels.back().rows) > kTile)
        levels.push_back(Halved(levels.back()));
    }
    upper_left_ = frame.MapFromLocal(mosaic.UpperLeft(extent.column0, extent.row0));
    cell_m_ = mosaic.cell_m();
    srs_.SetFromUserInput(frame.wkt().c_str());
    srs_.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    nRasterXSize = levels_[0][0].columns;
    nRasterYSize = levels_[0][0].rows;
    for (std::size_t b = 0; b < std::size(kBands); ++b) {
      const int number = static_cast<int>(b) + 1;
      auto band = std::make_unique<LevelBand>(this, number, levels_[b][0]);
      for (std::size_t i = 1; i < levels_[b].size(); ++i)
        band->AddOverview(std::make_unique<LevelBand>(nullptr, number, levels_[b][i]));
      SetBand(number, band.release());  // the dataset owns it
    }
  }

  CPLErr GetGeoTransform(double* geotransform) override {
    const double values[] = {upper_left_.x(), cell_m_, 0, upper_left_.y(), 0, -cell_m_};
    std::copy(std::begin(values), std::end(values), geotransform);
    return CE_None;
  }
  const OGRSpatialReference* GetSpatialRef() const override { return &srs_; }

 private:
  std::array<std::vector<Level>, std::size(kBands)> levels_;  // of each band
  OGRSpatialReference srs_;
  Vec2 upper_left_{0, 0};
  double cell_m_ = 1;
};

}  // namespace

void WriteMosaicCog(const Mosaic& mosaic, const LocalFrame& frame,
                    const std::filesystem::path& path) {
  const GdalSession session;
  AtomicFile file(path);
  GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("COG");
  if (!driver) throw session.WriteFault(path);
  {
    MosaicDataset source(mosaic, frame);
    // Level 1: temperatures hardly compress better at 6, which takes three times as long. One
    // thread: the order of blocks, and so the bytes, must not depend on the machine.
    const char* const options[] = {"COMPRESS=DEFLATE", "LEVEL=1",          "PREDICTOR=STANDARD",
                                   "BLOCKSIZE=256",    "SPARSE_OK=TRUE",   "NUM_THREADS=1",
                                   "OVERVIEWS=AUTO",   "BIGTIFF=IF_SAFER", nullptr};
    std::unique_ptr<GDALDataset, CloseDataset> written(driver->CreateCopy(
        file.temporary().c_str(), &source, FALSE, const_cast<char**>(options), nullptr, nullptr));
    if (!written) throw session.WriteFault(path);
    written->FlushCache(true);
  }
  if (session.failed()) throw session.WriteFault(path);
  file.Commit();
}

}  // namespace thermoleak
