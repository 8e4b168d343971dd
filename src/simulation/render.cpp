#include "thermoleak/simulation/render.hpp"

#include <limits>
#include <opencv2/imgproc.hpp>

#include "simulation/discs.hpp"
#include "simulation/solids.hpp"
#include "thermoleak/simulation/random.hpp"

namespace thermoleak::simulation {
namespace {

// Items of Stream::kSensor; 1 is the pattern.
constexpr std::uint64_t kFirstColumn = 1u << 20;
constexpr std::uint64_t kFirstShutter = 1u << 21;

DownRay RayOf(const Mat3& rotation, const Vec3& position, const Vec2& xy) {
  const Vec3 d = rotation * Vec3(xy.x(), xy.y(), 1);
  const Vec2 slope = d.head<2>() / d.z();
  return {position.head<2>() - slope * position.z(), slope};
}

/// The box of pixels around points, all if one of them cannot be projected.
cv::Rect PixelsOf(const std::vector<Vec3>& points, const Camera& camera) {
  const cv::Rect all(0, 0, camera.lens.width, camera.lens.height);
  Box2 box;
  for (const Vec3& p : points) {
    const auto pixel = camera.Project(p);
    if (!pixel) return all;
    box.Add(*pixel);
  }
  box.Grow(2);
  const auto clamp = [](double v, int limit) {
    return static_cast<int>(std::clamp(v, 0.0, double(limit)));
  };
  const int left = clamp(box.min.x(), all.width);
  const int top = clamp(box.min.y(), all.height);
  return {left, top, clamp(box.max.x(), all.width) - left, clamp(box.max.y(), all.height) - top};
}

/// Pixels that a solid can touch.
cv::Rect PixelsOf(const Solid& solid, const Camera& camera) {
  std::vector<Vec3> corners;
  for (const Vec2& p : solid.ring) {
    for (const double z : {0.0, solid.height_m}) corners.emplace_back(p.x(), p.y(), z);
  }
  return PixelsOf(corners, camera);
}

cv::Rect PixelsOf(const Disc& disc, const Camera& camera) {
  std::vector<Vec3> corners;
  const double reach = disc.radius_m + disc.ragged_m;
  for (const double x : {-reach, reach}) {
    for (const double y : {-reach, reach})
      corners.emplace_back(disc.centre.x() + x, disc.centre.y() + y, disc.height_m);
  }
  return PixelsOf(corners, camera);
}

/// Nearly Gaussian: the sum of four uniform 16-bit numbers, which one 64-bit hash holds; standard
/// deviation 1.
float Noise(std::uint64_t bits) {
  const auto sum = static_cast<double>((bits & 0xffff) + (bits >> 16 & 0xffff) +
                                       (bits >> 32 & 0xffff) + (bits >> 48));
  return static_cast<float>((sum / 65535.0 - 2.0) * 1.7320508075688772);
}

Lens Finer(Lens lens, int factor) {
  lens.width *= factor;
  lens.height *= factor;
  lens.focal_px *= factor;
  lens.principal *= factor;
  return lens;
}

double AsFloat(double value) { return static_cast<double>(static_cast<float>(value)); }

}  // namespace

PlanckCalibration FileCalibration(const Scene& scene) {
  PlanckCalibration c;
  c.planck = scene.camera.planck;
  c.planck.r1 = AsFloat(c.planck.r1);
  c.planck.b = AsFloat(c.planck.b);
  c.planck.f = AsFloat(c.planck.f);
  c.planck.o = std::round(c.planck.o);
  c.planck.r2 = AsFloat(c.planck.r2);
  c.scene.emissivity = AsFloat(scene.camera.emissivity);
  c.scene.distance_m = AsFloat(scene.flight.altitude_m);
  // The file stores kelvin.
  c.scene.reflected_c = AsFloat(scene.weather.sky_c + 273.15) - 273.15;
  c.scene.air_c = AsFloat(scene.weather.air_c + 273.15) - 273.15;
  c.scene.window_c = c.scene.air_c;
  c.scene.relative_humidity = AsFloat(scene.weather.relative_humidity);
  return c;
}

bool IsHidden(const Scene& scene, const View& view, const Vec2& p) {
  const Vec3& position = view.camera.position;
  const Vec2 slope = (position.head<2>() - p) / position.z();
  const DownRay ray{p, slope};
  const std::vector<Solid> solids = SolidsOf(scene, CarsAt(scene, view));
  if (std::any_of(solids.begin(), solids.end(),
                  [&](const Solid& solid) { return Meet(solid, ray).height_m > 0; })) {
    return true;
  }
  // Crowns hide by and by: storeys add up.
  double through = 1;
  for (const Disc& disc : DiscsAt(scene, view)) {
    const Vec2 at = ray.At(disc.height_m);
    if ((at - disc.centre).norm() < disc.radius_m) through *= std::min(disc.gaps, 1.0);
  }
  return through < 0.3;
}

cv::Mat FixedPatternOf(const Scene& scene) {
  const CameraSpec& camera = scene.camera;
  cv::Mat fixed(camera.height, camera.width, CV_32FC1);
  const auto seed = static_cast<std::uint32_t>(Rng(scene.seed, Stream::kSensor, 1).Bits());
  const Vec2 centre(camera.width / 2.0, camera.height / 2.0);
  for (int c = 0; c < camera.width; ++c) {
    const double column = ValueNoise(seed + 3u, {c + 0.5, 0.5});
    const double stripe = camera.column_k > 0
                              ? camera.column_k * Rng(scene.seed, Stream::kSensor,
                                                      kFirstColumn + static_cast<std::uint64_t>(c))
                                                      .Normal()
                              : 0.0;
    for (int r = 0; r < camera.height; ++r) {
      const Vec2 aside = Vec2(c + 0.5, r + 0.5) - centre;
      const double share = aside.squaredNorm() / centre.squaredNorm();
      const double blotches = FractalNoise(seed, Vec2(c, r) / 90.0, 3);
      const double tilt = aside.cwiseQuotient(centre).dot(camera.tilt_k);
      fixed.at<float>(r, c) =
          static_cast<float>(-camera.vignette_k * share + tilt + stripe +
                             camera.pattern_k * (0.9 * blotches + 0.7 * column));
    }
  }
  return fixed;
}

double DriftOf(const Scene& scene, const View& view) {
  const CameraSpec& camera = scene.camera;
  const int frame = view.number - 1;
  if (camera.shutter_every <= 0) return camera.drift_k_per_frame * frame;
  const int corrections = frame / camera.shutter_every;
  double level = 0;
  if (camera.shutter_step_k > 0) {
    level = camera.shutter_step_k * Rng(scene.seed, Stream::kSensor,
                                        kFirstShutter + static_cast<std::uint64_t>(corrections))
                                        .Normal();
  }
  return camera.drift_k_per_frame * (frame % camera.shutter_every) + level;
}

Renderer::Renderer(const Scene& scene, const GroundRaster& ground)
    : scene_(scene),
      ground_(ground),
      lens_(Finer(LensOf(scene.camera), scene.camera.supersample ? 2 : 1)),
      model_(FileCalibration(scene).planck, FileCalibration(scene).atmosphere,
             FileCalibration(scene).scene) {
  rays_.reserve(static_cast<std::size_t>(lens_.width) * static_cast<std::size_t>(lens_.height));
  for (int r = 0; r < lens_.height; ++r) {
    for (int c = 0; c < lens_.width; ++c) {
      rays_.push_back(lens_.Undistort((Vec2(c + 0.5, r + 0.5) - lens_.principal) / lens_.focal_px));
    }
  }
  fixed_ = FixedPatternOf(scene);
}

cv::Mat Renderer::Temperatures(const View& view) const {
  const Mat3& rotation = view.camera.map_from_camera;
  const Vec3& position = view.camera.position;
  cv::Mat image(lens_.height, lens_.width, CV_32FC1);
  const Vec2* xy = rays_.data();
  for (int r = 0; r < lens_.height; ++r) {
    float* out = image.ptr<float>(r);
    for (int c = 0; c < lens_.width; ++c, ++xy) {
      const Vec2 p = RayOf(rotation, position, *xy).at_ground;
      out[c] = ground_.At(p.x(), p.y());
    }
  }
  Camera camera = view.camera;
  camera.lens = lens_;
  cv::Mat heights = cv::Mat::zeros(lens_.height, lens_.width, CV_32FC1);
  const std::vector<Car> cars = CarsAt(scene_, view);
  for (const Solid& solid : SolidsOf(scene_, cars)) {
    const cv::Rect pixels = PixelsOf(solid, camera);
    for (int r = pixels.y; r < pixels.y + pixels.height; ++r) {
      for (int c = pixels.x; c < pixels.x + pixels.width; ++c) {
        const DownRay ray =
            RayOf(rotation, position, rays_[static_cast<std::size_t>(r * lens_.width + c)]);
        const Hit hit = Meet(solid, ray);
        if (!(hit.height_m > static_cast<double>(heights.at<float>(r, c)))) continue;
        heights.at<float>(r, c) = static_cast<float>(hit.height_m);
        image.at<float>(r, c) = static_cast<float>(SolidTemperature(scene_, cars, solid, hit, ray));
      }
    }
  }
  for (const Disc& disc : DiscsAt(scene_, view)) {
    const cv::Rect pixels = PixelsOf(disc, camera);
    for (int r = pixels.y; r < pixels.y + pixels.height; ++r) {
      for (int c = pixels.x; c < pixels.x + pixels.width; ++c) {
        if (static_cast<double>(heights.at<float>(r, c)) > disc.height_m) continue;
        const DownRay ray =
            RayOf(rotation, position, rays_[static_cast<std::size_t>(r * lens_.width + c)]);
        const Vec2 p = ray.At(disc.height_m);
        const double opacity = Opacity(disc, p);
        if (opacity == 0) continue;
        float& t = image.at<float>(r, c);
        t += static_cast<float>((DiscTemperature(disc, p) - static_cast<double>(t)) * opacity);
      }
    }
  }
  if (!scene_.camera.supersample) return image;
  cv::Mat half;
  cv::resize(image, half, {scene_.camera.width, scene_.camera.height}, 0, 0, cv::INTER_AREA);
  return half;
}

cv::Mat Renderer::Counts(const View& view, const cv::Mat& temperatures) const {
  const CameraSpec& camera = scene_.camera;
  cv::Mat seen = temperatures;
  if (camera.blur_px > 0) {
    cv::GaussianBlur(temperatures, seen, {0, 0}, camera.blur_px, camera.blur_px,
                     cv::BORDER_REPLICATE);
  }
  const auto drift = static_cast<float>(DriftOf(scene_, view));
  const std::uint64_t key = Mix(Mix(scene_.seed ^ static_cast<std::uint64_t>(Stream::kSensor)) +
                                static_cast<std::uint64_t>(view.number));
  const auto netd = static_cast<float>(camera.netd_k);
  cv::Mat counts(seen.size(), CV_16UC1);
  for (int r = 0; r < seen.rows; ++r) {
    const float* t = seen.ptr<float>(r);
    const float* fixed = fixed_.ptr<float>(r);
    auto* out = counts.ptr<std::uint16_t>(r);
    for (int c = 0; c < seen.cols; ++c) {
      const auto pixel = static_cast<std::uint64_t>(r) * static_cast<std::uint64_t>(seen.cols) +
                         static_cast<std::uint64_t>(c);
      const float read = t[c] + fixed[c] + drift + netd * Noise(Mix(key ^ pixel));
      const double raw = std::round(model_.Raw(static_cast<double>(read)));
      out[c] = raw > 0 ? static_cast<std::uint16_t>(std::min(raw, 65535.0)) : std::uint16_t{0};
    }
  }
  return counts;
}

}  // namespace thermoleak::simulation
