// thermoleak ledger list, show, export, verify: reading the ledger.

#include <charconv>

#include "cli/ledger.hpp"
#include "thermoleak/ledger/exports.hpp"

namespace thermoleak::cli {
namespace {

std::string OneLine(const Hazard& h, Lang lang) {
  std::string line = fmt::format("{}  {}  {}", h.id, Word(h.state, lang), Word(h.kind, lang));
  if (h.probability) line += fmt::format("  p {:.2f}", *h.probability);
  if (h.delta_t_k) line += fmt::format("  ΔT {:.1f} K", *h.delta_t_k);
  if (h.grade) line += "  " + Word(*h.grade, lang);
  if (!h.asset.id.empty()) line += "  " + h.asset.id;
  if (h.place.chainage_m) line += fmt::format(" @ {:.0f} m", *h.place.chainage_m);
  if (!h.place.address.empty() && h.source != HazardSource::kShutdown)
    line += "  " + h.place.address;
  return line;
}

void AddList(CLI::App& ledger, Shell& shell) {
  const auto flags = std::make_shared<LedgerFlags>();
  const auto filter = std::make_shared<FilterFlags>();
  CLI::App* command = AddLedgerCommand(ledger, shell, "list", MessageId::kHelpLedgerList, flags);
  filter->AddTo(*command, shell.lang);
  command->callback([=, &shell] {
    const Ledger file = Ledger::Open(flags->file);
    const std::vector<Hazard> hazards = file.Hazards(filter->Get(shell.lang));
    if (flags->json) {
      std::string out = "{\"schema\":1,\"hazards\":[";
      for (std::size_t i = 0; i < hazards.size(); ++i)
        out += (i == 0 ? "\n" : ",\n") + HazardJson(hazards[i], Edition::kInternal);
      fmt::print("{}\n]}}\n", out);
      return;
    }
    for (const Hazard& hazard : hazards) fmt::print("{}\n", OneLine(hazard, shell.lang));
    fmt::print("{}\n", Message{MessageId::kLedgerCount, {fmt::format("{}", hazards.size())}}.In(
                           shell.lang));
  });
}

void Show(const Ledger& file, const Hazard& hazard, Lang lang) {
  fmt::print("{}\n", OneLine(hazard, lang));
  const nlohmann::ordered_json json =
      nlohmann::ordered_json::parse(HazardJson(hazard, Edition::kInternal));
  for (const auto& [name, value] : json.items()) {
    if (!value.is_null())
      fmt::print("  {:<18} {}\n", name,
                 value.is_string() ? value.get<std::string>() : value.dump());
  }
  const std::vector<Sighting> sightings = file.Sightings(hazard.id);
  for (const Sighting& s : sightings) {
    fmt::print("  {}  {}  {}  p {:.2f}  ΔT {:.1f} K\n", IsoDate(s.date), s.run, s.candidate_id,
               s.probability.value_or(0), s.delta_t_k.value_or(0));
  }
  if (sightings.size() > 1 && sightings.front().delta_t_k && sightings.back().delta_t_k) {
    const double change = *sightings.back().delta_t_k - *sightings.front().delta_t_k;
    fmt::print("  {}\n", Message{MessageId::kTrend, {fmt::format("{:+.1f}", change)}}.In(lang));
  }
  for (const Verification& v : file.Verifications(hazard.id)) {
    fmt::print("  {}  {}  {}: {}  {}\n", IsoDate(v.date), v.id, Word(v.method, lang),
               Word(v.result, lang), v.by);
  }
  for (const Attachment& a : file.Attachments(hazard.id))
    fmt::print("  {}  {}  {}\n", a.id, Word(a.purpose, lang), a.file);
  for (const Event& e : file.History(hazard.id)) {
    const auto state = FromText<HazardState>(e.action);
    fmt::print("  #{}  {}  {}  {}  {}\n", e.number, e.on, e.by,
               state ? Word(*state, lang) : e.action, e.reason);
  }
}

void AddShow(CLI::App& ledger, Shell& shell) {
  const auto flags = std::make_shared<LedgerFlags>();
  const auto id = std::make_shared<std::string>();
  CLI::App* command = AddLedgerCommand(ledger, shell, "show", MessageId::kHelpLedgerShow, flags);
  command->add_option("hazard", *id, Text(MessageId::kHelpLedgerHazard, shell.lang))
      ->required()
      ->type_name("ID");
  command->callback([=, &shell] {
    const Ledger file = Ledger::Open(flags->file);
    const Hazard hazard = MustFind(file, *id);
    if (flags->json) {
      fmt::print("{}\n", HazardFileJson(file, hazard));
    } else {
      Show(file, hazard, shell.lang);
    }
  });
}

void AddExport(CLI::App& ledger, Shell& shell) {
  const auto flags = std::make_shared<LedgerFlags>();
  const auto filter = std::make_shared<FilterFlags>();
  const auto what = std::make_shared<std::string>();
  const auto out = std::make_shared<std::string>();
  const auto edition = std::make_shared<std::string>("internal");
  CLI::App* command =
      AddLedgerCommand(ledger, shell, "export", MessageId::kHelpLedgerExport, flags);
  command->add_option("what", *what, Text(MessageId::kHelpLedgerExport, shell.lang))
      ->required()
      ->check(CLI::IsMember({"labels", "geojson", "csv", "xlsx"}));
  command->add_option("out", *out, Text(MessageId::kHelpLedgerValue, shell.lang))
      ->required()
      ->type_name("FILE");
  command->add_option("--edition", *edition, Text(MessageId::kHelpLedgerEdition, shell.lang))
      ->check(CLI::IsMember({"internal", "desensitised"}))
      ->capture_default_str();
  filter->AddTo(*command, shell.lang);
  command->callback([=, &shell] {
    const Ledger file = Ledger::Open(flags->file);
    const HazardFilter f = filter->Get(shell.lang);
    const Edition e = *edition == "internal" ? Edition::kInternal : Edition::kDesensitised;
    if (*what == "labels") WriteLabels(file, f, *out);
    if (*what == "geojson") WriteLedgerGeoJson(file, f, e, *out);
    if (*what == "csv") WriteLedgerCsv(file, f, e, shell.lang, *out);
    if (*what == "xlsx") WriteLedgerXlsx(file, f, e, shell.lang, *out);
    if (flags->json) {
      PrintJson({{"schema", 1}, {"written", *out}, {"edition", *edition}});
    } else {
      fmt::print("{}\n", Message{MessageId::kLedgerWritten, {*out}}.In(shell.lang));
    }
  });
}

void AddVerify(CLI::App& ledger, Shell& shell) {
  const auto flags = std::make_shared<LedgerFlags>();
  const auto noted = std::make_shared<std::string>();
  CLI::App* command =
      AddLedgerCommand(ledger, shell, "verify", MessageId::kHelpLedgerVerify, flags);
  command->add_option("--head", *noted, Text(MessageId::kHelpLedgerHead, shell.lang))
      ->type_name("NUMBER:HASH");
  command->callback([=, &shell] {
    std::optional<HistoryHead> head;
    if (!noted->empty()) {
      head.emplace();
      const std::size_t colon = noted->find(':');
      const char* end = noted->data() + std::min(colon, noted->size());
      if (colon == std::string::npos ||
          std::from_chars(noted->data(), end, head->number).ptr != end)
        throw RunError(ExitCode::kUsage, MessageId::kLedgerNotAmong, {*noted, "NUMBER:HASH"});
      head->hash = noted->substr(colon + 1);
    }
    const Ledger file = Ledger::Open(flags->file);
    const LedgerCheck check = file.Check(head);
    // An altered ledger is a result, not a wrong use: done, but something is not as it should be.
    if (!check.good()) shell.exit_code = ExitCode::kDoneWithQuarantine;
    const auto n = [](auto number) { return fmt::format("{}", number); };
    if (flags->json) {
      nlohmann::ordered_json faults = nlohmann::ordered_json::array();
      for (const Message& fault : check.faults) {
        faults.push_back(
            {{"code", std::string(MessageName(fault.id))}, {"text", fault.In(shell.lang)}});
      }
      PrintJson({{"schema", 1},
                 {"good", check.good()},
                 {"events", check.events},
                 {"rows", check.rows},
                 {"head", fmt::format("{}:{}", check.head.number, check.head.hash)},
                 {"faults", std::move(faults)}});
      return;
    }
    for (const Message& fault : check.faults) fmt::print("  {}\n", fault.In(shell.lang));
    const Message verdict = check.good()
                                ? Message{MessageId::kLedgerGood, {n(check.events), n(check.rows)}}
                                : Message{MessageId::kLedgerBad, {n(check.faults.size())}};
    fmt::print("{}\n", verdict.In(shell.lang));
    fmt::print(
        "{}\n",
        Message{MessageId::kLedgerHeadIs, {n(check.head.number), check.head.hash}}.In(shell.lang));
  });
}

}  // namespace

void AddLedgerReading(CLI::App& ledger, Shell& shell) {
  AddList(ledger, shell);
  AddShow(ledger, shell);
  AddExport(ledger, shell);
  AddVerify(ledger, shell);
}

}  // namespace thermoleak::cli
