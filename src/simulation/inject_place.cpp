#include "simulation/inject_place.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "simulation/leak_shape.hpp"
#include "thermoleak/simulation/random.hpp"
#include "thermoleak/simulation/signature.hpp"

namespace thermoleak::simulation {
namespace {

constexpr int kTries = 400;
/// Two leaks closer than this could not be told apart by a match within 3 m.
constexpr double kApart = 9;
/// A leak under a building is no leak that a picture could show.
constexpr double kOutsideBuildings = 1;

/// A point of the observed pipes, uniform per metre.
struct Drawn {
  const BuriedPiece* piece = nullptr;
  double chainage_m = 0;
};
Drawn DrawPlace(const std::vector<BuriedPiece>& pieces, double total_m, Rng& rng) {
  double at = rng.Uniform(0, total_m);
  const BuriedPiece* last = nullptr;
  for (const BuriedPiece& piece : pieces) {
    if (!piece.observable()) continue;
    last = &piece;
    if (at < piece.Length()) break;
    at -= piece.Length();
  }
  if (last == nullptr) return {};
  return {last, last->seen.from_m + std::min(at, last->Length())};
}

/// How far the run saw the pipe beside the map's line.
std::optional<double> TraceOffset(const RunFolder& run, const Drawn& drawn) {
  for (const SeenTrace& trace : run.traces) {
    if (trace.pipe_id == drawn.piece->seen.pipe_id && drawn.chainage_m >= trace.from_m &&
        drawn.chainage_m <= trace.to_m)
      return trace.offset_m;
  }
  return std::nullopt;
}

}  // namespace

std::vector<BuriedPiece> BuriedPieces(const PipeNetwork& network, const RunFolder& run) {
  std::map<std::string, int> by_id;
  for (std::size_t i = 0; i < network.pipes().size(); ++i)
    by_id.emplace(network.pipes()[i].id, static_cast<int>(i));
  std::vector<BuriedPiece> pieces;
  for (const SeenPiece& seen : run.pieces) {
    const auto at = by_id.find(seen.pipe_id);
    if (at == by_id.end()) continue;
    const thermoleak::Pipe& pipe = network.pipes()[static_cast<std::size_t>(at->second)];
    if (pipe.laying == thermoleak::Laying::kOverhead || seen.to_m <= seen.from_m ||
        seen.from_m > pipe.axis.Length())
      continue;
    const double depth_m =
        pipe.AxisDepth(run.network.depth_to_axis).value_or(run.network.default_depth_m);
    pieces.push_back(
        {seen, at->second, EquivalentDepth(depth_m, run.conductivity, run.surface_coefficient)});
  }
  return pieces;
}

SurveyShift ShiftOf(const PipeNetwork& network, const std::vector<BuriedPiece>& pieces,
                    const RunFolder& run) {
  SurveyShift shift = run.shift;
  Vec2 sum{0, 0};
  double length_m = 0;
  for (const BuriedPiece& piece : pieces) {
    if (!piece.observable()) continue;
    const Polyline& axis = network.pipes()[static_cast<std::size_t>(piece.pipe)].axis;
    sum += piece.Length() * axis.At((piece.seen.from_m + piece.seen.to_m) / 2);
    length_m += piece.Length();
  }
  if (length_m > 0) shift.centre = sum / length_m;
  return shift;
}

std::vector<InjectedLeak> DrawLeaks(const PipeNetwork& network, const LocalFrame& frame,
                                    const std::vector<BuriedPiece>& pieces, const RunFolder& run,
                                    const InjectOptions& options) {
  double total_m = 0;
  for (const BuriedPiece& piece : pieces) total_m += piece.observable() ? piece.Length() : 0;
  std::vector<Vec2> taken;
  for (const KnownPlace& known : run.candidates) {
    if (known.clear) taken.push_back(frame.LocalFromLonLat(known.position));
  }
  std::vector<InjectedLeak> leaks;
  const auto is_free = [&](const Vec2& p) {
    const auto far_from = [&p](const Vec2& q, double least) { return (p - q).norm() >= least; };
    return std::all_of(taken.begin(), taken.end(),
                       [&](const Vec2& q) { return far_from(q, options.clear_of_m); }) &&
           std::all_of(leaks.begin(), leaks.end(),
                       [&](const InjectedLeak& l) { return far_from(l.leak.position, kApart); }) &&
           network.BuildingDistance(p, kOutsideBuildings) >= kOutsideBuildings;
  };
  for (int i = 0; i < options.leaks && total_m > 0; ++i) {
    Rng rng(options.seed, Stream::kInject, static_cast<std::uint64_t>(i));
    for (int t = 0; t < kTries; ++t) {
      const Drawn drawn = DrawPlace(pieces, total_m, rng);
      if (drawn.piece == nullptr) break;
      const Polyline& axis = network.pipes()[static_cast<std::size_t>(drawn.piece->pipe)].axis;
      const std::optional<double> offset = TraceOffset(run, drawn);
      const Vec2 place = axis.At(drawn.chainage_m, offset.value_or(0));
      if (!is_free(place)) continue;
      InjectedLeak injected;
      injected.seen = drawn.piece->seen;
      injected.on_trace = offset.has_value();
      Leak& leak = injected.leak;
      leak.pipe = drawn.piece->pipe;
      leak.chainage_m = drawn.chainage_m;
      leak.offset_m = offset.value_or(0);
      leak.position = place;
      leak.depth_m = drawn.piece->equivalent_depth_m;
      leak.delta_t_k =
          options.low_rise_k * std::pow(options.high_rise_k / options.low_rise_k, rng.Uniform());
      leak.wet_length_m = rng.Chance(0.5) ? rng.Uniform(1, 6) : 0;
      leak.shape_seed = static_cast<std::uint32_t>(i) + 1;
      StrewSources(axis, options.seed, leak);
      ScaleLeak(run.surface_coefficient, leak);
      leaks.push_back(std::move(injected));
      break;
    }
  }
  int number = 0;
  for (InjectedLeak& injected : leaks) injected.leak.id = fmt::format("I{:02}", ++number);
  return leaks;
}

}  // namespace thermoleak::simulation
