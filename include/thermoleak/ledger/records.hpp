#pragma once
// What the ledger keeps: plain records, as an engineer would write them on a form. A fact that
// nobody stated is empty, is shown as 待补 ("to be supplied") and never gets a default. Vocabulary
// and states: the city's 双检测 ("double inspection") and 三修 ("three repairs") practice.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace thermoleak {

using Date = std::chrono::sys_days;

/// Both ends belong to it.
struct DateRange {
  Date from{}, to{};
  bool Contains(Date day) const { return from <= day && day <= to; }
};

/// A year's calendar, set by the city's plan each year; the defaults are those of the plan of 2024.
struct Season {
  int year = 0;
  DateRange operating;       ///< stage 1, 运行检测: 1 Jan .. 31 Mar
  DateRange shutdown;        ///< stage 2, 停炉检测: 1 .. 15 Apr
  DateRange implementation;  ///< stage 3, 组织实施: 16 Apr .. 30 Sep
  Date cold_trial{};         ///< 冷态试运行, 20 Oct
  Date heat_on{};            ///< 1 Nov
};
Season DefaultSeason(int year);

enum class HazardSource { kOperating, kShutdown, kComplaint, kEmergency, kAge };
enum class AssetKind {
  kPrimaryPipe,    ///< 一次网
  kSecondaryPipe,  ///< 二次网
  kPipe,           ///< of unknown level
  kChamber,        ///< 井室
  kValve,
  kRiser,      ///< 立杠
  kBoiler,     ///< 锅炉
  kAuxiliary,  ///< 辅机
  kHeatExchanger,
  kFlueGas,  ///< 环保设备
};
/// What the hazard is taken for.
enum class HazardKind { kLeak, kInsulation, kInstallation, kChannelWater, kDefect, kUnknown };
enum class Grade { kGeneral, kLarger, kMajor, kExtraordinary };  ///< 一般, 较大, 重大, 特别重大
enum class Urgency { kRoutine, kSoon, kImmediate };              ///< 分期分批, 及时, 立即

enum class HazardState {
  kNew,         ///< 线索
  kToVerify,    ///< 待复核
  kVerifying,   ///< 复核中
  kWatch,       ///< 监护
  kSuspect,     ///< 疑似 (looked at on site, not dug)
  kConfirmed,   ///< 已确认
  kEmergency,   ///< 抢修
  kPlanned,     ///< 已列入
  kRectifying,  ///< 整改中
  kToAccept,    ///< 待验收
  kClosed,      ///< 销号
  kCarried,     ///< 结转
  kReopened,    ///< goes on to kToVerify
  kRejected,    ///< 已排除, final
  kMerged,      ///< 合并, final
};

/// Where a hazard lies. Coordinates are sensitive: the desensitised edition has none of them.
struct HazardPlace {
  std::optional<double> lon_deg, lat_deg;                                 ///< WGS 84
  std::optional<double> sigma_major_m, sigma_minor_m, sigma_azimuth_deg;  ///< 1-sigma ellipse
  std::string pipe_id;
  std::optional<double> chainage_m, offset_m;
  std::string address;    ///< street, courtyard, building
  std::string courtyard;  ///< hazards of one 小区 may be one job
  std::string district, unit;
};

/// What the pipe map or the boiler's register says of the thing that has the hazard.
struct AssetFacts {
  std::string id;  ///< pipe id, chamber id, boiler number
  AssetKind kind = AssetKind::kPipe;
  std::optional<int> dn_mm;
  std::optional<double> depth_m;
  std::string laying;  ///< "buried", "duct", "overhead", or empty
  std::optional<int> year_built;
  std::optional<double> length_m;          ///< of the section between wells
  std::optional<double> replacement_yuan;  ///< what a new one costs
  std::optional<bool> scrap_listed;        ///< boiler houses that are to be given up (拆小并大)
  std::string part, defect;                ///< of a boiler: 水冷壁, 减薄
};

/// A hazard as it stands now: facts, latest sighting, latest verification, and state.
struct Hazard {
  std::string id;  ///< "SY-210104-U012-2026-1-00037": city, district, unit, year, stage, number
  int season = 0;
  HazardSource source = HazardSource::kOperating;
  HazardKind kind = HazardKind::kUnknown;
  HazardState state = HazardState::kNew;
  HazardPlace place;
  AssetFacts asset;

  // The latest sighting.
  std::optional<double> probability;  ///< that it is what `kind` says, 0..1; the detector's
  std::optional<double> delta_t_k, delta_t_sigma_k;
  std::optional<double> heat_loss_w_p10, heat_loss_w_p50, heat_loss_w_p90;
  std::optional<double> length_m;  ///< of what has to be repaired, where known
  int sightings = 0;               ///< surveys that saw it
  int seasons_seen = 0;            ///< different seasons among them

  // What people found and decided.
  bool verified = false;                 ///< a person on site found it to be real
  std::optional<double> leak_flow_m3_h;  ///< measured or estimated on site
  std::optional<bool> collapse_sign, heat_stopped;
  std::optional<bool> critical_place;  ///< main road, school, hospital, metro
  std::optional<int> households;       ///< that lose heat when it fails or is repaired
  std::optional<bool> road_cut;        ///< needs a road permit
  std::optional<Grade> grade;          ///< set by a person; the program only suggests
  std::optional<Urgency> urgency;
  std::optional<int> leaks_3_years;  ///< on the same section
  std::string conclusion;  ///< boiler inspection: "unfit", "basically fit", "fit", or empty
  std::optional<double> measured_value, limit_value;
  std::string limit_origin;  ///< whose limit it is; a limit without origin is none
};

}  // namespace thermoleak
