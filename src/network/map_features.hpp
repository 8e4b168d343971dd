#pragma once
// Inside of the network room: a map's features as pipes, chambers and buildings in local metres.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "network/map_file.hpp"
#include "thermoleak/core/error.hpp"
#include "thermoleak/network/network.hpp"

namespace thermoleak::network_internal {

/// From a layer's numbers to local metres; NaN where that fails.
using ToLocalMetres = std::function<Vec2(const Vec2&)>;

/// Moves features to the local frame and says what cannot be used.
class Placer {
 public:
  /// `middle` of the map, local metres. Writes into `skipped`.
  Placer(ToLocalMetres to_local, const Vec2& middle, std::vector<Error>& skipped)
      : to_local_(std::move(to_local)), middle_(middle), skipped_(skipped) {}

  void Skip(const std::string& item, MessageId id, std::vector<std::string> args = {});
  /// The parts in local metres; a part that cannot be placed is reported and left out.
  std::vector<Part> Place(const RawFeature& feature, const std::string& item);

 private:
  ToLocalMetres to_local_;
  Vec2 middle_;
  std::vector<Error>& skipped_;
};

/// Ids that are taken, each with the last number that went behind it: in maps whose numbers were
/// never filled in, all features may have the same.
using TakenIds = std::map<std::string, int>;

/// Appends a layer's features; what is none of that kind is skipped with its reason. `ids` are
/// those taken by pipes so far.
void AddPipes(const RawLayer& layer, Placer& placer, TakenIds& ids, std::vector<Pipe>& pipes);
void AddChambers(const RawLayer& layer, Placer& placer, std::vector<Chamber>& chambers);
void AddBuildings(const RawLayer& layer, Placer& placer, std::vector<Building>& buildings);

}  // namespace thermoleak::network_internal
