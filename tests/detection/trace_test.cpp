// Traces written by the closed form of a line source: where they lie against the map, how sure that
// is, what a foreign line beside them does, and which map lines are called wrong.
#include "thermoleak/detection/trace.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "detection/noise.hpp"
#include "thermoleak/core/statistics.hpp"
#include "thermoleak/detection/map_lines.hpp"

namespace thermoleak {
namespace {

constexpr double kWidth = 2.4;  // full width at half maximum, m
constexpr double kLength = 240;

/// Ground that is not even: blobs of some 1.5 m, `kelvin` standard deviation.
double Ground(double s, double o, std::uint32_t seed, double kelvin) {
  constexpr double kGrain = 1.5;
  const double x = s / kGrain + 1000;
  const double y = o / kGrain + 1000;
  const auto i = static_cast<std::uint32_t>(x);
  const auto j = static_cast<std::uint32_t>(y);
  const double fx = x - i;
  const double fy = y - j;
  const auto at = [&](std::uint32_t a, std::uint32_t b) { return Noise(a * 7919 + b, seed); };
  const double mean = (1 - fx) * ((1 - fy) * at(i, j) + fy * at(i, j + 1)) +
                      fx * ((1 - fy) * at(i + 1, j) + fy * at(i + 1, j + 1));
  return 1.5 * kelvin * mean;  // interpolation takes a third of the deviation
}

double Line(double aside, double peak_k) {
  return peak_k / (1 + 4 * aside * aside / (kWidth * kWidth));
}

PipeNetwork OnePipe() {
  Pipe pipe;
  pipe.id = "P";
  pipe.axis = Polyline({{0, 0}, {kLength, 0}});
  return PipeNetwork({pipe}, {}, {}, {});
}

StripImage Image(const std::function<double(double, double)>& celsius) {
  StripImage image;
  image.cell_m = 0.2;
  image.half_width_m = 10.1;
  image.celsius = cv::Mat_<float>(101, static_cast<int>(kLength / image.cell_m));
  for (int r = 0; r < image.rows(); ++r) {
    for (int c = 0; c < image.columns(); ++c)
      image.celsius(r, c) = static_cast<float>(celsius(image.ChainageOf(c), image.OffsetOf(r)));
  }
  return image;
}

/// Poses that are good to 0.1 m: what is found is the map's error.
SurveyShift GoodPoses() {
  SurveyShift shift;
  shift.covariance = Mat2::Identity() * 0.01;
  shift.local_sigma_m = 0.1;
  shift.found = true;
  return shift;
}

struct Case {
  PipeNetwork network = OnePipe();
  StripLayout layout{0, 0, 0.2, static_cast<int>(kLength / 0.2), 101};
  StripFindings findings;
};

Case Follow(const std::function<double(double, double)>& celsius) {
  Case out;
  out.findings.image = Image(celsius);
  out.findings.trace = FindTrace(out.findings.image, out.network, 0, kWidth, GoodPoses(), {});
  return out;
}

std::vector<TraceStretch> Judge(const Case& c) {
  return JudgeTraces({&c.layout, 1}, {&c.findings, 1}, c.network, GoodPoses(), {});
}

double MetresOf(const std::vector<TraceStretch>& stretches, TraceStatus status) {
  double metres = 0;
  for (const TraceStretch& stretch : stretches)
    metres += stretch.status == status ? stretch.to_m - stretch.from_m : 0;
  return metres;
}

TEST(FindTrace, FollowsASmoothMapError) {
  const auto offset = [](double s) { return 0.9 * std::sin(s / 20); };
  const Case found =
      Follow([&](double s, double o) { return Line(o - offset(s), 0.8) + Ground(s, o, 1, 0.3); });
  std::vector<double> errors;
  for (std::size_t e = 0; e < found.findings.trace.size(); ++e) {
    const double s = static_cast<double>(e) * found.findings.trace.step_m;
    EXPECT_GT(found.findings.trace.confidence[e], 0.6) << s;
    errors.push_back(std::abs(found.findings.trace.offset_m[e] - offset(s)));
  }
  EXPECT_LT(QuantileInPlace(errors, 0.5), 0.25);
  EXPECT_LT(QuantileInPlace(errors, 0.95), 0.7);
}

TEST(FindTrace, SigmasAreHonest) {
  double squares = 0;
  int n = 0;
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    // Map errors of 0.5 m that change over some 40 m, as the model has them.
    const auto offset = [&](double s) {
      return 0.5 * std::sin(s / 25 + seed) + 0.5 * std::sin(s / 41 + 2.3 * seed);
    };
    const Case found = Follow(
        [&](double s, double o) { return Line(o - offset(s), 0.5) + Ground(s, o, seed, 0.4); });
    const Trace& trace = found.findings.trace;
    for (std::size_t e = 5; e + 5 < trace.size(); e += 6) {
      if (trace.confidence[e] < 0.6) continue;
      const double error = trace.offset_m[e] - offset(static_cast<double>(e) * trace.step_m);
      squares += std::pow(error / trace.sigma_m[e], 2);
      ++n;
    }
  }
  ASSERT_GT(n, 200);
  const double rms = std::sqrt(squares / n);
  EXPECT_GT(rms, 0.7);
  EXPECT_LT(rms, 1.4);
}

TEST(FindTrace, ColdPipeIsNotSeen) {
  const Case found = Follow([&](double s, double o) { return Ground(s, o, 3, 0.4); });
  EXPECT_GT(MetresOf(Judge(found), TraceStatus::kNotSeen), 0.8 * kLength);
}

TEST(FindTrace, AWarmerSewerDoesNotCaptureTheTrace) {
  // The sewer is half as warm again as the pipe and runs 4.5 m beside it all the way.
  const Case found = Follow([](double s, double o) {
    return Line(o - 0.3, 0.6) + Line(o - 4.5, 0.9) + Ground(s, o, 4, 0.3);
  });
  for (std::size_t e = 0; e < found.findings.trace.size(); ++e)
    EXPECT_NEAR(found.findings.trace.offset_m[e], 0.3, 0.8) << e;
  const auto stretches = Judge(found);
  EXPECT_GT(MetresOf(stretches, TraceStatus::kConfirmed), 0.9 * kLength);
}

TEST(JudgeTraces, ASewerBesideAColdPipeIsDoubtful) {
  const Case found =
      Follow([](double s, double o) { return Line(o - 4, 1.5) + Ground(s, o, 5, 0.3); });
  const auto stretches = Judge(found);
  EXPECT_GT(MetresOf(stretches, TraceStatus::kDoubtful), 0.7 * kLength);
  EXPECT_EQ(MetresOf(stretches, TraceStatus::kMoved), 0);
  for (const TraceStretch& stretch : stretches) {
    if (stretch.status == TraceStatus::kDoubtful) {
      EXPECT_NEAR(stretch.offset_m, 4, 0.4);
      EXPECT_LT(stretch.confidence, 0.5);
    }
  }
  // Detection and positions know nothing of it.
  for (const double offset : found.findings.trace.offset_m) EXPECT_LT(std::abs(offset), 2.5);
}

/// A pipe that is straight; its map line leaves it by 4 m between 90 and 150 m.
Case JoggingMapLine() {
  Case out;
  Pipe pipe;
  pipe.id = "P";
  pipe.axis = Polyline({{0, 0}, {80, 0}, {92, 4}, {148, 4}, {160, 0}, {kLength, 0}});
  out.network = PipeNetwork({pipe}, {}, {}, {});
  const Polyline& axis = out.network.pipes()[0].axis;
  out.findings.image = Image([&](double s, double o) {
    const Vec2 direction = axis.Direction(s, 1.0);
    const Vec2 at = axis.At(s) + Vec2(-direction.y(), direction.x()) * o;
    return Line(at.y(), 1.0) + Ground(at.x(), at.y(), 6, 0.3);
  });
  out.findings.trace = FindTrace(out.findings.image, out.network, 0, kWidth, GoodPoses(), {});
  return out;
}

TEST(JudgeTraces, AWrongStretchOfTheMapIsReported) {
  const Case found = JoggingMapLine();
  const auto stretches = Judge(found);
  MapAlignment alignment;
  alignment.traces = stretches;
  const auto wrong = WrongLines(alignment);
  ASSERT_FALSE(wrong.empty());
  EXPECT_EQ(wrong[0]->status, TraceStatus::kMoved);
  EXPECT_NEAR(wrong[0]->from_m, 86, 12);
  EXPECT_NEAR(wrong[0]->to_m, 156, 12);
  EXPECT_NEAR(wrong[0]->offset_m, -4, 0.4);
  // The corrected line is straight again.
  std::vector<double> aside;
  for (const TraceStretch& stretch : stretches) {
    for (const TracePoint& point : stretch.points) aside.push_back(std::abs(point.position.y()));
  }
  EXPECT_LT(QuantileInPlace(aside, 0.5), 0.25);
  EXPECT_LT(QuantileInPlace(aside, 0.9), 1.0);
}

TEST(JudgeTraces, TheShiftIsNoMapError) {
  Case c;
  c.findings.image =
      Image([](double s, double o) { return Line(o - 2, 1.0) + Ground(s, o, 7, 0.3); });
  SurveyShift shift = GoodPoses();
  shift.shift_m = {0, 2};
  c.findings.trace = FindTrace(c.findings.image, c.network, 0, kWidth, shift, {});
  const auto stretches = JudgeTraces({&c.layout, 1}, {&c.findings, 1}, c.network, shift, {});
  EXPECT_GT(MetresOf(stretches, TraceStatus::kConfirmed), 0.95 * kLength);
  for (const TraceStretch& stretch : stretches) EXPECT_NEAR(stretch.offset_m, 0, 0.3);
}

}  // namespace
}  // namespace thermoleak
