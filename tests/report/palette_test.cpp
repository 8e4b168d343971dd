#include "report/palette.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <opencv2/imgcodecs.hpp>

#include "report/mosaic_picture.hpp"
#include "report/png_data_uri.hpp"
#include "report/svg_plot.hpp"
#include "thermoleak/report/writers.hpp"

namespace thermoleak {
namespace {

std::vector<unsigned char> DecodeBase64(std::string_view text) {
  const std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::vector<unsigned char> out;
  unsigned word = 0;
  int bits = 0;
  for (const char c : text) {
    if (c == '=') break;
    word = word << 6 | static_cast<unsigned>(alphabet.find(c));
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out.push_back(static_cast<unsigned char>(word >> bits & 0xFF));
  }
  return out;
}

TEST(Palette, ColouriseClampsAndMakesNaNTransparent) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const cv::Mat_<float> celsius = (cv::Mat_<float>(1, 5) << -50.0F, 0.0F, 10.0F, 99.0F, nan);
  const cv::Mat picture = Colourise(celsius, 0.0F, 10.0F);
  ASSERT_EQ(picture.type(), CV_8UC4);
  const auto at = [&](int i) { return picture.at<cv::Vec4b>(0, i); };
  EXPECT_EQ(at(0), at(1));
  EXPECT_EQ(at(2), at(3));
  EXPECT_EQ(at(4), cv::Vec4b(0, 0, 0, 0));
  // Inferno's last colour in matplotlib's table: (0.988362, 0.998364, 0.644924) = #fcffa4.
  EXPECT_EQ(at(2), cv::Vec4b(0xA4, 0xFF, 0xFC, 255));
  EXPECT_EQ(at(0)[3], 255);
}

TEST(Palette, WarmerIsAlwaysBrighter) {
  const Palette& palette = InfernoPalette();
  double before = -1;
  for (const cv::Vec3b& bgr : palette) {
    const double luma = 0.0722 * bgr[0] + 0.7152 * bgr[1] + 0.2126 * bgr[2];
    EXPECT_GE(luma, before - 0.75);  // 8-bit rounding
    before = luma;
  }
}

TEST(Palette, PngDecodesToThePaletteInAnotherDecoder) {
  cv::Mat_<std::uint8_t> indices(7, 256);
  for (int row = 0; row < indices.rows; ++row) {
    for (int column = 0; column < indices.cols; ++column) {
      indices(row, column) = static_cast<std::uint8_t>(column + row);
    }
  }
  // A part of a larger matrix: rows do not follow each other in memory.
  const cv::Mat_<std::uint8_t> part = indices(cv::Rect(1, 1, 251, 5));
  const std::string uri = PngDataUri(part, InfernoPalette());
  const std::string head = "data:image/png;base64,";
  ASSERT_EQ(uri.substr(0, head.size()), head);
  const cv::Mat decoded =
      cv::imdecode(DecodeBase64(std::string_view(uri).substr(head.size())), cv::IMREAD_UNCHANGED);
  ASSERT_EQ(decoded.type(), CV_8UC4);
  ASSERT_EQ(decoded.size(), part.size());
  for (int row = 0; row < part.rows; ++row) {
    for (int column = 0; column < part.cols; ++column) {
      const std::uint8_t i = part(row, column);
      const cv::Vec4b pixel = decoded.at<cv::Vec4b>(row, column);
      ASSERT_EQ(pixel[3], i == 0 ? 0 : 255);
      if (i > 0) {
        ASSERT_EQ(cv::Vec3b(pixel[0], pixel[1], pixel[2]), InfernoPalette()[i]);
      }
    }
  }
}

TEST(Palette, QuantileRangeIgnoresNaNAndKeepsHalfAKelvin) {
  cv::Mat_<float> celsius(1, 101);
  for (int i = 0; i <= 100; ++i) celsius(0, i) = static_cast<float>(i);
  celsius(0, 100) = std::numeric_limits<float>::quiet_NaN();
  const DisplayRange range = QuantileRange(celsius, 0.0, 1.0);
  EXPECT_EQ(range.low_c, 0.0F);
  EXPECT_EQ(range.high_c, 99.0F);
  const DisplayRange flat = QuantileRange(cv::Mat_<float>(3, 3, 7.0F), 0.01, 0.99);
  EXPECT_FLOAT_EQ(flat.low_c, 6.75F);
  EXPECT_FLOAT_EQ(flat.high_c, 7.25F);
  const DisplayRange nothing =
      QuantileRange(cv::Mat_<float>(3, 3, std::numeric_limits<float>::quiet_NaN()), 0, 1);
  EXPECT_LT(nothing.low_c, nothing.high_c);
}

TEST(MosaicPicture, LiesWhereTheMosaicLies) {
  Mosaic mosaic(0.5);
  // 300 x 200 cells whose upper-left cell is (-40, -60): local x from -20 m, y from +30 m down.
  mosaic.Add(-40, -60, cv::Mat_<float>(200, 300, 4.0F), cv::Mat_<float>(200, 300, 0.1F));
  const MosaicPicture full = PictureOf(mosaic, 4000);
  EXPECT_EQ(full.indices.size(), cv::Size(300, 200));
  EXPECT_NEAR(full.area.min.x(), -20, 1e-9);
  EXPECT_NEAR(full.area.max.y(), 30, 1e-9);
  EXPECT_NEAR(full.area.max.x(), 130, 1e-9);
  EXPECT_NEAR(full.area.min.y(), -70, 1e-9);
  const MosaicPicture small = PictureOf(mosaic, 100);
  EXPECT_LE(std::max(small.indices.cols, small.indices.rows), 100);
  // Cut to whole blocks around what was seen: never smaller, at most a block larger on each side.
  const double block_m = (small.area.max.x() - small.area.min.x()) / small.indices.cols;
  EXPECT_LE(small.area.min.x(), -20 + 1e-9);
  EXPECT_GT(small.area.min.x(), -20 - block_m);
  EXPECT_GE(small.area.max.y(), 30 - 1e-9);
  EXPECT_LT(small.area.max.y(), 30 + block_m);
  EXPECT_TRUE(PictureOf(Mosaic(0.5), 100).indices.empty());
}

TEST(SvgPlot, TicksAreRound) {
  const Ticks ticks = TicksFor(0.0, 10.0, 5);
  EXPECT_DOUBLE_EQ(ticks.first, 0);
  EXPECT_DOUBLE_EQ(ticks.step, 2);
  EXPECT_EQ(ticks.count, 6);
  EXPECT_EQ(ticks.decimals, 0);
  const Ticks fine = TicksFor(-0.13, 0.31, 5);
  EXPECT_NEAR(fine.step, 0.1, 1e-12);
  EXPECT_NEAR(fine.first, -0.1, 1e-12);
  EXPECT_EQ(fine.count, 5);
  EXPECT_EQ(fine.decimals, 1);
  EXPECT_EQ(TicksFor(3, 3, 5).count, 0);
}

TEST(SvgPlot, TheExcessEndsWhereTheCurveCrossesItsTrace) {
  // A triangle of 4 K over a level trace: above it only between x = 1 and x = 3.
  const Profile profile{{0, 1, 2, 3, 4}, {-1, 0, 4, 0, -1}, {0, 0, 0, 0, 0}};
  const std::string svg = PlotSvg(
      profile, {MessageId::kReportAlong, MessageId::kReportChainageAxis}, 2, Words(Lang::kEnglish));
  const std::size_t from = svg.find(R"(class="excess" d=")");
  ASSERT_NE(from, std::string::npos);
  const std::string d = svg.substr(from, svg.find("/>", from) - from);
  EXPECT_EQ(std::count(d.begin(), d.end(), 'M'), 1);  // one closed area
  EXPECT_EQ(std::count(d.begin(), d.end(), 'Z'), 1);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
}

TEST(SvgPlot, TooLittleDataDrawsNothing) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const PlotText text{MessageId::kReportAlong, MessageId::kReportChainageAxis};
  EXPECT_EQ(PlotSvg({}, text, 0, Words(Lang::kEnglish)), "");
  EXPECT_EQ(PlotSvg({{0, 1}, {nan, 2}, {0, 0}}, text, 0, Words(Lang::kEnglish)), "");
  EXPECT_EQ(PlotSvg({{0, 1, 2, 3}, {1, 2, 3, nan}, {}}, text, 0, Words(Lang::kEnglish)).find("nan"),
            std::string::npos);
}

}  // namespace
}  // namespace thermoleak
