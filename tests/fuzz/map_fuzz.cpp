// A pipe map from outside: GeoJSON, KML or DXF, by its first letter. What a map without a system
// is read in depends on its last byte, so that real files can be given as they are.

#include <cmath>
#include <limits>
#include <string>

#include "fuzz/input_folder.hpp"
#include "thermoleak/network/map_check.hpp"

namespace {

using namespace thermoleak;
using fuzz::Require;

NetworkOptions OptionsBy(unsigned char last) {
  NetworkOptions options;
  constexpr const char* kSystems[] = {"EPSG:4550", "EPSG:4326", ""};
  constexpr const char* kShifts[] = {"none", "swap", "gcj02", "bd09,swap", "crs"};
  options.map_crs = last == '\n' ? "EPSG:4550" : kSystems[last % 3];
  options.map_shift = last == '\n' ? "none" : kShifts[last % 5];
  return options;
}

void CheckNetwork(const LoadedNetwork& map) {
  const PipeNetwork& network = map.network;
  Require(!network.pipes().empty(), "a map without pipes is refused");
  Box2 box;
  for (std::size_t i = 0; i < network.pipes().size(); ++i) {
    const Pipe& pipe = network.pipes()[i];
    Require(!pipe.id.empty() && pipe.axis.valid(), "a pipe has a name and a line");
    Require(std::isfinite(pipe.axis.Length()) && pipe.axis.Length() > 0, "a length");
    for (const Vec2& v : pipe.axis.vertices()) {
      Require(v.allFinite(), "a place");
      box.Add(v);
    }
    const double half_width = network.CorridorHalfWidth(static_cast<int>(i), 0.5);
    Require(half_width > 0 && half_width <= network.options().max_half_width_m, "a corridor");
  }
  const Vec2 middle = (box.min + box.max) / 2;
  const LonLat at = map.frame.LonLatFromLocal(network.pipes()[0].axis.At(0));
  Require(std::isfinite(at.lon_deg) && std::abs(at.lat_deg) <= 90, "a place on the Earth");
  Require(network.PipesNear(box, 1).size() == network.pipes().size(), "every pipe is in its box");
  network.ChambersNear(middle, 100);
  network.BuildingDistance(middle, 100);
  for (const Chamber& chamber : network.chambers())
    Require(chamber.position.allFinite(), "a chamber's place");
  for (const Building& building : network.buildings())
    Require(building.ring.size() >= 3, "a building's ring");
  for (const Error& error : map.skipped) fuzz::CheckSentence(error.message);
  for (const Message& note : MapNotes(map, Lang::kEnglish)) fuzz::CheckSentence(note);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text = fuzz::TextOf(data, size);
  const char* name = text[0] == '{' ? "map.geojson" : text[0] == '<' ? "map.kml" : "map.dxf";
  const auto file = fuzz::Folder().Put(name, text);
  const NetworkOptions options = OptionsBy(data[size - 1]);
  fuzz::Attempt([&] { CheckNetwork(LoadNetwork(file, std::nullopt, options)); });
  fuzz::Attempt([&] {
    const MapSource source = ReadMapSource(file, options);
    const LonLat frames[] = {{123.43, 41.80}, {123.431, 41.80}, {123.431, 41.801}};
    Advice(source, CheckMap(source, frames), Lang::kChinese);
  });
  return 0;
}
