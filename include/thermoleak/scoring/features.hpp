#pragma once
// What the score sees of a hot spot of a buried pipe: one table of features, and nothing else.
//
// To add a feature: add one line to the table in features.cpp. A model finds its features by name,
// so models that were trained before stay usable; the next `thermoleak train` learns from it, and
// every run's features.csv has it. Never change what an existing name means.

#include <span>
#include <string_view>
#include <vector>

#include "thermoleak/detection/hot_spot.hpp"
#include "thermoleak/network/network.hpp"
#include "thermoleak/scoring/candidate.hpp"

namespace thermoleak {

/// What a feature may be computed from.
struct FeatureInput {
  const HotSpot& spot;
  double depth_m = 1.2;        ///< equivalent depth of the pipe: cover and surface resistance
  const Pipe* pipe = nullptr;  ///< of the map; null = nothing known
};

/// Features that are told as one reason.
enum class ReasonGroup {
  kContrast,
  kNoise,
  kWidth,
  kExtent,
  kElongation,
  kEdge,
  kShape,
  kAside,
  kViews,
  kChamber,
  kBuilding,
  kOverhead,
  kTrace,
  kPeers,
  kCut,
  kPipe,
  kNeighbours,
  kGround
};
constexpr std::size_t kReasonGroups = 18;

struct Feature {
  std::string_view name;
  std::string_view unit;
  std::string_view meaning;
  int leak_sign =
      0;  ///< +1: more of it never makes a leak less likely; -1: never likelier; 0: free
  ReasonGroup group = ReasonGroup::kShape;
  double (*of)(const FeatureInput&) = nullptr;  ///< NaN = not known
};

/// The table.
std::span<const Feature> Features();

/// Index into Features(), or nothing.
std::optional<std::size_t> FindFeature(std::string_view name);

/// The values of all features, in the table's order.
std::vector<float> Measure(const FeatureInput& input);

/// What a group's features say, in words: `contribution` is their part of the leak's log-odds.
Reason ReasonOf(ReasonGroup group, double contribution, const FeatureInput& input);

}  // namespace thermoleak
