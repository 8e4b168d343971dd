#pragma once
// Where each frame looks, and how well that is known: from the recorded pose, then from the bundle
// adjustment (adjust.hpp).

#include <Eigen/Core>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "thermoleak/core/error.hpp"
#include "thermoleak/core/options.hpp"
#include "thermoleak/ingest/frame.hpp"
#include "thermoleak/registration/camera.hpp"

namespace thermoleak {

using Mat6 = Eigen::Matrix<double, 6, 6>;

struct RegistrationOptions {
  double gnss_sigma_m =
      2.0;  ///< horizontal, of a position without RTK (real flights: 1.2 .. 3.5 m)
  double gnss_float_sigma_m = 0.5;
  double gnss_fixed_sigma_m = 0.05;
  double height_sigma_m =
      2.0;  ///< above take-off, against the true ground, with a plane for terrain ...
  double height_sigma_share =
      0.1;  ///< ... and this share of the height: take-off is not this ground (4 to 42 % measured)
  double yaw_sigma_deg = 3.0;   ///< real gimbals: bias up to 4.9 deg
  double tilt_sigma_deg = 1.0;  ///< pitch and roll
  double max_tilt_deg = 60.0;   ///< from nadir; steeper frames are not used
  double max_range_m = 400.0;
  double handheld_sigma_m = 5.0;  ///< of a handheld camera's or a phone's receiver
  double handheld_reach_m = 8.0;  ///< from a handheld camera to what it shows

  void Describe(OptionVisitor& v);
};

/// Sigmas of what a record lacked and was filled in, beside those of a record; 0 = recorded.
struct FilledIn {
  double position_m = 0;
  double height_m = 0;
  double tilt_rad = 0;
  double yaw_rad = 0;
};

/// One frame's camera with its uncertainty.
struct RegisteredFrame {
  int frame = -1;       ///< index into the survey's frames
  int flight = 0;       ///< frames of one flight share their biases
  int lens_id = 0;      ///< frames of one camera share their lens
  int group = -1;       ///< frames that ties join, directly or through others; -1 = untied
  double time_s = NAN;  ///< exposure, UTC or the camera's clock
  Camera camera;
  /// Covariance of (east, north, up) in m^2 and small rotations about the camera's x, y, z axes in
  /// rad^2: against the world.
  Mat6 covariance = Mat6::Zero();
  /// The same against the survey's other frames: without the shift that all of them share.
  Mat6 relative_covariance = Mat6::Zero();
  FilledIn filled_in;
  std::vector<Vec2> footprint;  ///< on the ground, counter-clockwise, local metres
  Vec2 centre{0, 0};            ///< ground point of the picture's centre
  double gsd_m = 0;             ///< ground size of a pixel at the centre
  double height_above_ground_m = 0;

  /// Covariance of the ground point that a pixel sees (first order: terrain level at that point),
  /// m^2.
  Mat2 GroundCovariance(const Vec3& ground_point) const;
  Mat2 RelativeGroundCovariance(const Vec3& ground_point) const;

  /// This frame with another camera, and what it sees then; nothing when that is no ground within
  /// `max_range_m`.
  std::optional<RegisteredFrame> With(const Camera& other, const Terrain& terrain,
                                      double max_range_m) const;
};

/// A picture from the hand: where it was taken is known to some metres, what it shows is not.
struct LocatedFrame {
  int frame = -1;
  Vec2 position{0, 0};  ///< most likely place of what it shows, local metres
  double sigma_m = 0;   ///< per axis: receiver and reach of the view together
};

struct Registration {
  std::vector<RegisteredFrame> frames;        ///< ascending by frame index
  std::vector<LocatedFrame> located;          ///< ascending by frame index
  std::vector<std::pair<int, Error>> failed;  ///< frame index and reason
  Terrain terrain = Terrain::Plane(0);
  MessageId method = MessageId::kMethodRecorded;
  std::vector<Message> warnings;
  double median_sigma_m = -1;           ///< of picture centres; -1 when nothing was registered
  double median_relative_sigma_m = -1;  ///< the same without the shift that all frames share
};

/// Lens of a frame from focal length and sensor pitch; kNoCameraGeometry when either is unknown.
Result<Lens> LensOf(const FrameMeta& meta);

/// Cameras from the recorded poses over `dem` (take-off height: the terrain under the first frame,
/// or the RTK altitude where both agree to 10 m, since the altitude's datum is unknown), or over a
/// plane at take-off height. What some frames lack is taken from their neighbours where they have
/// it (positions, heights and angles, with larger sigmas). Frames from the hand, which state
/// neither height nor angles, come back in `located`; others without a usable pose in `failed`.
/// Thread-safe.
Registration RegisterFromMetadata(std::span<const FrameMeta> frames, const LocalFrame& local,
                                  const std::optional<std::filesystem::path>& dem,
                                  const RegistrationOptions& options);

/// Writes the medians of the picture centres' sigmas into `registration`.
void SummariseSigmas(Registration& registration);

}  // namespace thermoleak
