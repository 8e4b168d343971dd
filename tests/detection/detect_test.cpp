// Strips written by the closed forms of line and point sources: what is found must be what was put
// in.
#include "thermoleak/detection/detect.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "detection/noise.hpp"

namespace thermoleak {
namespace {

constexpr double kDepth = 1.2;  // equivalent depth D, m
constexpr double kH = 12.0;

PipeNetwork Network(Laying laying) {
  Pipe pipe;
  pipe.id = "P1";
  pipe.axis = Polyline({{0, 0}, {200, 0}});
  pipe.depth_m = kDepth - 1.5 / kH;
  pipe.dn_mm = 300;
  pipe.laying = laying;
  NetworkOptions options;
  options.depth_to_axis = true;
  return PipeNetwork({pipe}, {}, {}, options);
}

/// 100 m of pipe, four views; the trace lies `trace_offset` left of the map's axis.
template <class Temperature>
Strip MakeStrip(Temperature&& temperature, double noise_k = 0.05) {
  Strip strip(StripLayout{0, 20.0, 0.1, 1000, 161});
  for (int r = 0; r < strip.layout.rows; ++r) {
    for (int c = 0; c < strip.layout.columns; ++c) {
      const double t = temperature(strip.layout.ChainageOf(c), strip.layout.OffsetOf(r));
      for (std::uint32_t view = 0; view < 4; ++view) {
        const auto index = static_cast<std::uint32_t>(r * strip.layout.columns + c);
        strip.Add(r, c, static_cast<float>(t + noise_k * Noise(index, view)),
                  static_cast<float>(view));
      }
    }
  }
  return strip;
}

double LineTrace(double offset, double peak_k) {
  return peak_k * kDepth * kDepth / (offset * offset + kDepth * kDepth);
}
double PointSource(double ds, double offset, double peak_k) {
  return peak_k * std::pow(1 + (ds * ds + offset * offset) / (kDepth * kDepth), -1.5);
}

StripFindings Detect(const Strip& strip, const PipeNetwork& network) {
  SurveyShift shift;
  shift.local_sigma_m = 0.3;
  return DetectHotSpots(strip, {network, kH, shift}, {});
}

TEST(SurfaceCoefficient, PublishedValues) {
  // detection.md 2.4: wind 0.5 -> 12, 3 -> 21, 5 -> 29 W/(m2 K) near 0 C.
  EXPECT_NEAR(SurfaceCoefficient(0, 0.5), 12, 0.5);
  EXPECT_NEAR(SurfaceCoefficient(0, 3), 21, 0.8);
  EXPECT_NEAR(SurfaceCoefficient(0, 5), 29, 0.8);
}

TEST(PointSourceHeat, IsTheIntegralOfItsSignature) {
  // dT (1 + r^2/D^2)^-3/2 over the plane, ring by ring, to 4,000 D; the rest is D over the radius.
  const double depth_m = 1.3, h = 12;
  double sum = 0;
  const double step = 0.01;
  for (double r = step / 2; r < 4000 * depth_m; r += step)
    sum += std::pow(1 + r * r / (depth_m * depth_m), -1.5) * 2 * std::numbers::pi * r * step;
  EXPECT_NEAR(PointSourceHeat(depth_m, h), h * sum, 5e-4 * h * sum);
}

TEST(DetectBuried, FindsALeakAboveItsOwnTraceOnly) {
  const PipeNetwork network = Network(Laying::kBuried);
  const double trace = 0.6;
  const Strip strip = MakeStrip([&](double s, double o) {
    return -3 + LineTrace(o - trace, 1.2) + PointSource(s - 70, o - trace, 3.0);
  });
  const StripFindings findings = Detect(strip, network);
  ASSERT_EQ(findings.spots.size(), 1u);
  const HotSpot& spot = findings.spots[0];
  EXPECT_NEAR(spot.chainage_m, 70, 0.2);
  EXPECT_NEAR(spot.offset_m, trace, 0.2);
  EXPECT_NEAR(spot.trace_offset_m, trace, 0.3);
  // The peak above the trace; the 0.6 m mean at the top takes up to 4 % of it.
  EXPECT_NEAR(spot.delta_t_k, 3.0, 0.25);
  // Width of a point source at half height: 2 * 0.766 D.
  EXPECT_NEAR(spot.width_m, 2 * 0.766 * kDepth, 0.4);
  EXPECT_NEAR(spot.length_m, 2 * 0.766 * kDepth, 0.4);
  EXPECT_NEAR(spot.expected_width_m, 2 * 0.766 * kDepth, 0.05);
  EXPECT_EQ(spot.views, 4);
  EXPECT_GT(spot.view_persistence, 0.8);
  EXPECT_NEAR(spot.background_c, -3, 0.2);
  EXPECT_FALSE(spot.at_strip_edge);
}

TEST(DetectBuried, AWarmPipeAloneIsNoHotSpot) {
  const PipeNetwork network = Network(Laying::kBuried);
  const Strip strip = MakeStrip([&](double s, double o) {
    return -3 + LineTrace(o, 1.5 + 0.2 * std::sin(s / 30)) +
           0.02 * s;  // slowly varying, on a slope of 2 K
  });
  EXPECT_TRUE(Detect(strip, network).spots.empty());
}

TEST(DetectBuried, WhatPassesInOneViewIsNotSeen) {
  const PipeNetwork network = Network(Laying::kBuried);
  Strip strip = MakeStrip([&](double, double o) { return LineTrace(o, 1.2); });
  // A car in one more view of a 4 x 2 m patch on the pipe.
  for (int r = 0; r < strip.layout.rows; ++r) {
    for (int c = 0; c < strip.layout.columns; ++c) {
      if (std::abs(strip.layout.OffsetOf(r)) > 1 || std::abs(strip.layout.ChainageOf(c) - 60) > 2)
        continue;
      strip.Add(r, c, 8.0f, 9.0f);
    }
  }
  EXPECT_TRUE(Detect(strip, network).spots.empty());
}

TEST(DetectBuried, UnseenStripGivesNothing) {
  const PipeNetwork network = Network(Laying::kBuried);
  const Strip strip(StripLayout{0, 20.0, 0.1, 300, 101});
  const StripFindings findings = Detect(strip, network);
  EXPECT_TRUE(findings.spots.empty());
  ASSERT_FALSE(findings.coverage.empty());
  EXPECT_EQ(findings.coverage[0].views, 0);
}

TEST(DetectOverhead, StrippedStretchWithItsLength) {
  const PipeNetwork network = Network(Laying::kOverhead);
  const double half = 0.3;
  const Strip strip = MakeStrip([&](double s, double o) {
    if (std::abs(o) > half) return -25.0;
    return s > 60 && s < 78 ? 55.0 : -20.0;
  });
  const StripFindings findings = Detect(strip, network);
  ASSERT_EQ(findings.spots.size(), 1u);
  EXPECT_NEAR(findings.spots[0].chainage_m, 69, 0.3);
  EXPECT_NEAR(findings.spots[0].length_m, 18, 0.8);
  EXPECT_NEAR(findings.spots[0].delta_t_k, 75, 4);
  EXPECT_GT(findings.spots[0].edge_k_per_m, 20);
}

TEST(DetectOverhead, InsulatedPipeIsNoHotSpot) {
  const PipeNetwork network = Network(Laying::kOverhead);
  const Strip strip =
      MakeStrip([&](double, double o) { return std::abs(o) > 0.3 ? -25.0 : -20.0; });
  EXPECT_TRUE(Detect(strip, network).spots.empty());
}

TEST(MergeAcrossPipes, TwinsShareTheirLeak) {
  HotSpot supply;
  supply.pipe = 0;
  supply.snr = 20;
  supply.position = {10, 0};
  HotSpot twin = supply;
  twin.pipe = 1;
  twin.snr = 15;
  twin.position = {10.3, 0.5};
  HotSpot other = twin;
  other.position = {30, 0};
  const auto merged = MergeAcrossPipes({twin, supply, other}, 3.0);
  ASSERT_EQ(merged.size(), 2u);
  EXPECT_EQ(merged[0].pipe, 0);
  // Nearly as clear and right above the twin: it is the twin's.
  twin.snr = 19;
  supply.offset_m = 0.9;
  EXPECT_EQ(MergeAcrossPipes({twin, supply}, 3.0).at(0).pipe, 1);
}

}  // namespace
}  // namespace thermoleak
