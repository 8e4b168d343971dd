#include "thermoleak/detection/map_lines.hpp"

#include <algorithm>
#include <cmath>

#include "thermoleak/core/statistics.hpp"

namespace thermoleak {
namespace {

constexpr double kBelieved = 0.6;    // confidence of a trace that counts as seen
constexpr double kSharp = 0.8;       // m; a trace that is known worse is not a place
constexpr double kShortest = 8;      // m; shorter stretches belong to their neighbours
constexpr double kNode = 2.0;        // m; pipe ends this near each other are joined
constexpr double kContinues = 0.87;  // cosine of 30 degrees
constexpr double kChamberSpot = 4;   // noise of the strip; a spot that stands out more is there
constexpr double kWrongSigmas = 3;
constexpr double kDoubt = 0.3;  // that a warm line which nothing ties to the pipe is the pipe

/// One entry of a trace against the map.
struct Entry {
  TracePoint point;
  double tolerance_m = 0;  ///< farther off the map is wrong
  Vec2 at{0, 0};           ///< on the map's line
  Vec2 left{0, 0};
  TraceStatus status = TraceStatus::kNotSeen;
};

std::vector<Entry> EntriesOf(const StripLayout& strip, const Trace& trace,
                             const PipeNetwork& network, const SurveyShift& shift,
                             const MapLineOptions& options) {
  const Polyline& axis = network.pipes()[static_cast<std::size_t>(strip.pipe)].axis;
  const double end = std::min(axis.Length(), strip.chainage0_m + strip.columns * strip.cell_m);
  std::vector<Entry> entries;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    const double chainage = trace.chainage0_m + static_cast<double>(i) * trace.step_m;
    if (chainage > end + 1e-6) break;
    const Vec2 direction = axis.Direction(chainage, 1.0);
    const Vec2 left(-direction.y(), direction.x());
    const Vec2 at = axis.At(chainage);
    Entry entry;
    const double common =
        std::sqrt(left.dot(shift.CovarianceAt(at) * left) + std::pow(shift.local_sigma_m, 2));
    entry.point = {chainage, trace.offset_m[i] - trace.expected_m[i],
                   std::hypot(trace.sigma_m[i], common), trace.confidence[i],
                   at + left * (trace.offset_m[i] - trace.expected_m[i])};
    entry.tolerance_m = std::max(options.wrong_line_m, kWrongSigmas * entry.point.sigma_m);
    entry.at = at;
    entry.left = left;
    if (entry.point.confidence >= kBelieved && trace.sigma_m[i] < kSharp) {
      entry.status = std::abs(entry.point.offset_m) > entry.tolerance_m ? TraceStatus::kMoved
                                                                        : TraceStatus::kConfirmed;
    }
    entries.push_back(entry);
  }
  // Where the pipe itself is not seen, the warm line beside it may be it.
  for (const ForeignStretch& foreign : trace.foreign) {
    for (std::size_t i = 0; i < foreign.offset_m.size(); ++i) {
      const std::size_t e = static_cast<std::size_t>(foreign.first) + i;
      if (e >= entries.size() || entries[e].status != TraceStatus::kNotSeen) continue;
      Entry& entry = entries[e];
      entry.status = TraceStatus::kDoubtful;
      entry.point.offset_m = foreign.offset_m[i];
      entry.point.position = entry.at + entry.left * foreign.offset_m[i];
      entry.point.confidence = kDoubt;
    }
  }
  return entries;
}

/// Runs of one status; short ones take that of the longer neighbour.
std::vector<std::pair<std::size_t, std::size_t>> Runs(std::vector<Entry>& entries, double step_m) {
  const auto shortest = static_cast<std::size_t>(kShortest / step_m);
  std::vector<std::pair<std::size_t, std::size_t>> runs;
  const auto collect = [&] {
    runs.clear();
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (i == 0 || entries[i].status != entries[i - 1].status) runs.emplace_back(i, i);
      runs.back().second = i + 1;
    }
  };
  const auto length = [](const auto& run) { return run.second - run.first; };
  collect();
  while (runs.size() > 1) {
    const auto small =
        std::min_element(runs.begin(), runs.end(),
                         [&](const auto& a, const auto& b) { return length(a) < length(b); });
    if (length(*small) >= shortest) break;
    const bool first = small == runs.begin();
    const bool last = small + 1 == runs.end();
    const auto& into =
        first  ? *(small + 1)
        : last ? *(small - 1)
               : (length(*(small - 1)) >= length(*(small + 1)) ? *(small - 1) : *(small + 1));
    const TraceStatus status = entries[into.first].status;
    for (std::size_t i = small->first; i < small->second; ++i) entries[i].status = status;
    collect();
  }
  return runs;
}

/// A run with what is needed to judge it.
struct Candidate {
  std::size_t strip = 0;
  std::size_t first = 0;  ///< entries [first, last)
  std::size_t last = 0;
};

double MedianOffset(const std::vector<Entry>& entries, const Candidate& run) {
  std::vector<double> offsets;
  for (std::size_t i = run.first; i < run.last; ++i) offsets.push_back(entries[i].point.offset_m);
  return QuantileInPlace(offsets, 0.5);
}

/// A chamber of the map on the stretch stands out of the trace where the trace puts it.
bool ShowsChamber(const std::vector<Entry>& entries, const Candidate& run, const StripLayout& strip,
                  const StripFindings& findings, const PipeNetwork& network) {
  const Polyline& axis = network.pipes()[static_cast<std::size_t>(strip.pipe)].axis;
  const StripImage& image = findings.image;
  const Trace& trace = findings.trace;
  const double from = entries[run.first].point.chainage_m;
  const double to = entries[run.last - 1].point.chainage_m;
  const double beside = MedianOffset(entries, run);
  // Means of a square metre on the trace: the chamber's place against all others.
  const auto excess = [&](double chainage) {
    const double offset =
        beside + trace.expected_m[static_cast<std::size_t>(trace.EntryAt(chainage))];
    double sum = 0;
    int n = 0;
    for (double ds = -0.5; ds <= 0.5; ds += image.cell_m) {
      for (double dr = -0.5; dr <= 0.5; dr += image.cell_m) {
        const int row = static_cast<int>(std::lround(image.RowOf(offset + dr)));
        const int column =
            static_cast<int>(std::lround((chainage + ds - image.chainage0_m) / image.cell_m - 0.5));
        if (row < 0 || row >= image.rows() || column < 0 || column >= image.columns()) continue;
        const float v = image.celsius(row, column) - trace.ProfileAt(row, chainage + ds);
        if (!(v == v)) continue;
        sum += v;
        ++n;
      }
    }
    return n > 0 ? sum / n : std::nan("");
  };
  std::vector<double> others;
  for (double s = from; s <= to; s += 1) others.push_back(excess(s));
  const double noise = std::max(0.05, RobustSigma(std::span<const double>(others)));
  Box2 box;
  for (std::size_t i = run.first; i < run.last; ++i) box.Add(axis.At(entries[i].point.chainage_m));
  const Vec2 middle = 0.5 * (box.min + box.max);
  for (const int c : network.ChambersNear(middle, 0.5 * (box.max - box.min).norm() + kNode)) {
    const LinePosition at = axis.Locate(network.chambers()[static_cast<std::size_t>(c)].position);
    if (at.distance > kNode || at.chainage < from || at.chainage > to) continue;
    for (double s = at.chainage - 1; s <= at.chainage + 1; s += 0.5) {
      if (std::abs(excess(s)) > kChamberSpot * noise) return true;
    }
  }
  return false;
}

/// The vertices where a corrected line turns: the map's vertices moved so that both legs keep their
/// offset.
void AddBends(std::vector<TracePoint>& points, const Polyline& axis) {
  constexpr double kTurns = 0.999;   // cosine of 2.5 degrees
  constexpr double kHairpin = -0.9;  // the legs' offset lines meet too far away
  std::vector<TracePoint> all;
  std::size_t vertex = 0;
  for (const TracePoint& point : points) {
    for (; vertex < axis.vertices().size() && axis.chainages()[vertex] < point.chainage_m;
         ++vertex) {
      const double s = axis.chainages()[vertex];
      if (all.empty() || s <= all.back().chainage_m) continue;
      const Vec2 in = axis.Direction(s - 0.01);
      const Vec2 out = axis.Direction(s + 0.01);
      if (in.dot(out) > kTurns || in.dot(out) < kHairpin) continue;
      const TracePoint& before = all.back();
      TracePoint bend = before;
      const double share = (s - before.chainage_m) / (point.chainage_m - before.chainage_m);
      bend.chainage_m = s;
      bend.offset_m += share * (point.offset_m - before.offset_m);
      const Vec2 left = Vec2(-in.y() - out.y(), in.x() + out.x()).normalized();
      const Vec2 at = axis.vertices()[vertex];
      bend.position = at + left * (bend.offset_m / left.dot(Vec2(-in.y(), in.x())));
      all.push_back(bend);
    }
    all.push_back(point);
  }
  points = std::move(all);
}

}  // namespace

std::string_view ToString(TraceStatus status) {
  switch (status) {
    case TraceStatus::kConfirmed:
      return "confirmed";
    case TraceStatus::kMoved:
      return "moved";
    case TraceStatus::kDoubtful:
      return "doubtful";
    case TraceStatus::kNotSeen:
      break;
  }
  return "not_seen";
}

void MapLineOptions::Describe(OptionVisitor& v) {
  v.Visit("wrong-line", wrong_line_m,
          {0.1, 20, "m", "a map line that is farther off, and than 3 sigma, is reported as wrong",
           "偏离超过此值(且超过三倍标准差)的图上管线报为有误"});
}

std::vector<TraceStretch> JudgeTraces(std::span<const StripLayout> strips,
                                      std::span<const StripFindings> findings,
                                      const PipeNetwork& network, const SurveyShift& shift,
                                      const MapLineOptions& options) {
  std::vector<std::vector<Entry>> entries(strips.size());
  std::vector<Candidate> runs;
  for (std::size_t s = 0; s < strips.size(); ++s) {
    const Trace& trace = findings[s].trace;
    if (trace.size() < 2) continue;
    entries[s] = EntriesOf(strips[s], trace, network, shift, options);
    for (const auto& [first, last] : Runs(entries[s], trace.step_m))
      runs.push_back({s, first, last});
  }

  // Doubtful stretches are the pipe all the same when a chamber or a neighbour speaks for them.
  std::vector<bool> doubtful(runs.size(), false);
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const Candidate& run = runs[r];
    doubtful[r] =
        entries[run.strip][run.first].status == TraceStatus::kDoubtful &&
        !ShowsChamber(entries[run.strip], run, strips[run.strip], findings[run.strip], network);
  }
  // Ends of runs that meet and go on in the same direction must be off by the same: what one is
  // tied by holds for the other.
  struct End {
    Vec2 at{0, 0};
    Vec2 left{0, 0};
    double offset_m = 0;
    double sigma_m = 0;
  };
  const auto end_of = [&](const Candidate& run, bool last) {
    const Entry& entry = entries[run.strip][last ? run.last - 1 : run.first];
    return End{entry.at, entry.left, entry.point.offset_m, entry.point.sigma_m};
  };
  const auto agree = [&](const Candidate& a, const Candidate& b) {
    for (const bool a_last : {false, true}) {
      for (const bool b_last : {false, true}) {
        const End ea = end_of(a, a_last);
        const End eb = end_of(b, b_last);
        const double along = ea.left.dot(eb.left);
        if ((ea.at - eb.at).norm() > kNode + 2 || std::abs(along) < kContinues) continue;
        const double difference = ea.offset_m - (along > 0 ? eb.offset_m : -eb.offset_m);
        if (std::abs(difference) < kWrongSigmas * std::hypot(ea.sigma_m, eb.sigma_m)) return true;
      }
    }
    return false;
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t r = 0; r < runs.size(); ++r) {
      if (!doubtful[r]) continue;
      for (std::size_t o = 0; o < runs.size() && doubtful[r]; ++o) {
        const bool speaks =
            !doubtful[o] && runs[o].strip != runs[r].strip &&
            strips[runs[o].strip].pipe != strips[runs[r].strip].pipe &&
            (entries[runs[o].strip][runs[o].first].status == TraceStatus::kMoved ||
             entries[runs[o].strip][runs[o].first].status == TraceStatus::kDoubtful);
        if (!speaks || !agree(runs[r], runs[o])) continue;
        doubtful[r] = false;
        changed = true;
      }
    }
  }

  std::vector<TraceStretch> stretches;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const Candidate& run = runs[r];
    const std::vector<Entry>& own = entries[run.strip];
    TraceStretch stretch;
    stretch.pipe = strips[run.strip].pipe;
    const TraceStatus status = own[run.first].status;
    stretch.status =
        status == TraceStatus::kDoubtful && !doubtful[r] ? TraceStatus::kMoved : status;
    double squares = 0;
    for (std::size_t i = run.first; i < run.last; ++i) {
      stretch.points.push_back(own[i].point);
      squares += own[i].point.sigma_m * own[i].point.sigma_m;
      stretch.confidence += own[i].point.confidence;
    }
    const auto n = static_cast<double>(run.last - run.first);
    stretch.offset_m = MedianOffset(own, run);
    stretch.sigma_m = std::sqrt(squares / n);
    stretch.confidence /= n;
    // Stretches of one trace meet, so that the lines do.
    if (run.last < own.size()) stretch.points.push_back(own[run.last].point);
    if (stretch.points.size() < 2) continue;
    stretch.from_m = stretch.points.front().chainage_m;
    stretch.to_m = stretch.points.back().chainage_m;
    const Polyline& axis = network.pipes()[static_cast<std::size_t>(stretch.pipe)].axis;
    AddBends(stretch.points, axis);
    stretches.push_back(std::move(stretch));
  }
  return stretches;
}

void MarkDoubtful(std::span<const TraceStretch> stretches, std::span<HotSpot> spots) {
  for (HotSpot& spot : spots) {
    spot.trace_doubtful |=
        std::any_of(stretches.begin(), stretches.end(), [&](const TraceStretch& stretch) {
          return stretch.pipe == spot.pipe && stretch.status == TraceStatus::kDoubtful &&
                 spot.chainage_m >= stretch.from_m && spot.chainage_m <= stretch.to_m;
        });
  }
}

std::vector<const TraceStretch*> WrongLines(const MapAlignment& alignment) {
  std::vector<const TraceStretch*> wrong;
  for (const TraceStretch& stretch : alignment.traces) {
    if (stretch.status == TraceStatus::kMoved || stretch.status == TraceStatus::kDoubtful)
      wrong.push_back(&stretch);
  }
  std::stable_sort(wrong.begin(), wrong.end(), [](const TraceStretch* a, const TraceStretch* b) {
    return a->to_m - a->from_m > b->to_m - b->from_m;
  });
  return wrong;
}

}  // namespace thermoleak
