#include "thermoleak/simulation/random.hpp"

namespace thermoleak::simulation {
namespace {

double Lattice(std::uint32_t seed, std::int32_t x, std::int32_t y) {
  // 32-bit finaliser of MurmurHash3 over the two coordinates.
  std::uint32_t h = seed ^ (static_cast<std::uint32_t>(x) * 0x9E3779B1u);
  h = (h ^ (h >> 15)) * 0x85EBCA77u;
  h ^= static_cast<std::uint32_t>(y) * 0xC2B2AE3Du;
  h = (h ^ (h >> 16)) * 0x85EBCA6Bu;
  h = (h ^ (h >> 13)) * 0xC2B2AE35u;
  h ^= h >> 16;
  return static_cast<double>(h) * (2.0 / 4294967295.0) - 1.0;
}

/// std::floor is a call on plain x86-64, and this is the innermost loop.
std::int32_t Floor(double v) {
  const auto truncated = static_cast<std::int32_t>(v);
  return truncated - (v < truncated ? 1 : 0);
}

double Fade(double t) { return t * t * (3 - 2 * t); }

}  // namespace

double ValueNoise(std::uint32_t seed, const Vec2& p) {
  const std::int32_t x = Floor(p.x());
  const std::int32_t y = Floor(p.y());
  const double u = Fade(p.x() - x);
  const double v = Fade(p.y() - y);
  const double top = Lattice(seed, x, y) * (1 - u) + Lattice(seed, x + 1, y) * u;
  const double bottom = Lattice(seed, x, y + 1) * (1 - u) + Lattice(seed, x + 1, y + 1) * u;
  return top * (1 - v) + bottom * v;
}

double FractalNoise(std::uint32_t seed, const Vec2& p, int octaves) {
  constexpr double kGain = 0.7;
  // Standard deviation of one octave: lattice values are uniform (variance 1/3), and interpolation
  // with the fade weights keeps the share (26/35)^2 of it, the integral of w^2 + (1-w)^2 per axis.
  constexpr double kOctaveVariance = 26.0 / 35.0 * 26.0 / 35.0 / 3.0;
  double sum = 0;
  double amplitude = 1;
  double variance = 0;
  double scale = 1;
  for (int i = 0; i < octaves; ++i) {
    // The shift keeps the octaves' lattice points apart.
    sum += amplitude * ValueNoise(seed + static_cast<std::uint32_t>(i) * 0x632BE5ABu,
                                  p * scale + Vec2(0.37 * i, 0.61 * i));
    variance += amplitude * amplitude * kOctaveVariance;
    amplitude *= kGain;
    scale *= 2;
  }
  return sum / std::sqrt(variance);
}

}  // namespace thermoleak::simulation
