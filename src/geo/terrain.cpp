#include "thermoleak/geo/terrain.hpp"

#include <cpl_string.h>
#include <gdal_priv.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "geo/transform.hpp"
#include "thermoleak/core/error.hpp"
#include "thermoleak/geo/gdal_session.hpp"

namespace thermoleak {
namespace {

using geo_internal::Transform;

constexpr float kHole = std::numeric_limits<float>::quiet_NaN();

struct CloseDataset {
  void operator()(GDALDataset* dataset) const { GDALClose(dataset); }
};

/// A window of a DEM in memory: heights in metres at pixel centres, holes NaN.
class DemWindow {
 public:
  DemWindow(const std::filesystem::path& path, const GdalSession& session) : path_(path.string()) {
    const auto fail = [&](const std::string& why) -> RunError {
      return {ExitCode::kInputMissing, MessageId::kDemUnreadable, {path_, session.Complaint(why)}};
    };
    if (!std::filesystem::exists(path)) {
      throw RunError(ExitCode::kInputMissing, MessageId::kInputMissing, {path_});
    }
    dataset_.reset(static_cast<GDALDataset*>(
        GDALOpenEx(path_.c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY, nullptr, nullptr, nullptr)));
    if (!dataset_ || dataset_->GetRasterCount() < 1) throw fail("no raster");
    const OGRSpatialReference* srs = dataset_->GetSpatialRef();
    std::array<double, 6> geotransform{};
    if (!srs || srs->IsLocal())
      throw RunError(ExitCode::kInputMissing, MessageId::kDemNoCrs, {path_});
    srs_ = *srs;
    if (srs_.IsCompound()) srs_.StripVertical();
    srs_.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    if (dataset_->GetGeoTransform(geotransform.data()) != CE_None ||
        !GDALInvGeoTransform(geotransform.data(), pixel_from_map_.data())) {
      throw fail("not georeferenced");
    }
    map_from_pixel_ = geotransform;
  }

  const OGRSpatialReference& srs() const { return srs_; }
  Vec2 PixelFromMap(const Vec2& map) const { return Affine(pixel_from_map_, map); }
  Vec2 MapFromPixel(const Vec2& pixel) const { return Affine(map_from_pixel_, pixel); }

  /// Reads the pixels that `pixels` (pixel coordinates) touches; false when there are none.
  bool Read(Box2 pixels, const GdalSession& session) {
    if (pixels.empty()) return false;
    pixels.Grow(2.0);
    const auto clamp = [](double v, int limit) {
      return static_cast<int>(std::clamp(v, 0.0, static_cast<double>(limit)));
    };
    column0_ = clamp(std::floor(pixels.min.x()), dataset_->GetRasterXSize());
    row0_ = clamp(std::floor(pixels.min.y()), dataset_->GetRasterYSize());
    const int columns = clamp(std::ceil(pixels.max.x()), dataset_->GetRasterXSize()) - column0_;
    const int rows = clamp(std::ceil(pixels.max.y()), dataset_->GetRasterYSize()) - row0_;
    if (columns < 1 || rows < 1) return false;
    // A DEM much finer than needed is read thinned (its overviews serve that).
    thinning_ = std::max(1.0, std::max(columns, rows) / static_cast<double>(kMaxNodes));
    heights_.create(std::max(1, static_cast<int>(std::lround(rows / thinning_))),
                    std::max(1, static_cast<int>(std::lround(columns / thinning_))));
    scale_ = Vec2(static_cast<double>(heights_.cols) / columns,
                  static_cast<double>(heights_.rows) / rows);
    GDALRasterBand& band = *dataset_->GetRasterBand(1);
    GDALRasterIOExtraArg how;
    INIT_RASTERIO_EXTRA_ARG(how);
    how.eResampleAlg = thinning_ > 1 ? GRIORA_Average : GRIORA_NearestNeighbour;
    if (band.RasterIO(GF_Read, column0_, row0_, columns, rows, heights_.data, heights_.cols,
                      heights_.rows, GDT_Float32, 0, 0, &how) != CE_None) {
      throw RunError(ExitCode::kInputMissing, MessageId::kDemUnreadable,
                     {path_, session.Complaint("damaged")});
    }
    MarkHoles(band);
    return true;
  }

  /// Bilinear over the known ones of the four neighbours; NaN where none is known or outside.
  float At(const Vec2& pixel) const {
    const double x = (pixel.x() - column0_) * scale_.x() - 0.5;
    const double y = (pixel.y() - row0_) * scale_.y() - 0.5;
    if (!(x >= -0.5 && y >= -0.5 && x <= heights_.cols - 0.5 && y <= heights_.rows - 0.5))
      return kHole;
    const double fx = std::clamp(x, 0.0, heights_.cols - 1.0);
    const double fy = std::clamp(y, 0.0, heights_.rows - 1.0);
    const int c = static_cast<int>(fx);
    const int r = static_cast<int>(fy);
    double sum = 0;
    double weights = 0;
    for (int dr = 0; dr < 2; ++dr) {
      for (int dc = 0; dc < 2; ++dc) {
        const double weight = (dc ? fx - c : 1 - (fx - c)) * (dr ? fy - r : 1 - (fy - r));
        if (weight <= 0) continue;
        const float height = heights_(r + dr, c + dc);
        if (std::isnan(height)) continue;
        sum += weight * static_cast<double>(height);
        weights += weight;
      }
    }
    return weights > 0 ? static_cast<float>(sum / weights) : kHole;
  }

  static constexpr int kMaxNodes = 4096;  // 64 MB of heights

 private:
  static Vec2 Affine(const std::array<double, 6>& a, const Vec2& p) {
    return {a[0] + a[1] * p.x() + a[2] * p.y(), a[3] + a[4] * p.x() + a[5] * p.y()};
  }

  void MarkHoles(GDALRasterBand& band) {
    int has_nodata = 0;
    const auto nodata = static_cast<float>(band.GetNoDataValue(&has_nodata));
    double metres = 1.0;
    const std::string unit = band.GetUnitType() ? band.GetUnitType() : "";
    if (EQUAL(unit.c_str(), "ft") || EQUAL(unit.c_str(), "foot")) metres = 0.3048;
    if (EQUAL(unit.c_str(), "us-ft") || EQUAL(unit.c_str(), "US survey foot"))
      metres = 1200.0 / 3937.0;
    const double scale = band.GetScale() * metres;
    const double offset = band.GetOffset() * metres;
    for (float& height : heights_) {
      const double metric = static_cast<double>(height) * scale + offset;
      const bool known = !(has_nodata && height == nodata) && metric > -500 && metric < 9000;
      height = known ? static_cast<float>(metric) : kHole;
    }
  }

  std::string path_;
  std::unique_ptr<GDALDataset, CloseDataset> dataset_;
  OGRSpatialReference srs_;
  std::array<double, 6> map_from_pixel_{};
  std::array<double, 6> pixel_from_map_{};
  int column0_ = 0;
  int row0_ = 0;
  double thinning_ = 1;
  Vec2 scale_{1, 1};
  cv::Mat_<float> heights_;
};

/// Fills holes with the nearest known height; false if nothing is known.
bool FillHoles(cv::Mat_<float>& grid) {
  cv::Mat_<std::uint8_t> hole(grid.size());
  int holes = 0;
  for (int r = 0; r < grid.rows; ++r) {
    for (int c = 0; c < grid.cols; ++c) {
      hole(r, c) = std::isnan(grid(r, c)) ? 255 : 0;
      holes += hole(r, c) != 0;
    }
  }
  if (holes == 0) return true;
  if (holes == grid.rows * grid.cols) return false;
  cv::Mat distance;
  cv::Mat_<int> label;
  cv::distanceTransform(hole, distance, label, cv::DIST_L2, cv::DIST_MASK_5, cv::DIST_LABEL_PIXEL);
  std::vector<float> height_of_label(static_cast<std::size_t>(grid.rows * grid.cols - holes) + 1,
                                     0.0f);
  for (int r = 0; r < grid.rows; ++r) {
    for (int c = 0; c < grid.cols; ++c) {
      if (!hole(r, c)) height_of_label[static_cast<std::size_t>(label(r, c))] = grid(r, c);
    }
  }
  for (int r = 0; r < grid.rows; ++r) {
    for (int c = 0; c < grid.cols; ++c) {
      if (hole(r, c)) grid(r, c) = height_of_label[static_cast<std::size_t>(label(r, c))];
    }
  }
  return true;
}

/// Box of the area in DEM pixels, by points along its edges.
Box2 PixelBox(const Box2& area, const Vec2& origin, OGRCoordinateTransformation& dem_from_map,
              const DemWindow& dem) {
  constexpr int kSteps = 16;
  Box2 box;
  for (int i = 0; i <= kSteps; ++i) {
    for (int j = 0; j <= kSteps; ++j) {
      const Vec2 t(i / static_cast<double>(kSteps), j / static_cast<double>(kSteps));
      const Vec2 local = area.min + t.cwiseProduct(area.max - area.min);
      const Vec2 pixel = dem.PixelFromMap(geo_internal::Apply(dem_from_map, local + origin));
      if (pixel.allFinite()) box.Add(pixel);
    }
  }
  return box;
}

}  // namespace

Terrain Terrain::Plane(double height_m) {
  Terrain terrain;
  terrain.plane_height_m_ = height_m;
  return terrain;
}

Terrain Terrain::FromDem(const std::filesystem::path& dem_path, const LocalFrame& frame,
                         const Box2& area) {
  const GdalSession session;
  const auto no_cover = [&] {
    return RunError(ExitCode::kInputMissing, MessageId::kDemNoCover, {dem_path.string()});
  };
  DemWindow dem(dem_path, session);
  if (area.empty()) throw no_cover();
  const LonLat near = frame.LonLatFromLocal((area.min + area.max) / 2);
  const OGRSpatialReference map = geo_internal::ParseCrs(frame.wkt());
  const Transform dem_from_map = geo_internal::MakeTransform(map, dem.srs(), near);
  const Transform map_from_dem = geo_internal::MakeTransform(dem.srs(), map, near);
  if (!dem.Read(PixelBox(area, frame.origin(), *dem_from_map, dem), session)) throw no_cover();

  // The DEM's own cell in local metres, at the middle of the area: the geometric mean of its two
  // sides.
  const Vec2 middle = dem.PixelFromMap(
      geo_internal::Apply(*dem_from_map, (area.min + area.max) / 2 + frame.origin()));
  const auto local = [&](double dx, double dy) {
    return geo_internal::Apply(*map_from_dem, dem.MapFromPixel(middle + Vec2(dx, dy)));
  };
  const double own_cell_m =
      std::sqrt((local(0.5, 0) - local(-0.5, 0)).norm() * (local(0, 0.5) - local(0, -0.5)).norm());
  const Vec2 size = area.max - area.min;
  const double smallest_m = size.maxCoeff() / (DemWindow::kMaxNodes - 2);
  if (!(own_cell_m > 0)) throw no_cover();

  Terrain terrain;
  terrain.cell_m_ = std::max(own_cell_m, smallest_m);
  terrain.upper_left_ = Vec2(area.min.x(), area.max.y());
  cv::Mat_<float> grid(static_cast<int>(std::ceil(size.y() / terrain.cell_m_)) + 1,
                       static_cast<int>(std::ceil(size.x() / terrain.cell_m_)) + 1);
  std::vector<double> xs(static_cast<std::size_t>(grid.cols));
  std::vector<double> ys(xs.size());
  std::vector<int> success(xs.size());
  for (int r = 0; r < grid.rows; ++r) {
    for (std::size_t c = 0; c < xs.size(); ++c) {
      xs[c] =
          terrain.upper_left_.x() + static_cast<double>(c) * terrain.cell_m_ + frame.origin().x();
      ys[c] = terrain.upper_left_.y() - r * terrain.cell_m_ + frame.origin().y();
    }
    dem_from_map->Transform(grid.cols, xs.data(), ys.data(), nullptr, success.data());
    for (std::size_t c = 0; c < xs.size(); ++c) {
      grid(r, static_cast<int>(c)) = success[c] ? dem.At(dem.PixelFromMap({xs[c], ys[c]})) : kHole;
    }
  }
  if (!FillHoles(grid)) throw no_cover();
  terrain.grid_ = grid;
  return terrain;
}

double Terrain::HeightAt(const Vec2& local) const {
  if (grid_.empty()) return plane_height_m_;
  const double x = std::clamp((local.x() - upper_left_.x()) / cell_m_, 0.0, grid_.cols - 1.0);
  const double y = std::clamp((upper_left_.y() - local.y()) / cell_m_, 0.0, grid_.rows - 1.0);
  const int c = std::min(static_cast<int>(x), std::max(0, grid_.cols - 2));
  const int r = std::min(static_cast<int>(y), std::max(0, grid_.rows - 2));
  const int c1 = std::min(c + 1, grid_.cols - 1);
  const int r1 = std::min(r + 1, grid_.rows - 1);
  const double u = x - c;
  const double v = y - r;
  const auto height = [&](int row, int column) {
    return static_cast<double>(grid_.at<float>(row, column));
  };
  return (1 - v) * ((1 - u) * height(r, c) + u * height(r, c1)) +
         v * ((1 - u) * height(r1, c) + u * height(r1, c1));
}

}  // namespace thermoleak
