#pragma once
// The surveyed area as a raster: where frames look, how many of them are well placed, and where
// frames were taken that had to be set aside.

#include <opencv2/core.hpp>

#include "thermoleak/report/survey_result.hpp"

namespace thermoleak {

/// A leak's picture, two or three metres wide, is smeared by frames that are less sure than this
/// against the others (1 sigma).
inline constexpr double kLooseSigmaM = 1.0;

/// Whether the frame hangs loose in a survey that is tied together: without ties, or less sure than
/// kLooseSigmaM and than twice the median. What holds for all frames is the survey's sigma and no
/// reason to fly one place again.
bool IsLoose(const FrameRecord& record, const RegistrationFacts& facts);

/// Gaps between footprints that are narrower than about two footprints belong to the area, and so
/// do the places of frames that were set aside; what lies around it does not.
class SurveyArea {
 public:
  explicit SurveyArea(const SurveyResult& result);

  bool empty() const { return views_.empty(); }
  bool Contains(const Vec2& p) const { return At(inside_, p) != 0; }
  int Views(const Vec2& p) const { return At(views_, p); }
  int LooseViews(const Vec2& p) const { return At(loose_, p); }
  bool SetAside(const Vec2& p) const { return At(set_aside_, p) != 0; }

 private:
  template <class T>
  int At(const cv::Mat_<T>& cells, const Vec2& p) const {
    if (cells.empty()) return 0;
    const double column = (p.x() - corner_.x()) / cell_m_;
    const double row = (corner_.y() - p.y()) / cell_m_;
    if (!(column >= 0 && row >= 0 && column < cells.cols && row < cells.rows)) return 0;
    return cells(static_cast<int>(row), static_cast<int>(column));
  }
  template <class T>
  void AddPolygon(cv::Mat_<T>& cells, const std::vector<Vec2>& ring) const;
  void Close(double reach_m);

  double cell_m_ = 1;
  Vec2 corner_{0, 0};  ///< upper left
  cv::Mat_<std::uint16_t> views_;
  cv::Mat_<std::uint16_t> loose_;
  cv::Mat_<std::uint16_t> set_aside_;
  cv::Mat_<std::uint8_t> inside_;
};

}  // namespace thermoleak
