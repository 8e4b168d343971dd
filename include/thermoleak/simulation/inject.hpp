#pragma once
// Leaks with known truth put into the real frames of a user's own survey: what this survey would
// have shown of them is then a matter of running it again and counting (certificate.hpp).
//
// What is real stays real: ground, lens, noise, drift, errors of poses and map. Added is only the
// steady rise of a leak on the surface (signature.hpp), seen through each frame's own calibration.
// The rise lies on whatever the frame shows there, also on a car's roof or a tree: what hides the
// ground is not known.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <opencv2/core.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "thermoleak/core/error.hpp"
#include "thermoleak/core/progress.hpp"
#include "thermoleak/radiometry/calibration.hpp"
#include "thermoleak/registration/camera.hpp"
#include "thermoleak/simulation/scene.hpp"

namespace thermoleak::simulation {

struct InjectOptions {
  int leaks = 20;  ///< fewer where there is no room
  std::uint64_t seed = 1;
  double clear_of_m = 6;    ///< from whatever the run has found; matches reach 3 m
  double low_rise_k = 0.5;  ///< peak rise over the ground, drawn evenly in its logarithm ...
  double high_rise_k = 12;  ///< ... so that the heat is, too
};

struct InjectRequest {
  std::filesystem::path run;                     ///< folder of the survey's finished run
  std::vector<std::filesystem::path> frames;     ///< folders or files; empty = the map's folder
  std::filesystem::path network;                 ///< the map that the run used
  std::optional<std::filesystem::path> dem;      ///< the terrain that the run used
  std::optional<std::filesystem::path> cameras;  ///< more rows for the camera table
  std::filesystem::path out;
  InjectOptions options;
};

/// What was written, with impossible defaults.
struct InjectSummary {
  int frames = -1;
  int leaks = -1;
  double pipe_km = -1;          ///< buried, that the run saw
  std::vector<Error> problems;  ///< frames that were left out, in survey order
  std::vector<Message> notes;   ///< what could not be kept, and doubts
};

/// Draws leaks along the buried pipes of the map where the run saw them (uniform per metre; half
/// of them point-like, half with 1 to 6 m of wet length), beside the map's line where the run's
/// corrected trace lies there, clear of the run's candidates, of buildings and of each other.
/// Writes into `out`: frames/ (FLIR R-JPEG with the original's recorded pose, time and camera), the
/// map, truth/{leaks,existing,pipes}.geojson, truth/coverage.json (what the run says of each piece
/// of pipe) and inject.json. Frames that the run did not use are not written. The same inputs give
/// the same bytes for any number of threads. Throws RunError: kInputMissing, kRunUnreadable,
/// kInjectNoFrames, kInjectNoRoom (exit code 3), kSimulationForeignFrames,
/// kOutputUnwritable, kDiskFull, and what LoadNetwork and Terrain::FromDem throw.
InjectSummary InjectLeaks(const InjectRequest& request, const WorkContext& work);

/// The rise of one leak on a grid of 5 cm, so that many frames can look at it. Immutable,
/// thread-safe.
class LeakField {
 public:
  /// `surface_coefficient` in W/(m2 K). Reaches to where the rise is below 0.005 K.
  LeakField(const Leak& leak, double surface_coefficient);
  /// Bilinear, K (within 0.02 K of LeakRise for a leak of 12 K); 0 beyond its reach.
  double At(const Vec2& p) const;
  const Box2& box() const { return box_; }

 private:
  Box2 box_;
  cv::Mat values_;  // CV_32FC1, row 0 = bottom
};

/// Takes a ground point of the pictures to the leaks' own coordinates, both local metres.
using GroundToMap = std::function<Vec2(const Vec2&)>;

/// The rise that a camera sees at each pixel's centre, K, CV_32FC1 of the lens' size, blurred by
/// the point spread that drawn surveys have (0.6 pixels); empty when no pixel sees any. The frame's
/// own picture is already blurred and is not touched. Thread-safe.
cv::Mat RiseSeen(const Camera& camera, const Terrain& terrain, std::span<const LeakField> fields,
                 const GroundToMap& map_from_ground);

/// Counts of a black body in a scale of our own, 0.01 K fine at 0 degC, -120 to 180 degC: for
/// frames whose format states no Planck constants.
PlanckCalibration OwnScale();

/// Counts of the same picture with a rise, CV_16UC1: in the frame's own scale for
/// PlanckCalibration, in OwnScale() for all others (whose `stored` is taken to degC first). Only
/// the surface's own part changes; reflection, air and window stay as the calibration has them.
/// Counts are whole: what is between two is drawn, by a hash of `key` and the pixel, so that weak
/// rises are right in the mean. Pixels without a rise keep their count. `rise` may be empty.
cv::Mat CountsWithRise(const cv::Mat& stored, const Calibration& calibration, const cv::Mat& rise,
                       std::uint64_t key);

}  // namespace thermoleak::simulation
