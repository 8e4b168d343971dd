#pragma once
// From bytes to a ThermalFrame.
//
// To add a camera whose files are of a known format: one row in models/cameras.toml (or, without
// building anything, in a file of your own given with --cameras).
//
// To add a format:
//   1. src/ingest/<format>.cpp: one function that recognises it by its first bytes (a kind of JPEG:
//      by its segments), one that reads it; declare both in src/ingest/formats.hpp;
//   2. one row in kFormats or kJpegKinds of reader.cpp, before any more general format;
//   3. a row for the camera in models/cameras.toml;
//   4. a test with a real file and values from an independent program, and a small example in
//      Seeds() of tests/ingest/robustness_test.cpp;
//   5. a fuzzer in tests/fuzz.

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "thermoleak/core/files.hpp"
#include "thermoleak/ingest/frame.hpp"

namespace thermoleak {

class DjiSdk;

/// Sensor facts that files do not record, looked up by the model's name: models/cameras.toml, built
/// in, and extended or overridden by a file of the user's.
class CameraTable {
 public:
  struct Row {
    std::string model;  ///< matched case-insensitively as a whole or as a prefix; longest wins
    int width = 0;      ///< 0 = any
    double pixel_pitch_um = 0;
    double default_focal_mm = 0;  ///< where the file states none; 0 = unknown
    double accuracy_k = 5;        ///< the maker's stated limit of error
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
  SceneOverride scene;        ///< what the user knows better than the camera
  DjiSdk* dji_sdk = nullptr;  ///< converts DJI frames; null = what can be read without it
};

/// Reads one frame of any known format. Every length, count and offset of the file is bounded
/// before it is used; never throws on bad input. Of a sequence given without a piece, the first
/// frame. Thread-safe.
Result<ThermalFrame> ReadFrame(const FrameSource& source, const CameraTable& cameras,
                               const ReadOptions& options = {});
/// The same from memory: `bytes` are what lies at `source`.
Result<ThermalFrame> ReadFrame(std::span<const std::byte> bytes, const FrameSource& source,
                               const CameraTable& cameras, const ReadOptions& options = {});

/// All frames below the given folders and files: every regular file that is not hidden and whose
/// extension is not a known non-image such as .csv, .txt, .json, .gpkg, .srt (what it holds is
/// decided later, by content), in a stable natural order (DJI_2 before DJI_10), each file once; of
/// a sequence every frame. Throws RunError kInputMissing for a path that does not exist.
std::vector<FrameSource> DiscoverFrames(std::span<const std::filesystem::path> inputs);

}  // namespace thermoleak
