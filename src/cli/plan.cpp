// thermoleak plan: the season's repair plan; `plan submit`, `plan progress` and `plan stats` follow
// it.

#include "cli/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/options_binding.hpp"
#include "thermoleak/batch/options_file.hpp"
#include "thermoleak/network/network.hpp"
#include "thermoleak/planning/ledger_steps.hpp"
#include "thermoleak/planning/plan_json.hpp"
#include "thermoleak/report/plan_folder.hpp"

namespace thermoleak::cli {
namespace {

using namespace planning;
namespace fs = std::filesystem;

using Arguments = PlanArguments;

Date NeedDay(const std::string& text) {
  const auto day = ParseDay(text);
  if (!day) throw RunError(ExitCode::kUsage, MessageId::kPlanNeedsDate);
  return *day;
}

/// The map's pipes as the plan's page draws them.
std::vector<std::vector<LonLat>> PipesOf(const Arguments& a, const Shell& shell) {
  std::vector<std::vector<LonLat>> pipes;
  if (a.network.empty()) return pipes;
  NetworkOptions options;
  if (!shell.config.empty()) {
    ProgramOptions stated;
    ReadOptionsFile(shell.config, stated);
    options = stated.run.network;
  }
  const LoadedNetwork map = LoadNetwork(a.network, std::nullopt, options);
  for (const Pipe& pipe : map.network.pipes()) {
    std::vector<LonLat>& line = pipes.emplace_back();
    for (const Vec2& point : pipe.axis.vertices()) line.push_back(map.frame.LonLatFromLocal(point));
  }
  return pipes;
}

void WritePlan(const RepairPlan& plan, const Arguments& a, const Shell& shell) {
  WritePlanFolder(plan, a.out, shell.lang,
                  a.edition == "internal" ? Edition::kInternal : Edition::kDesensitised,
                  PipesOf(a, shell));
}

void PrintTrace(const std::vector<RuleStep>& trace, Lang lang) {
  for (const RuleStep& step : trace) {
    std::string inputs;
    for (const UsedFact& used : step.used)
      inputs += fmt::format("{}{} = {}", inputs.empty() ? "" : ", ", used.name, used.value);
    std::string missing;
    for (const std::string& name : step.missing) missing += (missing.empty() ? "" : ", ") + name;
    fmt::print("  {}{:6} {}\n         {}\n", step.fired ? " " : "?", step.id, step.text.In(lang),
               inputs);
    if (!missing.empty())
      fmt::print("         {}\n", Message{MessageId::kPlanMissing, {missing}}.In(lang));
    if (!step.origin.empty()) fmt::print("         {}\n", step.origin);
  }
}

void Explain(const RepairPlan& plan, const std::string& id, Lang lang) {
  for (const PlanItem& item : plan.items) {
    if (item.id != id &&
        std::find(item.hazard_ids.begin(), item.hazard_ids.end(), id) == item.hazard_ids.end())
      continue;
    fmt::print("{}: {} · {} · {:.0f} yuan · {} .. {} · {}\n", item.id,
               Word(item.repair_class, lang), Word(item.measure, lang), item.Money(),
               IsoDate(item.start), IsoDate(item.end), item.crew);
    PrintTrace(item.trace, lang);
    for (const CostLine& line : item.cost.lines)
      fmt::print("  {}: {:.4g} {} x {:.0f} = {:.0f} yuan ({})\n", line.text.In(lang), line.quantity,
                 line.per, line.yuan_each, line.yuan, line.origin);
    fmt::print("  {} {} ({})\n", plan.rules, plan.rules_sha256.substr(0, 12), plan.prices);
    return;
  }
  for (const Unplanned& u : plan.unplanned) {
    if (u.hazard_id != id) continue;
    fmt::print("{}: {}: {}\n", id, Word(u.why, lang), u.detail.In(lang));
    PrintTrace(u.trace, lang);
    return;
  }
  throw RunError(ExitCode::kUsage, MessageId::kPlanNotFound, {id});
}

void Print(const RepairPlan& plan, const Arguments& a, Lang lang) {
  double yuan = 0, avoided = 0;
  std::size_t hazards = 0;
  for (const PlanItem& item : plan.items) {
    yuan += item.Money();
    avoided += item.avoided.total();
    hazards += item.hazard_ids.size();
  }
  if (a.json) {
    const nlohmann::ordered_json out{
        {"version", plan.version}, {"items", plan.items.size()},
        {"hazards", hazards},      {"yuan", yuan},
        {"avoided_yuan", avoided}, {"unplanned", plan.unplanned.size()},
        {"gap", plan.solve.gap},   {"time_limit", plan.solve.time_limit}};
    fmt::print("{}\n", out.dump(1));
    return;
  }
  fmt::print("{}\n",
             Message{MessageId::kPlanSummary,
                     {std::to_string(plan.items.size()), std::to_string(hazards),
                      fmt::format("{:.2f}", yuan / 1e6), fmt::format("{:.2f}", avoided / 1e6),
                      std::to_string(plan.unplanned.size()),
                      fmt::format("{:.2f}", 100 * std::max(0.0, plan.solve.gap)), a.out}}
                 .In(lang));
  for (const Message& warning : plan.warnings) fmt::print("- {}\n", warning.In(lang));
}

void MakePlan(const Arguments& a, Shell& shell) {
  const fs::path last = fs::path(a.out) / "plan.json";
  if (!a.explain.empty() && a.hazards.empty() && a.ledger.empty()) {
    Explain(ReadPlan(last), a.explain, shell.lang);
    return;
  }
  for (const char* section : {"plan", "loss"}) {
    const auto violations = section == std::string_view("plan")
                                ? CheckOptions(a.options, section)
                                : CheckOptions(a.options.loss, section);
    for (const Message& violation : violations)
      throw RunError(ExitCode::kUsage, violation.id, violation.args);
  }
  if (a.season == 0) throw RunError(ExitCode::kUsage, MessageId::kPlanNeedsSeason);
  HazardFile file;
  Season season = DefaultSeason(a.season);
  if (a.ledger.empty()) {
    file = ReadHazards(a.hazards);
  } else {
    const Ledger ledger = Ledger::Open(a.ledger);
    file.hazards = HazardsToPlan(ledger, a.season);
    season = ledger.SeasonOf(a.season);
  }
  const Batch batch = *FromCode<Batch>(a.batch);
  const auto gate = GateOf(batch, season);
  PlanRequest request{.year = a.season,
                      .batch = batch,
                      .date = a.date.empty() && gate ? *gate : NeedDay(a.date),
                      .calendar = season,
                      .previous = nullptr};
  const RuleBook rules = a.rules.empty() ? RuleBook::BuiltIn() : RuleBook::Load(a.rules);
  const PriceTable prices = a.prices.empty() ? PriceTable::BuiltIn() : PriceTable::Load(a.prices);
  const Resources resources = a.resources.empty() ? Resources{} : Resources::Load(a.resources);
  std::optional<RepairPlan> before;
  if (!a.out.empty() && fs::exists(last)) {
    before = ReadPlan(last);
    request.previous = &*before;
  }
  RepairPlan plan =
      GeneratePlan(file.hazards, rules, prices, resources, request, a.options, shell.work);
  shell.EndProgress();
  if (before) {
    CountVersions(*before, plan);
    // The same again is no new version.
    RepairPlan same = plan;
    same.version = before->version;
    if (PlanJson(same, shell.lang) == PlanJson(*before, shell.lang)) plan = std::move(same);
  }
  for (const Error& error : file.refused)
    fmt::print(stderr, "{}: {}\n", error.item, error.message.In(shell.lang));
  if (!file.refused.empty()) shell.exit_code = ExitCode::kDoneWithQuarantine;
  if (a.dry_run) {
    const auto changes = Compare(before ? *before : RepairPlan{}, plan);
    for (const PlanChange& change : changes)
      fmt::print("{}: {}\n", change.item, change.what.In(shell.lang));
    if (changes.empty()) fmt::print("{}\n", Text(MessageId::kPlanNoChange, shell.lang));
  } else if (!a.out.empty()) {
    WritePlan(plan, a, shell);
  }
  if (!a.explain.empty()) {
    Explain(plan, a.explain, shell.lang);
  } else if (!a.dry_run) {
    Print(plan, a, shell.lang);
  }
}

void Submit(const Arguments& a, Shell& shell) {
  RepairPlan plan = ReadPlan(fs::path(a.out) / "plan.json");
  if (std::none_of(plan.items.begin(), plan.items.end(),
                   [](const PlanItem& item) { return item.state == ItemState::kDraft; })) {
    fmt::print("{}\n", Text(MessageId::kPlanNothingToSubmit, shell.lang));
    return;
  }
  if (SubmitToLedger(plan, a, NeedDay(a.date), shell) == 0) return;
  ++plan.version;
  WritePlan(plan, a, shell);
}

void Progress(const Arguments& a, Shell& shell) {
  const fs::path folder(a.out);
  const fs::path file = folder / "progress.csv";
  RepairPlan plan = ReadPlan(folder / "plan.json");
  const Date day = NeedDay(a.date);
  if (!a.item.empty()) {
    const ProgressEntry entry{a.item, day, a.quantity, a.accepted, a.closed, a.by, a.note};
    const PlanItem& item = CheckProgress(file, plan, entry);
    // The ledger first: what it refuses has not happened. Said twice, its steps are taken once.
    if (!a.ledger.empty()) ProgressInLedger(item, entry, a, shell);
    // A command that was cut off is given again: the same words are the same report.
    const auto known = ReadProgress(file, plan).entries;
    if (std::find(known.begin(), known.end(), entry) == known.end()) {
      AddProgress(file, plan, entry);
    } else {
      fmt::print("{}\n", Text(MessageId::kPlanProgressAgain, shell.lang));
    }
  }
  if (a.close_season) {
    const auto entries = ReadProgress(file, plan).entries;
    plan = CloseSeason(plan, entries, day);
    if (!a.ledger.empty()) CarryInLedger(plan, entries, a, day, shell);
  }
  WritePlan(plan, a, shell);
}

std::string Quantities(const std::map<std::string, double>& done, Lang lang) {
  std::string out;
  for (const auto& [unit, quantity] : done) {
    if (quantity > 0) out += fmt::format("{}{:.4g} {}", out.empty() ? "" : ", ", quantity, unit);
  }
  return out.empty() ? Text(MessageId::kPlanStatNothing, lang) : out;
}

void Stats(const Arguments& a, Shell& shell) {
  const fs::path folder(a.out);
  const RepairPlan plan = ReadPlan(folder / "plan.json");
  const ProgressFile file = ReadProgress(folder / "progress.csv", plan);
  for (const Error& error : file.refused)
    fmt::print(stderr, "{}: {}\n", error.item, error.message.In(shell.lang));
  if (!file.refused.empty()) shell.exit_code = ExitCode::kDoneWithQuarantine;
  const Statistics s = StatisticsOf(plan, file.entries, NeedDay(a.date));
  const Lang lang = shell.lang;
  if (a.json) {
    const auto row = [](const StatRow& r) {
      return nlohmann::ordered_json{{"items", r.items},
                                    {"started", r.started},
                                    {"finished", r.finished},
                                    {"accepted", r.accepted},
                                    {"closed", r.closed},
                                    {"overdue", r.overdue},
                                    {"planned_yuan", r.planned_yuan},
                                    {"planned", r.planned},
                                    {"done", r.done}};
    };
    nlohmann::ordered_json out{
        {"day", IsoDate(s.day)}, {"week_from", IsoDate(s.week_from)}, {"city", row(s.city)}};
    for (const auto& [unit, r] : s.by_unit) out["units"][unit] = row(r);
    for (const auto& [district, r] : s.by_district) out["districts"][district] = row(r);
    out["done_today"] = s.done_today;
    out["done_this_week"] = s.done_this_week;
    out["overdue"] = s.overdue;
    out["locked"] = s.locked;
    out["carried"] = s.carried;
    for (const auto& [tag, items] : s.by_project) out["projects"][std::to_string(tag)] = items;
    fmt::print("{}\n", out.dump(1));
    return;
  }
  fmt::print(
      "{}\n",
      Message{MessageId::kPlanStatDay, {IsoDate(s.day), Quantities(s.done_today, lang)}}.In(lang));
  fmt::print("{}\n", Message{MessageId::kPlanStatWeek,
                             {IsoDate(s.week_from), Quantities(s.done_this_week, lang)}}
                         .In(lang));
  const auto line = [&](const std::string& who, const StatRow& r) {
    std::string rates;
    for (const auto& [unit, planned] : r.planned) {
      const double done = r.done.at(unit);
      rates += fmt::format("{}{:.4g}/{:.4g} {} ({:.0f} %)", rates.empty() ? "" : ", ", done,
                           planned, unit, planned > 0 ? 100 * done / planned : 0);
    }
    fmt::print(
        "{}\n",
        Message{MessageId::kPlanStatLine,
                {who.empty() ? Text(MessageId::kPlanStatUnknown, lang) : who,
                 std::to_string(r.items), std::to_string(r.started), std::to_string(r.finished),
                 fmt::format("{:.0f}", r.items > 0 ? 100.0 * r.finished / r.items : 0),
                 std::to_string(r.accepted), std::to_string(r.closed), std::to_string(r.overdue),
                 rates}}
            .In(lang));
  };
  line(Text(MessageId::kPlanStatCity, lang), s.city);
  for (const auto& [district, r] : s.by_district) line(district, r);
  for (const auto& [unit, r] : s.by_unit) line(unit, r);
  for (const auto& [tag, items] : s.by_project)
    fmt::print("{}: {}\n", ProjectName(tag, lang), items);
  const auto list = [&](MessageId id, const std::vector<std::string>& names) {
    if (names.empty()) return;
    const char* const comma = lang == Lang::kChinese ? "、" : ", ";
    fmt::print("{}\n", Message{id, {fmt::format("{}", fmt::join(names, comma))}}.In(lang));
  };
  list(MessageId::kPlanStatOverdue, s.overdue);
  list(MessageId::kPlanStatLocked, s.locked);
}

}  // namespace

void AddPlan(CLI::App& app, Shell& shell) {
  const auto help = [&](MessageId id) { return Text(id, shell.lang); };
  CLI::App* plan = app.add_subcommand("plan", help(MessageId::kHelpPlan));
  const auto a = std::make_shared<Arguments>();
  if (!shell.config.empty()) {
    ProgramOptions stated;
    ReadOptionsFile(shell.config, stated);
    a->options = stated.plan;
  }
  plan->add_option("--hazards", a->hazards, help(MessageId::kHelpPlanHazards))->type_name("FILE");
  plan->add_option("--ledger", a->ledger, help(MessageId::kHelpPlanLedger))->type_name("FILE");
  plan->add_option("--out", a->out, help(MessageId::kHelpPlanOut))->type_name("DIR");
  plan->add_option("--network", a->network, help(MessageId::kHelpPlanNetwork))->type_name("MAP");
  plan->add_option("--season", a->season, help(MessageId::kHelpPlanSeason))
      ->check(CLI::Range(2000, 2100))
      ->type_name("Y");
  plan->add_option("--rules", a->rules, help(MessageId::kHelpPlanRules))->type_name("FILE");
  plan->add_option("--prices", a->prices, help(MessageId::kHelpPlanPrices))->type_name("FILE");
  plan->add_option("--resources", a->resources, help(MessageId::kHelpPlanResources))
      ->type_name("FILE");
  plan->add_option("--batch", a->batch, help(MessageId::kHelpPlanBatch))
      ->check(CLI::IsMember({"first", "supplement", "addition"}));
  plan->add_option("--date", a->date, help(MessageId::kHelpPlanDate))->type_name("DAY");
  plan->add_option("--explain", a->explain, help(MessageId::kHelpPlanExplain))->type_name("ITEM");
  plan->add_flag("--dry-run", a->dry_run, help(MessageId::kHelpPlanDryRun));
  plan->add_option("--edition", a->edition, help(MessageId::kHelpPlanEdition))
      ->check(CLI::IsMember({"internal", "desensitised"}));
  plan->add_flag("--json", a->json, help(MessageId::kHelpSummaryJson));
  // Declared for the help; main() has found it already, so that flags win over the file.
  plan->add_option("--config", a->config, help(MessageId::kHelpConfig))->type_name("TOML");
  a->options.Describe(*FlagVisitor(*plan, "plan", shell.lang));
  a->options.loss.Describe(*FlagVisitor(*plan, "loss", shell.lang));

  // Of the commands that write to the ledger.
  const auto add_act = [&](CLI::App& command) {
    command.add_option("--network", a->network, help(MessageId::kHelpPlanNetwork))
        ->type_name("MAP");
    command.add_option("--by", a->by, help(MessageId::kHelpPlanBy));
    command.add_option("--role", a->role, help(MessageId::kHelpLedgerRole));
    command.add_option("--note", a->note, help(MessageId::kHelpPlanNote));
    command.add_option("--approved-by", a->approved_by, help(MessageId::kHelpPlanApprovedBy));
    command.add_option("--edition", a->edition, help(MessageId::kHelpPlanEdition))
        ->check(CLI::IsMember({"internal", "desensitised"}));
  };
  CLI::App* submit = plan->add_subcommand("submit", help(MessageId::kHelpPlanSubmit));
  submit->add_option("--out", a->out, help(MessageId::kHelpPlanOut))->required()->type_name("DIR");
  submit->add_option("--ledger", a->ledger, help(MessageId::kHelpPlanLedger))
      ->required()
      ->type_name("FILE");
  submit->add_option("--date", a->date, help(MessageId::kHelpPlanDay))
      ->required()
      ->type_name("DAY");
  add_act(*submit);

  CLI::App* progress = plan->add_subcommand("progress", help(MessageId::kHelpPlanProgress));
  progress->add_option("--out", a->out, help(MessageId::kHelpPlanOut))
      ->required()
      ->type_name("DIR");
  progress->add_option("--item", a->item, help(MessageId::kHelpPlanItem))->type_name("ITEM");
  progress->add_option("--date", a->date, help(MessageId::kHelpPlanDay))
      ->required()
      ->type_name("DAY");
  progress->add_option("--quantity", a->quantity, help(MessageId::kHelpPlanQuantity))
      ->check(CLI::NonNegativeNumber);
  progress->add_flag("--accepted", a->accepted, help(MessageId::kHelpPlanAccepted));
  progress->add_flag("--closed", a->closed, help(MessageId::kHelpPlanClosed));
  progress->add_option("--ledger", a->ledger, help(MessageId::kHelpPlanLedger))->type_name("FILE");
  add_act(*progress);
  progress->add_option("--repairer", a->repairer, help(MessageId::kHelpPlanRepairer));
  progress->add_flag("--close-season", a->close_season, help(MessageId::kHelpPlanCloseSeason));
  progress->add_option("--emergency-plan", a->emergency_plan,
                       help(MessageId::kHelpPlanEmergencyPlan));
  progress->add_option("--signed-by", a->signed_by, help(MessageId::kHelpPlanSignedBy));

  CLI::App* stats = plan->add_subcommand("stats", help(MessageId::kHelpPlanStats));
  stats->add_option("--out", a->out, help(MessageId::kHelpPlanOut))->required()->type_name("DIR");
  stats->add_option("--date", a->date, help(MessageId::kHelpPlanDay))->required()->type_name("DAY");
  stats->add_flag("--json", a->json, help(MessageId::kHelpSummaryJson));

  plan->callback([=, &shell] {
    if (submit->parsed()) {
      Submit(*a, shell);
    } else if (progress->parsed()) {
      Progress(*a, shell);
    } else if (stats->parsed()) {
      Stats(*a, shell);
    } else if (a->out.empty() || (a->hazards.empty() && a->ledger.empty() && a->explain.empty())) {
      throw CLI::RequiredError(a->out.empty() ? "--out" : "--ledger");
    } else {
      MakePlan(*a, shell);
    }
  });
}

}  // namespace thermoleak::cli
