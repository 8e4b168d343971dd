#pragma once
// A profile as an inline SVG: measured curve, undisturbed trace, excess between them filled.

#include <optional>
#include <string>

#include "report/text_format.hpp"
#include "thermoleak/scoring/candidate.hpp"

namespace thermoleak {

struct PlotText {
  MessageId title;
  MessageId x_axis;
};

/// Empty when the profile has fewer than two finite points. `marker_m` is where the candidate lies.
std::string PlotSvg(const Profile& profile, const PlotText& text, double marker_m,
                    const Words& words);

/// Round tick values that cover low .. high with about `wanted` steps: step is 1, 2 or 5 times a
/// power of ten.
struct Ticks {
  double first = 0;
  double step = 1;
  int count = 0;
  int decimals = 0;
};
Ticks TicksFor(double low, double high, int wanted);

}  // namespace thermoleak
