// The table of control points that places a map in a city's own grid. Its numbers are secret: no
// message may show one.

#include <cmath>
#include <string>

#include "fuzz/input_folder.hpp"
#include "network/control_points.hpp"
#include "thermoleak/network/map_check.hpp"

namespace {

using namespace thermoleak;
using fuzz::Require;

/// A pipe in the grid of the seeds, without a system.
constexpr const char* kMap =
    R"({"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"a"},)"
    R"("geometry":{"type":"LineString","coordinates":[[63505.0,28770.0],[64336.0,28780.0]]}}]})";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = fuzz::Folder().Put("points.csv", fuzz::TextOf(data, size));
  for (const char* crs : {"", "EPSG:4548"}) {
    fuzz::Attempt([&] {
      for (const auto& row : network_internal::ReadControlPoints(file, crs)) {
        Require(row.grid.allFinite(), "a number of the grid");
        Require(std::abs(row.place.lat_deg) <= 90 && std::abs(row.place.lon_deg) <= 360,
                "a place on the Earth");
        Require(!row.name.empty(), "a point has a name");
        Require(
            row.name.find_first_not_of("0123456789.-") != std::string::npos || row.name.size() <= 5,
            "a name shows no coordinate");
      }
    });
  }
  static const auto map = fuzz::Folder().Put("map.geojson", kMap);
  NetworkOptions options;
  options.map_crs = "EPSG:4548";
  options.map_control = file.string();
  fuzz::Attempt([&] {
    const LoadedNetwork loaded = LoadNetwork(map, std::nullopt, options);
    Require(loaded.control.has_value(), "placed by its points");
    Require(loaded.control->leave_one_out_rms_m <= options.map_control_limit_m, "within the limit");
    for (const Pipe& pipe : loaded.network.pipes())
      for (const Vec2& v : pipe.axis.vertices()) Require(v.allFinite(), "a place");
    for (const Message& note : MapNotes(loaded, Lang::kChinese)) fuzz::CheckSentence(note);
  });
  return 0;
}
