// thermoleak ledger record, attach, move, grade, set, add: what people do with one hazard.

#include "cli/ledger.hpp"
#include "thermoleak/ledger/exports.hpp"

namespace thermoleak::cli {
namespace {

void PrintHazard(const Hazard& hazard, bool json, Lang lang) {
  if (json) {
    fmt::print("{}\n", HazardJson(hazard, Edition::kInternal));
  } else {
    std::string state = Word(hazard.state, lang);
    if (hazard.grade) state += ", " + Word(*hazard.grade, lang);
    fmt::print("{}\n", Message{MessageId::kLedgerMoved, {hazard.id, state}}.In(lang));
  }
}

/// A command about one hazard.
CLI::App* HazardCommand(CLI::App& ledger, const Shell& shell, const char* name, MessageId help,
                        const std::shared_ptr<LedgerFlags>& flags,
                        const std::shared_ptr<std::string>& id) {
  CLI::App* command = AddLedgerCommand(ledger, shell, name, help, flags);
  command->add_option("hazard", *id, Text(MessageId::kHelpLedgerHazard, shell.lang))
      ->required()
      ->type_name("ID");
  return command;
}

void AddRecord(CLI::App& ledger, Shell& shell) {
  struct Stated {
    std::string method, result, kind, note;
    std::optional<double> depth, flow;
    std::vector<std::string> photos;
  };
  const auto flags = std::make_shared<LedgerFlags>();
  const auto id = std::make_shared<std::string>();
  const auto stated = std::make_shared<Stated>();
  const auto act = std::make_shared<ActFlags>();
  CLI::App* command =
      HazardCommand(ledger, shell, "record", MessageId::kHelpLedgerRecord, flags, id);
  const std::string help = Text(MessageId::kHelpLedgerValue, shell.lang);
  command->add_option("--method", stated->method, help)->required();
  command->add_option("--result", stated->result, help)->required();
  command->add_option("--kind", stated->kind, help);
  command->add_option("--note", stated->note, help);
  command->add_option("--dig-depth", stated->depth, help)->type_name("M");
  command->add_option("--flow", stated->flow, help)->type_name("M3_H");
  command->add_option("--photo", stated->photos, help)->type_name("FILE");
  act->AddTo(*command, shell.lang, "inspector");
  command->callback([=, &shell] {
    Ledger file = Ledger::Open(flags->file);
    const Act who = act->Get(shell.lang);
    Verification v;
    v.hazard_id = MustFind(file, *id).id;
    v.method = MustBe<VerifyMethod>(stated->method, shell.lang);
    v.result = MustBe<VerifyResult>(stated->result, shell.lang);
    v.kind = MayBe<HazardKind>(stated->kind, shell.lang);
    v.note = stated->note;
    v.dig_depth_m = stated->depth;
    v.leak_flow_m3_h = stated->flow;
    v.date = who.on;
    for (const std::string& photo : stated->photos)
      MustDo(file.Attach(v.hazard_id, AttachmentPurpose::kOther, photo, who));
    const Verification done = MustDo(file.Record(v, who));
    if (flags->json) {
      PrintJson({{"schema", 1},
                 {"id", done.id},
                 {"hazard", done.hazard_id},
                 {"method", std::string(Code(done.method))},
                 {"result", std::string(Code(done.result))},
                 {"date", IsoDate(done.date)}});
    } else {
      fmt::print("{}\n",
                 Message{MessageId::kLedgerRecorded, {done.hazard_id, done.id}}.In(shell.lang));
    }
  });
}

void AddAttach(CLI::App& ledger, Shell& shell) {
  const auto flags = std::make_shared<LedgerFlags>();
  const auto id = std::make_shared<std::string>();
  const auto files = std::make_shared<std::vector<std::string>>();
  const auto purpose = std::make_shared<std::string>("other");
  const auto act = std::make_shared<ActFlags>();
  CLI::App* command =
      HazardCommand(ledger, shell, "attach", MessageId::kHelpLedgerAttach, flags, id);
  command->add_option("file", *files, Text(MessageId::kHelpLedgerAttach, shell.lang))->required();
  command->add_option("--purpose", *purpose, Text(MessageId::kHelpLedgerValue, shell.lang))
      ->capture_default_str();
  act->AddTo(*command, shell.lang, "inspector");
  command->callback([=, &shell] {
    Ledger file = Ledger::Open(flags->file);
    const std::string hazard = MustFind(file, *id).id;
    const auto what = MustBe<AttachmentPurpose>(*purpose, shell.lang);
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const std::string& path : *files) {
      const Attachment done = MustDo(file.Attach(hazard, what, path, act->Get(shell.lang)));
      list.push_back({{"id", done.id}, {"file", done.file}, {"sha256", done.sha256}});
      if (!flags->json) {
        fmt::print("{}\n",
                   Message{MessageId::kLedgerRecorded, {done.file, done.id}}.In(shell.lang));
      }
    }
    if (flags->json) PrintJson({{"schema", 1}, {"hazard", hazard}, {"attachments", list}});
  });
}

void AddMove(CLI::App& ledger, Shell& shell) {
  struct Stated {
    std::string state, code, batch;
    Transition move;
  };
  const auto flags = std::make_shared<LedgerFlags>();
  const auto id = std::make_shared<std::string>();
  const auto stated = std::make_shared<Stated>();
  const auto act = std::make_shared<ActFlags>();
  CLI::App* command = HazardCommand(ledger, shell, "move", MessageId::kHelpLedgerMove, flags, id);
  const std::string help = Text(MessageId::kHelpLedgerValue, shell.lang);
  Transition& move = stated->move;
  command->add_option("state", stated->state, help)->required();
  command->add_option("--code", stated->code, help);
  command->add_option("--work-order", move.work_order, help);
  command->add_option("--into", move.merged_into, help);
  command->add_option("--plan-item", move.plan_item, help);
  command->add_option("--batch", stated->batch, help);
  command->add_option("--approved-by", move.approved_by, help);
  command->add_option("--repairer", move.repairer, help);
  command->add_option("--isolation", move.isolation, help);
  command->add_option("--households", move.households, help)->check(CLI::NonNegativeNumber);
  command->add_option("--emergency-plan", move.emergency_plan, help);
  command->add_option("--signed-by", move.signed_by, help);
  command->add_flag("--make-up-water", move.make_up_water_rises, help);
  act->AddTo(*command, shell.lang, "unit_engineer");
  command->callback([=, &shell] {
    Ledger file = Ledger::Open(flags->file);
    Transition t = stated->move;
    t.hazard = MustFind(file, *id).id;
    t.to = MustBe<HazardState>(stated->state, shell.lang);
    t.code = MayBe<RejectCode>(stated->code, shell.lang);
    t.batch = MayBe<Batch>(stated->batch, shell.lang);
    if (!t.merged_into.empty()) t.merged_into = MustFind(file, t.merged_into).id;
    t.act = act->Get(shell.lang);
    PrintHazard(MustDo(file.Move(t)), flags->json, shell.lang);
  });
}

void AddGrade(CLI::App& ledger, Shell& shell) {
  const auto flags = std::make_shared<LedgerFlags>();
  const auto id = std::make_shared<std::string>();
  const auto grade = std::make_shared<std::string>();
  const auto second = std::make_shared<std::string>();
  const auto act = std::make_shared<ActFlags>();
  CLI::App* command = HazardCommand(ledger, shell, "grade", MessageId::kHelpLedgerGrade, flags, id);
  command->add_option("grade", *grade, Text(MessageId::kHelpLedgerValue, shell.lang))->required();
  command->add_option("--second", *second, Text(MessageId::kHelpLedgerBy, shell.lang));
  act->AddTo(*command, shell.lang, "unit_engineer");
  command->callback([=, &shell] {
    Ledger file = Ledger::Open(flags->file);
    const std::string hazard = MustFind(file, *id).id;
    PrintHazard(MustDo(file.SetGrade(hazard, MustBe<Grade>(*grade, shell.lang),
                                     act->Get(shell.lang), *second)),
                flags->json, shell.lang);
  });
}

std::vector<std::pair<std::string, std::string>> Facts(const std::vector<std::string>& texts) {
  std::vector<std::pair<std::string, std::string>> facts;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos)
      throw RunError(ExitCode::kUsage, MessageId::kFactUnknown, {text});
    facts.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return facts;
}

void AddSet(CLI::App& ledger, Shell& shell) {
  const auto flags = std::make_shared<LedgerFlags>();
  const auto id = std::make_shared<std::string>();
  const auto facts = std::make_shared<std::vector<std::string>>();
  const auto act = std::make_shared<ActFlags>();
  CLI::App* command = HazardCommand(ledger, shell, "set", MessageId::kHelpLedgerSet, flags, id);
  command->add_option("facts", *facts, Text(MessageId::kHelpLedgerSet, shell.lang))
      ->required()
      ->type_name("NAME=VALUE");
  act->AddTo(*command, shell.lang, "unit_engineer");
  command->callback([=, &shell] {
    Ledger file = Ledger::Open(flags->file);
    const std::string hazard = MustFind(file, *id).id;
    PrintHazard(MustDo(file.SetFacts(hazard, Facts(*facts), act->Get(shell.lang))), flags->json,
                shell.lang);
  });
}

void AddAdd(CLI::App& ledger, Shell& shell) {
  const auto flags = std::make_shared<LedgerFlags>();
  const auto source = std::make_shared<std::string>();
  const auto facts = std::make_shared<std::vector<std::string>>();
  const auto act = std::make_shared<ActFlags>();
  CLI::App* command = AddLedgerCommand(ledger, shell, "add", MessageId::kHelpLedgerAdd, flags);
  command->add_option("source", *source, Text(MessageId::kHelpLedgerValue, shell.lang))->required();
  command->add_option("facts", *facts, Text(MessageId::kHelpLedgerSet, shell.lang))
      ->type_name("NAME=VALUE");
  act->AddTo(*command, shell.lang, "unit_engineer");
  command->callback([=, &shell] {
    Ledger file = Ledger::Open(flags->file);
    PrintHazard(MustDo(file.Add(MustBe<HazardSource>(*source, shell.lang), Facts(*facts),
                                act->Get(shell.lang))),
                flags->json, shell.lang);
  });
}

}  // namespace

void AddLedgerChanges(CLI::App& ledger, Shell& shell) {
  AddRecord(ledger, shell);
  AddAttach(ledger, shell);
  AddMove(ledger, shell);
  AddGrade(ledger, shell);
  AddSet(ledger, shell);
  AddAdd(ledger, shell);
}

}  // namespace thermoleak::cli
