#pragma once
// GeoJSON of things that lie in the scene's plane or in a local frame. Private to the room.

#include <fmt/format.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "thermoleak/core/files.hpp"
#include "thermoleak/simulation/flight.hpp"

namespace thermoleak::simulation {

using Json = nlohmann::ordered_json;

/// Decimal numbers as people write them, not 4.2100000000000001.
inline double Decimals(double value, int digits) {
  return std::stod(fmt::format("{:.{}f}", value, digits));
}

/// Collects features and writes them as one RFC 7946 collection, nine decimals (0.1 mm).
class FeatureWriter {
 public:
  using Place = std::function<LonLat(const Vec2&)>;
  explicit FeatureWriter(Place lon_lat_of) : lon_lat_of_(std::move(lon_lat_of)) {
    collection_["type"] = "FeatureCollection";
    collection_["features"] = Json::array();
  }
  /// `placement` outlives the writer.
  explicit FeatureWriter(const ScenePlacement& placement)
      : FeatureWriter([&placement](const Vec2& p) { return placement.LonLatFromScene(p); }) {}
  void Point(Json properties, const Vec2& p) {
    Add(std::move(properties), "Point", Coordinates(p));
  }
  void Line(Json properties, const Polyline& line) {
    Json points = Json::array();
    for (const Vec2& p : line.vertices()) points.push_back(Coordinates(p));
    Add(std::move(properties), "LineString", std::move(points));
  }
  void Ring(Json properties, const std::vector<Vec2>& ring) {
    Json points = Json::array();
    for (const Vec2& p : ring) points.push_back(Coordinates(p));
    points.push_back(Coordinates(ring.front()));
    Json rings = Json::array();
    rings.push_back(std::move(points));
    Add(std::move(properties), "Polygon", std::move(rings));
  }
  void Write(const std::filesystem::path& path) const {
    WriteFileAtomically(path, collection_.dump(1) + "\n");
  }

 private:
  Json Coordinates(const Vec2& p) const {
    const LonLat at = lon_lat_of_(p);
    return Json::array({Decimals(at.lon_deg, 9), Decimals(at.lat_deg, 9)});
  }
  void Add(Json properties, const char* type, Json coordinates) {
    Json feature;
    feature["type"] = "Feature";
    feature["properties"] = std::move(properties);
    feature["geometry"] = {{"type", type}, {"coordinates", std::move(coordinates)}};
    collection_["features"].push_back(std::move(feature));
  }
  Place lon_lat_of_;
  Json collection_;
};

}  // namespace thermoleak::simulation
