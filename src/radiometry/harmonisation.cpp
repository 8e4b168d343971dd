#include "thermoleak/radiometry/harmonisation.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace thermoleak {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// Sums of 256 counts of 16 bits are whole numbers that float still holds.
template <class Value>
Thumbnail BlockMeans(const cv::Mat& image, int block_px) {
  const int rows = image.rows / block_px;
  const int columns = image.cols / block_px;
  Thumbnail thumbnail{cv::Mat_<float>(rows, columns, kNaN)};
  std::vector<float> sums(static_cast<std::size_t>(columns));
  const float scale = 1.0f / static_cast<float>(block_px * block_px);
  for (int r = 0; r < rows; ++r) {
    std::fill(sums.begin(), sums.end(), 0.0f);
    for (int y = r * block_px; y < (r + 1) * block_px; ++y) {
      const auto* row = image.ptr<Value>(y);
      for (int c = 0; c < columns; ++c) {
        float sum = 0;
        for (int x = 0; x < block_px; ++x) sum += static_cast<float>(row[c * block_px + x]);
        sums[static_cast<std::size_t>(c)] += sum;
      }
    }
    for (int c = 0; c < columns; ++c)
      thumbnail.celsius(r, c) = sums[static_cast<std::size_t>(c)] * scale;
  }
  return thumbnail;
}

}  // namespace

void HarmonisationOptions::Describe(OptionVisitor& v) {
  v.Visit("min-frames", min_frames,
          {3, 10000, "",
           "frames of a camera needed for its full flat field; fewer give the radial part",
           "估计完整平场所需的最少影像数；不足时只估计径向部分"});
  v.Visit("offset-prior", offset_prior_k,
          {0.1, 100, "K", "expected size of drift between frames", "影像间漂移的先验幅度"});
  v.Visit(
      "robust", robust_k,
      {0.01, 10, "K", "overlap differences beyond this count less", "超过此值的重叠差降低权重"});
  v.Visit("drift", drift_k,
          {0.001, 10, "K", "expected drift in one second where overlaps do not tell",
           "无重叠可用时，每秒的预期漂移"});
  v.Visit("step", step_k,
          {0.05, 100, "K", "smallest jump between frames that counts as a shutter correction",
           "计为快门校正的最小帧间跳变"});
}

Thumbnail MakeThumbnail(const cv::Mat& image, int block_px) {
  CV_Assert(image.type() == CV_32FC1 || image.type() == CV_16UC1);
  return image.type() == CV_32FC1 ? BlockMeans<float>(image, block_px)
                                  : BlockMeans<std::uint16_t>(image, block_px);
}

int BlockPixels(const Thumbnail& thumbnail, int width, int height) {
  return std::min(width / std::max(1, thumbnail.celsius.cols),
                  height / std::max(1, thumbnail.celsius.rows));
}

}  // namespace thermoleak
