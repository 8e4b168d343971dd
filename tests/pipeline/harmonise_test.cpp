// Harmonisation against what is known: simulated flights whose flat field and drift are truth, and
// real flights whose frames are halved, so that one half is the other's witness.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <tbb/parallel_for.h>

#include <filesystem>

#include "pipeline/stages.hpp"
#include "thermoleak/core/statistics.hpp"
#include "thermoleak/registration/overlap.hpp"
#include "thermoleak/simulation/render.hpp"

namespace thermoleak {
namespace {

namespace fs = std::filesystem;
namespace sim = simulation;
using pipeline::Harmonised;
using pipeline::PlacedFrame;
using pipeline::SurveyFrames;

/// A flight over the sample street, read by the true cameras.
struct Flight {
  std::vector<sim::Scene> cameras;  ///< the same street through each camera, taking turns
  std::vector<sim::View> views;
  std::vector<PlacedFrame> placed;
  SurveyFrames survey;
  std::vector<double> drift;
  Harmonised harmonised;

  const sim::Scene& CameraOf(std::size_t i) const { return cameras[i % cameras.size()]; }
};

sim::Scene Street(bool lawnmower) {
  sim::Scene scene = sim::LoadScene(std::string(THERMOLEAK_SOURCE_DIR) + "/samples/street.toml");
  scene.flight.lawnmower = lawnmower;
  scene.flight.side_overlap = 0.5;
  scene.flight.overlap = 0.75;
  scene.camera.vignette_k = 1.0;
  scene.camera.pattern_k = 0.2;
  scene.camera.tilt_k = {0.3, -0.2};
  scene.camera.drift_k_per_frame = 0.04;
  scene.camera.shutter_every = 14;
  scene.camera.shutter_step_k = 1.5;
  return scene;
}

Flight Fly(std::vector<sim::Scene> cameras, std::size_t most_frames) {
  Flight flight;
  flight.cameras = std::move(cameras);
  flight.views = sim::PlanFlight(flight.cameras[0]);
  if (flight.views.size() > most_frames) flight.views.resize(most_frames);
  const Terrain plane = Terrain::Plane(0);
  std::vector<std::vector<Vec2>> footprints;
  Box2 area;
  for (const sim::View& view : flight.views) {
    footprints.push_back(view.camera.Footprint(plane, 1000));
    for (const Vec2& corner : footprints.back()) area.Add(corner);
  }
  area.Grow(2);
  sim::GroundRaster ground(flight.cameras[0], area);
  ground.Cover(footprints, {});
  std::vector<sim::Renderer> renderers;
  for (const sim::Scene& scene : flight.cameras) renderers.emplace_back(scene, ground);
  const std::size_t frames = flight.views.size();
  flight.survey.records.resize(frames);
  flight.survey.thumbnails.resize(frames);
  tbb::parallel_for(std::size_t{0}, frames, [&](std::size_t i) {
    const sim::Renderer& renderer = renderers[i % renderers.size()];
    const sim::View& view = flight.views[i];
    const cv::Mat counts = renderer.Counts(view, renderer.Temperatures(view));
    flight.survey.thumbnails[i] =
        MakeThumbnail(ToCelsius(counts, sim::FileCalibration(flight.CameraOf(i))), 16);
  });
  std::vector<Pipe> pipes;
  for (const sim::Pipe& pipe : flight.cameras[0].pipes) {
    Pipe mapped;
    mapped.id = pipe.id;
    mapped.axis = pipe.axis;
    pipes.push_back(std::move(mapped));
  }
  for (std::size_t i = 0; i < frames; ++i) {
    PlacedFrame frame;
    frame.record = i;
    frame.registered.lens_id = static_cast<int>(i % flight.cameras.size());
    frame.registered.time_s = flight.views[i].time_utc_s;
    frame.registered.camera = flight.views[i].camera;
    frame.registered.footprint = footprints[i];
    frame.registered.gsd_m =
        flight.views[i].camera.position.z() / flight.views[i].camera.lens.focal_px;
    flight.placed.push_back(std::move(frame));
    flight.drift.push_back(sim::DriftOf(flight.CameraOf(i), flight.views[i]));
  }
  const PipeNetwork network(std::move(pipes), {}, {}, {});
  flight.harmonised =
      pipeline::Harmonise(flight.placed, flight.survey, network, plane, 0.3, RunOptions{});
  return flight;
}

/// RMS over blocks of estimate minus truth, freed of the mean.
double FlatError(const FlatField& flat, const sim::Scene& scene) {
  const cv::Mat_<float> truth = MakeThumbnail(sim::FixedPatternOf(scene), 16).celsius;
  cv::Mat_<float> error(truth.size());
  for (int r = 0; r < truth.rows; ++r) {
    for (int c = 0; c < truth.cols; ++c)
      error(r, c) = flat.At(16 * (c + 0.5), 16 * (r + 0.5)) - truth(r, c);
  }
  cv::Scalar mean;
  cv::Scalar deviation;
  cv::meanStdDev(error, mean, deviation);
  return deviation[0];
}

/// RMS of estimated minus true offsets, freed of the mean (of one camera's frames).
double OffsetError(const Flight& flight, int camera) {
  double n = 0;
  double sum = 0;
  double squares = 0;
  for (std::size_t i = 0; i < flight.placed.size(); ++i) {
    if (flight.placed[i].registered.lens_id != camera) continue;
    const double error = flight.placed[i].offset_k - flight.drift[i];
    n += 1;
    sum += error;
    squares += error * error;
  }
  return std::sqrt(squares / n - sum / n * sum / n);
}

void Print(const char* name, const Flight& flight) {
  const HarmonisationFacts& facts = flight.harmonised.facts;
  for (const auto& [camera, flat] : flight.harmonised.flats) {
    fmt::print("{}, camera {}: {} frames, flat field {:.3f} K RMS off, offsets {:.3f} K off\n",
               name, camera, flat.frames,
               FlatError(flat, flight.cameras[static_cast<std::size_t>(camera)]),
               OffsetError(flight, camera));
  }
  fmt::print("  disagreement {:.3f} ({:.3f}) -> {:.3f} ({:.3f}) K, sigma {:.3f}, steps {}\n",
             facts.before.median_k, facts.before.p90_k, facts.after.median_k, facts.after.p90_k,
             facts.offset_sigma_k, facts.steps_k.size());
}

TEST(Harmonise, LinesOverAStreetAreFreedOfFlatFieldAndDrift) {
  const Flight flight = Fly({Street(true)}, 120);
  Print("lines", flight);
  EXPECT_LE(FlatError(flight.harmonised.flats.at(0), flight.cameras[0]), 0.1);
  EXPECT_LE(OffsetError(flight, 0), 0.1);
  const HarmonisationFacts& facts = flight.harmonised.facts;
  EXPECT_LT(facts.after.median_k, 0.3 * facts.before.median_k);
  // Every shutter correction that steps by more than drift does is found, and no other.
  std::size_t steps = 0;
  for (std::size_t i = 14; i < flight.drift.size(); i += 14)
    steps += std::abs(flight.drift[i] - flight.drift[i - 1]) > 0.35;
  EXPECT_NEAR(static_cast<double>(facts.steps_k.size()), static_cast<double>(steps), 1);
}

TEST(Harmonise, AFlightAlongPipesIsFreedOfFlatFieldAndDrift) {
  const Flight flight = Fly({Street(false)}, 120);
  Print("along pipes", flight);
  EXPECT_LE(FlatError(flight.harmonised.flats.at(0), flight.cameras[0]), 0.1);
  EXPECT_LE(OffsetError(flight, 0), 0.1);
}

TEST(Harmonise, EachCameraKeepsItsOwnPattern) {
  sim::Scene other = Street(true);
  other.camera.vignette_k = -0.4;
  other.camera.tilt_k = {-0.6, 0.4};
  const Flight flight = Fly({Street(true), other}, 120);
  Print("two cameras", flight);
  for (const int camera : {0, 1}) {
    EXPECT_LE(FlatError(flight.harmonised.flats.at(camera),
                        flight.cameras[static_cast<std::size_t>(camera)]),
              0.1);
  }
  EXPECT_EQ(flight.harmonised.facts.cameras.size(), 2u);
  for (const PlacedFrame& frame : flight.placed)
    EXPECT_EQ(frame.flat, &flight.harmonised.flats.at(frame.registered.lens_id));
}

/// Reads and places a real survey as a run does, all of its frames.
void HoldOut(const std::string& name) {
  const fs::path frames = fs::path(THERMOLEAK_SHARED_DATA) / name / "frames";
  if (!fs::exists(frames)) GTEST_SKIP() << frames << " is absent";
  const std::vector<fs::path> inputs{frames};
  std::vector<FrameMeta> metas;
  std::vector<Thumbnail> thumbnails;
  std::vector<Overview> overviews;
  const CameraTable cameras = CameraTable::BuiltIn();
  for (const FrameSource& source : DiscoverFrames(inputs)) {
    const auto frame = ReadFrame(source, cameras, {});
    if (!frame) continue;
    const cv::Mat celsius = ToCelsius(frame->stored, frame->meta.calibration);
    metas.push_back(frame->meta);
    thumbnails.push_back(MakeThumbnail(celsius, 16));
    overviews.push_back(MakeOverview(celsius));
  }
  const LocalFrame local = LocalFrame::Utm(metas[0].pose.position.value());
  Registration registration = RegisterFromMetadata(metas, local, std::nullopt, {});
  std::vector<const Overview*> pictures;
  for (const RegisteredFrame& frame : registration.frames)
    pictures.push_back(&overviews[static_cast<std::size_t>(frame.frame)]);
  const PipeNetwork network({}, {}, {}, {});
  TieAndAdjust(registration, pictures, network, RunOptions{}, {});
  for (const std::size_t parity : {0u, 1u}) {
    SurveyFrames survey;
    std::vector<PlacedFrame> half;
    std::vector<Thumbnail> others;
    std::vector<RegisteredFrame> other_frames;
    for (std::size_t i = 0; i < registration.frames.size(); ++i) {
      const Thumbnail& thumbnail =
          thumbnails[static_cast<std::size_t>(registration.frames[i].frame)];
      if (i % 2 != parity) {
        others.push_back(thumbnail);
        other_frames.push_back(registration.frames[i]);
        continue;
      }
      PlacedFrame placed;
      placed.record = half.size();
      placed.registered = registration.frames[i];
      half.push_back(placed);
      survey.thumbnails.push_back(thumbnail);
      survey.records.emplace_back();
    }
    const Harmonised harmonised =
        pipeline::Harmonise(half, survey, network, registration.terrain, 1, RunOptions{});
    const FlatField& flat = harmonised.flats.begin()->second;
    // The other half's medians, before and after.
    std::vector<float> before;
    std::vector<float> after;
    const int rows = others[0].celsius.rows;
    const int columns = others[0].celsius.cols;
    std::vector<float> medians;
    for (const Thumbnail& t : others)
      medians.push_back(MedianOf(std::span(t.celsius.ptr<float>(), t.celsius.total())));
    for (int r = 0; r < rows; ++r) {
      for (int c = 0; c < columns; ++c) {
        std::vector<float> values;
        for (std::size_t k = 0; k < others.size(); ++k)
          values.push_back(others[k].celsius(r, c) - medians[k]);
        before.push_back(QuantileInPlace(values, 0.5));
        after.push_back(before.back() - flat.At(16 * (c + 0.5), 16 * (r + 0.5)));
      }
    }
    const auto deviation = [](const std::vector<float>& v) {
      cv::Scalar mean;
      cv::Scalar sigma;
      cv::meanStdDev(v, mean, sigma);
      return sigma[0];
    };
    // What the other half's frames say of the same ground, each with its own offset.
    const std::vector<GroundPair> pairs = GroundPairs(other_frames, others, registration.terrain);
    const std::vector<OffsetFrame> times(other_frames.size());
    const auto disagreement = [&](const FlatField* of_all) {
      const std::vector<const FlatField*> flats(other_frames.size(), of_all);
      return DisagreementOf(pairs, flats,
                            SolveOffsets(times, OverlapDifferences(pairs, flats), {}).offset_k);
    };
    const Disagreement with = disagreement(&flat);
    const Disagreement without = disagreement(nullptr);
    const PatternAmplitude amplitude = AmplitudeOf(flat);
    fmt::print(
        "{}, half {}: pattern {:.3f} K RMS, {:.2f} .. {:.2f}; the other half's medians {:.3f} -> "
        "{:.3f} K, same ground {:.3f} ({:.3f}) -> {:.3f} ({:.3f}) K\n",
        name, parity, amplitude.rms_k, amplitude.p2_k, amplitude.p98_k, deviation(before),
        deviation(after), without.median_k, without.p90_k, with.median_k, with.p90_k);
    // The medians of thirty frames keep some of the scene; the same ground does not.
    EXPECT_LT(deviation(after), 0.45 * deviation(before));
    EXPECT_LT(with.median_k, 0.75 * without.median_k);
    EXPECT_LT(with.p90_k, 0.75 * without.p90_k);
  }
}

TEST(Harmonise, PatternOfOneHalfOfARealFlightHoldsForTheOther) { HoldOut("field_injected"); }
TEST(Harmonise, PatternOfOneHalfOfAnotherFlightHoldsForTheOther) { HoldOut("field_injected_b"); }

}  // namespace
}  // namespace thermoleak
