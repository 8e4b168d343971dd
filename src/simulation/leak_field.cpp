// What leaks add to a picture.

#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "simulation/leak_shape.hpp"
#include "thermoleak/simulation/ground.hpp"
#include "thermoleak/simulation/inject.hpp"
#include "thermoleak/simulation/random.hpp"

namespace thermoleak::simulation {
namespace {

constexpr double kCell = 0.05;        // metres
constexpr double kLeastRise = 0.005;  // kelvin: a quarter of a count of most cameras
constexpr double kMostReach = 25;     // metres

/// Where a point source of the leak's whole heat falls below kLeastRise, plus its extent.
double ReachOf(const Leak& leak, double surface_coefficient) {
  const double far = std::cbrt(HeatOf(leak) * leak.depth_m /
                               (2 * std::numbers::pi * surface_coefficient * kLeastRise));
  const double extent = std::max({leak.wet_length_m / 2, leak.tail_m, leak.pool_m});
  return std::clamp(far + extent + leak.edge, 1.0, kMostReach);
}

}  // namespace

LeakField::LeakField(const Leak& leak, double surface_coefficient) {
  const double reach = ReachOf(leak, surface_coefficient);
  box_.Add(leak.position);
  box_.Grow(reach);
  const int nodes = static_cast<int>(2 * reach / kCell) + 2;
  values_.create(nodes, nodes, CV_32FC1);
  for (int r = 0; r < nodes; ++r) {
    auto* out = values_.ptr<float>(r);
    for (int c = 0; c < nodes; ++c) {
      out[c] =
          static_cast<float>(LeakRise(leak, surface_coefficient, box_.min + kCell * Vec2(c, r)));
    }
  }
}

double LeakField::At(const Vec2& p) const {
  const Vec2 at = (p - box_.min) / kCell;
  const double fu = std::floor(at.x());
  const double fv = std::floor(at.y());
  if (!(fu >= 0 && fv >= 0 && fu + 1 < values_.cols && fv + 1 < values_.rows)) return 0;
  const auto column = static_cast<int>(fu);
  const auto row = static_cast<int>(fv);
  const double u = at.x() - fu;
  const double v = at.y() - fv;
  const float* low = values_.ptr<float>(row) + column;
  const float* high = values_.ptr<float>(row + 1) + column;
  return (static_cast<double>(low[0]) * (1 - u) + static_cast<double>(low[1]) * u) * (1 - v) +
         (static_cast<double>(high[0]) * (1 - u) + static_cast<double>(high[1]) * u) * v;
}

cv::Mat RiseSeen(const Camera& camera, const Terrain& terrain, std::span<const LeakField> fields,
                 const GroundToMap& map_from_ground) {
  constexpr double kRange = 5;  // of the height: pictures are taken nearly straight down
  const double height = camera.position.z() - terrain.HeightAt(camera.position.head<2>());
  Box2 seen;
  for (const Vec2& p : camera.Footprint(terrain, kRange * std::max(height, 1.0)))
    seen.Add(map_from_ground(p));
  if (seen.empty()) return {};
  seen.Grow(1);
  std::vector<const LeakField*> near;
  for (const LeakField& field : fields)
    if (field.box().Intersects(seen)) near.push_back(&field);
  if (near.empty()) return {};
  cv::Mat rise = cv::Mat::zeros(camera.lens.height, camera.lens.width, CV_32FC1);
  double top = 0;
  for (int r = 0; r < rise.rows; ++r) {
    auto* out = rise.ptr<float>(r);
    for (int c = 0; c < rise.cols; ++c) {
      const auto ground = camera.Ground({c + 0.5, r + 0.5}, terrain);
      if (!ground) continue;
      const Vec2 p = map_from_ground(ground->head<2>());
      double sum = 0;
      for (const LeakField* field : near) sum += field->At(p);
      out[c] = static_cast<float>(sum);
      top = std::max(top, sum);
    }
  }
  if (top < kLeastRise) return {};
  const double blur_px = CameraSpec().blur_px;
  cv::GaussianBlur(rise, rise, {0, 0}, blur_px, blur_px, cv::BORDER_REPLICATE);
  return rise;
}

PlanckCalibration OwnScale() {
  PlanckCalibration own;
  // Four times the counts of a Zenmuse XT2, as black and as near as can be.
  own.planck = {4 * 344449.0, 1428, 1, 0, 1};
  own.scene = SceneParameters{};
  return own;
}

cv::Mat CountsWithRise(const cv::Mat& stored, const Calibration& calibration, const cv::Mat& rise,
                       std::uint64_t key) {
  const auto* planck = std::get_if<PlanckCalibration>(&calibration);
  if (planck != nullptr && rise.empty()) return stored.clone();
  const PlanckCalibration scale = planck != nullptr ? *planck : OwnScale();
  const SinglePathModel model(scale.planck, scale.atmosphere, scale.scene);
  const cv::Mat celsius = planck != nullptr ? cv::Mat() : ToCelsius(stored, calibration);
  cv::Mat counts(stored.size(), CV_16UC1);
  for (int r = 0; r < stored.rows; ++r) {
    const float* add = rise.empty() ? nullptr : rise.ptr<float>(r);
    auto* out = counts.ptr<std::uint16_t>(r);
    for (int c = 0; c < stored.cols; ++c) {
      const double k = add != nullptr ? static_cast<double>(add[c]) : 0.0;
      double raw = 0;
      if (planck != nullptr) {
        out[c] = stored.at<std::uint16_t>(r, c);
        if (!(k > 0)) continue;
        const double surface_c = model.Celsius(out[c]);
        raw = out[c] + model.Raw(surface_c + k) - model.Raw(surface_c);
      } else {
        raw = model.Raw(static_cast<double>(celsius.at<float>(r, c)) + k);
      }
      if (!std::isfinite(raw)) {
        if (planck == nullptr) out[c] = 0;
        continue;
      }
      const auto pixel = static_cast<std::uint64_t>(r) * static_cast<std::uint64_t>(stored.cols) +
                         static_cast<std::uint64_t>(c);
      const double draw = static_cast<double>(Mix(key ^ Mix(pixel)) >> 11) * 0x1p-53;
      out[c] = static_cast<std::uint16_t>(std::clamp(std::floor(raw + draw), 0.0, 65535.0));
    }
  }
  return counts;
}

}  // namespace thermoleak::simulation
