#include "pipeline/stages.hpp"

namespace thermoleak::pipeline {

void FrameStore::Put(std::size_t frame, const cv::Mat& stored) {
  const std::size_t bytes = stored.total() * stored.elemSize();
  if (used_ + bytes > budget_) return;
  used_ += bytes;
  stored_[frame] = stored;
}

Result<cv::Mat> FrameStore::Celsius(std::size_t frame, const FrameMeta& meta) const {
  if (!stored_[frame].empty()) return ToCelsius(stored_[frame], meta.calibration);
  Result<ThermalFrame> again = ReadFrame(meta.source, cameras_, options_);
  if (!again) return tl::unexpected<Error>(again.error());
  return ToCelsius(again->stored, again->meta.calibration);
}

}  // namespace thermoleak::pipeline
