#include "report/survey_area.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "report/frame_facts.hpp"
#include "thermoleak/core/statistics.hpp"

namespace thermoleak {
namespace {

constexpr double kMostCells = 2000;  // across the larger side
constexpr double kLeastCell = 1.0;   // m

std::vector<Vec2> Circle(const Vec2& centre, double radius) {
  std::vector<Vec2> ring;
  for (int i = 0; i < 16; ++i) {
    const double angle = i * std::numbers::pi / 8;
    ring.push_back(centre + radius * Vec2(std::cos(angle), std::sin(angle)));
  }
  return ring;
}

}  // namespace

bool IsLoose(const FrameRecord& record, const RegistrationFacts& facts) {
  if (facts.method != MessageId::kMethodTies || !record.registered) return false;
  return record.ties == 0 || GroundSigmasOf(*record.registered).relative_m >
                                 std::max(kLooseSigmaM, 2 * facts.median_relative_sigma_m);
}

template <class T>
void SurveyArea::AddPolygon(cv::Mat_<T>& cells, const std::vector<Vec2>& ring) const {
  constexpr int kShift = 4;  // fillPoly takes sixteenths of a cell
  std::vector<cv::Point> polygon;
  for (const Vec2& p : ring) {
    polygon.emplace_back(
        static_cast<int>(std::lround(((p.x() - corner_.x()) / cell_m_ - 0.5) * (1 << kShift))),
        static_cast<int>(std::lround(((corner_.y() - p.y()) / cell_m_ - 0.5) * (1 << kShift))));
  }
  cv::Rect box = cv::boundingRect(polygon);
  box = cv::Rect((box.x >> kShift) - 1, (box.y >> kShift) - 1, (box.width >> kShift) + 4,
                 (box.height >> kShift) + 4) &
        cv::Rect(0, 0, cells.cols, cells.rows);
  if (box.empty()) return;
  for (cv::Point& p : polygon) p -= cv::Point(box.x << kShift, box.y << kShift);
  cv::Mat_<std::uint8_t> mask(box.size(), std::uint8_t{0});
  cv::fillPoly(mask, std::vector<std::vector<cv::Point>>{polygon}, cv::Scalar(1), cv::LINE_8,
               kShift);
  for (int row = 0; row < box.height; ++row) {
    for (int column = 0; column < box.width; ++column) {
      T& cell = cells(box.y + row, box.x + column);
      if (mask(row, column) != 0 && cell < std::numeric_limits<T>::max()) ++cell;
    }
  }
}

/// Morphological closing with a disc, by distances: a disc of many cells as a kernel would be slow.
void SurveyArea::Close(double reach_m) {
  cv::Mat seen;
  cv::compare(views_ + set_aside_, 0, seen, cv::CMP_GT);
  cv::Mat outside;
  cv::bitwise_not(seen, outside);
  cv::Mat distance;
  cv::distanceTransform(outside, distance, cv::DIST_L2, cv::DIST_MASK_PRECISE);
  const double reach = reach_m / cell_m_;
  cv::Mat grown;
  cv::compare(distance, reach, grown, cv::CMP_LE);
  cv::distanceTransform(grown, distance, cv::DIST_L2, cv::DIST_MASK_PRECISE);
  cv::Mat closed;
  cv::compare(distance, reach, closed, cv::CMP_GT);
  inside_ = cv::Mat_<std::uint8_t>(seen | closed);
}

SurveyArea::SurveyArea(const SurveyResult& result) {
  Box2 area;
  std::vector<double> sizes;
  for (const FrameRecord& record : result.frames) {
    if (!record.registered || record.quarantined || record.registered->footprint.size() < 3)
      continue;
    for (const Vec2& corner : record.registered->footprint) area.Add(corner);
    sizes.push_back(std::sqrt(std::abs(RingArea(record.registered->footprint))));
  }
  if (sizes.empty()) return;
  const double size_m = QuantileInPlace(sizes, 0.5);
  // A frame set aside far from all others says nothing about this area.
  Box2 near = area;
  near.Grow(4 * size_m);
  std::vector<Vec2> lost;
  for (const FrameRecord& record : result.frames) {
    if (!record.quarantined || !record.meta.pose.position) continue;
    const Vec2 place = result.frame.LocalFromLonLat(*record.meta.pose.position);
    if (place.allFinite() && near.Contains(place)) lost.push_back(place);
  }
  for (const Vec2& place : lost) {
    for (const Vec2& p : Circle(place, 0.5 * size_m)) area.Add(p);
  }
  area.Grow(size_m + 3);
  const Vec2 extent = area.max - area.min;
  cell_m_ = std::max(kLeastCell, extent.maxCoeff() / kMostCells);
  corner_ = {area.min.x(), area.max.y()};
  const cv::Size cells(static_cast<int>(extent.x() / cell_m_) + 1,
                       static_cast<int>(extent.y() / cell_m_) + 1);
  views_ = cv::Mat_<std::uint16_t>::zeros(cells);
  loose_ = views_.clone();
  set_aside_ = views_.clone();
  for (const FrameRecord& record : result.frames) {
    if (!record.registered || record.quarantined || record.registered->footprint.size() < 3)
      continue;
    AddPolygon(views_, record.registered->footprint);
    if (IsLoose(record, result.facts.registration))
      AddPolygon(loose_, record.registered->footprint);
  }
  for (const Vec2& place : lost) AddPolygon(set_aside_, Circle(place, 0.5 * size_m));
  Close(size_m);
}

}  // namespace thermoleak
