#include "picture.hpp"

#include <gdal_priv.h>

#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <opencv2/imgproc.hpp>
#include <stdexcept>

#include "thermoleak/core/files.hpp"
#include "thermoleak/core/statistics.hpp"
#include "thermoleak/geo/gdal_session.hpp"

namespace thermoleak::baselines {
namespace {

namespace fs = std::filesystem;

constexpr float kNothing = std::numeric_limits<float>::quiet_NaN();
constexpr double kCell_m = 0.2;    // finer mosaics are averaged: leaks are a metre wide
constexpr double kCorridor_m = 3;  // what a warm pipe may warm is not its background

struct CloseDataset {
  void operator()(GDALDataset* dataset) const { GDALClose(dataset); }
};

/// Pictures minus map, as run.json states it; nothing where the run found none.
Vec2 FoundShift(const fs::path& run) {
  const auto bytes = ReadFile(run / "run.json");
  if (!bytes) throw std::runtime_error((run / "run.json").string());
  const auto* text = reinterpret_cast<const char*>(bytes->data());
  const auto json = nlohmann::json::parse(text, text + bytes->size());
  const auto& alignment = json.at("alignment");
  if (!alignment.value("found", false)) return {0, 0};
  return {alignment.at("east_m").get<double>(), alignment.at("north_m").get<double>()};
}

/// Means of `factor` x `factor` cells, where at least half of them are known.
cv::Mat_<float> Coarser(const cv::Mat_<float>& cells, int factor) {
  cv::Mat_<float> coarse(cells.rows / factor, cells.cols / factor, kNothing);
  for (int row = 0; row < coarse.rows; ++row) {
    for (int column = 0; column < coarse.cols; ++column) {
      float sum = 0;
      int known = 0;
      for (int k = 0; k < factor * factor; ++k) {
        const float value = cells(row * factor + k / factor, column * factor + k % factor);
        if (!(value == value)) continue;
        sum += value;
        ++known;
      }
      if (2 * known >= factor * factor) coarse(row, column) = sum / static_cast<float>(known);
    }
  }
  return coarse;
}

void ReadMosaic(const fs::path& path, Picture& picture) {
  const GdalSession session;
  const std::unique_ptr<GDALDataset, CloseDataset> file(
      GDALDataset::Open(path.c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY));
  std::array<double, 6> transform{};
  if (!file || file->GetGeoTransform(transform.data()) != CE_None)
    throw std::runtime_error(path.string() + ": " + session.Complaint("no raster"));
  picture.cell_m = transform[1];
  const LocalFrame& frame = picture.map.frame;
  OGRSpatialReference own;
  own.importFromWkt(frame.wkt().c_str());
  if (!file->GetSpatialRef() || !file->GetSpatialRef()->IsSame(&own))
    throw std::runtime_error(path.string() + " is not in the frame of this map");
  picture.corner = frame.LocalFromMap({transform[0], transform[3]});
  cv::Mat_<float> cells(file->GetRasterYSize(), file->GetRasterXSize());
  if (file->GetRasterBand(1)->RasterIO(GF_Read, 0, 0, cells.cols, cells.rows, cells.data,
                                       cells.cols, cells.rows, GDT_Float32, 0, 0) != CE_None)
    throw std::runtime_error(path.string() + ": " + session.Complaint("unreadable"));
  const int factor = std::max(1, static_cast<int>(kCell_m / picture.cell_m + 1e-6));
  picture.celsius = Coarser(cells, factor);
  picture.cell_m *= factor;
}

/// In 1/16 of a cell, as OpenCV draws.
std::vector<cv::Point> Drawn(std::span<const Vec2> points, const Picture& picture) {
  std::vector<cv::Point> drawn;
  for (const Vec2& p : points) {
    const Vec2 cell = (p - picture.corner) / picture.cell_m;
    drawn.emplace_back(static_cast<int>(std::lround(16 * (cell.x() - 0.5))),
                       static_cast<int>(std::lround(16 * (-cell.y() - 0.5))));
  }
  return drawn;
}

/// What lies far from all pipes only costs time.
void Crop(Picture& picture) {
  constexpr double kMargin_m = 30;
  Box2 box;
  for (const Pipe& pipe : picture.map.network.pipes()) box.Add(pipe.axis.Bounds());
  box.Grow(kMargin_m);
  const Vec2 first = (box.min - picture.corner) / picture.cell_m;
  const Vec2 last = (box.max - picture.corner) / picture.cell_m;
  const cv::Rect wanted(cv::Point(static_cast<int>(first.x()), static_cast<int>(-last.y())),
                        cv::Point(static_cast<int>(last.x()), static_cast<int>(-first.y())));
  const cv::Rect part = wanted & cv::Rect({0, 0}, picture.celsius.size());
  if (part.empty()) throw std::runtime_error("the mosaic shows none of the map's pipes");
  picture.celsius = picture.celsius(part).clone();
  picture.corner += picture.cell_m * Vec2(part.x, -part.y);
}

void LayMapOver(Picture& picture) {
  const cv::Size size = picture.celsius.size();
  cv::Mat_<uchar> axes(size, 255);
  for (const Pipe& pipe : picture.map.network.pipes()) {
    if (pipe.laying == Laying::kOverhead) continue;
    cv::polylines(axes, Drawn(pipe.axis.vertices(), picture), false, 0, 1, cv::LINE_8, 4);
  }
  cv::distanceTransform(axes, picture.distance_m, cv::DIST_L2, cv::DIST_MASK_PRECISE, CV_32F);
  picture.distance_m *= picture.cell_m;
  picture.ground = picture.celsius == picture.celsius;
  for (const Building& building : picture.map.network.buildings()) {
    const std::vector<std::vector<cv::Point>> ring{Drawn(building.ring, picture)};
    cv::fillPoly(picture.ground, ring, 0, cv::LINE_8, 4);
  }
}

}  // namespace

Picture LoadPicture(const fs::path& run, const fs::path& map,
                    const std::optional<fs::path>& buildings, bool aligned) {
  Picture picture{LoadNetwork(map, buildings, {}), {}, {}, {}};
  ReadMosaic(run / "mosaic.tif", picture);
  if (aligned) picture.corner -= FoundShift(run);
  Crop(picture);
  LayMapOver(picture);
  return picture;
}

Layers::Layers(Picture picture) : picture_(std::move(picture)) {}

cv::Mat_<float> Layers::Background(double radius_m) const {
  const Picture& p = picture_;
  // Means of a metre are enough for a median over many metres, at a hundredth of the time.
  const int step = std::max(1, static_cast<int>(std::lround(1 / p.cell_m)));
  const cv::Size coarse((p.celsius.cols + step - 1) / step, (p.celsius.rows + step - 1) / step);
  cv::Mat_<float> around(coarse, kNothing);  // outside of the corridor
  cv::Mat_<float> all(coarse, kNothing);
  cv::Mat_<uchar> wanted(coarse, uchar{0});
  for (int row = 0; row < coarse.height; ++row) {
    for (int column = 0; column < coarse.width; ++column) {
      const cv::Rect part =
          cv::Rect(column * step, row * step, step, step) & cv::Rect({0, 0}, p.celsius.size());
      const cv::Mat known = p.ground(part);
      const float distance = p.distance_m(part.y + part.height / 2, part.x + part.width / 2);
      wanted(row, column) = distance < 15 ? 255 : 0;
      if (4 * cv::countNonZero(known) < part.area()) continue;
      const auto mean = static_cast<float>(cv::mean(p.celsius(part), known)[0]);
      all(row, column) = mean;
      if (distance > kCorridor_m) around(row, column) = mean;
    }
  }
  std::vector<float> sample(around.begin(), around.end());
  float everywhere = QuantileInPlace(sample, 0.5);
  if (!(everywhere == everywhere)) everywhere = 0;
  cv::Mat_<float> background(coarse, everywhere);
  const int reach = static_cast<int>(radius_m / (step * p.cell_m));
  constexpr std::size_t kEnough = 30;  // cells, for a median
  for (int row = 0; row < coarse.height && reach > 0; ++row) {
    for (int column = 0; column < coarse.width; ++column) {
      if (wanted(row, column) == 0) continue;
      for (const cv::Mat_<float>* cells : {&around, &all}) {
        sample.clear();
        for (int y = std::max(0, row - reach); y <= std::min(coarse.height - 1, row + reach); ++y) {
          for (int x = std::max(0, column - reach); x <= std::min(coarse.width - 1, column + reach);
               ++x) {
            const float value = (*cells)(y, x);
            const int apart = (y - row) * (y - row) + (x - column) * (x - column);
            if (value == value && apart <= reach * reach) sample.push_back(value);
          }
        }
        if (sample.size() < kEnough) continue;
        background(row, column) = QuantileInPlace(sample, 0.5);
        break;
      }
    }
  }
  cv::Mat_<float> full;
  cv::resize(background, full, coarse * step, 0, 0, cv::INTER_LINEAR);
  return full(cv::Rect({0, 0}, p.celsius.size())).clone();
}

const cv::Mat_<float>& Layers::Rise(double background_m, double smooth_m) {
  const auto [found, fresh] = rises_.try_emplace({background_m, smooth_m});
  cv::Mat_<float>& rise = found->second;
  if (!fresh) return rise;
  if (smooth_m == 0) {
    rise = picture_.celsius - Background(background_m);
    rise.setTo(0, picture_.ground == 0);
    return rise;
  }
  // What was not seen has no weight.
  const double sigma = smooth_m / picture_.cell_m;
  cv::Mat_<float> weight;
  picture_.ground.convertTo(weight, CV_32F, 1 / 255.0);
  cv::GaussianBlur(weight, weight, {}, sigma);
  cv::GaussianBlur(Rise(background_m, 0), rise, {}, sigma);
  cv::divide(rise, cv::max(weight, 1e-3f), rise);
  rise.setTo(0, picture_.ground == 0);
  return rise;
}

const cv::Mat_<float>& Layers::Blobs(double background_m, double sigma_m) {
  const auto [found, fresh] = blobs_.try_emplace({background_m, sigma_m});
  cv::Mat_<float>& response = found->second;
  if (!fresh) return response;
  const double sigma = sigma_m / picture_.cell_m;
  cv::Mat_<float> smooth;
  cv::GaussianBlur(Rise(background_m, 0), smooth, {}, sigma);
  cv::Laplacian(smooth, response, CV_32F);
  response *= -sigma * sigma;
  return response;
}

}  // namespace thermoleak::baselines
