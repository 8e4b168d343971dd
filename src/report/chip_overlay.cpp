#include "report/chip_overlay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace thermoleak {
namespace {

constexpr double kChipUnits = 320;  ///< width of a chip's drawing, whatever its pixels

/// A round length (1, 2 or 5 times a power of ten) of about a quarter of the picture.
double ScaleBarMetres(double picture_width_m) {
  const double wanted = 0.3 * picture_width_m;
  const double power = std::pow(10.0, std::floor(std::log10(wanted)));
  for (const double factor : {5.0, 2.0}) {
    if (factor * power <= wanted) return factor * power;
  }
  return power;
}

}  // namespace

void AppendChipOverlay(std::string& out, const ChipOverlay& chip) {
  const auto sink = std::back_inserter(out);
  const double units = kChipUnits / chip.width_px;
  const double height = units * chip.height_px;
  fmt::format_to(sink, R"(<svg viewBox="0 0 {:.0f} {:.1f}" aria-hidden="true">)", kChipUnits,
                 height);
  for (const std::vector<Vec2>& axis : chip.pipes) {
    std::string d;
    for (const Vec2& p : axis) {
      fmt::format_to(std::back_inserter(d), "{}{:.1f} {:.1f}", d.empty() ? 'M' : 'L', p.x() * units,
                     p.y() * units);
    }
    fmt::format_to(sink, R"(<path class="axis-halo" d="{0}"/><path class="axis-line" d="{0}"/>)",
                   d);
  }
  double radius = 16;
  if (chip.gsd_m > 0) {
    radius = std::clamp(1.25 * chip.half_size_m / chip.gsd_m * units, 12.0, 90.0);
  }
  const double x = chip.spot.x() * units;
  const double y = chip.spot.y() * units;
  // Four ticks around the spot instead of a ring over it: the spot itself stays visible.
  std::string ticks;
  for (const auto& [dx, dy] : {std::pair{1.0, 0.0}, {-1.0, 0.0}, {0.0, 1.0}, {0.0, -1.0}}) {
    fmt::format_to(std::back_inserter(ticks), "M{:.1f} {:.1f}L{:.1f} {:.1f}", x + dx * radius,
                   y + dy * radius, x + dx * (radius + 14), y + dy * (radius + 14));
  }
  fmt::format_to(sink, R"(<path class="spot-halo" d="{0}"/><path class="spot-line" d="{0}"/>)",
                 ticks);
  if (chip.gsd_m > 0) {
    const double metres = ScaleBarMetres(chip.width_px * chip.gsd_m);
    const double length = metres / chip.gsd_m * units;
    fmt::format_to(
        sink,
        R"(<path class="bar-halo" d="M10 {0:.1f}h{1:.1f}"/><path class="bar-line" d="M10 {0:.1f}h{1:.1f}"/><text x="{2:.1f}" y="{3:.1f}">{4} m</text>)",
        height - 10, length, 14 + length, height - 6, fmt::format("{:g}", metres));
  }
  out += "</svg>";
}

}  // namespace thermoleak
