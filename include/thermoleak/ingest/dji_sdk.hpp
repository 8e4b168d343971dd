#pragma once
// Temperatures of DJI R-JPEG files by the vendor's own library, where the user has installed it.
//
// The DJI Thermal SDK is never linked, shipped or needed: its licence and its stability are its
// own. It is loaded at run time by a helper process, so that a crash or an endless loop in it costs
// one frame and not the survey.

#include <filesystem>
#include <memory>
#include <opencv2/core.hpp>
#include <span>
#include <string>
#include <vector>

#include "thermoleak/core/error.hpp"
#include "thermoleak/radiometry/calibration.hpp"

namespace thermoleak {

class DjiSdk {
 public:
  struct Options {
    std::filesystem::path folder;  ///< where the user unpacked the SDK
    std::filesystem::path helper;  ///< program started as: helper dji-sdk-helper FOLDER
    int processes = 1;             ///< helpers at once (1 .. 64); each serves one caller at a time
    double timeout_s = 20;         ///< for one frame, and for the start of a helper
  };

  /// Throws RunError (usage) when no libdirp.so lies below the folder or the helper cannot be
  /// executed. Starts nothing yet.
  explicit DjiSdk(Options options);
  /// Ends the helpers; no Measure() may be running.
  ~DjiSdk();
  DjiSdk(const DjiSdk&) = delete;
  DjiSdk& operator=(const DjiSdk&) = delete;

  /// degC, CV_32FC1 of `height` rows, of one whole R-JPEG file; NaN where the SDK's number is no
  /// temperature. Thread-safe: waits for a free helper. Crash, hang and refusal are errors of the
  /// frame (kDjiSdk...); a dead helper is replaced for the next frame; after three failures to
  /// start in a row every call fails at once with the same reason. Set fields of `scene` replace
  /// the file's own; `warnings`, when given, learns of values that the SDK did not take as they
  /// are.
  Result<cv::Mat> Measure(std::span<const std::byte> rjpeg, const std::string& item, int width,
                          int height, const SceneOverride& scene,
                          std::vector<Message>* warnings = nullptr);

 private:
  class Pool;
  std::unique_ptr<Pool> pool_;
};

/// The helper's main: what `thermoleak dji-sdk-helper FOLDER` runs. Speaks with its parent over
/// descriptor 0 (a socket) until that closes. Returns an exit status.
int RunDjiSdkHelper(const std::filesystem::path& folder);

}  // namespace thermoleak
