#pragma once
// A vector file through OGR: layers with their texts in UTF-8 and their geometry as plain points.
// Inside network only.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "network/attributes.hpp"
#include "thermoleak/core/error.hpp"
#include "thermoleak/geo/gdal_session.hpp"

namespace thermoleak::network_internal {

enum class Shape { kNone, kPoint, kLine, kArea, kOther };

/// Points of one part: a line, a single point, or an area's outer ring. Coordinates of the layer's
/// CRS.
using Part = std::vector<Vec2>;

struct RawFeature {
  std::int64_t fid = 0;
  std::vector<std::string> values;  ///< UTF-8, parallel to the layer's fields; "" = null
  Shape shape = Shape::kNone;       ///< of all parts
  std::string geometry_name;        ///< as OGR names it
  std::vector<Part> parts;
};

struct RawLayer {
  std::string name;
  std::vector<FieldName> fields;
  bool names_cut = false;  ///< field names may have lost their end
  std::string crs;         ///< WKT; "" = the file states none
  std::string crs_name;
  std::vector<RawFeature> features;
  std::vector<Error> errors;  ///< what OGR could not read
};

/// An open map. Throws RunError kInputMissing, kMapUnreadable. Not thread-safe.
class MapFile {
 public:
  explicit MapFile(std::filesystem::path path);
  ~MapFile();

  /// DXF and KML: what a feature is, its layer says (drawing.hpp). A DXF has one layer here, with
  /// the drawing's layers as an attribute.
  bool is_drawing() const;
  int layer_count() const;
  /// UTF-8.
  std::string LayerName(int layer) const;
  /// Whether the layer may hold this shape (its declared type, or a type that allows any).
  bool MayHold(int layer, Shape shape) const;
  RawLayer Read(int layer) const;

 private:
  struct Impl;
  GdalSession session_;
  std::filesystem::path path_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace thermoleak::network_internal
