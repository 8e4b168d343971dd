// thermoleak ledger init, season, organisation, person.

#include "cli/ledger.hpp"

namespace thermoleak::cli {
namespace {

DateRange MustBeRange(const std::string& text) {
  const std::size_t dots = text.find("..");
  if (dots == std::string::npos) throw RunError(ExitCode::kUsage, MessageId::kCellNoDate, {text});
  return {DateOrNothing(text.substr(0, dots)).value_or(Date{}),
          DateOrNothing(text.substr(dots + 2)).value_or(Date{})};
}

void AddInit(CLI::App& ledger, Shell& shell) {
  const auto flags = std::make_shared<LedgerFlags>();
  const auto city = std::make_shared<std::string>("SY");
  const auto act = std::make_shared<ActFlags>();
  CLI::App* command = AddLedgerCommand(ledger, shell, "init", MessageId::kHelpLedgerInit, flags);
  command->add_option("--city", *city, Text(MessageId::kHelpLedgerCity, shell.lang))
      ->capture_default_str();
  command->add_option("--by", act->by, Text(MessageId::kHelpLedgerBy, shell.lang));
  command->callback([=, &shell] {
    Act who{act->by.empty() ? "init" : act->by, Role::kUnitEngineer, Today()};
    const Ledger made = Ledger::Create(flags->file, *city, who);
    if (flags->json) {
      PrintJson({{"schema", 1}, {"ledger", flags->file}, {"city", *city}});
    } else {
      fmt::print("{}\n", Message{MessageId::kLedgerMade, {flags->file}}.In(shell.lang));
    }
  });
}

void AddSeason(CLI::App& ledger, Shell& shell) {
  struct Dates {
    int year = 0;
    std::string operating, shutdown, implementation, cold_trial, heat_on;
  };
  const auto flags = std::make_shared<LedgerFlags>();
  const auto dates = std::make_shared<Dates>();
  const auto act = std::make_shared<ActFlags>();
  CLI::App* command =
      AddLedgerCommand(ledger, shell, "season", MessageId::kHelpLedgerSetSeason, flags);
  const std::string help = Text(MessageId::kHelpLedgerSetSeason, shell.lang);
  command->add_option("year", dates->year, help)->required()->check(CLI::Range(1990, 2200));
  command->add_option("--operating", dates->operating, help)->type_name("FROM..TO");
  command->add_option("--shutdown", dates->shutdown, help)->type_name("FROM..TO");
  command->add_option("--implementation", dates->implementation, help)->type_name("FROM..TO");
  command->add_option("--cold-trial", dates->cold_trial, help)->type_name("DATE");
  command->add_option("--heat-on", dates->heat_on, help)->type_name("DATE");
  act->AddTo(*command, shell.lang, "unit_engineer");
  command->callback([=, &shell] {
    Ledger file = Ledger::Open(flags->file);
    Season season = file.SeasonOf(dates->year);
    if (!dates->operating.empty()) season.operating = MustBeRange(dates->operating);
    if (!dates->shutdown.empty()) season.shutdown = MustBeRange(dates->shutdown);
    if (!dates->implementation.empty()) season.implementation = MustBeRange(dates->implementation);
    season.cold_trial = DateOrNothing(dates->cold_trial).value_or(season.cold_trial);
    season.heat_on = DateOrNothing(dates->heat_on).value_or(season.heat_on);
    season = MustDo(file.SetSeason(season, act->Get(shell.lang)));
    const auto range = [](const DateRange& r) { return IsoDate(r.from) + ".." + IsoDate(r.to); };
    PrintJson({{"schema", 1},
               {"year", season.year},
               {"operating", range(season.operating)},
               {"shutdown", range(season.shutdown)},
               {"implementation", range(season.implementation)},
               {"cold_trial", IsoDate(season.cold_trial)},
               {"heat_on", IsoDate(season.heat_on)}});
  });
}

void AddOrganisation(CLI::App& ledger, Shell& shell) {
  struct Stated {
    Organisation organisation;
    std::string type = "unit";
  };
  const auto flags = std::make_shared<LedgerFlags>();
  const auto stated = std::make_shared<Stated>();
  const auto act = std::make_shared<ActFlags>();
  CLI::App* command =
      AddLedgerCommand(ledger, shell, "organisation", MessageId::kHelpLedgerOrganisation, flags);
  const std::string help = Text(MessageId::kHelpLedgerValue, shell.lang);
  command->add_option("name", stated->organisation.name, help)->required();
  command->add_option("--type", stated->type, help)->capture_default_str();
  command->add_option("--code", stated->organisation.code, help);
  act->AddTo(*command, shell.lang, "unit_engineer");
  command->callback([=, &shell] {
    Ledger file = Ledger::Open(flags->file);
    stated->organisation.id = stated->organisation.name;
    stated->organisation.type = MustBe<OrganisationType>(stated->type, shell.lang);
    const Organisation done =
        MustDo(file.SetOrganisation(stated->organisation, act->Get(shell.lang)));
    PrintJson({{"schema", 1},
               {"name", done.name},
               {"type", std::string(Code(done.type))},
               {"code", done.code}});
  });
}

void AddPerson(CLI::App& ledger, Shell& shell) {
  struct Stated {
    Person person;
    std::string role;
  };
  const auto flags = std::make_shared<LedgerFlags>();
  const auto stated = std::make_shared<Stated>();
  const auto act = std::make_shared<ActFlags>();
  CLI::App* command =
      AddLedgerCommand(ledger, shell, "person", MessageId::kHelpLedgerPerson, flags);
  const std::string help = Text(MessageId::kHelpLedgerValue, shell.lang);
  command->add_option("name", stated->person.name, help)->required();
  command->add_option("--as", stated->role, Text(MessageId::kHelpLedgerRole, shell.lang))
      ->required();
  command->add_option("--organisation", stated->person.organisation, help);
  act->AddTo(*command, shell.lang, "unit_manager");
  command->callback([=, &shell] {
    Ledger file = Ledger::Open(flags->file);
    stated->person.role = MustBe<Role>(stated->role, shell.lang);
    const Person done = MustDo(file.SetPerson(stated->person, act->Get(shell.lang)));
    PrintJson({{"schema", 1},
               {"name", done.name},
               {"role", std::string(Code(done.role))},
               {"organisation", done.organisation}});
  });
}

}  // namespace

void AddLedgerSetup(CLI::App& ledger, Shell& shell) {
  AddInit(ledger, shell);
  AddSeason(ledger, shell);
  AddOrganisation(ledger, shell);
  AddPerson(ledger, shell);
}

}  // namespace thermoleak::cli
