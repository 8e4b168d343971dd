#pragma once
// Plots as inline SVG: a profile (measured curve, undisturbed trace, excess between them filled),
// and a histogram.

#include <optional>
#include <span>
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

/// How far apart things are, before and after, in percent a bin over a logarithmic axis from 1 cm
/// to 100 m; what lies beyond counts at the ends. Empty when `before_m` is; `after_m` may be.
std::string DistanceHistogramSvg(std::span<const double> before_m, std::span<const double> after_m,
                                 const PlotText& text, MessageId y_axis, const Words& words);

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
