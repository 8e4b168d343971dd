#include "registration/adjust_problem.hpp"

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <numeric>

#include "thermoleak/core/statistics.hpp"

namespace thermoleak::adjust_internal {
namespace {

constexpr double kDegree = std::numbers::pi / 180.0;

/// Velocity over ground from the recorded positions of the same flight's neighbours in time; zero
/// where times are unknown or far apart.
std::vector<Vec2> Velocities(std::span<const RegisteredFrame> frames) {
  constexpr double kSpanS = 12;
  constexpr int kNeighbours = 2;
  std::vector<Vec2> velocities(frames.size(), Vec2(0, 0));
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (std::isfinite(frames[i].time_s)) order.push_back(i);
  }
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::tuple(frames[a].flight, frames[a].time_s, a) <
           std::tuple(frames[b].flight, frames[b].time_s, b);
  });
  const auto n = static_cast<int>(order.size());
  for (int k = 0; k < n; ++k) {
    const RegisteredFrame& here = frames[order[static_cast<std::size_t>(k)]];
    double weight = 0;
    double mean_t = 0;
    Vec2 mean(0, 0);
    std::vector<std::size_t> near;
    for (int j = std::max(0, k - kNeighbours); j <= std::min(n - 1, k + kNeighbours); ++j) {
      const RegisteredFrame& other = frames[order[static_cast<std::size_t>(j)]];
      if (other.flight != here.flight || std::abs(other.time_s - here.time_s) > kSpanS) continue;
      near.push_back(order[static_cast<std::size_t>(j)]);
      weight += 1;
      mean_t += other.time_s - here.time_s;
      mean += other.camera.position.head<2>();
    }
    mean_t /= weight;
    mean /= weight;
    double spread = 0;
    Vec2 product(0, 0);
    for (const std::size_t j : near) {
      const double t = frames[j].time_s - here.time_s - mean_t;
      spread += t * t;
      product += t * (frames[j].camera.position.head<2>() - mean);
    }
    constexpr double kFastest = 40;  // m/s; more is a clock or a position gone wrong
    if (spread > 0.5 && product.norm() < kFastest * spread)
      velocities[order[static_cast<std::size_t>(k)]] = product / spread;
  }
  return velocities;
}

/// Over level ground from one height, a longer focal length is the same as a greater height; only
/// where cameras fly at different heights above what they see do pictures tell them apart. Held at
/// the written value a wrong focal length then does no harm: the height makes up for it.
bool HeightsVary(const Registration& registration) {
  constexpr double kEnough = 0.15;  // of the height, between the 5th and 95th percentile
  std::vector<double> heights;
  for (const RegisteredFrame& frame : registration.frames)
    heights.push_back(frame.camera.position.z() - registration.terrain.HeightAt(frame.centre));
  if (heights.size() < 10) return false;
  const std::span<const double> all(heights);
  return QuantileOf(all, 0.95) - QuantileOf(all, 0.05) > kEnough * MedianOf(all);
}
constexpr double kFocalHeld = 1e-4;
constexpr double kTieSigmas = 2;  // beyond which a tie counts less and less

}  // namespace

AdjustProblem::AdjustProblem(const Registration& registration, std::span<const TiePoint> ties,
                             const RegistrationOptions& recorded, const AdjustOptions& options)
    : registration_(registration), options_(options) {
  const std::vector<RegisteredFrame>& frames = registration.frames;
  noise_ = {options.position_noise_m,        options.position_noise_m,
            options.height_noise_m,          options.tilt_noise_deg * kDegree,
            options.yaw_noise_deg * kDegree, options.tie_sigma_px,
            options.ground_sigma_m,          0.5 * options.ground_sigma_m};
  tilt_bias_rad_ = recorded.tilt_sigma_deg * kDegree;
  velocity_m_s_ = Velocities(frames);
  std::size_t flights = 1;
  std::size_t lenses = 1;
  for (const RegisteredFrame& frame : frames) {
    flight_of_.push_back(static_cast<std::size_t>(frame.flight));
    lens_of_.push_back(static_cast<std::size_t>(frame.lens_id));
    flights = std::max(flights, flight_of_.back() + 1);
    lenses = std::max(lenses, lens_of_.back() + 1);
    recorded_sigma_m_.push_back(std::sqrt(frame.covariance(0, 0)));
  }
  // Of each flight the usual sigmas: of east, up and about the camera's axis.
  std::vector<std::array<std::vector<double>, 3>> of_flight(flights);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const Mat6& c = frames[i].covariance;
    of_flight[flight_of_[i]][0].push_back(std::sqrt(c(0, 0)));
    of_flight[flight_of_[i]][1].push_back(std::sqrt(c(2, 2)));
    of_flight[flight_of_[i]][2].push_back(std::sqrt(c(5, 5)));
  }
  for (std::size_t f = 0; f < flights; ++f) {
    const auto usual = [&](std::size_t k, double without) {
      const std::span<const double> all(of_flight[f][k]);
      return all.empty() ? without : MedianOf(all);
    };
    position_bias_m_.push_back(usual(0, recorded.gnss_sigma_m));
    height_bias_m_.push_back(usual(1, recorded.height_sigma_m));
    yaw_bias_rad_.push_back(usual(2, recorded.yaw_sigma_deg * kDegree));
    if (of_flight[f][0].size() > of_flight[main_flight_][0].size()) main_flight_ = f;
  }
  focal_sigma_ = HeightsVary(registration) ? options.focal_sigma : kFocalHeld;
  frames_.assign(frames.size(), {});
  flights_.assign(flights, {});
  lenses_.assign(lenses, {});
  for (const TiePoint& tie : ties) {
    Tie t;
    t.first = static_cast<std::size_t>(tie.first);
    t.second = static_cast<std::size_t>(tie.second);
    t.own_sigmas = tie.sigmas;
    t.beside_building = tie.beside_building;
    const Camera& a = frames[t.first].camera;
    const Camera& b = frames[t.second].camera;
    const auto ground = a.Ground(tie.pixel_first, registration.terrain);
    if (!ground || !b.Ground(tie.pixel_second, registration.terrain)) continue;
    t.a = {a.position, a.map_from_camera, a.lens, tie.pixel_first};
    t.b = {b.position, b.map_from_camera, b.lens, tie.pixel_second};
    t.height_m = ground->z();
    t.gsd_m = 0.5 * (frames[t.first].gsd_m + frames[t.second].gsd_m);
    const Vec2 base = (b.position - a.position).head<2>();
    t.along = base.norm() > 1e-6 ? Vec2(base.normalized()) : Vec2(1, 0);
    t.base_to_height =
        base.norm() / std::max(1.0, 0.5 * (a.position.z() + b.position.z()) - t.height_m);
    ties_.push_back(std::move(t));
  }
  CountPairs();
}

void AdjustProblem::StartFrom(const AdjustStart& start) {
  noise_ = start.noise;
  position_noise_given_ = true;
  const Registration& adjusted = start.adjusted;
  std::vector<std::array<std::vector<double>, kFrameParameters>> of_flight(flights_.size());
  for (std::size_t i = 0; i < frames_.size(); ++i) {
    const Camera& from = registration_.frames[i].camera;
    const Camera& to = adjusted.frames[i].camera;
    const Vec3 move = to.position - from.position;
    const Eigen::AngleAxisd turn(Mat3(from.map_from_camera.transpose() * to.map_from_camera));
    const Vec3 w = turn.angle() * turn.axis();
    frames_[i] = {move.x(), move.y(), move.z(), w.x(), w.y(), w.z()};
    for (std::size_t k = 0; k < kFrameParameters; ++k)
      of_flight[flight_of_[i]][k].push_back(frames_[i][k]);
    lenses_[lens_of_[i]] = {to.lens.focal_px / from.lens.focal_px - 1, to.lens.k1 - from.lens.k1,
                            to.lens.k2 - from.lens.k2, to.lens.p1 - from.lens.p1,
                            to.lens.p2 - from.lens.p2};
  }
  for (std::size_t f = 0; f < flights_.size(); ++f) {
    for (std::size_t k = 0; k < kFrameParameters; ++k) {
      const auto& values = of_flight[f][k];
      flights_[f][k] = values.empty() ? 0 : MedianOf(std::span<const double>(values));
    }
  }
}

void AdjustProblem::CountPairs() {
  constexpr double kIndependent = 8;  // ties of a pair, at most
  std::size_t pair = 0;
  std::vector<double> heights;
  beside_building_.clear();
  for (std::size_t begin = 0; begin < ties_.size(); ++pair) {
    // Pairs that are left keep the heights that they have.
    heights.push_back(ties_[begin].pair < heights_.size() ? heights_[ties_[begin].pair] : 0);
    std::size_t end = begin;
    while (end < ties_.size() && ties_[end].first == ties_[begin].first &&
           ties_[end].second == ties_[begin].second)
      ++end;
    const double sigmas = std::sqrt(std::max(1.0, static_cast<double>(end - begin) / kIndependent));
    const auto beside = std::count_if(ties_.begin() + static_cast<std::ptrdiff_t>(begin),
                                      ties_.begin() + static_cast<std::ptrdiff_t>(end),
                                      [](const Tie& tie) { return tie.beside_building; });
    beside_building_.push_back(2 * beside >= static_cast<std::ptrdiff_t>(end - begin));
    for (; begin < end; ++begin) {
      ties_[begin].sigmas = sigmas * ties_[begin].own_sigmas;
      ties_[begin].pair = pair;
    }
  }
  heights_ = std::move(heights);
}

TieWeight AdjustProblem::WeightOf(const Tie& tie) const {
  const double parallax_px = tie.base_to_height * noise_.unevenness_m / tie.gsd_m;
  return {tie.along, 1 / (tie.sigmas * std::hypot(noise_.tie_px, parallax_px)),
          1 / (tie.sigmas * noise_.tie_px)};
}

double AdjustProblem::PairWeight() const {
  return std::min(1.0, static_cast<double>(frames_.size()) /
                           std::max<double>(1.0, static_cast<double>(heights_.size())));
}

double AdjustProblem::PositionSigma(std::size_t frame) const {
  // A frame with a better position than the options' noise (RTK) keeps it.
  return recorded_sigma_m_[frame] < options_.position_noise_m
             ? recorded_sigma_m_[frame]
             : std::hypot((loosely_ ? 3 : 1) * noise_.position_m,
                          registration_.frames[frame].filled_in.position_m);
}

AdjustEquations AdjustProblem::Build(double widening) const {
  const Loss tie_loss = Loss::Cauchy(widening * kTieSigmas);
  const Loss position_loss = Loss::Huber(2.5);
  // A roof that fills the picture is a ground some ten metres higher.
  const Loss height_loss = Loss::Cauchy(2);
  const Loss ground_loss = Loss::Cauchy(std::sqrt(PairWeight()));
  AdjustEquations equations(static_cast<int>(frames_.size()), static_cast<int>(flights_.size()),
                            static_cast<int>(lenses_.size()), static_cast<int>(heights_.size()));
  for (std::size_t f = 0; f < flights_.size(); ++f) {
    const double position = 1 / position_bias_m_[f];
    const double tilt = 1 / tilt_bias_rad_;
    equations.Add(std::make_unique<ZeroPrior<kFlightParameters>>(
                      std::array{position, position, 1 / height_bias_m_[f], tilt, tilt,
                                 1 / yaw_bias_rad_[f], 1 / options_.clock_sigma_s}),
                  Loss::Square(), {equations.flight(f)});
  }
  const double k = 1 / options_.distortion_sigma;
  const double p = 20 / options_.distortion_sigma;  // decentring is a twentieth of the radial term
  for (std::size_t l = 0; l < lenses_.size(); ++l) {
    equations.Add(
        std::make_unique<ZeroPrior<kLensParameters>>(std::array{1 / focal_sigma_, k, k, p, p}),
        Loss::Square(), {equations.lens(l)});
  }
  for (std::size_t i = 0; i < frames_.size(); ++i) {
    const int frame = static_cast<int>(i);
    const int flight = equations.flight(flight_of_[i]);
    equations.Add(std::make_unique<PositionPrior>(velocity_m_s_[i], 1 / PositionSigma(i)),
                  position_loss, {frame, flight});
    const double height = std::max(1.0, registration_.frames[i].height_above_ground_m);
    const FilledIn& filled_in = registration_.frames[i].filled_in;
    const double tilt = 1 / std::hypot(noise_.tilt_rad, filled_in.tilt_rad);
    const double yaw = 1 / std::hypot(noise_.yaw_rad, filled_in.yaw_rad);
    equations.Add(std::make_unique<HeightPrior>(
                      height, 1 / std::hypot(noise_.height_m, filled_in.height_m), tied_height_),
                  height_loss, {frame, flight});
    equations.Add(std::make_unique<AnglePrior>(std::array{tilt, tilt, yaw}, tied_tilt_),
                  Loss::Square(), {frame, flight, equations.lens(lens_of_[i])});
  }
  for (const Tie& tie : ties_) {
    const std::size_t lens_first = lens_of_[tie.first];
    const std::size_t lens_second = lens_of_[tie.second];
    equations.AddTie(
        TieResidual(tie.a, tie.b, tie.height_m, WeightOf(tie), lens_first == lens_second), tie_loss,
        {static_cast<int>(tie.first), static_cast<int>(tie.second), equations.lens(lens_first),
         equations.lens(lens_second), static_cast<int>(tie.pair)});
  }
  constexpr double kRoofs = 10;  // m
  for (std::size_t pair = 0; pair < heights_.size(); ++pair) {
    const bool beside = beside_building_[pair];
    equations.AddHeight(static_cast<int>(pair), 1 / (beside ? kRoofs : noise_.ground_m),
                        beside ? Loss::Square() : ground_loss);
  }
  if (loosely_) equations.HoldHeights();
  return equations;
}

AdjustState AdjustProblem::State() const {
  AdjustState state;
  std::vector<double> blocks;
  for (const auto& frame : frames_) blocks.insert(blocks.end(), frame.begin(), frame.end());
  for (const auto& flight : flights_) blocks.insert(blocks.end(), flight.begin(), flight.end());
  for (const auto& lens : lenses_) blocks.insert(blocks.end(), lens.begin(), lens.end());
  const auto vector = [](const std::vector<double>& values) -> Eigen::VectorXd {
    return Eigen::Map<const Eigen::VectorXd>(values.data(),
                                             static_cast<Eigen::Index>(values.size()));
  };
  state.blocks = vector(blocks);
  state.heights = vector(heights_);
  return state;
}

bool AdjustProblem::Solve(double tolerance, std::span<const double> widenings) {
  constexpr int kFewSteps = 2;
  constexpr int kManySteps = 30;
  AdjustState state = State();
  for (const double widening : widenings) {
    if (!Build(widening).Solve(state, tolerance, kFewSteps)) return false;
  }
  if (!Build(1).Solve(state, tolerance, kManySteps)) return false;
  const double* from = state.blocks.data();
  const auto take = [&](auto& blocks) {
    for (auto& block : blocks) {
      std::copy_n(from, block.size(), block.begin());
      from += block.size();
    }
  };
  take(frames_);
  take(flights_);
  take(lenses_);
  std::copy_n(state.heights.data(), heights_.size(), heights_.begin());
  return true;
}

std::optional<AdjustEquations::Spread> AdjustProblem::Covariances(Unknowns unknowns) const {
  AdjustEquations equations = Build(1);
  std::vector<int> held;
  if (unknowns == Unknowns::kAll) {
    const int first = equations.row(equations.flight(main_flight_));
    held = {first, first + 1};
  } else {
    const int end = equations.row(equations.lens(lenses_.size()));
    for (int i = equations.row(equations.flight(0)); i < end; ++i) held.push_back(i);
  }
  return equations.Covariances(State(), held);
}

std::vector<Mat6> AdjustProblem::RelativeCovariances() const {
  constexpr double kContradicted = 3;  // sigmas
  const auto spread = Covariances(Unknowns::kAll);
  if (!spread) return {};
  std::vector<Mat6> covariances = spread->frames;
  // The mean of the records decides where all frames are together; what it may be wrong by is not
  // between them.
  const auto together =
      static_cast<double>(std::count(flight_of_.begin(), flight_of_.end(), main_flight_));
  const double common = std::pow(noise_.position_m, 2) / together;
  for (std::size_t i = 0; i < covariances.size(); ++i) {
    if (flight_of_[i] == main_flight_) {
      for (Eigen::Index k = 0; k < 2; ++k)
        covariances[i](k, k) -= std::min(common, 0.75 * covariances[i](k, k));
    }
    const Vec2 v = PositionResidual(i);
    const double own_m = std::min(recorded_sigma_m_[i], noise_.position_own_m);
    if (v.norm() > kContradicted * own_m) covariances[i].topLeftCorner<2, 2>() += v * v.transpose();
  }
  return covariances;
}

Vec2 AdjustProblem::PositionResidual(std::size_t frame) const {
  const auto& p = frames_[frame];
  const auto& b = flights_[flight_of_[frame]];
  return Vec2(p[0] - b[0], p[1] - b[1]) - b[6] * velocity_m_s_[frame];
}

std::optional<Vec2> AdjustProblem::Gap(const Tie& tie, const double* first,
                                       const double* second) const {
  const double height_m = tie.height_m + heights_[tie.pair];
  const auto a =
      GroundPoint(tie.a, height_m, first, lenses_[lens_of_[tie.first]].data(), nullptr, nullptr);
  const auto b =
      GroundPoint(tie.b, height_m, second, lenses_[lens_of_[tie.second]].data(), nullptr, nullptr);
  if (!a || !b) return std::nullopt;
  return Vec2((*a - *b) / tie.gsd_m);
}

std::vector<int> AdjustProblem::Groups() const {
  std::vector<std::size_t> parent(frames_.size());
  std::iota(parent.begin(), parent.end(), std::size_t{0});
  const auto root = [&](std::size_t i) {
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
  };
  for (const Tie& tie : ties_) {
    const std::size_t a = root(tie.first);
    const std::size_t b = root(tie.second);
    parent[std::max(a, b)] = std::min(a, b);
  }
  std::vector<int> members(frames_.size(), 0);
  for (std::size_t i = 0; i < frames_.size(); ++i) ++members[root(i)];
  std::vector<int> group(frames_.size(), -1);
  int groups = 0;
  for (std::size_t i = 0; i < frames_.size(); ++i) {
    if (members[root(i)] == 1) continue;
    group[i] = root(i) == i ? groups++ : group[root(i)];
  }
  return group;
}

}  // namespace thermoleak::adjust_internal
