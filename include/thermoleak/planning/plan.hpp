#pragma once
// The season's repair plan (三修计划) as data: items, what was left out and why, and how it was
// found.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "thermoleak/core/message.hpp"
#include "thermoleak/planning/prices.hpp"
#include "thermoleak/planning/rules.hpp"
#include "thermoleak/planning/vocabulary.hpp"

namespace thermoleak::planning {

/// What happens, in yuan, if nothing is done over the horizon.
struct Loss {
  double heat = 0, water = 0, risk = 0;
  double total() const { return heat + water + risk; }
};

/// One row of the plan.
struct PlanItem {
  std::string id;  ///< made from its first hazard, so that a new plan of the same keeps it
  int season = 0;
  Batch batch = Batch::kFirst;
  ItemState state = ItemState::kDraft;
  int version = 1;  ///< counts its amendments
  std::vector<std::string> hazard_ids;

  std::string unit, district, address, courtyard, pipe_id, asset_id;
  AssetKind asset = AssetKind::kPipe;
  HazardSource source = HazardSource::kOperating;
  std::optional<int> dn_mm, year_built, households;
  std::optional<double> section_m, depth_m;
  std::string laying, part;
  std::optional<double> lon_deg, lat_deg, sigma_major_m, sigma_minor_m, sigma_azimuth_deg;
  std::optional<double> chainage_m;

  RepairClass repair_class = RepairClass::kMinor;
  Measure measure = Measure::kRepair;
  Scope scope = Scope::kSpot;
  Text2 text;  ///< what is done
  double quantity = 1;
  std::string quantity_unit;  ///< m, place, chamber, riser, set
  Cost cost;
  double reserve_yuan = 0;  ///< in case that digging finds what is suspected
  std::vector<int> tags;
  Urgency urgency = Urgency::kRoutine;
  Grade suggested = Grade::kGeneral;
  std::optional<Grade> grade;  ///< set by a person
  bool emergency = false, no_start = false;
  std::optional<bool> road_cut;
  Skill skill = Skill::kPipe;
  double priority = 0;
  Loss avoided;
  double value_yuan = 0;  ///< what the optimiser counts: avoided loss less needless cost

  DateRange window;
  double work_days = 1;
  Date start{}, end{};
  std::string crew;
  std::optional<Date> permit_by;      ///< road permit to be applied for
  std::optional<Date> pressure_test;  ///< of its pipe or courtyard, after the last work on it
  std::vector<std::string> after;     ///< hazards whose work must be done before

  std::string rule;
  std::vector<RuleStep> trace;
  std::vector<std::string> missing;  ///< 待补

  double Money() const { return cost.yuan + reserve_yuan; }
};

/// A hazard without an item.
struct Unplanned {
  std::string hazard_id, unit, district;
  WhyNot why = WhyNot::kNoRule;
  Message detail;
  std::optional<double> cost_yuan;
  std::vector<RuleStep> trace;
  std::vector<std::string> missing;
};

/// How the selection was solved.
struct SolveSummary {
  int columns = 0, rows = 0, nodes = 0;
  double value = -1;  ///< of the plan as scheduled, yuan
  double bound = -1;  ///< no selection is worth more
  double gap = -1;    ///< (bound - value) / bound
  bool proven = false;
  bool time_limit = false;  ///< stopped by the clock: another machine may find another plan
};

struct RepairPlan {
  int season = 0, version = 1;
  Batch batch = Batch::kFirst;
  Date date{};
  DateRange implementation;  ///< stage 3 of its season
  double horizon_years = 3;  ///< that losses were counted for
  std::string rules, rules_sha256, prices, prices_sha256, resources, resources_sha256;
  std::vector<PlanItem> items;  ///< by start, then id
  std::vector<Unplanned> unplanned;
  std::vector<Message> warnings;              ///< what cannot be met, what was assumed
  std::map<std::string, double> budget_yuan;  ///< by unit; "" = city; absent = no limit
  SolveSummary solve;
};

}  // namespace thermoleak::planning
