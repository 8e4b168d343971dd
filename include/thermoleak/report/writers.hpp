#pragma once
// One writer for each output of a run. Each writes its file whole or not at all (core/files.hpp),
// gives the same bytes for the same result, and throws RunError when it cannot.

#include <filesystem>
#include <opencv2/core.hpp>

#include "thermoleak/core/message.hpp"
#include "thermoleak/report/survey_result.hpp"
#include "thermoleak/strips/mosaic.hpp"

namespace thermoleak {

/// RFC 7946 points in WGS 84 (7 decimals), ranked; properties as documented in README.
void WriteCandidatesGeoJson(const SurveyResult& result, Lang lang,
                            const std::filesystem::path& path);

/// The same in the frame's CRS, with layers candidates (points), footprints (polygons), pipes
/// (lines with observability), coverage (line pieces), corrected_traces (where the pipes lie by
/// their warm traces), frames (footprint polygons), located_frames (points of pictures from the
/// hand), refly (lines to fly again). Opens in QGIS.
void WriteCandidatesGeoPackage(const SurveyResult& result, Lang lang,
                               const std::filesystem::path& path);

void WriteFramesCsv(const SurveyResult& result, Lang lang, const std::filesystem::path& path);

/// Cloud-Optimized GeoTIFF: float32, nodata NaN, the frame's CRS, deflate, overviews (means). Band
/// 1 temperature_c (degC, rounded to 1/256 K), band 2 view_count, band 3 spread_k (K, between
/// views). Tiles more than 200 tiles from the middle one (5 km at 10 cm cells) are left out: they
/// come from a wrong position.
void WriteMosaicCog(const Mosaic& mosaic, const LocalFrame& frame,
                    const std::filesystem::path& path);

/// run.json: versions, options, inputs with hashes, counts, times, registration, warnings.
void WriteRunJson(const SurveyResult& result, Lang lang, const std::filesystem::path& path);

/// One self-contained page; `mosaic` is drawn under the map.
void WriteHtmlReport(const SurveyResult& result, const Mosaic& mosaic, Lang lang,
                     const std::filesystem::path& path);

/// What the report shows of each candidate, for programs that show it otherwise: {"schema": 1,
/// "candidates": {id: {"chip": {...}, "along": {...}, "across": {...}}}}, one candidate a line, so
/// that one can be had without reading the rest.
void WriteEvidenceJson(const SurveyResult& result, const std::filesystem::path& path);

/// Palette picture (8-bit BGR) of degC between two bounds; NaN becomes transparent (BGRA).
cv::Mat Colourise(const cv::Mat_<float>& celsius, float low_c, float high_c);

}  // namespace thermoleak
