#pragma once
// A finished run's folder, as far as it is needed to put leaks into its frames. Private to the
// room.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "thermoleak/detection/alignment.hpp"
#include "thermoleak/geo/local_frame.hpp"
#include "thermoleak/network/network.hpp"
#include "thermoleak/registration/camera.hpp"

namespace thermoleak::simulation {

/// One used row of frames.csv: where the run placed the frame.
struct PlacedRow {
  std::string name;
  std::string sha256;  ///< of the frame's bytes
  LonLat position;
  double height_m = 0;        ///< in the terrain's datum
  double above_ground_m = 0;  ///< under the camera
  Angles angles;              ///< yaw from TRUE north, core/conventions.hpp
};

/// What the run says of a piece of pipe, some 5 m long (layer `coverage`).
struct SeenPiece {
  std::string pipe_id;
  double from_m = 0;
  double to_m = 0;
  std::string sight;                      ///< seen, weak or unseen
  std::optional<double> smallest_rise_k;  ///< 5 sigma of the matched filter; unset = unseen
};

/// Where a pipe lies beside its line of the map (layer `corrected_traces`), seen stretches only.
struct SeenTrace {
  std::string pipe_id;
  double from_m = 0;
  double to_m = 0;
  double offset_m = 0;  ///< positive left
};

struct KnownPlace {
  std::string id;
  std::string kind;
  LonLat position;
  bool clear = true;  ///< stands out of the noise, so that an injected leak beside it would blend
};

struct RunFolder {
  std::string hash;                       ///< SHA-256 of run.json
  std::vector<std::string> input_hashes;  ///< of all that the run has read
  double surface_coefficient = 0;         ///< W/(m2 K), from the run's air and wind
  double conductivity = 1.5;              ///< of the soil, W/(m K)
  NetworkOptions network;
  double focal_change = 0;  ///< relative, of the first camera's lens
  double k1 = 0;
  SurveyShift shift;  ///< pictures minus map; its centre is not in run.json: see ShiftOf()
  std::vector<PlacedRow> frames;
  int frames_unused = 0;  ///< quarantined, or pictures from the hand
  std::vector<SeenPiece> pieces;
  std::vector<SeenTrace> traces;
  std::vector<KnownPlace> candidates;
};

/// Reads run.json, frames.csv, candidates.geojson and the layers of candidates.gpkg. Throws
/// RunError kInputMissing, kRunUnreadable (exit code 3).
RunFolder ReadRunFolder(const std::filesystem::path& folder);

}  // namespace thermoleak::simulation
