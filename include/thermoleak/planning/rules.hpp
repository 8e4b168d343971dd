#pragma once
// The rule book: what is to be done about a hazard, and why. A text file that an engineer reads and
// changes (models/plan_rules.toml is built in).
//
// To add a rule: 1. write a [[rule]] at its place in the order; 2. if it asks for a new fact, add
// it to FactDocs() and FactsOf(); 3. if it needs a new price, add a [[price]]; 4. one test.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "thermoleak/core/message.hpp"
#include "thermoleak/planning/condition.hpp"
#include "thermoleak/planning/vocabulary.hpp"

namespace thermoleak::planning {

/// A day of any year.
struct MonthDay {
  unsigned month = 1, day = 1;
  Date In(int year) const;  ///< 29 February is 28 in other years
};
struct MonthDays {
  MonthDay from, to;
  DateRange In(int year) const { return {from.In(year), to.In(year)}; }
};

enum class Outcome { kItem, kWatch, kEmergency };

struct Text2 {
  std::string en, zh;
  const std::string& In(Lang lang) const { return lang == Lang::kChinese ? zh : en; }
};

/// One line of the price table with its quantity.
struct WorkLine {
  std::string work;
  Condition quantity;
};

struct Rule {
  std::string id;
  Condition when;
  Outcome outcome = Outcome::kItem;
  std::optional<Choice> repair_class;
  Measure measure = Measure::kRepair;
  std::optional<MonthDays> window;
  std::vector<WorkLine> works;
  std::vector<WorkLine> reserve;  ///< in case that digging finds what is suspected
  Scope scope = Scope::kSpot;
  Skill skill = Skill::kPipe;
  std::vector<int> tags{1};  ///< of the seven projects
  Urgency urgency = Urgency::kRoutine;
  bool no_start = false;  ///< the boiler may not be lit before it is done
  std::optional<double> days;
  bool must = false;  ///< of a merge: replaces the single items
  Text2 text;
  std::string origin;
};

struct Modifier {
  std::string id;
  Condition when;
  std::optional<RepairClass> at_least;
  int raise = 0;
  std::optional<Measure> measure;
  std::optional<Urgency> urgency;
  Text2 text;
  std::string origin;
};

struct GradeRule {
  Condition when;
  Grade grade = Grade::kGeneral;
  std::string origin;
};

/// W1 .. W4.
struct Calendar {
  MonthDay hard_end, soft_end_pipes, pressure_test_by, start;
  int permit_lead_days = 0;
  std::vector<MonthDays> no_road_cut;
  std::optional<MonthDays> rain;
  double rain_factor = 1;
  double minor_days = 1, medium_days = 1, major_pipe_days = 1, major_pipe_m_per_day = 40;
  double major_device_days = 1, boiler_major_days = 1, boiler_medium_days = 1;
};

struct PriorityWeights {
  double grade = 0, conf = 0, primary = 0, q_leak_of_10 = 0, households_of_1000 = 0, age_of_30 = 0;
};

struct RuleBook {
  std::string name, sha256;
  std::vector<Rule> rules;
  std::vector<Rule> merges;
  std::vector<Modifier> modifiers;
  std::vector<GradeRule> grades;
  Calendar calendar;
  PriorityWeights priority;

  /// Throws RunError (kUsage) with file, line and column of what is wrong.
  static RuleBook Parse(const std::string& text, const std::string& name);
  static RuleBook BuiltIn();
  /// Throws RunError, kInputMissing when there is no such file.
  static RuleBook Load(const std::filesystem::path& file);
};

/// One line of why: a rule that fired, or that could not be decided.
struct RuleStep {
  std::string id;
  bool fired = false;  ///< else: unknown
  std::vector<UsedFact> used;
  std::vector<std::string> missing;
  Text2 text;  ///< what it says
  std::string origin;
};

/// What the rules say of one hazard.
struct Verdict {
  const Rule* rule = nullptr;  ///< of the book; null: none fired
  RepairClass repair_class = RepairClass::kMinor;
  Measure measure = Measure::kRepair;
  Urgency urgency = Urgency::kRoutine;
  Grade suggested = Grade::kGeneral;
  std::vector<RuleStep> trace;
  std::vector<std::string> missing;  ///< 待补, each once
};

/// The first rule that fires. `facts` gets "rule".
Verdict ApplyRules(const RuleBook& book, Facts& facts);
/// A rule of merges by itself; rule stays null when it does not fire.
Verdict ApplyMerge(const Rule& merge, Facts& facts);
/// Modifiers, then the grade. `facts` has cost and cost_ratio by now.
void ApplyModifiers(const RuleBook& book, const Facts& facts, Verdict& verdict);

double PriorityOf(const PriorityWeights& weights, const Facts& facts, Grade grade);

}  // namespace thermoleak::planning
