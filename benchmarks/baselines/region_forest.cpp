#include "region_forest.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <stdexcept>

namespace thermoleak::baselines {
namespace {

constexpr double kFar_m = 20;  // beyond, buildings and chambers tell nothing

struct Spread {
  double mean = 0;
  double deviation = 0;
  double skewness = 0;
};

Spread SpreadOf(const std::vector<float>& values) {
  Spread spread;
  const auto count = static_cast<double>(std::max<std::size_t>(1, values.size()));
  for (const float v : values) spread.mean += v / count;
  double third = 0;
  for (const float v : values) {
    const double d = v - spread.mean;
    spread.deviation += d * d / count;
    third += d * d * d / count;
  }
  spread.deviation = std::sqrt(spread.deviation);
  spread.skewness = third / std::max(1e-6, std::pow(spread.deviation, 3));
  return spread;
}

/// Direction of the nearest pipe, columns and rows.
cv::Vec2d PipeDirection(const Picture& picture, const Vec2& place) {
  Box2 box;
  box.Add(place);
  double nearest = 1e300;
  cv::Vec2d direction(1, 0);
  const PipeNetwork& network = picture.map.network;
  for (const int index : network.PipesNear(box, kFar_m)) {
    const Polyline& axis = network.pipes()[static_cast<std::size_t>(index)].axis;
    const LinePosition at = axis.Locate(place);
    if (at.distance >= nearest) continue;
    nearest = at.distance;
    const Vec2 d = axis.Direction(at.chainage);
    direction = {d.x(), -d.y()};
  }
  return direction;
}

double ChamberDistance(const PipeNetwork& network, const Vec2& place) {
  const std::vector<int> near = network.ChambersNear(place, kFar_m);
  if (near.empty()) return kFar_m;
  return (network.chambers()[static_cast<std::size_t>(near.front())].position - place).norm();
}

RegionSample Describe(const Region& region, Layers& layers, const cv::Mat_<float>& rise) {
  const Picture& picture = layers.picture();
  const int ring = std::max(1, static_cast<int>(1.0 / picture.cell_m));
  cv::Rect box = cv::boundingRect(region.cells);
  box -= cv::Point(ring + 1, ring + 1);
  box += cv::Size(2 * ring + 2, 2 * ring + 2);
  box &= cv::Rect({0, 0}, rise.size());
  cv::Mat_<uchar> inside(box.size(), uchar{0});
  std::vector<float> values;
  for (const cv::Point& cell : region.cells) {
    inside(cell - box.tl()) = 255;
    values.push_back(rise(cell));
  }
  cv::Mat_<uchar> wide;
  cv::Mat_<uchar> inner;
  cv::dilate(inside, wide,
             cv::getStructuringElement(cv::MORPH_ELLIPSE, {2 * ring + 1, 2 * ring + 1}));
  cv::erode(inside, inner, {});
  std::vector<float> around;
  double edge = 0;
  double edge_cells = 0;
  for (int row = 1; row + 1 < box.height; ++row) {
    for (int column = 1; column + 1 < box.width; ++column) {
      const cv::Point at = box.tl() + cv::Point(column, row);
      if (wide(row, column) && !inside(row, column) && picture.ground(at))
        around.push_back(rise(at));
      if (!inside(row, column) || inner(row, column)) continue;
      edge_cells += 1;
      edge += std::hypot(rise(at.y, at.x + 1) - rise(at.y, at.x - 1),
                         rise(at.y + 1, at.x) - rise(at.y - 1, at.x)) /
              (2 * picture.cell_m);
    }
  }
  const Spread own = SpreadOf(values);
  const Spread outside = SpreadOf(around);
  const double perimeter_m = edge_cells * picture.cell_m;
  RegionSample sample;
  sample.place = picture.At(region.peak_at);
  sample.peak_k = region.peak;
  const double building = picture.map.network.BuildingDistance(sample.place, kFar_m);
  const std::array features{
      region.area_m2,
      perimeter_m,
      region.area_m2 / std::max(0.01, perimeter_m * perimeter_m),
      region.elongation,
      std::abs(region.along.dot(PipeDirection(picture, sample.place))),
      double{region.peak},
      own.mean,
      own.deviation,
      own.skewness,
      own.mean - outside.mean,
      outside.deviation,
      edge / std::max(1.0, edge_cells),
      double{picture.distance_m(region.peak_at)},
      std::min(building, kFar_m),
      ChamberDistance(picture.map.network, sample.place),
  };
  sample.features.create(1, static_cast<int>(features.size()));
  std::transform(features.begin(), features.end(), sample.features.begin(),
                 [](double value) { return static_cast<float>(value); });
  return sample;
}

}  // namespace

std::vector<RegionSample> RegionSamples(Layers& layers, const ConstantOptions& options) {
  std::vector<RegionSample> samples;
  const cv::Mat_<float>& rise = layers.Rise(options.background_m, options.smooth_m);
  for (const Region& region : WarmRegions(layers, options))
    samples.push_back(Describe(region, layers, rise));
  return samples;
}

RegionForest::RegionForest(Poses poses) : options_(ForestDefaults(poses)) {
  report_at = ReportAt("forest", poses);
}

std::vector<Detection> RegionForest::Find(Layers& layers) const {
  return Merge(Judge(Samples(layers)));
}

void RegionForest::Train(const cv::Mat_<float>& features, const cv::Mat_<int>& is_leak) {
  constexpr int kTrees = 200;
  trees_ = cv::ml::RTrees::create();
  trees_->setMaxDepth(8);
  trees_->setMinSampleCount(4);
  trees_->setActiveVarCount(0);  // the root of the number of features
  trees_->setTermCriteria({cv::TermCriteria::MAX_ITER, kTrees, 0});
  cv::theRNG().state = 20160923;  // what the trees draw from
  trees_->train(cv::ml::TrainData::create(features, cv::ml::ROW_SAMPLE, is_leak));
}

std::vector<Detection> RegionForest::Judge(std::span<const RegionSample> samples) const {
  std::vector<Detection> found;
  for (const RegionSample& sample : samples) {
    // The first row names the classes, the second counts their votes.
    cv::Mat_<int> votes;
    trees_->getVotes(sample.features, votes, 0);
    double all = 0;
    double leak = 0;
    for (int k = 0; k < votes.cols; ++k) {
      all += votes(1, k);
      if (votes(0, k) == 1) leak += votes(1, k);
    }
    found.push_back({sample.place, leak / std::max(1.0, all) + 1e-6 * sample.peak_k});
  }
  return found;
}

void RegionForest::Save(const std::filesystem::path& path) const { trees_->save(path.string()); }

void RegionForest::Load(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) throw std::runtime_error(path.string() + " is missing");
  trees_ = cv::ml::RTrees::load(path.string());
}

}  // namespace thermoleak::baselines
