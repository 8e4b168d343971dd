// Surveys of which everything is known, with ties computed instead of matched: what the adjustment
// finds, how honest its sigmas are, and what it does when there is nothing to find.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <random>

#include "thermoleak/core/statistics.hpp"
#include "thermoleak/registration/adjust.hpp"

namespace thermoleak {
namespace {

const Terrain kPlane = Terrain::Plane(0);

struct Survey {
  Registration recorded;
  std::vector<Camera> truth;
  std::vector<TiePoint> ties;
};

struct Errors {
  double gnss_m = 0.7;
  double clock_s = 0;  ///< positions are recorded this much too late
  double k1 = 0;
  double tie_px = 0.3;
};

void Place(RegisteredFrame& frame) {
  frame.footprint = frame.camera.Footprint(kPlane, 400);
  frame.centre = frame.camera.Ground({320, 256}, kPlane)->head<2>();
  frame.height_above_ground_m = frame.camera.position.z();
  frame.gsd_m = frame.height_above_ground_m / frame.camera.lens.focal_px;
}

/// Ties of a grid over `first` where `second` sees it too.
void Tie(Survey& survey, int first, int second, double noise_px, std::mt19937& random) {
  std::normal_distribution<double> normal(0, noise_px);
  for (double u = 60; u < 640; u += 130) {
    for (double v = 50; v < 512; v += 135) {
      const auto ground = survey.truth[static_cast<std::size_t>(first)].Ground({u, v}, kPlane);
      const auto pixel = survey.truth[static_cast<std::size_t>(second)].Project(*ground);
      if (!pixel || !survey.truth[0].InPicture(*pixel, 20)) continue;
      survey.ties.push_back({first,
                             second,
                             {u + normal(random), v + normal(random)},
                             {pixel->x() + normal(random), pixel->y() + normal(random)}});
    }
  }
}

/// Three lines there, back and there, 3 m/s, a picture every 2 s from 40 m.
Survey MakeSurvey(const Errors& errors, unsigned seed) {
  constexpr int kOfLine = 20;
  Survey survey;
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  for (int line = 0; line < 3; ++line) {
    for (int i = 0; i < kOfLine; ++i) {
      const bool back = line == 1;
      Camera camera;
      camera.lens = {640, 512, 760, {320, 256}};
      camera.lens.k1 = errors.k1;
      camera.position = {6.0 * (back ? kOfLine - 1 - i : i), 12.0 * line,
                         40 + 0.3 * normal(random)};
      camera.map_from_camera = RotationFromAngles(90 + 0.3 * normal(random),
                                                  -91 + 0.4 * normal(random), 0.4 * normal(random));
      survey.truth.push_back(camera);
      RegisteredFrame frame;
      frame.frame = line * kOfLine + i;
      frame.time_s = 1e9 + 2.0 * frame.frame + 20 * line;
      frame.camera = camera;
      frame.camera.lens.k1 = 0;
      const double ahead = (back ? -3 : 3) * errors.clock_s;
      frame.camera.position = {camera.position.x() + 1.5 + ahead + errors.gnss_m * normal(random),
                               camera.position.y() - 1 + errors.gnss_m * normal(random), 41};
      frame.camera.map_from_camera = RotationFromAngles(87, -90, 0);
      Eigen::Matrix<double, 6, 1> sigma;
      sigma << 2, 2, 4, 0.0175, 0.0175, 0.052;
      frame.covariance = frame.relative_covariance = sigma.cwiseAbs2().asDiagonal();
      Place(frame);
      survey.recorded.frames.push_back(frame);
    }
  }
  const int n = 3 * kOfLine;
  for (int i = 0; i < n; ++i) {
    for (int j = i + 1; j < n; ++j) {
      const Vec2 apart = (survey.truth[static_cast<std::size_t>(i)].position -
                          survey.truth[static_cast<std::size_t>(j)].position)
                             .head<2>();
      if (apart.norm() < 14.5) Tie(survey, i, j, errors.tie_px, random);
    }
  }
  return survey;
}

/// Errors of the pictures' middles, one translation removed; and divided by the stated sigmas.
struct Found {
  std::vector<double> centre_m;
  double normalised_rms = 0;
};
Found Compare(const Survey& survey, const Registration& adjusted) {
  std::vector<Vec2> errors;
  std::vector<double> x;
  std::vector<double> y;
  for (std::size_t i = 0; i < survey.truth.size(); ++i) {
    errors.push_back(adjusted.frames[i].centre -
                     survey.truth[i].Ground({320, 256}, kPlane)->head<2>());
    x.push_back(errors.back().x());
    y.push_back(errors.back().y());
  }
  const Vec2 shift(MedianOf(std::span<const double>(x)), MedianOf(std::span<const double>(y)));
  Found found;
  double squares = 0;
  for (std::size_t i = 0; i < errors.size(); ++i) {
    const RegisteredFrame& frame = adjusted.frames[i];
    const Vec2 e = errors[i] - shift;
    found.centre_m.push_back(e.norm());
    const Mat2 c = frame.RelativeGroundCovariance({frame.centre.x(), frame.centre.y(), 0});
    squares += e.x() * e.x() / c(0, 0) + e.y() * e.y() / c(1, 1);
  }
  found.normalised_rms = std::sqrt(squares / (2.0 * static_cast<double>(errors.size())));
  return found;
}

TEST(Survey, LensAndClockAreFoundAndSigmasAreHonest) {
  double squares = 0;
  constexpr int kSurveys = 6;
  for (unsigned seed = 1; seed <= kSurveys; ++seed) {
    Survey survey = MakeSurvey({0.7, 0.3, -0.1, 0.3}, seed);
    const AdjustSummary summary = AdjustCameras(survey.recorded, survey.ties, {}, {});
    ASSERT_TRUE(summary.converged);
    EXPECT_NEAR(summary.k1, -0.1, 0.03);
    EXPECT_NEAR(summary.clock_lead_s, -0.3, 0.15);  // 0.7 m / sqrt(60 frames) / 3 m/s, four sigmas
    EXPECT_NEAR(summary.yaw_bias_deg, 3, 1.0);
    const Found found = Compare(survey, survey.recorded);
    EXPECT_LT(MedianOf(std::span<const double>(found.centre_m)), 0.35);
    squares += found.normalised_rms * found.normalised_rms / kSurveys;
    // Against the world there is the common shift besides.
    EXPECT_GT(survey.recorded.median_sigma_m, 1.5);
    EXPECT_LT(survey.recorded.median_relative_sigma_m, 0.5);
  }
  // Receivers are taken to err more slowly than these do: cautious rather than bold.
  EXPECT_GT(std::sqrt(squares), 0.4);
  EXPECT_LT(std::sqrt(squares), 1.4);
}

TEST(Survey, APairThatIsWrongAsAWholeIsDropped) {
  Survey survey = MakeSurvey({0.7, 0, 0, 0.3}, 9);
  const Survey clean = survey;
  for (TiePoint& tie : survey.ties) {
    if (tie.first == 25 && tie.second == 26) tie.pixel_second.x() += 60;  // a bay further
  }
  const AdjustSummary summary = AdjustCameras(survey.recorded, survey.ties, {}, {});
  ASSERT_TRUE(summary.converged);
  EXPECT_GE(summary.pairs_dropped, 1);
  EXPECT_LE(summary.pairs_dropped, 3);
  const Found found = Compare(clean, survey.recorded);
  EXPECT_LT(QuantileOf(std::span<const double>(found.centre_m), 0.95), 0.6);
}

TEST(Survey, WhatStandsAboveTheGroundNeitherMovesFramesNorBlursTheirSigmas) {
  // What neighbours along one line have in common lies 4 m above the ground; across, they see the
  // ground.
  double worst = 0;
  double squares = 0;
  constexpr int kSurveys = 4;
  for (unsigned seed = 1; seed <= kSurveys; ++seed) {
    Survey survey = MakeSurvey({0.5, 0, 0, 0.3}, seed);
    const auto over_roof = [](int frame) { return frame >= 44 && frame < 56; };
    for (TiePoint& tie : survey.ties) {
      if (!over_roof(tie.first) || !over_roof(tie.second)) continue;
      const auto roof = survey.truth[static_cast<std::size_t>(tie.first)].Ground(tie.pixel_first,
                                                                                 Terrain::Plane(4));
      tie.pixel_second = *survey.truth[static_cast<std::size_t>(tie.second)].Project(*roof);
    }
    ASSERT_TRUE(AdjustCameras(survey.recorded, survey.ties, {}, {}).converged);
    const Found found = Compare(survey, survey.recorded);
    for (std::size_t i = 44; i < 56; ++i) worst = std::max(worst, found.centre_m[i]);
    squares += found.normalised_rms * found.normalised_rms / kSurveys;
  }
  EXPECT_LT(worst, 0.4);
  // Without heights of their own the pairs' gaps would pass for noise of all ties: 0.04.
  EXPECT_GT(std::sqrt(squares), 0.4);
  EXPECT_LT(std::sqrt(squares), 1.4);
}

TEST(Survey, AFrameWithoutTiesFollowsTheBiasesAndSaysHowLittleIsKnown) {
  Survey survey = MakeSurvey({0.7, 0, 0, 0.3}, 4);
  std::erase_if(survey.ties, [](const TiePoint& t) { return t.first == 30 || t.second == 30; });
  ASSERT_TRUE(AdjustCameras(survey.recorded, survey.ties, {}, {}).converged);
  const auto sigma = [&](std::size_t i) {
    return std::sqrt(survey.recorded.frames[i].relative_covariance(0, 0));
  };
  EXPECT_GT(sigma(30), 0.5);
  EXPECT_GT(sigma(30), 1.5 * sigma(29));
  const Vec3 down = survey.recorded.frames[30].camera.map_from_camera.col(1);
  EXPECT_NEAR(std::atan2(-down.x(), -down.y()) * 180 / M_PI, 90, 0.5);
}

TEST(Survey, TheSameTwice) {
  Survey a = MakeSurvey({0.7, 0.3, -0.1, 0.3}, 2);
  Survey b = a;
  AdjustCameras(a.recorded, a.ties, {}, {});
  AdjustCameras(b.recorded, b.ties, {}, {});
  for (std::size_t i = 0; i < a.truth.size(); ++i) {
    EXPECT_EQ(a.recorded.frames[i].camera.position, b.recorded.frames[i].camera.position);
    EXPECT_EQ(a.recorded.frames[i].covariance, b.recorded.frames[i].covariance);
  }
}

TEST(Survey, NothingAndOneFrameStayAsTheyAre) {
  Registration none;
  EXPECT_FALSE(AdjustCameras(none, {}, {}, {}).converged);
  Survey survey = MakeSurvey({}, 1);
  survey.recorded.frames.resize(1);
  EXPECT_TRUE(OverlappingPairs(survey.recorded.frames, {}).empty());
  const Vec3 before = survey.recorded.frames[0].camera.position;
  EXPECT_FALSE(AdjustCameras(survey.recorded, {}, {}, {}).converged);
  EXPECT_EQ(survey.recorded.frames[0].camera.position, before);
}

TEST(Survey, APauseOrAnotherCameraIsAnotherFlight) {
  FrameMeta meta;
  meta.width = 640;
  meta.height = 512;
  meta.focal_length_mm = 13;
  meta.pixel_pitch_um = 17;
  meta.pose.position = LonLat{123.43, 41.80};
  meta.pose.height_above_takeoff_m = 60;
  std::vector<FrameMeta> metas(6, meta);
  const std::array<double, 6> times{0, 3, 1000, 1003, 1006, 1009};
  for (std::size_t i = 0; i < 6; ++i) metas[i].time_utc_s = 1.7e9 + times[i];
  metas[3].time_utc_s.reset();
  metas[5].serial = "another";
  const Registration r =
      RegisterFromMetadata(metas, LocalFrame::Utm({123.43, 41.80}), std::nullopt, {});
  std::vector<int> flights;
  std::vector<int> lenses;
  for (const RegisteredFrame& frame : r.frames) {
    flights.push_back(frame.flight);
    lenses.push_back(frame.lens_id);
  }
  EXPECT_EQ(flights, (std::vector<int>{0, 0, 1, 1, 1, 2}));
  EXPECT_EQ(lenses, (std::vector<int>{0, 0, 0, 0, 0, 1}));
}

TEST(Survey, FramesFromOnePlaceAgree) {
  Survey survey = MakeSurvey({0, 0, 0, 0.3}, 1);
  survey.ties.clear();
  survey.truth.resize(8);
  survey.recorded.frames.resize(8);
  std::mt19937 random(1);
  for (std::size_t i = 1; i < 8; ++i) {
    survey.truth[i] = survey.truth[0];
    survey.recorded.frames[i].camera = survey.recorded.frames[0].camera;
    Place(survey.recorded.frames[i]);
    Tie(survey, 0, static_cast<int>(i), 0.0, random);
  }
  const AdjustSummary summary = AdjustCameras(survey.recorded, survey.ties, {}, {});
  EXPECT_TRUE(summary.converged);
  EXPECT_LT(summary.residual_after_m, 0.01);
  for (const RegisteredFrame& frame : survey.recorded.frames)
    EXPECT_TRUE(frame.covariance.allFinite());
}

}  // namespace
}  // namespace thermoleak
