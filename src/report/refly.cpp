#include "report/refly.hpp"

#include <algorithm>
#include <cmath>

#include "report/survey_area.hpp"
#include "report/text_format.hpp"

namespace thermoleak {
namespace {

Sight SightAt(const Vec2& p, const PipeCoverage* piece, const SurveyArea& area) {
  const Observed observed = piece ? ObservedOf(*piece) : Observed::kUnseen;
  if (observed == Observed::kUnseen) {
    if (!area.Contains(p)) return Sight::kOutside;
    return area.SetAside(p) ? Sight::kSetAside : Sight::kNoView;
  }
  if (observed == Observed::kWeak)
    return piece->views < kMinViews ? Sight::kFewViews : Sight::kNoisy;
  const int loose = area.LooseViews(p);
  return loose > 0 && area.Views(p) - loose < kMinViews ? Sight::kLoose : Sight::kGood;
}

void Append(std::vector<SightStretch>& stretches, double from, double to, Sight sight) {
  if (!stretches.empty() && stretches.back().sight == sight) {
    stretches.back().to_m = to;
  } else {
    stretches.push_back({from, to, sight});
  }
}

std::vector<SightStretch> StretchesOf(const PipeView& view, const Pipe& pipe,
                                      const SurveyArea& area) {
  std::vector<SightStretch> stretches;
  if (!view.in_survey || area.empty()) return {{0, view.length_m, Sight::kOutside}};
  for (const CoveredPart& part : view.parts) {
    const double length = part.to_m - part.from_m;
    const int metres = std::max(1, static_cast<int>(std::lround(length)));
    for (int i = 0; i < metres; ++i) {
      const double from = part.from_m + length * i / metres;
      const double to = i + 1 == metres ? part.to_m : part.from_m + length * (i + 1) / metres;
      Append(stretches, from, to, SightAt(pipe.axis.At(0.5 * (from + to)), part.piece, area));
    }
  }
  return stretches;
}

void AppendPieces(int pipe, const std::vector<SightStretch>& stretches, const Polyline& axis,
                  std::vector<ReflyPiece>& out) {
  std::vector<ReflyPiece> pieces;
  for (const SightStretch& stretch : stretches) {
    if (!IsPoor(stretch.sight)) continue;
    if (pieces.empty() || stretch.from_m - pieces.back().to_m >= kReflyLeastM)
      pieces.push_back({pipe, stretch.from_m, stretch.to_m, stretch.sight, {}, Vec2(0, 0)});
    ReflyPiece& piece = pieces.back();
    piece.to_m = stretch.to_m;
    piece.metres[static_cast<std::size_t>(stretch.sight)] += stretch.to_m - stretch.from_m;
  }
  for (ReflyPiece& piece : pieces) {
    if (piece.to_m - piece.from_m < kReflyLeastM) continue;
    piece.reason = static_cast<Sight>(std::max_element(piece.metres.begin(), piece.metres.end()) -
                                      piece.metres.begin());
    piece.middle = axis.At(0.5 * (piece.from_m + piece.to_m));
    out.push_back(piece);
  }
}

}  // namespace

std::string_view CodeOf(Sight sight) {
  constexpr std::array<std::string_view, kSights> kCodes = {
      "good", "noisy", "few_views", "loosely_placed", "set_aside", "no_view", "outside"};
  return kCodes[static_cast<std::size_t>(sight)];
}

std::optional<Sight> SightFrom(std::string_view code) {
  for (std::size_t i = 0; i < kSights; ++i) {
    if (CodeOf(static_cast<Sight>(i)) == code) return static_cast<Sight>(i);
  }
  return std::nullopt;
}

Message WordFor(Sight sight) {
  constexpr std::array kWords = {MessageId::kSightGood,     MessageId::kSightNoisy,
                                 MessageId::kSightFewViews, MessageId::kSightLoose,
                                 MessageId::kSightSetAside, MessageId::kSightNoView,
                                 MessageId::kSightOutside};
  const MessageId id = kWords[static_cast<std::size_t>(sight)];
  if (sight == Sight::kFewViews) return {id, {Fixed(kMinViews, 0)}};
  return {id, {}};
}

SurveySight SightOf(const SurveyResult& result, const SurveyView& view) {
  SurveySight out;
  if (!result.network) return out;
  const SurveyArea area(result);
  for (const PipeView& pipe : view.pipes) {
    const Pipe& mapped = result.network->pipes()[static_cast<std::size_t>(pipe.pipe)];
    out.pipes.push_back(StretchesOf(pipe, mapped, area));
    AppendPieces(pipe.pipe, out.pipes.back(), mapped.axis, out.refly);
  }
  std::stable_sort(out.refly.begin(), out.refly.end(),
                   [](const ReflyPiece& a, const ReflyPiece& b) {
                     return a.to_m - a.from_m > b.to_m - b.from_m;
                   });
  for (const ReflyPiece& piece : out.refly) out.refly_m += piece.to_m - piece.from_m;
  return out;
}

}  // namespace thermoleak
