#include "report/coverage_outline.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace thermoleak {

std::vector<std::vector<Vec2>> CoverageOutline(std::span<const FrameRecord> frames) {
  std::vector<const std::vector<Vec2>*> footprints;
  Box2 area;
  for (const FrameRecord& record : frames) {
    if (record.quarantined || !record.registered || record.registered->footprint.size() < 3)
      continue;
    footprints.push_back(&record.registered->footprint);
    for (const Vec2& corner : record.registered->footprint) area.Add(corner);
  }
  if (area.empty()) return {};
  constexpr double kMaxCells = 1200;
  constexpr int kShift = 4;  // fillPoly takes sixteenths of a cell
  const double cell_m = std::max(0.05, (area.max - area.min).maxCoeff() / kMaxCells);
  const Vec2 corner(area.min.x() - 2 * cell_m, area.max.y() + 2 * cell_m);
  const Vec2 size = (area.max - area.min) / cell_m;
  cv::Mat_<std::uint8_t> mask(static_cast<int>(size.y()) + 5, static_cast<int>(size.x()) + 5,
                              std::uint8_t{0});
  for (const std::vector<Vec2>* footprint : footprints) {
    std::vector<cv::Point> polygon;
    for (const Vec2& p : *footprint) {
      const Vec2 cells((p.x() - corner.x()) / cell_m - 0.5,
                       (corner.y() - p.y()) / cell_m - 0.5);  // CvFromImage
      polygon.emplace_back(static_cast<int>(std::lround(cells.x() * (1 << kShift))),
                           static_cast<int>(std::lround(cells.y() * (1 << kShift))));
    }
    cv::fillPoly(mask, std::vector<std::vector<cv::Point>>{polygon}, cv::Scalar(255), cv::LINE_8,
                 kShift);
  }
  std::vector<std::vector<cv::Point>> contours;
  cv::findContours(mask, contours, cv::RETR_CCOMP, cv::CHAIN_APPROX_SIMPLE);
  std::vector<std::vector<Vec2>> rings;
  for (const std::vector<cv::Point>& contour : contours) {
    std::vector<cv::Point> simple;
    cv::approxPolyDP(contour, simple, 1.0, true);
    if (simple.size() < 3) continue;  // a hole of a few cells between footprints
    std::vector<Vec2> ring;
    for (const cv::Point& p : simple) {
      ring.emplace_back(corner.x() + (p.x + 0.5) * cell_m, corner.y() - (p.y + 0.5) * cell_m);
    }
    rings.push_back(std::move(ring));
  }
  return rings;
}

}  // namespace thermoleak
