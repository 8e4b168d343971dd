#pragma once
// The files beside injected frames. Private to the room.

#include <filesystem>
#include <vector>

#include "simulation/inject_place.hpp"

namespace thermoleak::simulation {

/// What inject.json says beside what follows from the rest.
struct InjectRecord {
  std::string map;          ///< the file's name
  std::string map_hash;     ///< SHA-256
  std::string dem_hash;     ///< "" = none
  std::string frames_hash;  ///< over the hashes of the originals that were used
};

void WriteInjectTruth(const PipeNetwork& network, const LocalFrame& frame, const RunFolder& run,
                      const std::vector<BuriedPiece>& pieces,
                      const std::vector<InjectedLeak>& leaks, const std::filesystem::path& truth);
void WriteInjectJson(const InjectRequest& request, const RunFolder& run,
                     const InjectSummary& summary, const InjectRecord& record,
                     const std::filesystem::path& path);

}  // namespace thermoleak::simulation
