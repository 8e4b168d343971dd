#pragma once
// The files beside the frames: what the map says, and what is really there. Private to the room.

#include <filesystem>
#include <vector>

#include "thermoleak/simulation/flight.hpp"

namespace thermoleak::simulation {

/// Number of views that have a leak in the picture: open to them, or hidden behind something.
struct LeakViews {
  int clear = 0;
  int hidden = 0;
};
/// Of all leaks, in the scene's order.
std::vector<LeakViews> CountViews(const Scene& scene, const std::vector<View>& views);

void WriteNetwork(const Scene& scene, const ScenePlacement& placement,
                  const std::filesystem::path& folder);
void WriteTruth(const Scene& scene, const ScenePlacement& placement, const std::vector<View>& views,
                const std::vector<LeakViews>& leak_views, const std::filesystem::path& folder);

/// Name of a view's file.
std::string FrameName(const View& view);

}  // namespace thermoleak::simulation
