#pragma once
// What the files of `thermoleak plan` share.

#include <string>

#include "cli/commands.hpp"
#include "thermoleak/ledger/ledger.hpp"
#include "thermoleak/planning/generate.hpp"
#include "thermoleak/planning/tracking.hpp"

namespace thermoleak::cli {

struct PlanArguments {
  std::string hazards, ledger, network, out, rules, prices, resources, batch = "first", date, explain;
  std::string edition = "internal", config;
  int season = 0;
  bool dry_run = false, json = false, accepted = false, closed = false, close_season = false;
  std::string item, by, role, note;
  std::string approved_by, repairer, emergency_plan, signed_by;
  double quantity = 0;
  planning::PlanOptions options;
};

/// Drafts whose hazards all become planned in the ledger are handed in; the rest stay drafts, and
/// their hazards' refusals are printed. Returns how many were handed in.
int SubmitToLedger(planning::RepairPlan& plan, const PlanArguments& a, Date day, Shell& shell);
/// A day's work, acceptance or close-out of an item, as steps of its hazards. Throws RunError with
/// the first refusal, and then nothing has changed.
void ProgressInLedger(const planning::PlanItem& item, const planning::ProgressEntry& entry,
                      const PlanArguments& a, const Shell& shell);
/// What the closed season leaves: hazards of carried items, and those that no item had.
void CarryInLedger(const planning::RepairPlan& plan,
                   const std::vector<planning::ProgressEntry>& entries, const PlanArguments& a,
                   Date day, Shell& shell);

}  // namespace thermoleak::cli
