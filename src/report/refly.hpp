#pragma once
// Metre by metre: why a pipe could not be judged, and which stretches are worth another flight.

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "report/survey_view.hpp"

namespace thermoleak {

/// What one metre of pipe got; from the best to the worst.
enum class Sight {
  kGood,
  kNoisy,     ///< only leaks warmer than kWeakRiseK would be found
  kFewViews,  ///< fewer than kMinViews
  kLoose,     ///< enough views only with frames that are loosely placed
  kSetAside,  ///< unseen: the frames that were there had to be set aside
  kNoView,    ///< unseen: no frame looked here
  kOutside    ///< outside the surveyed area
};
inline constexpr std::size_t kSights = 7;

/// "good", "noisy", "few_views", "loosely_placed", "set_aside", "no_view", "outside".
std::string_view CodeOf(Sight sight);
std::optional<Sight> SightFrom(std::string_view code);
Message WordFor(Sight sight);
inline bool IsPoor(Sight sight) { return sight != Sight::kGood && sight != Sight::kOutside; }

struct SightStretch {
  double from_m = 0;
  double to_m = 0;
  Sight sight = Sight::kOutside;
};

/// Shorter pieces are not worth a flight, shorter gaps not worth landing.
inline constexpr double kReflyLeastM = 5;

/// A stretch of one pipe to fly again.
struct ReflyPiece {
  int pipe = -1;
  double from_m = 0;
  double to_m = 0;
  Sight reason = Sight::kNoView;         ///< of most of its metres
  std::array<double, kSights> metres{};  ///< by reason
  Vec2 middle{0, 0};                     ///< on the axis, local metres
};

struct SurveySight {
  std::vector<std::vector<SightStretch>> pipes;  ///< parallel to the network's, without gaps
  std::vector<ReflyPiece> refly;                 ///< longest first
  double refly_m = 0;
};

SurveySight SightOf(const SurveyResult& result, const SurveyView& view);

}  // namespace thermoleak
