#include "report/plausible_survey.hpp"

#include <cmath>
#include <numbers>

namespace thermoleak {
namespace {

constexpr LonLat kCity{82.915, 55.03};
constexpr double kGroundC = -9.0;

/// Repeatable noise in -1 .. 1 (integer hash, Wang 2007).
double Noise(std::uint32_t x, std::uint32_t y) {
  std::uint32_t h = x * 73856093u ^ y * 19349663u;
  h = (h ^ 61u) ^ (h >> 16);
  h *= 9u;
  h ^= h >> 4;
  h *= 0x27d4eb2du;
  h ^= h >> 15;
  return static_cast<double>(h & 0xFFFFu) / 32767.5 - 1.0;
}

struct Source {
  Vec2 position;
  double rise_k;
  double length_m;
  double width_m;
  Vec2 direction;
};

/// The ground's temperature: pipes as shifted-image line sources (detection.md 2.1), anomalies as
/// Gaussians.
class Scene {
 public:
  Scene(const PipeNetwork& network, std::vector<Source> sources)
      : network_(network), sources_(std::move(sources)) {}

  double Baseline(const Vec2& p) const {
    double celsius = kGroundC + 0.6 * std::sin(p.x() / 37.0) * std::cos(p.y() / 29.0);
    for (const Pipe& pipe : network_.pipes()) {
      const double x = pipe.axis.Locate(p).distance;
      const double d = pipe.laying == Laying::kOverhead ? 0.4 : pipe.depth_m.value_or(1.2) + 0.13;
      celsius += 1.7 * d * d / (x * x + d * d);
    }
    return celsius;
  }
  double At(const Vec2& p) const {
    double celsius = Baseline(p);
    for (const Source& s : sources_) {
      const Vec2 q = p - s.position;
      const double along = q.dot(s.direction) / (0.42 * s.length_m);
      const double across = (q - q.dot(s.direction) * s.direction).norm() / (0.42 * s.width_m);
      celsius += s.rise_k * std::exp(-0.5 * (along * along + across * across));
    }
    return celsius;
  }

 private:
  const PipeNetwork& network_;
  std::vector<Source> sources_;
};

Pipe MakePipe(std::string id, std::vector<Vec2> vertices, Medium medium, Laying laying,
              double depth_m) {
  Pipe pipe;
  pipe.id = std::move(id);
  pipe.axis = Polyline(std::move(vertices));
  pipe.medium = medium;
  pipe.laying = laying;
  pipe.laying_known = true;
  if (laying != Laying::kOverhead) pipe.depth_m = depth_m;
  pipe.dn_mm = 200;
  pipe.year_built = 1998;
  return pipe;
}

std::unique_ptr<PipeNetwork> MakeNetwork() {
  std::vector<Pipe> pipes;
  pipes.push_back(MakePipe("一次网-供-12", {{-170, -60}, {-20, -52}, {20, 10}, {170, 20}},
                           Medium::kSupply, Laying::kBuried, 1.2));
  pipes.push_back(MakePipe("一次网-回-12", {{-170, -64}, {-18, -56}, {23, 6}, {170, 16}},
                           Medium::kReturn, Laying::kBuried, 1.2));
  pipes.push_back(
      MakePipe("branch <b>&\"A\"'", {{20, 10}, {12, 95}}, Medium::kSupply, Laying::kDuct, 0.9));
  pipes.push_back(MakePipe("branch-B", {{-20, -52}, {-35, 60}, {-90, 75}}, Medium::kUnknown,
                           Laying::kDuct, 0.8));
  pipes.push_back(MakePipe("overhead-7", {{60, 40}, {70, 95}, {160, 100}}, Medium::kSupply,
                           Laying::kOverhead, 0));
  pipes.push_back(
      MakePipe("unseen-9", {{120, -90}, {230, -40}}, Medium::kReturn, Laying::kBuried, 1.5));
  pipes.push_back(
      MakePipe("far-away", {{5000, 5000}, {6200, 5000}}, Medium::kSupply, Laying::kBuried, 1.5));
  return std::make_unique<PipeNetwork>(std::move(pipes), std::vector<Chamber>{},
                                       std::vector<Building>{}, NetworkOptions{});
}

FrameRecord MakeFrame(int index, const Vec2& centre, const LocalFrame& local) {
  FrameRecord record;
  FrameMeta& meta = record.meta;
  char name[32];
  std::snprintf(name, sizeof(name), "DJI_%04d_T.JPG", index + 1);
  meta.name = name;
  meta.source = std::filesystem::path("/survey/" + meta.name);
  meta.sha256 = std::string(64, static_cast<char>('a' + index % 6));
  meta.format = "DJI R-JPEG";
  meta.make = "DJI";
  meta.model = "M3T";
  meta.width = 640;
  meta.height = 512;
  meta.time_utc_s = 1768505025.25 + 2.0 * index;  // 2026-01-15T19:23:45.250Z
  meta.calibration = LinearCalibration{1.0 / 64, -273.15};
  meta.radiometry = RadiometryLevel::kApparent;
  record.mean_c = -8.0 + 0.05 * index;
  record.min_c = -15.5;
  record.max_c = 4.25;
  record.offset_k = 0.1 * (index % 7) - 0.3;
  if (index == 7 || index == 31) {
    record.quarantined = Error{meta.name, {MessageId::kNoPosition, {}}};
  } else if (index == 44) {
    record.quarantined = Error{meta.name, {MessageId::kFileTruncated, {"<APP3> 3 of 11"}}};
  }
  if (record.quarantined) return record;
  RegisteredFrame registered;
  registered.frame = index;
  registered.camera.lens.width = 640;
  registered.camera.lens.height = 512;
  registered.camera.lens.focal_px = 767;
  registered.camera.lens.principal = {320, 256};
  registered.camera.position = {centre.x(), centre.y(), 170.0};
  registered.camera.map_from_camera = RotationFromAngles(0, -90, 0);
  registered.covariance.diagonal() << 1.0, 4.0, 2.25, 3e-4, 3e-4, 2.7e-3;
  registered.relative_covariance.diagonal() << 0.04, 0.04, 0.01, 1e-6, 1e-6, 1e-6;
  registered.centre = centre;
  registered.gsd_m = 0.13;
  registered.height_above_ground_m = 99.7;
  for (const Vec2& corner : {Vec2(-42, -33), Vec2(42, -33), Vec2(42, 33), Vec2(-42, 33)}) {
    registered.footprint.push_back(centre + corner);
  }
  record.registered = registered;
  record.ties = 14 + index % 5;
  if (index % 9 == 0)
    record.flags = {{QualityMark::kLowContrast, {MessageId::kFlagLowContrast, {"0.2", "0.3"}}}};
  if (index % 5 == 0) record.meta.warnings = {{MessageId::kNoCameraGeometry, {"<yaw>", "M3T"}}};
  (void)local;
  return record;
}

struct Plan {
  int pipe;
  double chainage_m;
  double offset_m;
  CandidateKind kind;
  double score;
  double rise_k;
  double length_m;
  double width_m;
};
constexpr std::array kPlans = {Plan{0, 62, 0.6, CandidateKind::kLeak, 0.93, 6.4, 5.2, 3.1},
                               Plan{0, 236, -0.4, CandidateKind::kLeak, 0.81, 4.3, 4.1, 2.9},
                               Plan{3, 71, 0.2, CandidateKind::kLeak, 0.64, 3.6, 3.4, 2.4},
                               Plan{4, 90, 0.1, CandidateKind::kInsulation, 0.41, 5.1, 7.5, 0.8},
                               Plan{2, 47, -0.3, CandidateKind::kInsulation, 0.37, 2.4, 9.1, 2.2},
                               Plan{0, 128, 0.0, CandidateKind::kInstallation, 0.22, 3.9, 0.9, 0.9},
                               Plan{1, 158, 0.1, CandidateKind::kInstallation, 0.18, 2.9, 1.0, 0.9},
                               Plan{3, 14, 1.9, CandidateKind::kConfuser, 0.15, 4.8, 2.1, 1.7},
                               Plan{1, 301, -2.2, CandidateKind::kConfuser, 0.11, 2.2, 1.8, 1.1},
                               Plan{0, 302, 0.3, CandidateKind::kInsulation, 0.10, 1.4, 12.0, 2.6},
                               Plan{1, 30, 2.6, CandidateKind::kConfuser, 0.05, 1.9, 1.4, 1.2},
                               Plan{4, 20, -1.4, CandidateKind::kConfuser, 0.02, 1.2, 0.9, 0.6}};

LeakCandidate MakeCandidate(const Plan& plan, int rank, const PipeNetwork& network) {
  const Pipe& pipe = network.pipes()[static_cast<std::size_t>(plan.pipe)];
  LeakCandidate c;
  c.id = "tl-" + std::to_string(1000 + rank * 37);
  c.rank = rank;
  c.score = plan.score;
  c.kind = plan.kind;
  const double rest = (1.0 - plan.score) / 3.0;
  c.probability = {plan.score, rest, rest, rest};
  if (plan.kind != CandidateKind::kLeak) {
    const auto k = static_cast<std::size_t>(plan.kind);
    c.probability = {plan.score, 0.05, 0.05, 0.05};
    c.probability[k] += 1.0 - plan.score - 0.15;
  }
  HotSpot& s = c.spot;
  s.pipe = plan.pipe;
  s.laying = pipe.laying;
  s.chainage_m = plan.chainage_m;
  s.offset_m = plan.offset_m;
  s.position = pipe.axis.At(plan.chainage_m, plan.offset_m);
  s.delta_t_k = plan.rise_k;
  s.delta_t_sigma_k = 0.35;
  s.snr = plan.rise_k / 0.22;
  s.length_m = plan.length_m;
  s.width_m = plan.width_m;
  s.area_m2 = std::numbers::pi / 4 * plan.length_m * plan.width_m;
  s.trace_k = 1.6;
  s.view_persistence = 0.86;
  s.views = 9;
  s.background_c = kGroundC;
  s.at_strip_edge = rank == 9;
  c.pipe_id = pipe.id;
  if (rank != 5)
    c.heat_loss = HeatLoss{180.0 * plan.rise_k, 310.0 * plan.rise_k, 560.0 * plan.rise_k};
  c.position_covariance << 1.44, 0, 0, 0.64;
  // The texts of the scoring room are not this room's business: any catalogue text with arguments
  // will do.
  c.reasons = {{"width_fits_depth", 1.4, {MessageId::kReportLengthWidth, {"5.2", "3.1", "12.7"}}},
               {"persistence", 0.8, {MessageId::kReportPersistenceValue, {"9", "86"}}},
               {"near_chamber", -0.9, {MessageId::kReportOffsetAxis, {}}},
               {"edge", -0.2, {MessageId::kReportEdgeCut, {}}}};
  for (int i = 0; i < 9; ++i)
    c.frames.push_back("DJI_00" + std::to_string(10 + rank + i) + "_T.JPG");
  const Vec2 direction = pipe.axis.Direction(plan.chainage_m);
  const Vec2 left(-direction.y(), direction.x());
  for (int i = 0; i < 16; ++i) {
    const double a = i * std::numbers::pi / 8;
    c.outline.push_back(s.position + direction * (0.5 * plan.length_m * std::cos(a)) +
                        left * (0.5 * plan.width_m * std::sin(a)));
  }
  return c;
}

CandidateEvidence MakeEvidence(const LeakCandidate& c, const Scene& scene,
                               const PipeNetwork& network) {
  CandidateEvidence e;
  constexpr int kSize = 128;
  e.chip_gsd_m = 0.16;
  e.chip_frame = c.frames.front();
  e.chip_c.create(kSize, kSize);
  const auto ground = [&](double u, double v) {
    return Vec2(c.spot.position +
                Vec2((u - kSize / 2.0) * e.chip_gsd_m, -(v - kSize / 2.0) * e.chip_gsd_m));
  };
  for (int row = 0; row < kSize; ++row) {
    for (int column = 0; column < kSize; ++column) {
      e.chip_c(row, column) =
          static_cast<float>(scene.At(ground(column + 0.5, row + 0.5)) +
                             0.15 * Noise(static_cast<std::uint32_t>(column),
                                          static_cast<std::uint32_t>(row + c.rank)));
    }
  }
  e.chip_spot = {kSize / 2.0, kSize / 2.0};
  for (const Pipe& pipe : network.pipes()) {
    std::vector<Vec2> pixels;
    for (double s = 0; s <= pipe.axis.Length(); s += 2) {
      const Vec2 d = pipe.axis.At(s) - c.spot.position;
      if (d.norm() < 40)
        pixels.emplace_back(kSize / 2.0 + d.x() / e.chip_gsd_m, kSize / 2.0 - d.y() / e.chip_gsd_m);
    }
    if (pixels.size() > 1) e.chip_pipes.push_back(std::move(pixels));
  }
  const Polyline& axis = network.pipes()[static_cast<std::size_t>(c.spot.pipe)].axis;
  for (int i = -250; i <= 250; ++i) {
    const double s = c.spot.chainage_m + 0.1 * i;
    if (s < 0 || s > axis.Length()) continue;
    const Vec2 p = axis.At(s, c.spot.offset_m);
    const bool gap = i > 120 && i < 150;
    e.along.x_m.push_back(static_cast<float>(s));
    e.along.celsius.push_back(
        gap ? NAN
            : static_cast<float>(scene.At(p) +
                                 0.08 * Noise(static_cast<std::uint32_t>(i + 999), 5)));
    e.along.baseline_c.push_back(static_cast<float>(scene.Baseline(p)));
  }
  for (int i = -80; i <= 80; ++i) {
    const double o = 0.1 * i;
    const Vec2 p = axis.At(c.spot.chainage_m, o);
    e.across.x_m.push_back(static_cast<float>(o));
    e.across.celsius.push_back(
        static_cast<float>(scene.At(p) + 0.08 * Noise(static_cast<std::uint32_t>(i + 999), 6)));
    e.across.baseline_c.push_back(static_cast<float>(scene.Baseline(p)));
  }
  return e;
}

void FillMosaic(Mosaic& mosaic, const std::vector<FrameRecord>& frames, const Scene& scene) {
  const double cell = mosaic.cell_m();
  Box2 seen;
  for (const FrameRecord& record : frames) {
    if (!record.registered) continue;
    for (const Vec2& corner : record.registered->footprint) seen.Add(corner);
  }
  const auto column0 = static_cast<std::int64_t>(std::floor(seen.min.x() / cell));
  const auto row0 = static_cast<std::int64_t>(std::floor(-seen.max.y() / cell));
  cv::Mat_<float> patch(static_cast<int>((seen.max.y() - seen.min.y()) / cell),
                        static_cast<int>((seen.max.x() - seen.min.x()) / cell), NAN);
  cv::Mat_<float> nadir(patch.size(), 0.1F);
  for (int row = 0; row < patch.rows; ++row) {
    for (int column = 0; column < patch.cols; ++column) {
      const Vec2 p((static_cast<double>(column0 + column) + 0.5) * cell,
                   -(static_cast<double>(row0 + row) + 0.5) * cell);
      const bool inside = std::any_of(frames.begin(), frames.end(), [&](const FrameRecord& record) {
        return record.registered && (p - record.registered->centre).cwiseAbs().x() < 42 &&
               (p - record.registered->centre).cwiseAbs().y() < 33;
      });
      if (inside) {
        patch(row, column) =
            static_cast<float>(scene.At(p) + 0.3 * Noise(static_cast<std::uint32_t>(column),
                                                         static_cast<std::uint32_t>(row)));
      }
    }
  }
  mosaic.Add(column0, row0, patch, nadir);
}

}  // namespace

PlausibleSurvey MakePlausibleSurvey(double mosaic_cell_m) {
  PlausibleSurvey survey{MakeNetwork(),
                         SurveyResult{nullptr, LocalFrame::Utm(kCity), {}, {}, {}, {}, {}, {}, {}},
                         Mosaic(mosaic_cell_m)};
  SurveyResult& result = survey.result;
  result.network = survey.network.get();
  for (int i = 0; i < 60; ++i) {
    const int line = i / 15;
    const int along = line % 2 == 0 ? i % 15 : 14 - i % 15;
    result.frames.push_back(
        MakeFrame(i, {-150.0 + along * 21.0, 80.0 - line * 45.0}, result.frame));
  }
  std::vector<Source> sources;
  int rank = 0;
  for (const Plan& plan : kPlans) {
    result.candidates.push_back(MakeCandidate(plan, ++rank, *survey.network));
    const Polyline& axis = survey.network->pipes()[static_cast<std::size_t>(plan.pipe)].axis;
    sources.push_back({result.candidates.back().spot.position, plan.rise_k, plan.length_m,
                       plan.width_m, axis.Direction(plan.chainage_m)});
  }
  const Scene scene(*survey.network, std::move(sources));
  for (const LeakCandidate& candidate : result.candidates) {
    result.evidence.push_back(MakeEvidence(candidate, scene, *survey.network));
  }
  result.coverage = {{0, 0, 250, 9, 0.08}, {0, 250, 310, 2, 0.2}, {0, 310, 350, 8, 0.1},
                     {1, 0, 300, 8, 0.1},  {2, 0, 60, 6, 0.12},   {2, 60, 86, 4, 0.9},
                     {3, 0, 140, 7, 0.1},  {4, 0, 120, 5, 0.15}};
  // The second pipe lies beside its line on one stretch, and something warm beside the third.
  const auto stretch = [&](int pipe, double from, double to, TraceStatus status, double offset_m,
                           double confidence) {
    const Polyline& axis = survey.network->pipes()[static_cast<std::size_t>(pipe)].axis;
    TraceStretch trace{pipe, from, to, status, offset_m, 0.4, confidence, {}};
    for (double s = from; s <= to; s += 10)
      trace.points.push_back({s, offset_m, 0.4, confidence, axis.At(s, offset_m)});
    result.alignment.traces.push_back(std::move(trace));
  };
  stretch(0, 0, 350, TraceStatus::kConfirmed, 0.3, 0.97);
  stretch(1, 0, 120, TraceStatus::kConfirmed, 0.2, 0.95);
  stretch(1, 120, 200, TraceStatus::kMoved, -2.4, 0.9);
  stretch(1, 200, 300, TraceStatus::kNotSeen, 0.1, 0.2);
  stretch(2, 0, 80, TraceStatus::kDoubtful, 4.1, 0.3);
  SurveyShift& shift = result.alignment.shift;
  shift.found = true;
  shift.shift_m = {1.2, -0.7};
  shift.covariance = Mat2::Identity() * 0.16;
  shift.evidence = 7.5;
  result.alignment.buildings = BuildingShift{{0.9, -0.2}, Mat2::Identity() * 0.81, 3.1, 12, true};
  result.alignment.disagreement = 0.6;
  result.skipped_features = {{"fid 17", {MessageId::kCorruptData, {"<script>alert(1)</script>"}}}};
  RunFacts& facts = result.facts;
  facts.started_utc = "2026-01-16T02:00:00Z";
  facts.times = {{"ingest", 1.25, 2.31}, {"detection", 0.5, 0.97}};
  facts.options_json = R"({"strips":{"cell_m":0.1},"scene":{"air_c":null}})";
  for (const FrameRecord& record : result.frames)
    facts.inputs.push_back({record.meta.source.path.string(), record.meta.sha256, 1234567});
  facts.inputs.push_back({"network.gpkg", std::string(64, 'f'), 98304});
  facts.map = "network.gpkg";
  facts.warnings = {{MessageId::kNoCameraGeometry, {"pixel pitch", "M3T </script>"}}};
  facts.threads = 2;
  facts.registration.median_sigma_m = 2.63;
  facts.registration.median_relative_sigma_m = 0.22;
  facts.registration.p90_relative_sigma_m = 0.41;
  facts.registration.method = MessageId::kMethodTies;
  AdjustSummary& adjustment = facts.registration.adjustment;
  adjustment.pairs_tried = 170;
  adjustment.pairs_tied = 148;
  adjustment.pairs_dropped = 3;
  adjustment.ties = 1200;
  adjustment.frames_untied = 0;
  adjustment.residual_before_m = 2.9;
  adjustment.residual_after_m = 0.13;
  adjustment.median_move_m = 2.2;
  adjustment.yaw_bias_deg = 1.75;
  adjustment.clock_lead_s = 0.28;
  adjustment.focal_change = -0.0125;
  adjustment.k1 = -0.231;
  adjustment.noise = {2.1, 1.1, 0.4, 0.0052, 0.0087, 0.42, 0.31, 0.2};
  adjustment.converged = true;
  for (int i = 0; i < 1200; ++i) {
    const double u = (i + 0.5) / 1200;
    adjustment.tie_distances_before_m.push_back(2.9 * std::exp(std::tan(1.8 * (u - 0.5)) * 0.6));
    adjustment.tie_distances_after_m.push_back(0.13 * std::exp(std::tan(1.8 * (u - 0.5)) * 0.7));
  }
  facts.harmonisation.before = {1.42, 3.1};
  facts.harmonisation.after = {0.11, 0.4};
  facts.harmonisation.cameras = {{"DJI XT2 <1>", 57, FlatField::Kind::kFull, {0.31, -0.82, 0.44}},
                                 {"DJI M3T", 3, FlatField::Kind::kNone, {}}};
  facts.harmonisation.offset_low_k = -1.25;
  facts.harmonisation.offset_high_k = 2.5;
  facts.harmonisation.offset_sigma_k = 0.06;
  facts.harmonisation.drift_k = 0.05;
  facts.harmonisation.steps_k = {1.5, -4.75};
  FillMosaic(survey.mosaic, result.frames, scene);
  return survey;
}

}  // namespace thermoleak
