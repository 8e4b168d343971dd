#pragma once
// The hazard ledger: every hazard from first suspicion to close-out. All changes are events in a
// history that can only grow and whose rows are chained by hashes; the tables are what replaying
// the history gives. Nothing is deleted.
//
// Each change is one transaction: when the call returns it is durable, and when it refuses nothing
// has changed. A Ledger is for one thread; several processes may have the same file open, one
// writes at a time and the others wait.

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "thermoleak/core/error.hpp"
#include "thermoleak/core/options.hpp"
#include "thermoleak/ledger/records.hpp"
#include "thermoleak/ledger/store.hpp"

namespace thermoleak {

struct SurveyRun;
struct FindingsSheet;

/// Who did it, as what, on which day, and why.
struct Act {
  std::string by;
  Role role = Role::kInspector;
  Date on{};
  std::string reason{};
};

struct HazardFilter {
  std::optional<int> season;
  std::vector<HazardState> states;  ///< empty = any
  std::optional<HazardSource> source;
  std::optional<HazardKind> kind;
  std::optional<Grade> grade;
  std::string unit, district;  ///< "" = any
  std::string text;            ///< in id, address, courtyard, pipe or equipment; "" = any
  bool open_only = false;
  std::optional<Date> overdue_on;  ///< open with a deadline before this day
};

/// A change of state with what its guard may ask for.
struct Transition {
  std::string hazard{};
  HazardState to = HazardState::kNew;
  Act act{};
  std::optional<RejectCode> code{};  ///< of a rejection
  std::string work_order{};          ///< for kVerifying
  std::string merged_into{};         ///< for kMerged
  std::string plan_item{};           ///< for kPlanned
  std::optional<Batch> batch{};      ///< for kPlanned; else the earliest that the rules allow
  std::string approved_by{};         ///< somebody of the district, for additions and early starts
  std::string repairer{};            ///< for kRectifying, and from kEmergency to kToAccept
  std::string isolation{};           ///< for kEmergency: what was shut off
  std::optional<int> households{};   ///< for kEmergency: who loses heat
  std::string emergency_plan{};      ///< for kCarried: 应急预案
  std::string signed_by{};           ///< for kCarried
  bool make_up_water_rises = false;  ///< ends kWatch before the next season
};

/// What one import did.
struct ImportSummary {
  std::string inspection;      ///< id
  bool already_there = false;  ///< this very run was imported before: nothing was changed
  int candidates = 0;
  int opened = 0;       ///< new hazards
  int updated = 0;      ///< hazards seen again
  int reopened = 0;     ///< of them, closed ones
  int known_false = 0;  ///< seen again what this season's verification rejected
  int merged = 0;       ///< at a merged hazard's place, whose main hazard was seen, too
  int below_threshold = 0;
  std::vector<std::string> opened_ids, reopened_ids;
  std::vector<Message> notes;
};

/// Which candidates become hazards, and what counts as the same place.
struct ImportOptions {
  double leak_score = 0.5;        ///< suspected leaks by the run's own word
  double insulation_score = 0.5;  ///< likelier than all else together
  double installation_score = 0.5;
  double max_distance_m = 20;  ///< the ledger's rule for "the same place"
  double sigmas = 3;           ///< of both ellipses together: 99 % of a two-dimensional normal
  /// Added to both positions: what a new map, or another extent of the same anomaly, moves it by.
  double place_sigma_m = 1.0;
  /// Of an older run that does not say which pipes run beside: supply and return lie this near.
  double beside_m = 3.0;

  void Describe(OptionVisitor& v);
};

/// What one sheet of findings did.
struct FindingsSummary {
  int rows = 0, added = 0, changed = 0, unchanged = 0, without_defect = 0;
  std::vector<std::string> opened_ids;
};

/// A place of the history to which one can come back: note it on paper to prove later that nothing
/// before it was rewritten.
struct HistoryHead {
  std::int64_t number = 0;
  std::string hash;
};

struct LedgerCheck {
  std::vector<Message> faults;  ///< empty: every row is what the history says
  std::int64_t events = 0, rows = 0;
  HistoryHead head;
  bool good() const { return faults.empty(); }
};

class Ledger {
 public:
  /// Makes a new file. `city` begins the hazards' ids.
  static Ledger Create(const std::filesystem::path& path, const std::string& city, const Act& act);
  static Ledger Open(const std::filesystem::path& path);
  explicit Ledger(std::unique_ptr<Store> store);
  ~Ledger();
  Ledger(Ledger&&) noexcept;

  // ---- what is there ----
  std::vector<Hazard> Hazards(const HazardFilter& filter = {}) const;  ///< by id
  std::optional<Hazard> Find(const std::string& id) const;
  /// The same by its whole id, at the cost of one row.
  std::optional<Hazard> FindExactly(const std::string& id) const;
  /// Number of the last event: as long as it stays, nothing has changed.
  std::int64_t LastEvent() const;
  /// All of them, one at a time and in no order, without what is counted over others
  /// (leaks_3_years): a city's hundred thousand need not be in memory at once.
  void EachHazard(const std::function<void(const Hazard&)>& visit) const;
  void EachSighting(const std::function<void(const Sighting&)>& visit) const;
  /// What happened after an event: which rows of which tables.
  std::vector<Event> ChangesAfter(std::int64_t number) const;
  Season SeasonOf(int year) const;  ///< as set, else the default calendar
  std::vector<Sighting> Sightings(const std::string& hazard = {}) const;
  std::vector<Verification> Verifications(const std::string& hazard = {}) const;
  std::vector<Attachment> Attachments(const std::string& hazard = {}) const;
  std::vector<Finding> Findings() const;
  std::vector<Inspection> Inspections() const;
  std::vector<Organisation> Organisations() const;
  std::vector<Person> People() const;
  std::vector<Event> History(const std::string& hazard = {}) const;
  /// Replays the history and compares. `noted`: a head that must still be in it.
  LedgerCheck Check(const std::optional<HistoryHead>& noted = std::nullopt) const;

  // ---- changes ----
  /// Candidates of a run become sightings, and those above the thresholds hazards.
  ImportSummary Import(const SurveyRun& run, const ImportOptions& options, const Act& act);
  FindingsSummary AddFindings(const FindingsSheet& sheet, const Act& act);
  /// Refused transitions are errors whose item is the hazard; the text says why in one sentence.
  Result<Hazard> Move(const Transition& transition);
  /// Many at once in one transaction: those that are allowed are done, the rest are returned.
  std::vector<Error> MoveAll(const std::vector<Transition>& transitions);
  /// All of them in their order, or, when one is refused, none; the refusals are returned.
  std::vector<Error> MoveTogether(const std::vector<Transition>& transitions);
  Result<Verification> Record(Verification verification, const Act& act);
  Result<Attachment> Attach(const std::string& hazard, AttachmentPurpose purpose,
                            const std::filesystem::path& file, const Act& act);
  /// The first grade and a higher one by anybody who may grade; a lower one needs act.reason and
  /// `second`, another person.
  Result<Hazard> SetGrade(const std::string& hazard, Grade grade, const Act& act,
                          const std::string& second = {});
  /// Facts that people supply, by column: "households" = "1200"; an empty text takes one back.
  Result<Hazard> SetFacts(const std::string& hazard,
                          const std::vector<std::pair<std::string, std::string>>& facts,
                          const Act& act);
  /// A hazard that no survey found: complaint, emergency, age. Facts as in SetFacts.
  Result<Hazard> Add(HazardSource source,
                     const std::vector<std::pair<std::string, std::string>>& facts, const Act& act);
  /// A remark for the history, act.reason; nothing else changes.
  Result<Hazard> Note(const std::string& hazard, const Act& act);
  Result<Season> SetSeason(const Season& season, const Act& act);
  Result<Organisation> SetOrganisation(const Organisation& organisation, const Act& act);
  Result<Person> SetPerson(const Person& person, const Act& act);

  /// Seconds since 1970 for the history's `at`; tests set it.
  void SetClock(std::function<std::int64_t()> clock);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Whether the table of states has this step at all, guards aside.
bool HasTransition(HazardState from, HazardState to);
/// Names of what SetFacts takes.
std::vector<std::string> SettableFacts();

}  // namespace thermoleak
