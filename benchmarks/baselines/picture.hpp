#pragma once
// What the published methods get to see of a survey: its mosaic, the map and the buildings.

#include <filesystem>
#include <map>
#include <opencv2/core.hpp>
#include <optional>
#include <utility>

#include "thermoleak/network/network.hpp"

namespace thermoleak::baselines {

/// A mosaic with the map laid over it, in cells of 0.2 m or of the mosaic where those are larger.
/// Rows go south.
struct Picture {
  LoadedNetwork map;
  cv::Mat_<float> celsius;     ///< NaN where no frame looked
  cv::Mat_<uchar> ground;      ///< 255 where a frame saw what is no building of the map
  cv::Mat_<float> distance_m;  ///< to the nearest axis of a pipe that is not overhead
  double cell_m = 0.1;
  Vec2 corner{0, 0};  ///< upper-left corner of the first cell on the map, local metres

  Vec2 At(const cv::Point& cell) const {
    return corner + cell_m * Vec2(cell.x + 0.5, -cell.y - 0.5);
  }
};

/// `run`: a folder with mosaic.tif and run.json. With `aligned` the shift against the map that the
/// run found is taken out, so that a method has all that the registration knows. Throws RunError,
/// or std::runtime_error for a mosaic that is not of this map.
Picture LoadPicture(const std::filesystem::path& run, const std::filesystem::path& map,
                    const std::optional<std::filesystem::path>& buildings, bool aligned);

/// Images that methods share, made once. Not thread-safe.
class Layers {
 public:
  explicit Layers(Picture picture);

  const Picture& picture() const { return picture_; }
  /// Kelvin above the background, smoothed by a Gaussian of `smooth_m`; 0 where there is no ground.
  /// The background of a place is the median of the ground within `background_m` that is not within
  /// 3 m of a pipe, as Friman et al. 2014 take it around the corridor; 0: of the whole mosaic.
  const cv::Mat_<float>& Rise(double background_m, double smooth_m);
  /// sigma^2 times minus the Laplacian of the Gaussian of `sigma_m`, of Rise(background_m, 0): half
  /// of a Gaussian blob's height where the scales agree.
  const cv::Mat_<float>& Blobs(double background_m, double sigma_m);

 private:
  cv::Mat_<float> Background(double radius_m) const;
  Picture picture_;
  std::map<std::pair<double, double>, cv::Mat_<float>> rises_;
  std::map<std::pair<double, double>, cv::Mat_<float>> blobs_;
};

}  // namespace thermoleak::baselines
