#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "cli/inspect_pictures.hpp"
#include "thermoleak/core/files.hpp"

namespace thermoleak::cli {
namespace {

constexpr int kBarWidth = 18;
constexpr int kMargin = 8;
constexpr int kLabelWidth = 74;
constexpr int kMinPictureWidth = 480;  ///< small arrays are enlarged to it

void PutText(cv::Mat& picture, const std::string& text, cv::Point at) {
  // Dark outline first: readable on every colour.
  cv::putText(picture, text, at, cv::FONT_HERSHEY_SIMPLEX, 0.42, cv::Scalar::all(0), 3,
              cv::LINE_AA);
  cv::putText(picture, text, at, cv::FONT_HERSHEY_SIMPLEX, 0.42, cv::Scalar::all(255), 1,
              cv::LINE_AA);
}

void DrawHottest(cv::Mat& picture, cv::Point at, double celsius) {
  constexpr int kArm = 9;
  for (const auto& [colour, width] :
       {std::pair(cv::Scalar::all(0), 3), {cv::Scalar::all(255), 1}}) {
    cv::circle(picture, at, kArm, colour, width, cv::LINE_AA);
    cv::line(picture, at - cv::Point(kArm + 5, 0), at - cv::Point(kArm - 4, 0), colour, width);
    cv::line(picture, at + cv::Point(kArm - 4, 0), at + cv::Point(kArm + 5, 0), colour, width);
  }
  const std::string text = fmt::format("{:.1f}", celsius);
  cv::Point where = at + cv::Point(kArm + 8, -kArm);
  where.x = std::clamp(where.x, 2, std::max(2, picture.cols - 48));
  where.y = std::clamp(where.y, 14, std::max(14, picture.rows - 4));
  PutText(picture, text, where);
}

}  // namespace

cv::Mat DrawPreview(const cv::Mat& celsius, const TemperatureSummary& summary,
                    const std::string& unit) {
  // One hot pipe must not turn the rest black: the scale spans the inner 99 %.
  const double low = summary.p005_c;
  const double high = std::max(summary.p995_c, low + 0.5);
  cv::Mat grey(celsius.size(), CV_8UC1);
  for (int row = 0; row < celsius.rows; ++row) {
    const auto* in = celsius.ptr<float>(row);
    auto* out = grey.ptr<std::uint8_t>(row);
    for (int column = 0; column < celsius.cols; ++column) {
      const double level = (in[column] - low) / (high - low) * 255;
      out[column] = level > 0 ? static_cast<std::uint8_t>(std::min(level, 255.0)) : std::uint8_t{0};
    }
  }
  cv::Mat picture;
  cv::applyColorMap(grey, picture, cv::COLORMAP_INFERNO);
  const int scale = std::max(1, kMinPictureWidth / std::max(1, celsius.cols));
  if (scale > 1) cv::resize(picture, picture, cv::Size(), scale, scale, cv::INTER_NEAREST);
  const cv::Point hottest(summary.hottest_column * scale + scale / 2,
                          summary.hottest_row * scale + scale / 2);
  DrawHottest(picture, hottest, summary.max_c);

  const int height = std::max(picture.rows, 120);
  cv::Mat page(height, picture.cols + kMargin * 2 + kBarWidth + kLabelWidth, CV_8UC3,
               cv::Scalar::all(24));
  picture.copyTo(page(cv::Rect(0, 0, picture.cols, picture.rows)));
  const cv::Rect bar(picture.cols + kMargin, 24, kBarWidth, height - 24 - 12);
  cv::Mat ramp(bar.height, 1, CV_8UC1);
  for (int row = 0; row < bar.height; ++row) {
    ramp.at<std::uint8_t>(row) = static_cast<std::uint8_t>(255 - 255 * row / (bar.height - 1));
  }
  cv::Mat colours;
  cv::applyColorMap(ramp, colours, cv::COLORMAP_INFERNO);
  cv::resize(colours, colours, bar.size(), 0, 0, cv::INTER_NEAREST);
  colours.copyTo(page(bar));
  cv::rectangle(page, bar, cv::Scalar::all(160), 1);
  PutText(page, unit, {bar.x, 15});
  constexpr int kTicks = 5;
  for (int tick = 0; tick < kTicks; ++tick) {
    const int y = bar.y + bar.height - 1 - tick * (bar.height - 1) / (kTicks - 1);
    const double value = low + (high - low) * tick / (kTicks - 1);
    cv::line(page, {bar.x + bar.width, y}, {bar.x + bar.width + 4, y}, cv::Scalar::all(160));
    PutText(page, fmt::format("{:.1f}", value), {bar.x + bar.width + 8, y + 5});
  }
  return page;
}

void WritePreview(const std::filesystem::path& png, const cv::Mat& celsius,
                  const TemperatureSummary& summary, const std::string& unit) {
  std::vector<unsigned char> bytes;
  cv::imencode(".png", DrawPreview(celsius, summary, unit), bytes);
  WriteFileAtomically(png, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace thermoleak::cli
