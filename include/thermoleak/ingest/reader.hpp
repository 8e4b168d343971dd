#pragma once
// From bytes to a ThermalFrame.
//
// To add a format: 1. write src/ingest/<format>.hpp/.cpp with a function that recognises it by its
// first bytes (a kind of JPEG: by its segments) and one that reads it; 2. add one row to kFormats
// in reader.cpp (a kind of JPEG: one branch in ReadJpeg), before any more general format; 3. add
// the camera's sensor pitch to models/cameras.toml; 4. add a test with a real file and values from
// an independent program; 5. add a small example to Seeds() in tests/ingest/robustness_test.cpp.

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "thermoleak/core/files.hpp"
#include "thermoleak/ingest/frame.hpp"

namespace thermoleak {

/// Sensor facts that files do not record, looked up by the model's name: models/cameras.toml, built
/// in, and extended or overridden by a file of the user's.
class CameraTable {
 public:
  struct Row {
    std::string model;  ///< matched case-insensitively as a whole or as a prefix; longest wins
    int width = 0;      ///< 0 = any
    double pixel_pitch_um = 0;
    double default_focal_mm = 0;  ///< where the file states none; 0 = unknown
    double accuracy_k = 5;        ///< the maker's stated accuracy
    double tiff_gain = 0;         ///< kelvin a count of its 16-bit TIFF files; 0 = not known
    double tiff_offset_c = -273.15;
  };
  /// The built-in table.
  static CameraTable BuiltIn();
  /// Rows of a TOML file before the others, whatever match those have. Throws RunError
  /// kConfigUnreadable.
  void Prepend(const std::filesystem::path& toml);
  /// `model` may be led by the maker's name: "DJI FLIR" (Zenmuse XT) is not "FLIR ...". Null when
  /// unknown.
  const Row* Find(const std::string& model, int width) const;

 private:
  std::vector<Row> rows_;  ///< the user's first
  std::size_t user_rows_ = 0;
};

struct ReadOptions {
  bool pixels = true;  ///< false: facts only (thermal array not decoded; stored stays empty)
  bool hash = false;   ///< fill FrameMeta::sha256
  /// How 16-bit TIFF counts become degC, when the user says it; believed before the file and the
  /// table.
  std::optional<LinearCalibration> tiff_scale;
};

/// Reads one frame of any known format. Every length, count and offset of the file is bounded
/// before it is used; never throws on bad input. Thread-safe.
Result<ThermalFrame> ReadFrame(const std::filesystem::path& path, const CameraTable& cameras,
                               const ReadOptions& options = {});
Result<ThermalFrame> ReadFrame(std::span<const std::byte> bytes, const std::filesystem::path& name,
                               const CameraTable& cameras, const ReadOptions& options = {});

/// All files below the given folders and files that could be frames (by content is decided later:
/// every regular file that is not hidden and whose extension is not a known non-image such as .csv,
/// .txt, .json, .gpkg, .srt), in a stable natural order (DJI_2 before DJI_10), each once. Throws
/// RunError kInputMissing for a path that does not exist.
std::vector<std::filesystem::path> DiscoverFrames(std::span<const std::filesystem::path> inputs);

}  // namespace thermoleak
