#pragma once
// Inside of the report room: layers of a GeoPackage, row by row.

#include <gdal_priv.h>
#include <ogr_feature.h>
#include <ogr_geometry.h>
#include <ogr_spatialref.h>
#include <ogrsf_frmts.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

#include "report/text_format.hpp"
#include "thermoleak/geo/gdal_session.hpp"
#include "thermoleak/geo/local_frame.hpp"
#include "thermoleak/report/survey_result.hpp"

namespace thermoleak::gpkg {

struct CloseDataset {
  void operator()(GDALDataset* dataset) const { GDALClose(dataset); }
};

/// The one GeoPackage that is written; every call's result is looked at.
class Package {
 public:
  Package(const std::filesystem::path& path, const std::filesystem::path& final_path,
          const LocalFrame& frame)
      : final_path_(final_path), origin_(frame.origin()) {
    srs_.SetFromUserInput(frame.wkt().c_str());
    srs_.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("GPKG");
    dataset_.reset(driver ? driver->Create(path.c_str(), 0, 0, 0, GDT_Unknown, nullptr) : nullptr);
    Check(dataset_ != nullptr && dataset_->StartTransaction() == OGRERR_NONE);
  }

  void Finish() {
    Check(dataset_->CommitTransaction() == OGRERR_NONE);
    dataset_->FlushCache(true);
    dataset_.reset();
    Check(!session_.failed());
  }

  void Check(bool good) const {
    if (!good) throw session_.WriteFault(final_path_);
  }

  GDALDataset& dataset() { return *dataset_; }
  OGRSpatialReference& srs() { return srs_; }
  Vec2 Map(const Vec2& local) const { return local + origin_; }

 private:
  GdalSession session_;
  std::filesystem::path final_path_;
  Vec2 origin_;
  OGRSpatialReference srs_;
  std::unique_ptr<GDALDataset, CloseDataset> dataset_;
};

struct Column {
  const char* name;
  OGRFieldType type;
};

/// One layer, filled row by row.
class Table {
 public:
  Table(Package& package, const char* name, OGRwkbGeometryType type,
        std::span<const Column> columns)
      : package_(package) {
    const char* const options[] = {"GEOMETRY_NAME=geom", "FID=fid", nullptr};
    layer_ = package.dataset().CreateLayer(name, &package.srs(), type, const_cast<char**>(options));
    package_.Check(layer_ != nullptr);
    for (const Column& column : columns) {
      OGRFieldDefn field(column.name, column.type);
      package_.Check(layer_->CreateField(&field) == OGRERR_NONE);
    }
  }

  void Begin() { row_.reset(OGRFeature::CreateFeature(layer_->GetLayerDefn())); }
  void Set(const char* column, std::string_view text) {
    if (!text.empty()) row_->SetField(Index(column), CleanUtf8(text).c_str());
  }
  void Set(const char* column, int value) { row_->SetField(Index(column), value); }
  /// Null for NaN and infinities.
  void Set(const char* column, double value, int decimals) {
    const nlohmann::ordered_json number = Rounded(value, decimals);
    if (!number.is_null()) row_->SetField(Index(column), number.get<double>());
  }
  void SetPoint(const Vec2& local) {
    const Vec2 p = package_.Map(local);
    row_->SetGeometryDirectly(new OGRPoint(p.x(), p.y()));
  }
  void SetLine(std::span<const Vec2> local) {
    auto line = std::make_unique<OGRLineString>();
    Fill(*line, local);
    row_->SetGeometryDirectly(line.release());
  }
  void SetPolygon(std::span<const Vec2> local) {
    auto ring = std::make_unique<OGRLinearRing>();
    Fill(*ring, local);
    ring->closeRings();
    auto polygon = std::make_unique<OGRPolygon>();
    polygon->addRingDirectly(ring.release());
    row_->SetGeometryDirectly(polygon.release());
  }
  void End() { package_.Check(layer_->CreateFeature(row_.get()) == OGRERR_NONE); }

 private:
  int Index(const char* column) const { return layer_->GetLayerDefn()->GetFieldIndex(column); }
  void Fill(OGRSimpleCurve& curve, std::span<const Vec2> local) const {
    for (const Vec2& v : local) {
      const Vec2 p = package_.Map(v);
      curve.addPoint(p.x(), p.y());
    }
  }

  Package& package_;
  OGRLayer* layer_ = nullptr;
  std::unique_ptr<OGRFeature> row_;
};

inline bool IsFinite(std::span<const Vec2> points) {
  return std::all_of(points.begin(), points.end(), [](const Vec2& p) { return p.allFinite(); });
}

/// Layer corrected_traces: where the pipes lie by their warm traces, and how sure that is.
void WriteTraces(Package& package, const SurveyResult& result);

/// Layer frames: footprints; frames that were not placed are rows without a geometry.
void WriteFrames(Package& package, const SurveyResult& result, Lang lang);

/// Layer located_frames: pictures from the hand, points with the radius of their circle.
void WriteLocatedFrames(Package& package, const SurveyResult& result);

/// Layer refly: what is worth another flight, longest first; lines that a pilot's planner loads.
void WriteRefly(Package& package, const SurveyResult& result, Lang lang);

}  // namespace thermoleak::gpkg
