// How far from the truth are the cameras, as recorded and as adjusted, and what does it cost?
//   thermoleak_registration FRAMES MAP POSES.csv [--dem TIF] [--buildings FILE]
//       [--frames OUT.csv] [--threads N]
// POSES.csv holds reference poses: `frame` or `file`, `centre_lon` and `centre_lat` (ground point
// under the picture's middle, WGS 84), `up_azimuth_deg` or `yaw_deg` (of the upper edge, from true
// north); what `thermoleak simulate` writes as truth/poses.csv serves.
//
// One translation (the medians) is removed before errors are measured: registration makes pictures
// agree with each other, the map tells where they are as a whole. "next frame" is the difference of
// two consecutive frames' errors in pixels where they overlap. "normalised" is the root mean square
// of error over stated relative sigma per axis; 1 is honest. --frames writes each frame's errors.

#include <fmt/format.h>
#include <tbb/global_control.h>

#include <cmath>
#include <cstring>
#include <ctime>
#include <fstream>
#include <map>
#include <numbers>
#include <opencv2/core/utility.hpp>
#include <set>

#include "thermoleak/core/statistics.hpp"
#include "thermoleak/ingest/reader.hpp"
#include "thermoleak/network/network.hpp"
#include "thermoleak/pipeline/tie_and_adjust.hpp"
#include "thermoleak/radiometry/calibration.hpp"

namespace thermoleak {
namespace {

namespace fs = std::filesystem;

struct Reference {
  LonLat centre;
  double up_azimuth_deg = 0;
};

std::vector<std::string> Fields(const std::string& line) {
  std::vector<std::string> fields(1);
  for (const char c : line) {
    if (c == ',') {
      fields.emplace_back();
    } else if (c != '\r') {
      fields.back() += c;
    }
  }
  return fields;
}

std::map<std::string, Reference> ReadReferences(const fs::path& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  std::map<std::string, std::size_t> column;
  for (const std::string& name : Fields(line)) column.emplace(name, column.size());
  const auto first_of = [&](const char* a, const char* b) {
    const auto it = column.count(a) ? column.find(a) : column.find(b);
    if (it == column.end()) {
      fmt::print(stderr, "{}: no column {}\n", path.string(), a);
      std::exit(2);
    }
    return it->second;
  };
  const std::size_t name = first_of("frame", "file");
  const std::size_t lon = first_of("centre_lon", "centre_lon_deg");
  const std::size_t lat = first_of("centre_lat", "centre_lat_deg");
  const std::size_t yaw = first_of("up_azimuth_deg", "yaw_deg");
  std::map<std::string, Reference> out;
  while (std::getline(in, line)) {
    const auto fields = Fields(line);
    if (fields.size() <= std::max({name, lon, lat, yaw}) || fields[lon].empty()) continue;
    out[fields[name]] = {{std::stod(fields[lon]), std::stod(fields[lat])}, std::stod(fields[yaw])};
  }
  return out;
}

struct FrameError {
  std::string name;
  int frame = 0;
  Vec2 centre;  ///< of the picture's middle on the ground, m, translation removed
  Vec2 normalised;
  Vec2 sigma;
  double yaw_deg = 0;
  double gsd_m = 0;
  double height_m = 0;  ///< above ground
  Vec2 place;
};

double UpAzimuth(const RegisteredFrame& frame, const Terrain& terrain, const LocalFrame& local) {
  const Lens& lens = frame.camera.lens;
  const auto a = frame.camera.Ground({lens.width / 2.0, lens.height / 2.0}, terrain);
  const auto b = frame.camera.Ground({lens.width / 2.0, lens.height / 2.0 - 1}, terrain);
  if (!a || !b) return 0;
  const Vec2 up = (*b - *a).head<2>();
  return std::atan2(up.x(), up.y()) * 180 / std::numbers::pi +
         local.ConvergenceDeg(local.LonLatFromLocal(frame.centre));
}

std::vector<FrameError> Errors(const Registration& registration,
                               const std::map<std::string, Reference>& references,
                               std::span<const FrameMeta> metas, const LocalFrame& local) {
  std::vector<FrameError> errors;
  std::vector<double> east;
  std::vector<double> north;
  for (const RegisteredFrame& frame : registration.frames) {
    const std::string& name = metas[static_cast<std::size_t>(frame.frame)].name;
    const auto reference = references.find(name);
    if (reference == references.end()) continue;
    FrameError error;
    error.name = name;
    error.frame = frame.frame;
    error.place = local.LocalFromLonLat(reference->second.centre);
    error.centre = frame.centre - error.place;
    error.yaw_deg = std::remainder(
        UpAzimuth(frame, registration.terrain, local) - reference->second.up_azimuth_deg, 360.0);
    error.gsd_m = frame.gsd_m;
    error.height_m = frame.height_above_ground_m;
    const double z = registration.terrain.HeightAt(frame.centre);
    const Mat2 covariance = frame.RelativeGroundCovariance({frame.centre.x(), frame.centre.y(), z});
    error.sigma = covariance.diagonal().cwiseSqrt();
    east.push_back(error.centre.x());
    north.push_back(error.centre.y());
    errors.push_back(error);
  }
  const Vec2 shift(MedianOf(std::span<const double>(east)),
                   MedianOf(std::span<const double>(north)));
  for (FrameError& error : errors) {
    error.centre -= shift;
    error.normalised = error.centre.cwiseQuotient(error.sigma);
  }
  if (!errors.empty())
    fmt::print("translation                   {:.2f} {:.2f} m\n", shift.x(), shift.y());
  return errors;
}

void PrintRow(const char* title, const std::vector<FrameError>& errors) {
  std::vector<double> centre;
  std::vector<double> yaw;
  std::vector<double> next;
  double squares = 0;
  for (std::size_t i = 0; i < errors.size(); ++i) {
    centre.push_back(errors[i].centre.norm());
    yaw.push_back(std::abs(errors[i].yaw_deg));
    squares += errors[i].normalised.squaredNorm();
    const bool overlaps = i > 0 && errors[i].frame == errors[i - 1].frame + 1 &&
                          (errors[i].place - errors[i - 1].place).norm() < 400 * errors[i].gsd_m;
    if (overlaps)
      next.push_back((errors[i].centre - errors[i - 1].centre).norm() / errors[i].gsd_m);
  }
  const auto q = [](const std::vector<double>& v, double p) {
    return QuantileOf(std::span<const double>(v), p);
  };
  fmt::print(
      "{:<10}{:>9.2f}{:>9.2f}{:>9.2f}{:>9.2f}{:>9.2f}{:>12.2f}\n", title, q(centre, 0.5),
      q(centre, 0.9), q(yaw, 0.5), q(next, 0.5), q(next, 0.9),
      std::sqrt(squares / (2.0 * static_cast<double>(std::max<std::size_t>(1, errors.size())))));
}

double CpuSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

int Main(int argc, char** argv) {
  std::vector<fs::path> inputs;
  std::optional<fs::path> dem;
  std::optional<fs::path> buildings;
  fs::path frames_csv;
  int threads = 2;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--dem") == 0 && i + 1 < argc) {
      dem = argv[++i];
    } else if (std::strcmp(argv[i], "--buildings") == 0 && i + 1 < argc) {
      buildings = argv[++i];
    } else if (std::strcmp(argv[i], "--frames") == 0 && i + 1 < argc) {
      frames_csv = argv[++i];
    } else if (std::strcmp(argv[i], "--threads") == 0 && i + 1 < argc) {
      threads = std::max(1, std::atoi(argv[++i]));
    } else {
      inputs.emplace_back(argv[i]);
    }
  }
  if (inputs.size() != 3) {
    fmt::print(stderr,
               "usage: thermoleak_registration FRAMES MAP POSES.csv [--dem TIF] [--buildings FILE] "
               "[--frames OUT.csv] [--threads N]\n");
    return 2;
  }
  cv::setNumThreads(1);
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(threads));
  RunOptions options;
  const auto references = ReadReferences(inputs[2]);
  const LoadedNetwork map = LoadNetwork(inputs[1], buildings, options.network);

  const double start = CpuSeconds();
  const CameraTable cameras = CameraTable::BuiltIn();
  const std::vector<FrameSource> files = DiscoverFrames(std::span(inputs.data(), 1));
  std::vector<std::optional<FrameMeta>> found(files.size());
  std::set<std::string> hashes;  // a run sets copies aside, and so does this
  std::vector<Overview> overviews(files.size());
  double overview_s = 0;
  ReadOptions hashed;
  hashed.hash = true;
  for (std::size_t i = 0; i < files.size(); ++i) {
    Result<ThermalFrame> frame = ReadFrame(files[i], cameras, hashed);
    if (!frame || !hashes.insert(frame->meta.sha256).second) continue;
    const cv::Mat degrees = ToCelsius(frame->stored, frame->meta.calibration);
    const double before = CpuSeconds();
    overviews[i] = MakeOverview(degrees);
    overview_s += CpuSeconds() - before;
    found[i] = std::move(frame->meta);
  }
  const double decode_s = CpuSeconds() - start - overview_s;
  std::vector<FrameMeta> metas;
  std::vector<const Overview*> overview_of_meta;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!found[i]) continue;
    metas.push_back(std::move(*found[i]));
    overview_of_meta.push_back(&overviews[i]);
  }
  Registration registration = RegisterFromMetadata(metas, map.frame, dem, options.registration);
  const auto recorded = Errors(registration, references, metas, map.frame);
  std::vector<const Overview*> used;
  for (const RegisteredFrame& frame : registration.frames)
    used.push_back(overview_of_meta[static_cast<std::size_t>(frame.frame)]);
  const double before = CpuSeconds();
  const AdjustSummary summary = TieAndAdjust(registration, used, map.network, options, {});
  const double adjust_s = CpuSeconds() - before;
  const auto adjusted = Errors(registration, references, metas, map.frame);

  fmt::print("frames                        {} of {}, {} with a reference\n",
             registration.frames.size(), files.size(), adjusted.size());
  fmt::print(
      "pairs tied                    {} of {}, {} dropped, {} ties, {:.3f} m before, {:.3f} m "
      "after\n",
      summary.pairs_tied, summary.pairs_tried, summary.pairs_dropped, summary.ties,
      summary.residual_before_m, summary.residual_after_m);
  fmt::print(
      "found                         yaw bias {:.2f} deg, clock {:.2f} s, focal {:+.2f} %, k1 "
      "{:.3f}\n",
      summary.yaw_bias_deg, summary.clock_lead_s, 100 * summary.focal_change, summary.k1);
  fmt::print("noise                         position {:.2f} m, tie {:.2f} px\n",
             summary.noise.position_m, summary.noise.tie_px);
  fmt::print(
      "cost                          {:.2f} s cpu decode, {:.2f} + {:.2f} s overview, tie and "
      "adjust, ratio {:.2f}\n",
      decode_s, overview_s, adjust_s, (overview_s + adjust_s) / decode_s);
  fmt::print("{:<10}{:>9}{:>9}{:>9}{:>9}{:>9}{:>12}\n", "", "p50 m", "p90 m", "yaw deg", "next px",
             "p90 px", "normalised");
  PrintRow("recorded", recorded);
  PrintRow("adjusted", adjusted);
  if (!frames_csv.empty()) {
    std::ofstream out(frames_csv);
    out << "frame,x,y,recorded_east,recorded_north,east,north,sigma_east,sigma_north,yaw,recorded_"
           "height,height\n";
    for (std::size_t i = 0; i < adjusted.size(); ++i) {
      const FrameError& e = adjusted[i];
      out << fmt::format(
          "{},{:.2f},{:.2f},{:.3f},{:.3f},{:.3f},{:.3f},{:.3f},{:.3f},{:.3f},{:.2f},{:.2f}\n",
          e.name, e.place.x(), e.place.y(), recorded[i].centre.x(), recorded[i].centre.y(),
          e.centre.x(), e.centre.y(), e.sigma.x(), e.sigma.y(), e.yaw_deg, recorded[i].height_m,
          e.height_m);
    }
  }
  return 0;
}

}  // namespace
}  // namespace thermoleak

int main(int argc, char** argv) { return thermoleak::Main(argc, argv); }
