#include "network/map_file.hpp"

#include <cpl_string.h>
#include <fmt/format.h>
#include <gdal_priv.h>
#include <ogr_feature.h>
#include <ogr_geometry.h>
#include <ogr_spatialref.h>
#include <ogrsf_frmts.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>

namespace thermoleak::network_internal {
namespace {

struct CloseDataset {
  void operator()(GDALDataset* dataset) const { GDALClose(dataset); }
};

std::string Recode(const std::string& text, const char* encoding) {
  char* converted = CPLRecode(text.c_str(), encoding, CPL_ENC_UTF8);
  std::string out = converted ? converted : "";
  CPLFree(converted);
  return out;
}

/// Encodings that Chinese programs name all mean a subset of GB18030.
const char* Superset(const char* encoding) {
  for (const char* gb : {"GBK", "CP936", "936", "GB2312", "GB18030", "EUC-CN", "ANSI 936"}) {
    if (EQUAL(encoding, gb)) return "GB18030";
  }
  return encoding;
}

/// Encoding that a Shapefile states credibly; "" when it states none. dBase's code for "ANSI" is
/// written by many programs whatever the text, so that Latin-1 counts only if the .cpg says it.
std::string StatedEncoding(OGRLayer& layer) {
  const auto item = [&](const char* name) -> std::string {
    const char* value = layer.GetMetadataItem(name, "SHAPEFILE");
    return value ? value : "";
  };
  const std::string cpg = item("ENCODING_FROM_CPG");
  if (!cpg.empty()) return Superset(cpg.c_str());
  const std::string ldid = item("ENCODING_FROM_LDID");
  if (ldid.empty() || EQUAL(ldid.c_str(), "ISO-8859-1") || EQUAL(ldid.c_str(), "CP1252")) return "";
  return Superset(ldid.c_str());
}

/// Bytes that no decoding explains become U+FFFD.
std::string ValidUtf8(std::string_view text) {
  text = WithoutCutCharacter(text);
  if (IsUtf8(text)) return std::string(text);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (static_cast<unsigned char>(text[i]) < 0x80) {
      out += text[i];
    } else {
      out += "\uFFFD";
    }
  }
  return out;
}

/// Turns raw texts of one layer into UTF-8. One decision for the whole layer: a single short text
/// in GBK can look like UTF-8.
class Decoder {
 public:
  Decoder(std::string stated, bool all_utf8) : encoding_(std::move(stated)) {
    if (encoding_.empty() || EQUAL(encoding_.c_str(), CPL_ENC_UTF8))
      encoding_ = all_utf8 ? "" : "GB18030";
  }
  std::string operator()(const std::string& raw) const {
    const bool ascii = std::all_of(raw.begin(), raw.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (ascii) return raw;
    return ValidUtf8(encoding_.empty() ? raw : Recode(raw, encoding_.c_str()));
  }

 private:
  std::string encoding_;  // "" = UTF-8
};

std::string RawText(const OGRFeature& feature, int field) {
  if (!feature.IsFieldSetAndNotNull(field)) return "";
  switch (feature.GetFieldDefnRef(field)->GetType()) {
    case OFTInteger:
    case OFTInteger64:
      return fmt::format("{}", feature.GetFieldAsInteger64(field));
    case OFTReal: {
      const double value = feature.GetFieldAsDouble(field);
      return std::isfinite(value) ? fmt::format("{}", value) : "";
    }
    default:
      return const_cast<OGRFeature&>(feature).GetFieldAsString(field);
  }
}

void AddPart(const OGRSimpleCurve& curve, std::vector<Part>& parts) {
  Part part;
  part.reserve(static_cast<std::size_t>(curve.getNumPoints()));
  for (int i = 0; i < curve.getNumPoints(); ++i) part.emplace_back(curve.getX(i), curve.getY(i));
  if (!part.empty()) parts.push_back(std::move(part));
}

/// Collects the parts of a linear geometry; `shape` becomes kOther when they differ in kind.
void Collect(const OGRGeometry& geometry, Shape& shape, std::vector<Part>& parts) {
  const auto note = [&shape](Shape found) {
    shape = shape == Shape::kNone || shape == found ? found : Shape::kOther;
  };
  switch (wkbFlatten(geometry.getGeometryType())) {
    case wkbPoint: {
      const OGRPoint& point = *geometry.toPoint();
      note(Shape::kPoint);
      if (!point.IsEmpty()) parts.push_back({Vec2(point.getX(), point.getY())});
      break;
    }
    case wkbLineString:
      note(Shape::kLine);
      AddPart(*geometry.toLineString(), parts);
      break;
    case wkbPolygon:
      note(Shape::kArea);
      if (const OGRLinearRing* ring = geometry.toPolygon()->getExteriorRing())
        AddPart(*ring, parts);
      break;
    case wkbMultiPoint:
    case wkbMultiLineString:
    case wkbMultiPolygon:
    case wkbGeometryCollection:
      for (const OGRGeometry* member : *geometry.toGeometryCollection())
        Collect(*member, shape, parts);
      break;
    default:
      note(Shape::kOther);
  }
}

void ReadGeometry(const OGRGeometry* geometry, RawFeature& feature) {
  if (!geometry) return;
  feature.geometry_name = geometry->getGeometryName();
  if (geometry->hasCurveGeometry()) {
    // Arcs become chords of 4 degrees (OGR's default): 0.6 mm per metre of radius.
    const std::unique_ptr<OGRGeometry> linear(geometry->getLinearGeometry());
    if (linear) Collect(*linear, feature.shape, feature.parts);
    return;
  }
  Collect(*geometry, feature.shape, feature.parts);
}

}  // namespace

struct MapFile::Impl {
  std::unique_ptr<GDALDataset, CloseDataset> dataset;
  bool shapefile = false;
  bool drawing = false;
};

namespace {

/// Encoding of a DXF's text. Programs state it in $DWGCODEPAGE and are often wrong: DXF since
/// AutoCAD 2007 (AC1021) is UTF-8 whatever is stated, and many exporters write GBK without saying
/// so. "" = as stated.
const char* DxfEncoding(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string line;
  std::string last;
  std::string page;
  bool ascii = true;
  bool utf8 = true;
  for (std::size_t lines = 0; std::getline(file, line); ++lines) {
    if (lines < 2000) {  // the header
      if (last == "$DWGCODEPAGE" && line.rfind("  3", 0) != 0) page = line;
      if (line.rfind("$DWGCODEPAGE", 0) == 0) {
        last = "$DWGCODEPAGE";
      } else if (line.find_first_not_of(" 0123456789\r") != std::string::npos) {
        last.clear();
      }
    }
    ascii = ascii && std::all_of(line.begin(), line.end(),
                                 [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    utf8 = utf8 && IsUtf8(line);
    if (!utf8) break;
  }
  if (utf8) return ascii ? "" : CPL_ENC_UTF8;
  const bool stated =
      page.find("ANSI_") != std::string::npos && page.find("ANSI_1252") == std::string::npos;
  return stated && page.find("936") == std::string::npos ? "" : "GB18030";
}

/// A thread's configuration option of GDAL while it lives.
class ThreadOption {
 public:
  ThreadOption(const char* name, const char* value) : name_(name) {
    if (*value) CPLSetThreadLocalConfigOption(name_, value);
  }
  ~ThreadOption() { CPLSetThreadLocalConfigOption(name_, nullptr); }
  ThreadOption(const ThreadOption&) = delete;
  ThreadOption& operator=(const ThreadOption&) = delete;

 private:
  const char* name_;
};

bool IsDxf(const std::filesystem::path& path) { return EQUAL(path.extension().c_str(), ".dxf"); }

}  // namespace

MapFile::MapFile(std::filesystem::path path)
    : path_(std::move(path)), impl_(std::make_unique<Impl>()) {
  std::error_code error;
  if (!std::filesystem::exists(path_, error)) {
    throw RunError(ExitCode::kInputMissing, MessageId::kInputMissing, {path_.string()});
  }
  const char* const drivers[] = {"GPKG", "ESRI Shapefile", "GeoJSON", "LIBKML", "KML",
                                 "DXF",  nullptr};
  // Shapefile: the text's bytes as they are; see Decoder.
  const char* const options[] = {"ENCODING=", nullptr};
  const ThreadOption encoding("DXF_ENCODING", IsDxf(path_) ? DxfEncoding(path_) : "");
  impl_->dataset.reset(static_cast<GDALDataset*>(
      GDALOpenEx(path_.c_str(), GDAL_OF_VECTOR | GDAL_OF_READONLY, drivers, options, nullptr)));
  if (!impl_->dataset) {
    throw RunError(ExitCode::kInputMissing, MessageId::kMapUnreadable,
                   {path_.string(), session_.Complaint("unknown format")});
  }
  const char* driver = impl_->dataset->GetDriverName();
  impl_->shapefile = EQUAL(driver, "ESRI Shapefile");
  impl_->drawing = EQUAL(driver, "DXF") || EQUAL(driver, "KML") || EQUAL(driver, "LIBKML");
}

MapFile::~MapFile() = default;

bool MapFile::is_drawing() const { return impl_->drawing; }

int MapFile::layer_count() const { return impl_->dataset->GetLayerCount(); }

std::string MapFile::LayerName(int layer) const {
  const std::string name = impl_->dataset->GetLayer(layer)->GetName();
  return Decoder("", IsUtf8(name))(name);
}

bool MapFile::MayHold(int layer, Shape shape) const {
  switch (wkbFlatten(OGR_GT_GetLinear(impl_->dataset->GetLayer(layer)->GetGeomType()))) {
    case wkbUnknown:
    case wkbGeometryCollection:
      return true;
    case wkbPoint:
    case wkbMultiPoint:
      return shape == Shape::kPoint;
    case wkbLineString:
    case wkbMultiLineString:
      return shape == Shape::kLine;
    case wkbPolygon:
    case wkbMultiPolygon:
      return shape == Shape::kArea;
    default:
      return false;
  }
}

RawLayer MapFile::Read(int index) const {
  const GdalSession session;
  OGRLayer& source = *impl_->dataset->GetLayer(index);
  RawLayer layer;
  layer.name = LayerName(index);
  layer.names_cut = impl_->shapefile;
  const OGRSpatialReference* srs = source.GetSpatialRef();
  // A GeoPackage says "none" by two pseudo-systems (OGC 12-128r17, 1.1.2.1.2).
  if (srs && !srs->IsLocal() && !srs->IsEmpty() &&
      !(srs->GetName() && STARTS_WITH_CI(srs->GetName(), "Undefined"))) {
    char* wkt = nullptr;
    const char* const format[] = {"FORMAT=WKT2_2019", "MULTILINE=NO", nullptr};
    srs->exportToWkt(&wkt, format);
    layer.crs = wkt ? wkt : "";
    CPLFree(wkt);
    layer.crs_name = srs->GetName() ? srs->GetName() : "";
  }

  const OGRFeatureDefn& definition = *source.GetLayerDefn();
  const int fields = definition.GetFieldCount();
  std::vector<std::string> names;
  bool all_utf8 = true;
  for (int f = 0; f < fields; ++f) {
    names.emplace_back(definition.GetFieldDefn(f)->GetNameRef());
    all_utf8 = all_utf8 && IsUtf8(names.back());
  }
  source.ResetReading();
  while (const OGRFeatureUniquePtr row{source.GetNextFeature()}) {
    RawFeature feature;
    feature.fid = row->GetFID();
    feature.values.reserve(static_cast<std::size_t>(fields));
    for (int f = 0; f < fields; ++f) {
      feature.values.push_back(RawText(*row, f));
      all_utf8 = all_utf8 && IsUtf8(feature.values.back());
    }
    ReadGeometry(row->GetGeometryRef(), feature);
    layer.features.push_back(std::move(feature));
  }
  if (session.failed()) {
    layer.errors.push_back(
        {layer.name, {MessageId::kFeatureUnreadable, {session.Complaint("damaged")}}});
  }

  const Decoder decode(impl_->shapefile ? StatedEncoding(source) : "", all_utf8);
  for (const std::string& name : names) layer.fields.push_back(ParseFieldName(decode(name)));
  for (RawFeature& feature : layer.features) {
    for (std::string& value : feature.values) value = decode(value);
  }
  return layer;
}

}  // namespace thermoleak::network_internal
