#pragma once
// Money, crews and calendars of a season, from a file:
//
//   [budget]                city_yuan = 20000000
//   [[unit]]                name = "U012"  budget_yuan = 1500000
//   [[crew]]                name = "U012-1"  units = ["U012"]  skills = ["pipe"]  from = "04-16"
//   [[blackout]]            from = "05-01"  to = "05-03"  reason = "..."  road_only = false
//   [[precedence]]          before = "HAZARD"  after = "HAZARD"
//   [[courtyard]]           name = "..."  length_m = 800

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "thermoleak/planning/rules.hpp"

namespace thermoleak::planning {

struct Crew {
  std::string name;
  std::vector<std::string> units;  ///< empty: works for all
  std::vector<Skill> skills;
  std::optional<MonthDays> available;
};

struct Blackout {
  MonthDays days;
  std::string reason;
  bool road_only = false;
};

struct Precedence {
  std::string before, after;  ///< hazards' ids
};

struct Resources {
  std::string name, sha256;
  std::optional<double> city_yuan;
  std::map<std::string, double> unit_yuan;
  std::optional<std::vector<Crew>> crews;  ///< absent: two pipe crews and a boiler crew a unit
  std::vector<Blackout> blackouts;
  std::vector<Precedence> precedence;
  std::map<std::string, double> courtyard_m;

  static Resources Parse(const std::string& text, const std::string& name);
  static Resources Load(const std::filesystem::path& file);
};

}  // namespace thermoleak::planning
