#pragma once
// A season that nobody had: hazards, units and crews drawn from a seed, for tests and benchmarks.

#include <fmt/format.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "thermoleak/planning/generate.hpp"

namespace thermoleak::planning {

struct SeasonSize {
  int hazards = 30, findings = 6, units = 2, crews = 4;
  double city_yuan = -1, unit_yuan = -1;  ///< negative: no limit
};

struct RandomSeason {
  std::vector<Hazard> hazards;
  Resources resources;
};

inline Date Day(int year, unsigned month, unsigned day) {
  return Date(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day));
}

inline RandomSeason DrawSeason(std::uint32_t seed, const SeasonSize& size, int year = 2026) {
  // Only the engine's raw numbers: distributions differ between libraries.
  std::mt19937 engine(seed);
  const auto uniform = [&] { return static_cast<double>(engine()) / 4294967296.0; };
  const auto below = [&](int n) { return static_cast<int>(uniform() * n); };
  RandomSeason out;
  const auto unit = [](int u) { return fmt::format("U{:03}", u + 1); };
  for (int i = 0; i < size.hazards; ++i) {
    Hazard h;
    h.id = fmt::format("SY-2101{:02}-{}-{}-1-{:05}", 2 + i % 5, unit(i % size.units), year, i + 1);
    h.season = year;
    h.source = HazardSource::kOperating;
    const double dice = uniform();
    h.kind = dice < 0.75   ? HazardKind::kLeak
             : dice < 0.92 ? HazardKind::kInsulation
                           : HazardKind::kInstallation;
    h.verified = uniform() < 0.5;
    h.state = h.verified ? HazardState::kConfirmed : HazardState::kToVerify;
    h.place.unit = unit(i % size.units);
    h.place.district = fmt::format("D{}", i % 5);
    h.place.address = fmt::format("Street {} No. {}", i % 40, i);
    h.place.pipe_id = fmt::format("R{}-{}", i % size.units, below(std::max(2, size.hazards / 2)));
    h.place.chainage_m = 120 * uniform();
    h.place.lon_deg = 123.3 + 0.2 * uniform();
    h.place.lat_deg = 41.7 + 0.2 * uniform();
    h.place.sigma_major_m = 0.4 + uniform();
    h.place.sigma_minor_m = 0.3;
    h.place.sigma_azimuth_deg = 180 * uniform();
    if (uniform() < 0.4)
      h.place.courtyard = fmt::format("Y{}", below(std::max(1, size.hazards / 8)));
    const bool primary = uniform() < 0.3;
    h.asset.kind = h.kind == HazardKind::kInstallation ? AssetKind::kChamber
                   : primary                           ? AssetKind::kPrimaryPipe
                                                       : AssetKind::kSecondaryPipe;
    h.asset.id = h.place.pipe_id;
    if (uniform() < 0.9) h.asset.dn_mm = primary ? 300 + 100 * below(6) : 80 + 20 * below(8);
    if (uniform() < 0.85) h.asset.year_built = year - below(40);
    if (uniform() < 0.8) h.asset.length_m = 40 + 140 * uniform();
    h.asset.laying = "buried";
    h.probability = 0.3 + 0.7 * uniform();
    h.heat_loss_w_p50 = 500 + 9000 * uniform();
    if (uniform() < 0.3) h.leak_flow_m3_h = h.verified && uniform() < 0.02 ? 12 : 3 * uniform();
    if (uniform() < 0.6) h.length_m = 1 + 20 * uniform();
    h.seasons_seen = 1 + below(2);
    if (uniform() < 0.7) h.road_cut = uniform() < 0.4;
    if (uniform() < 0.7) h.critical_place = uniform() < 0.1;
    if (uniform() < 0.7) h.households = below(1500);
    h.collapse_sign = false;
    h.heat_stopped = false;
    h.leaks_3_years = below(4);
    out.hazards.push_back(std::move(h));
  }
  for (int i = 0; i < size.findings; ++i) {
    Hazard h;
    h.id = fmt::format("SY-2101{:02}-{}-{}-2-{:05}", 2 + i % 5, unit(i % size.units), year, i + 1);
    h.season = year;
    h.source = HazardSource::kShutdown;
    h.kind = HazardKind::kDefect;
    h.state = HazardState::kConfirmed;
    h.verified = true;
    h.place.unit = unit(i % size.units);
    h.place.district = fmt::format("D{}", i % 5);
    h.place.address = fmt::format("Boiler house {}", i % 20);
    const double dice = uniform();
    h.asset.kind = dice < 0.5    ? AssetKind::kBoiler
                   : dice < 0.85 ? AssetKind::kAuxiliary
                                 : AssetKind::kFlueGas;
    h.asset.id = fmt::format("{}-B{}", h.place.unit, below(std::max(1, size.findings / 8)));
    h.asset.scrap_listed = uniform() < 0.05;
    static constexpr const char* kParts[] = {"水冷壁", "安全阀", "炉排", "集箱", "对流管"};
    static constexpr const char* kDefects[] = {"减薄", "超期", "断裂", "结垢", "裂纹"};
    const int k = below(5);
    h.asset.part = kParts[k];
    h.asset.defect = kDefects[k == 4 && uniform() < 0.7 ? 3 : k];
    h.conclusion = k == 4 && uniform() < 0.1 ? "unfit" : "basically fit";
    h.tubes_replaced_percent = 20 * uniform();
    h.last_internal_inspection = Day(year - 1 - below(3), 5, 10);
    h.measured_value = 3 + uniform();
    h.limit_value = 3.2;
    h.limit_origin = "manual";
    out.hazards.push_back(std::move(h));
  }
  Resources& r = out.resources;
  r.name = "drawn";
  if (size.city_yuan >= 0) r.city_yuan = size.city_yuan;
  if (size.unit_yuan >= 0) {
    for (int u = 0; u < size.units; ++u) r.unit_yuan[unit(u)] = size.unit_yuan;
  }
  r.crews.emplace();
  for (int c = 0; c < size.crews; ++c) {
    Crew crew;
    crew.name = fmt::format("crew {:02}", c + 1);
    const int kind = c / size.units;
    if (kind < 2 || c % 3 != 0) crew.units = {unit(c % size.units)};
    crew.skills =
        kind == 1 ? std::vector{Skill::kBoiler, Skill::kLicensed} : std::vector{Skill::kPipe};
    r.crews->push_back(std::move(crew));
  }
  for (int y = 0; y < std::max(1, size.hazards / 8); y += 2)
    r.courtyard_m[fmt::format("Y{}", y)] = 300 + 20 * (y % 7);
  return out;
}

}  // namespace thermoleak::planning
