#pragma once
// Counter-based random numbers: what an item gets depends on (seed, item) only, never on which
// thread asked first or on how many items came before it.

#include <cmath>
#include <cstdint>

#include "thermoleak/core/geometry.hpp"

namespace thermoleak::simulation {

/// SplitMix64's finaliser (Steele, Lea, Flood 2014): a bijection with full avalanche.
constexpr std::uint64_t Mix(std::uint64_t z) {
  z += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

/// What a stream of numbers is for; part of the key, so that one more leak does not move the cars.
enum class Stream : std::uint64_t {
  kLeak = 1,
  kInsulation,
  kChamber,
  kManhole,
  kCar,
  kBuilding,
  kPipe,
  kMap,
  kPose,
  kSensor,
  kTexture,
  kShape,
  kMark,
  kTree,
  kLamp,
  kPerson,
  kTraffic,
  kForeign,
  kDistrict,
  kBlock,
  kParking,
  kDraw,
  kInject
};

/// The numbers of one item. A value; cheap to make.
class Rng {
 public:
  Rng(std::uint64_t seed, Stream stream, std::uint64_t item)
      : key_(Mix(Mix(Mix(seed) ^ static_cast<std::uint64_t>(stream)) ^ item)) {}

  std::uint64_t Bits() { return Mix(key_ ^ Mix(counter_++)); }
  /// 0 <= u < 1.
  double Uniform() { return static_cast<double>(Bits() >> 11) * 0x1p-53; }
  double Uniform(double low, double high) { return low + (high - low) * Uniform(); }
  /// Box-Muller; both logs and angles of one pair are used up, so the sequence has no hidden state.
  double Normal() {
    const double u = 1.0 - Uniform();
    return std::sqrt(-2.0 * std::log(u)) * std::cos(6.283185307179586 * Uniform());
  }
  bool Chance(double probability) { return Uniform() < probability; }

 private:
  std::uint64_t key_;
  std::uint64_t counter_ = 0;
};

/// Value noise on a unit lattice, smoothly interpolated, -1 .. 1. Thread-safe.
double ValueNoise(std::uint32_t seed, const Vec2& p);
/// `octaves` of it, each half as large and with 0.7 of the amplitude; mean 0, standard deviation
/// about 1.
double FractalNoise(std::uint32_t seed, const Vec2& p, int octaves);

}  // namespace thermoleak::simulation
