#include "thermoleak/simulation/survey.hpp"

#include <fmt/format.h>
#include <tbb/parallel_for.h>

#include <atomic>
#include <mutex>
#include <opencv2/imgcodecs.hpp>
#include <set>

#include "simulation/frames_folder.hpp"
#include "simulation/truth.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/simulation/render.hpp"
#include "thermoleak/simulation/rjpeg.hpp"
#include "thermoleak/simulation/signature.hpp"

namespace thermoleak::simulation {
namespace {

/// The longest ray that is followed, as a multiple of the height: pictures are taken nearly
/// straight down.
constexpr double kMaxRange = 5;

std::vector<std::vector<Vec2>> Footprints(const std::vector<View>& views) {
  const Terrain level = Terrain::Plane(0);
  std::vector<std::vector<Vec2>> footprints;
  for (const View& view : views) {
    footprints.push_back(view.camera.Footprint(level, kMaxRange * view.camera.position.z()));
    if (footprints.back().empty()) {
      const double pitch = AnglesFromRotation(view.camera.map_from_camera).pitch_deg;
      throw RunError(ExitCode::kUsage, MessageId::kNotLookingDown, {fmt::format("{:.0f}", pitch)});
    }
  }
  return footprints;
}

Box2 Around(const std::vector<std::vector<Vec2>>& footprints) {
  Box2 box;
  for (const auto& ring : footprints) {
    for (const Vec2& p : ring) box.Add(p);
  }
  box.Grow(2);
  return box;
}

RjpegFrame Describe(const Scene& scene, const ScenePlacement& placement, const View& view) {
  const Vec2 local = placement.LocalFromScene(view.recorded_position);
  RjpegFrame f;
  f.png = scene.camera.png;
  f.palette_quality = scene.camera.palette_quality;
  f.calibration = FileCalibration(scene);
  f.description = "DCIM/100MEDIA/" + FrameName(view);
  f.make = scene.camera.make;
  f.model = scene.camera.model;
  f.focal_mm = scene.camera.focal_mm;
  f.pitch_um = scene.camera.pitch_um;
  f.time_utc_s = view.time_utc_s;
  f.zone_h = scene.place.zone_h;
  const LonLat position = placement.frame().LonLatFromLocal(local);
  f.position = position;
  f.altitude_m = scene.place.ground_height_m + view.recorded_height_m;
  f.height_above_takeoff_m = view.recorded_height_m;
  // Scene axes -> grid -> true north: true heading = grid heading + convergence.
  const double north = scene.place.azimuth_deg + placement.frame().ConvergenceDeg(position);
  f.gimbal_yaw_deg = view.recorded.yaw_deg + north;
  f.gimbal_pitch_deg = view.recorded.pitch_deg;
  f.gimbal_roll_deg = view.recorded.roll_deg;
  f.flight_yaw_deg = view.course_deg + north;
  f.rtk_flag = scene.pose.rtk_flag;
  return f;
}

/// The scene from above in grey, 2nd to 98th percentile: for people.
void WriteGroundPicture(const GroundRaster& ground, const std::filesystem::path& path) {
  const cv::Mat picture = ground.Picture();
  std::vector<float> known;
  for (int r = 0; r < picture.rows; r += 7) {
    for (int c = 0; c < picture.cols; c += 7) {
      if (std::isfinite(picture.at<float>(r, c))) known.push_back(picture.at<float>(r, c));
    }
  }
  if (known.empty()) return;
  std::sort(known.begin(), known.end());
  const auto low = static_cast<double>(known[known.size() / 50]);
  const auto high = static_cast<double>(known[known.size() - 1 - known.size() / 50]);
  cv::Mat grey(picture.size(), CV_8UC1);
  for (int r = 0; r < picture.rows; ++r) {
    for (int c = 0; c < picture.cols; ++c) {
      const auto t = static_cast<double>(picture.at<float>(r, c));
      grey.at<unsigned char>(r, c) = std::isfinite(t)
                                         ? static_cast<unsigned char>(std::clamp(
                                               (t - low) / (high - low) * 254 + 1, 1.0, 255.0))
                                         : 0;
    }
  }
  AtomicFile file(path);
  cv::imwrite(file.temporary().string(), grey);
  file.Commit();
}

}  // namespace

SurveySummary WriteSurvey(const Scene& scene, const std::filesystem::path& folder,
                          const SurveyOptions& options, const WorkContext& work) {
  std::vector<View> views = PlanFlight(scene);
  if (options.max_frames > 0 && static_cast<std::size_t>(options.max_frames) < views.size()) {
    views.resize(static_cast<std::size_t>(options.max_frames));
  }
  const std::filesystem::path frames = folder / "frames";
  EnsureWritableFolder(frames);
  EnsureWritableFolder(folder / "truth");
  std::set<std::string> names;
  for (const View& view : views) names.insert(FrameName(view));
  RefuseForeignFrames(frames, names);

  const auto footprints = Footprints(views);
  GroundRaster ground(scene, Around(footprints));
  ground.Cover(footprints, work);
  const Renderer renderer(scene, ground);
  const ScenePlacement placement(scene.place);

  std::mutex reporting;
  std::int64_t done = 0;
  const auto total = static_cast<std::int64_t>(views.size());
  work.Report(MessageId::kStageSimulate, 0, total);
  // Each frame depends on its own view only, so any order and number of threads gives the same
  // files.
  tbb::parallel_for(std::size_t{0}, views.size(), [&](std::size_t i) {
    work.CheckStop();
    RjpegFrame frame = Describe(scene, placement, views[i]);
    frame.counts = renderer.Counts(views[i], renderer.Temperatures(views[i]));
    WriteBytes(frames / FrameName(views[i]), EncodeRjpeg(frame));
    const std::scoped_lock lock(reporting);
    work.Report(MessageId::kStageSimulate, ++done, total);
  });

  const std::vector<LeakViews> leak_views = CountViews(scene, views);
  WriteNetwork(scene, placement, folder);
  WriteTruth(scene, placement, views, leak_views, folder);
  if (options.ground_picture) WriteGroundPicture(ground, folder / "truth" / "ground.png");

  SurveySummary summary;
  summary.frames = static_cast<int>(views.size());
  summary.leaks = static_cast<int>(scene.leaks.size());
  summary.observable_leaks = static_cast<int>(std::count_if(
      leak_views.begin(), leak_views.end(), [](const LeakViews& n) { return n.clear > 0; }));
  summary.trench_km = scene.trench_m / 1000;
  summary.surface_coefficient = scene.weather.surface_coefficient;
  return summary;
}

}  // namespace thermoleak::simulation
