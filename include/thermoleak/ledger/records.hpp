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
/// The season to which a day's findings belong: from the cold trial on it is the next year's.
int SeasonYear(Date day);

/// Who acts. A role is stated with every act and recorded; a person whom the ledger knows may only
/// act in his own roles.
enum class Role { kInspector, kUnitEngineer, kUnitManager, kDistrict, kCity, kAuditor };

/// Of an organisation: 市, 区县, 供热单位, 检测机构, 施工单位.
enum class OrganisationType { kCity, kDistrict, kUnit, kAgency, kContractor };

/// Why a hazard was none; they feed the statistics of false alarms.
enum class RejectCode {
  kManhole,       ///< 井盖热井
  kSewer,         ///< 污水/雨水井
  kStreetLight,   ///< 路灯
  kVehicle,       ///< 车辆
  kPedestrian,    ///< 行人
  kBuildingHeat,  ///< 建筑散热
  kExhaust,       ///< 排烟/排气口
  kPowerCable,    ///< 电力电缆
  kSun,           ///< 日照余热
  kWaterSnow,     ///< 水体/积雪边缘
  kArtefact,      ///< 拼接/漂移伪影
  kNormalTrace,   ///< 正常直埋热影
  kForeignPipe,   ///< 其他单位管道
  kNotFound,      ///< 复核无泄漏
  kDugNoLeak,     ///< 开挖无泄漏
};

/// How a suspect was looked at: 听漏, 相关仪, 钻孔测温, 井室检查, 打压查漏, 开挖, 复飞, 手持热像.
enum class VerifyMethod {
  kListening,
  kCorrelator,
  kBarHole,
  kChamberCheck,
  kPressureTest,
  kExcavation,
  kRefly,
  kHandheld,
};
enum class VerifyResult {
  kFound,     ///< seen to be real
  kLikely,    ///< signs of it, not dug
  kNotFound,  ///< nothing there
};

/// When an item enters the plan: 首批, 补充, 增补.
enum class Batch { kFirst, kSupplement, kAddition };
/// What an attached file shows: before, during and after the repair; a thermal picture; else.
enum class AttachmentPurpose { kBefore, kDuring, kAfter, kThermal, kOther };
/// 自检 or 委托机构; every inspection says which.
enum class PerformedBy { kSelf, kAgency };
/// What was inspected: 锅炉运行检测, 管网, 停炉检测.
enum class InspectionObject { kBoilersRunning, kNetwork, kBoilersStopped };

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
  std::optional<double> tubes_replaced_percent;    ///< of a boiler's tubes, that must be replaced
  std::optional<Date> last_internal_inspection;  ///< of a boiler
  std::string measured_unit, proposed_measure;

  // Its way so far. Everything of the present round; a reopened hazard begins the next one.
  int round = 1;
  std::optional<Date> found_on;     ///< first sighting or finding of the round
  std::optional<Date> state_since;  ///< of the latest change of state
  std::optional<Date> confirmed_on, planned_on, closed_on, carried_on;
  int reopened = 0;
  std::string work_order, plan_item;
  std::optional<Batch> batch;
  std::string approved_by;  ///< district's person, for additions and early starts
  std::string repairer, accepter;
  std::string isolation;                  ///< what was shut off in an emergency
  std::string emergency_plan, signed_by;  ///< of a hazard that is carried over
  std::optional<RejectCode> reject_code;  ///< of a rejected one
  std::string merged_into, linked_to;     ///< other hazards' ids
  std::string grade_reason, graded_by;
  std::string owner;        ///< 责任人
  std::string measure_now;  ///< what was done at once
  std::optional<Date> deadline;
};

/// Open hazards are those that somebody still has to do something about.
inline bool IsOpen(HazardState state) {
  return state != HazardState::kClosed && state != HazardState::kRejected &&
         state != HazardState::kMerged;
}

/// One survey's look at a hazard.
struct Sighting {
  std::string id, hazard_id, inspection_id;
  std::string candidate_id;  ///< in the run
  std::string run;           ///< the run's folder name
  int season = 0, round = 1;
  std::optional<Date> date;
  HazardKind kind = HazardKind::kUnknown;  ///< empty of a confuser: kUnknown
  std::optional<double> probability;       ///< of `kind`
  std::optional<double> p_leak, p_insulation, p_installation, p_confuser;
  std::optional<double> delta_t_k, delta_t_sigma_k;
  std::optional<double> heat_loss_w_p10, heat_loss_w_p50, heat_loss_w_p90;
  std::optional<double> area_m2, length_m, width_m;
  std::optional<double> lon_deg, lat_deg, sigma_major_m, sigma_minor_m, sigma_azimuth_deg;
  std::string pipe_id;
  std::optional<double> chainage_m, offset_m;
  std::optional<int> views;
};

/// What a person on site found.
struct Verification {
  std::string id, hazard_id;
  int round = 1;
  VerifyMethod method = VerifyMethod::kListening;
  Date date{};
  std::string by;
  VerifyResult result = VerifyResult::kLikely;
  std::optional<HazardKind> kind;  ///< what it turned out to be
  std::optional<double> dig_depth_m, leak_flow_m3_h;
  std::string note;
};

/// A file beside the ledger: its name and hash, so that it can be proved to be the same.
struct Attachment {
  std::string id, hazard_id;
  int round = 1;
  AttachmentPurpose purpose = AttachmentPurpose::kOther;
  std::string file, sha256;
};

/// One inspection: a survey of pipes, or of a boiler house, with conditions and coverage.
struct Inspection {
  std::string id;
  int season = 0;
  InspectionObject object = InspectionObject::kNetwork;
  std::string method;
  std::optional<PerformedBy> performed_by;
  std::string agency, inspector;
  std::string unit, place;  ///< heating unit; boiler house
  std::optional<Date> from, to;
  std::string instrument, instrument_serial;
  std::optional<Date> calibrated_until;
  std::optional<double> air_c, wind_m_s, humidity_pct;
  std::string snow;
  std::optional<double> supply_c, return_c;
  std::optional<double> covered_km, weakly_covered_km, scope_km;
  std::string uncovered;  ///< "MAIN-S 0.0-75.0 m: noisy; ...", what was not seen well and why
  std::string run, software;
  std::optional<int> candidates, suspected_leaks, below_threshold;
  std::string pipe_map;  ///< file name of the map that was used, and the first digits of its hash
  std::optional<int> frames;  ///< pictures that were used
};

/// One row of a shutdown inspection's sheet.
struct Finding {
  std::string id;
  int season = 0;
  std::string inspection_id, hazard_id;  ///< no hazard where nothing was wrong
  std::string unit, district, house;     ///< 供热单位, 行政区, 锅炉房
  AssetKind equipment = AssetKind::kBoiler;
  std::string number, equipment_name, model, fuel;
  std::optional<double> power_mw;
  std::optional<int> year_built;
  std::optional<bool> scrap_listed;
  std::string part, defect, position, method;
  std::optional<double> measured, limit;
  std::string measured_unit, limit_origin;
  std::string conclusion, proposed_measure;
  std::optional<double> tubes_replaced_percent;  ///< as of Hazard
  std::optional<Date> last_internal_inspection;
  Date date{};
  std::string inspector, agency;
  PerformedBy performed_by = PerformedBy::kSelf;
  std::string photo, remarks;
};

struct Organisation {
  std::string id;
  OrganisationType type = OrganisationType::kUnit;
  std::string code;  ///< as it stands in a hazard's id: 210104, U012
  std::string name;
};

/// A person in one role; several rows for several roles.
struct Person {
  std::string id;  ///< name and role
  std::string name;
  Role role = Role::kInspector;
  std::string organisation;
};

/// Something that somebody did, as the history keeps it.
struct Event {
  std::int64_t number = 0;   ///< 1, 2, 3 ... without a gap
  std::int64_t command = 0;  ///< events of one command share it
  std::string at;            ///< the clock's time, UTC: 2026-01-15T08:00:00Z
  std::string on;            ///< the day that the person states
  std::string by, role, action, reason;
  std::string table, row;
  std::string changes;         ///< canonical JSON of the columns that changed
  std::string previous, hash;  ///< SHA-256, lower-case hexadecimal
};

}  // namespace thermoleak
