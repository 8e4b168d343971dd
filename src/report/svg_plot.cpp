#include "report/svg_plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace thermoleak {
namespace {

// Drawing units; the page scales the whole picture.
constexpr double kWidth = 360;
constexpr double kHeight = 168;
constexpr double kLeft = 38;
constexpr double kRight = 10;
constexpr double kTop = 10;
constexpr double kBottom = 34;
constexpr std::size_t kMaxPoints = 400;  // more than the plot has pixels

struct Point {
  double x = 0;
  double y = 0;
  double base = 0;
};
using Run = std::vector<Point>;

/// Unbroken runs of finite points; a long profile is thinned by averaging neighbours.
std::vector<Run> RunsOf(const Profile& profile) {
  const std::size_t n = std::min(profile.x_m.size(), profile.celsius.size());
  const std::size_t step = std::max<std::size_t>(1, (n + kMaxPoints - 1) / kMaxPoints);
  std::vector<Run> runs(1);
  for (std::size_t i = 0; i < n; i += step) {
    Point sum;
    int used = 0;
    int with_base = 0;
    for (std::size_t k = i; k < std::min(n, i + step); ++k) {
      if (!std::isfinite(profile.celsius[k]) || !std::isfinite(profile.x_m[k])) continue;
      sum.x += static_cast<double>(profile.x_m[k]);
      sum.y += static_cast<double>(profile.celsius[k]);
      ++used;
      if (k < profile.baseline_c.size() && std::isfinite(profile.baseline_c[k])) {
        sum.base += static_cast<double>(profile.baseline_c[k]);
        ++with_base;
      }
    }
    if (used == 0) {
      if (!runs.back().empty()) runs.emplace_back();
      continue;
    }
    runs.back().push_back(
        {sum.x / used, sum.y / used, with_base > 0 ? sum.base / with_base : std::nan("")});
  }
  std::erase_if(runs, [](const Run& run) { return run.size() < 2; });
  return runs;
}

struct Scale {
  double x_low, x_high, y_low, y_high;
  double X(double x) const {
    return kLeft + (x - x_low) / (x_high - x_low) * (kWidth - kLeft - kRight);
  }
  double Y(double y) const {
    return kHeight - kBottom - (y - y_low) / (y_high - y_low) * (kHeight - kTop - kBottom);
  }
};

Scale ScaleFor(const std::vector<Run>& runs) {
  Scale scale{1e300, -1e300, 1e300, -1e300};
  for (const Run& run : runs) {
    for (const Point& point : run) {
      scale.x_low = std::min(scale.x_low, point.x);
      scale.x_high = std::max(scale.x_high, point.x);
      for (const double y : {point.y, point.base}) {
        if (!std::isfinite(y)) continue;
        scale.y_low = std::min(scale.y_low, y);
        scale.y_high = std::max(scale.y_high, y);
      }
    }
  }
  if (scale.x_high - scale.x_low < 1e-6) scale.x_high = scale.x_low + 1;
  // A plot of pure noise must not look like mountains: one kelvin at least.
  const double spread = std::max(1.0, scale.y_high - scale.y_low);
  const double middle = 0.5 * (scale.y_high + scale.y_low);
  scale.y_low = middle - 0.56 * spread;
  scale.y_high = middle + 0.56 * spread;
  return scale;
}

/// The area between curve and trace where the curve is above, cut exactly where they cross.
std::string ExcessPath(const Run& run, const Scale& scale) {
  std::string out;
  std::string top;
  std::vector<Point> base;
  const auto close = [&] {
    if (base.size() >= 2) {
      out += top;
      for (auto point = base.rbegin(); point != base.rend(); ++point) {
        fmt::format_to(std::back_inserter(out), "L{:.1f} {:.1f}", scale.X(point->x),
                       scale.Y(point->base));
      }
      out += 'Z';
    }
    top.clear();
    base.clear();
  };
  const auto add = [&](const Point& point) {
    fmt::format_to(std::back_inserter(top), "{}{:.1f} {:.1f}", top.empty() ? 'M' : 'L',
                   scale.X(point.x), scale.Y(point.y));
    base.push_back(point);
  };
  for (std::size_t i = 0; i < run.size(); ++i) {
    const double above = run[i].y - run[i].base;
    if (i > 0) {
      const double before = run[i - 1].y - run[i - 1].base;
      if ((above > 0) != (before > 0) && std::isfinite(above) && std::isfinite(before)) {
        const double t = before / (before - above);
        const double y = std::lerp(run[i - 1].y, run[i].y, t);
        add({std::lerp(run[i - 1].x, run[i].x, t), y, y});
        if (!(above > 0)) close();
      }
    }
    if (above > 0) {
      add(run[i]);
    } else {
      close();
    }
  }
  close();
  return out;
}

void AppendAxes(std::string& out, const Scale& scale, const PlotText& text, const Words& words) {
  const auto sink = std::back_inserter(out);
  const Ticks ys = TicksFor(scale.y_low, scale.y_high, 5);
  for (int i = 0; i < ys.count; ++i) {
    const double value = ys.first + i * ys.step;
    const double y = scale.Y(value);
    const std::string label = y < kTop + 12 ? "" : Fixed(value, ys.decimals);  // "°C" stands there
    fmt::format_to(
        sink,
        R"(<path class="grid" d="M{0:.1f} {1:.1f}H{2:.1f}"/><text x="{3:.1f}" y="{4:.1f}" class="ty">{5}</text>)",
        kLeft, y, kWidth - kRight, kLeft - 5, y + 3.5, label);
  }
  const Ticks xs = TicksFor(scale.x_low, scale.x_high, 6);
  for (int i = 0; i < xs.count; ++i) {
    const double value = xs.first + i * xs.step;
    const double x = scale.X(value);
    fmt::format_to(
        sink,
        R"(<path class="tick" d="M{0:.1f} {1:.1f}v4"/><text x="{0:.1f}" y="{2:.1f}" class="tx">{3}</text>)",
        x, kHeight - kBottom, kHeight - kBottom + 15, Fixed(value, xs.decimals));
  }
  fmt::format_to(sink, R"(<path class="axis" d="M{0:.1f} {1:.1f}H{2:.1f}"/>)", kLeft,
                 kHeight - kBottom, kWidth - kRight);
  fmt::format_to(sink, R"(<text x="{:.1f}" y="{:.1f}" class="tx name">{}</text>)",
                 0.5 * (kLeft + kWidth - kRight), kHeight - 4, words(text.x_axis));
  fmt::format_to(sink, R"(<text x="4" y="{:.1f}" class="name">°C</text>)", kTop + 2);
}

}  // namespace

Ticks TicksFor(double low, double high, int wanted) {
  Ticks ticks;
  if (!(high > low) || wanted < 1) return ticks;
  const double raw = (high - low) / wanted;
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  const double ratio = raw / power;
  const double factor = ratio <= 1.0 ? 1.0 : ratio <= 2.0 ? 2.0 : ratio <= 5.0 ? 5.0 : 10.0;
  ticks.step = factor * power;
  ticks.first = std::ceil(low / ticks.step - 1e-9) * ticks.step;
  ticks.count = static_cast<int>(std::floor((high - ticks.first) / ticks.step + 1e-9)) + 1;
  ticks.decimals = std::max(0, -static_cast<int>(std::floor(std::log10(ticks.step) + 1e-9)));
  return ticks;
}

std::string PlotSvg(const Profile& profile, const PlotText& text, double marker_m,
                    const Words& words) {
  const std::vector<Run> runs = RunsOf(profile);
  if (runs.empty()) return {};
  const Scale scale = ScaleFor(runs);
  std::string out;
  const auto sink = std::back_inserter(out);
  fmt::format_to(sink,
                 R"(<svg class="plot" viewBox="0 0 {:.0f} {:.0f}" role="img" aria-label="{}">)",
                 kWidth, kHeight, words(text.title));
  AppendAxes(out, scale, text, words);
  if (marker_m >= scale.x_low && marker_m <= scale.x_high) {
    fmt::format_to(sink, R"(<path class="here" d="M{:.1f} {:.1f}V{:.1f}"/>)", scale.X(marker_m),
                   kTop, kHeight - kBottom);
  }
  std::string measured;
  std::string baseline;
  std::string excess;
  for (const Run& run : runs) {
    excess += ExcessPath(run, scale);
    bool pen_down = false;
    for (std::size_t i = 0; i < run.size(); ++i) {
      fmt::format_to(std::back_inserter(measured), "{}{:.1f} {:.1f}", i == 0 ? 'M' : 'L',
                     scale.X(run[i].x), scale.Y(run[i].y));
      if (std::isfinite(run[i].base)) {
        fmt::format_to(std::back_inserter(baseline), "{}{:.1f} {:.1f}", pen_down ? 'L' : 'M',
                       scale.X(run[i].x), scale.Y(run[i].base));
      }
      pen_down = std::isfinite(run[i].base);
    }
  }
  if (!excess.empty()) fmt::format_to(sink, R"(<path class="excess" d="{}"/>)", excess);
  if (!baseline.empty()) fmt::format_to(sink, R"(<path class="base" d="{}"/>)", baseline);
  fmt::format_to(sink, R"(<path class="curve" d="{}"/></svg>)", measured);
  return out;
}

}  // namespace thermoleak
