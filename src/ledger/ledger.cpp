#include "thermoleak/ledger/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "ledger/check.hpp"
#include "ledger/ledger_impl.hpp"
#include "ledger/schema.hpp"
#include "ledger/transitions.hpp"

namespace thermoleak {

using ledger::Change;
using ledger::FromRow;
using ledger::ToRow;

namespace ledger {

Hazard HazardFrom(const Row& row, const Row& asset) {
  Hazard hazard = FromRow<Hazard>(row);
  // Part and defect are the hazard's, the rest is the asset's.
  AssetFacts facts = FromRow<AssetFacts>(asset);
  facts.part = std::move(hazard.asset.part);
  facts.defect = std::move(hazard.asset.defect);
  hazard.asset = std::move(facts);
  return hazard;
}

std::string AssetKey(const Hazard& hazard) {
  const AssetKind kind = hazard.asset.kind;
  const bool is_pipe = kind == AssetKind::kPipe || kind == AssetKind::kPrimaryPipe ||
                       kind == AssetKind::kSecondaryPipe;
  const std::string_view family = is_pipe ? "pipe" : Code(kind);
  if (hazard.asset.id.empty()) return fmt::format("{}//{}", family, hazard.id);
  return fmt::format("{}/{}/{}", family, hazard.place.unit, hazard.asset.id);
}

}  // namespace ledger

std::optional<Hazard> Ledger::Impl::Load(const std::string& id) const {
  const auto row = store->Find("hazards", id);
  if (!row) return std::nullopt;
  const auto key = row->find("asset_key");
  std::optional<Row> asset;
  if (key != row->end() && std::holds_alternative<std::string>(key->second))
    asset = store->Find("assets", std::get<std::string>(key->second));
  return ledger::HazardFrom(*row, asset.value_or(Row{}));
}

void Ledger::Impl::Save(Change& change, const Hazard& hazard) const {
  const std::string key = ledger::AssetKey(hazard);
  // What an asset's row knows and this hazard does not say stays known.
  Row asset = store->Find("assets", key).value_or(Row{});
  for (auto& [column, value] : ToRow(hazard.asset)) asset[column] = value;
  change.Save("assets", key, std::move(asset));
  Row row = ToRow(hazard);
  row["asset_key"] = key;
  change.Save("hazards", hazard.id, std::move(row));
}

bool Ledger::Impl::MayBe(const std::string& name, const std::vector<Role>& roles) const {
  bool known = false;
  for (const Row& row : store->Rows("people", {{"name", name}})) {
    known = true;
    const Person person = FromRow<Person>(row);
    if (std::find(roles.begin(), roles.end(), person.role) != roles.end()) return true;
  }
  return !known;
}

std::optional<Message> Ledger::Impl::ActRefusal(const Act& act) const {
  if (act.by.empty()) return Message{MessageId::kActNeedsName, {}};
  if (act.on == Date{}) return Message{MessageId::kActNeedsDay, {}};
  if (!MayBe(act.by, {act.role})) {
    return Message{MessageId::kActNotInRole, {act.by, WordArg(act.role)}};
  }
  if (act.role == Role::kAuditor) return Message{MessageId::kActAuditor, {}};
  return std::nullopt;
}

std::string Ledger::Impl::Setting(const std::string& id) const {
  const auto row = store->Find("settings", id);
  if (!row) return {};
  const auto value = row->find("value");
  if (value == row->end() || !std::holds_alternative<std::string>(value->second)) return {};
  return std::get<std::string>(value->second);
}

std::string Ledger::Impl::NextId(std::string_view table, std::string_view prefix) const {
  // Nothing is ever deleted: the number of rows is the last number.
  return fmt::format("{}-{:06d}", prefix, store->Rows(table).size() + 1);
}

namespace {

bool IsDigits(const std::string& text, std::size_t length) {
  return text.size() == length &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// A district's or unit's code: stated as such, or of the organisation of that name; else the code
/// that says "not known".
std::string CodeOf(const Store& store, OrganisationType type, const std::string& text,
                   std::string_view unknown) {
  if (text.empty()) return std::string(unknown);
  for (const Row& row : store.Rows("organisations")) {
    const Organisation organisation = FromRow<Organisation>(row);
    if (organisation.type == type && !organisation.code.empty() &&
        (organisation.id == text || organisation.name == text || organisation.code == text))
      return organisation.code;
  }
  const bool is_district = type == OrganisationType::kDistrict;
  if (is_district && IsDigits(text, 6)) return text;
  if (!is_district && text.size() == 4 && text[0] == 'U' && IsDigits(text.substr(1), 3))
    return text;
  return std::string(unknown);
}

bool Matches(const Hazard& h, const HazardFilter& f) {
  if (f.season && h.season != *f.season) return false;
  if (!f.states.empty() && std::find(f.states.begin(), f.states.end(), h.state) == f.states.end())
    return false;
  if (f.source && h.source != *f.source) return false;
  if (f.kind && h.kind != *f.kind) return false;
  if (f.grade && h.grade != f.grade) return false;
  if (!f.unit.empty() && h.place.unit != f.unit) return false;
  if (!f.district.empty() && h.place.district != f.district) return false;
  if (f.open_only && !IsOpen(h.state)) return false;
  if (f.overdue_on && !(IsOpen(h.state) && h.deadline && *h.deadline < *f.overdue_on)) return false;
  if (!f.text.empty()) {
    const std::string wanted = Folded(f.text);
    const std::string all = Folded(h.id + "\n" + h.place.address + "\n" + h.place.courtyard + "\n" +
                                   h.place.pipe_id + "\n" + h.asset.id + "\n" + h.plan_item);
    if (all.find(wanted) == std::string::npos) return false;
  }
  return true;
}

/// Leaks that people found to be real on the same section in three seasons, as far as the ledger
/// goes back; what somebody stated counts more.
void CountLeaks(std::vector<Hazard>& hazards) {
  std::map<std::string, std::vector<int>> seasons;
  for (const Hazard& h : hazards) {
    if (h.kind == HazardKind::kLeak && h.verified && !h.asset.id.empty())
      seasons[ledger::AssetKey(h)].push_back(h.season);
  }
  for (Hazard& h : hazards) {
    if (h.leaks_3_years || h.asset.id.empty()) continue;
    const auto found = seasons.find(ledger::AssetKey(h));
    if (found == seasons.end()) continue;
    const auto count = std::count_if(found->second.begin(), found->second.end(), [&](int season) {
      return season <= h.season && season > h.season - 3;
    });
    if (count > 0) h.leaks_3_years = static_cast<int>(count);
  }
}

}  // namespace

std::string Ledger::Impl::NextHazardId(const Hazard& hazard) const {
  const Season season = DefaultSeason(hazard.season);
  int stage = 3;
  if (hazard.source == HazardSource::kOperating) stage = 1;
  if (hazard.source == HazardSource::kShutdown) stage = 2;
  if (stage == 3 && hazard.found_on && *hazard.found_on <= season.operating.to) stage = 1;
  if (stage == 3 && hazard.found_on && *hazard.found_on <= season.shutdown.to) stage = 2;
  const std::string middle = fmt::format("-{:04d}-{}-", hazard.season, stage);
  const std::string counter = "last_number" + middle;
  const std::string last = Setting(counter);
  const int number = last.empty() ? 1 : std::stoi(last) + 1;
  return fmt::format("{}-{}-{}{}{:05d}", Setting("city"),
                     CodeOf(*store, OrganisationType::kDistrict, hazard.place.district, "000000"),
                     CodeOf(*store, OrganisationType::kUnit, hazard.place.unit, "U000"), middle,
                     number);
}

void Ledger::Impl::TakeHazardId(Change& change, const std::string& id) const {
  const std::size_t number = id.size() - 5;
  const std::size_t year = id.rfind('-', id.rfind('-', number - 2) - 1);
  change.Save("settings", "last_number" + id.substr(year, number - year),
              Row{{"value", Value{id.substr(number)}}});
}

Ledger::Ledger(std::unique_ptr<Store> store) : impl_(std::make_unique<Impl>()) {
  impl_->store = std::move(store);
  impl_->clock = [] {
    return std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  };
}
Ledger::~Ledger() = default;
Ledger::Ledger(Ledger&&) noexcept = default;

Ledger Ledger::Open(const std::filesystem::path& path) {
  return Ledger(OpenGeoPackageStore(path, false));
}

Ledger Ledger::Create(const std::filesystem::path& path, const std::string& city, const Act& act) {
  Ledger ledger(OpenGeoPackageStore(path, true));
  Change change(*ledger.impl_->store, act, "create", ledger.impl_->clock);
  change.Save("settings", "city", Row{{"value", Value{city}}});
  change.Commit();
  return ledger;
}

void Ledger::SetClock(std::function<std::int64_t()> clock) { impl_->clock = std::move(clock); }

std::vector<Hazard> Ledger::Hazards(const HazardFilter& filter) const {
  std::map<std::string, Row> assets;
  for (Row& row : impl_->store->Rows("assets")) {
    std::string id = std::get<std::string>(row.at("id"));
    assets.emplace(std::move(id), std::move(row));
  }
  std::vector<Hazard> hazards;
  for (const Row& row : impl_->store->Rows("hazards")) {
    const auto key = row.find("asset_key");
    const auto* text = key == row.end() ? nullptr : std::get_if<std::string>(&key->second);
    const auto asset = text ? assets.find(*text) : assets.end();
    hazards.push_back(ledger::HazardFrom(row, asset == assets.end() ? Row{} : asset->second));
  }
  CountLeaks(hazards);
  std::erase_if(hazards, [&](const Hazard& hazard) { return !Matches(hazard, filter); });
  return hazards;
}

std::optional<Hazard> Ledger::Find(const std::string& id) const {
  // A part that only one id has is enough on a command line: the number at the end.
  std::vector<Hazard> hazards = Hazards();
  std::vector<Hazard> ending;
  for (Hazard& hazard : hazards) {
    if (hazard.id == id) return std::move(hazard);
    if (id.size() >= 5 && hazard.id.ends_with(id)) ending.push_back(std::move(hazard));
  }
  if (ending.size() == 1) return std::move(ending.front());
  return std::nullopt;
}

std::optional<Hazard> Ledger::FindExactly(const std::string& id) const { return impl_->Load(id); }

std::int64_t Ledger::LastEvent() const {
  const auto head = impl_->store->Head();
  return head ? head->number : 0;
}

void Ledger::EachHazard(const std::function<void(const Hazard&)>& visit) const {
  std::map<std::string, Row> assets;
  impl_->store->EachRow(
      "assets", [&](const Row& row) { assets.emplace(std::get<std::string>(row.at("id")), row); });
  impl_->store->EachRow("hazards", [&](const Row& row) {
    const auto key = row.find("asset_key");
    const auto* text = key == row.end() ? nullptr : std::get_if<std::string>(&key->second);
    const auto asset = text ? assets.find(*text) : assets.end();
    visit(ledger::HazardFrom(row, asset == assets.end() ? Row{} : asset->second));
  });
}

void Ledger::EachSighting(const std::function<void(const Sighting&)>& visit) const {
  impl_->store->EachRow("sightings", [&](const Row& row) { visit(FromRow<Sighting>(row)); });
}

std::vector<Event> Ledger::ChangesAfter(std::int64_t number) const {
  return impl_->store->HistoryAfter(number);
}

Season Ledger::SeasonOf(int year) const {
  const auto row = impl_->store->Find("seasons", fmt::format("{:04d}", year));
  return row ? FromRow<Season>(*row) : DefaultSeason(year);
}

std::vector<Sighting> Ledger::Sightings(const std::string& hazard) const {
  std::vector<Sighting> all = impl_->All<Sighting>("sightings", hazard);
  std::stable_sort(all.begin(), all.end(),
                   [](const Sighting& a, const Sighting& b) { return a.date < b.date; });
  return all;
}
std::vector<Verification> Ledger::Verifications(const std::string& hazard) const {
  return impl_->All<Verification>("verifications", hazard);
}
std::vector<Attachment> Ledger::Attachments(const std::string& hazard) const {
  return impl_->All<Attachment>("attachments", hazard);
}
std::vector<Finding> Ledger::Findings() const { return impl_->All<Finding>("findings"); }
std::vector<Inspection> Ledger::Inspections() const {
  return impl_->All<Inspection>("inspections");
}
std::vector<Organisation> Ledger::Organisations() const {
  return impl_->All<Organisation>("organisations");
}
std::vector<Person> Ledger::People() const { return impl_->All<Person>("people"); }

std::vector<Event> Ledger::History(const std::string& hazard) const {
  return hazard.empty() ? impl_->store->History() : impl_->store->History("hazards", hazard);
}

LedgerCheck Ledger::Check(const std::optional<HistoryHead>& noted) const {
  return ledger::CheckStore(*impl_->store, noted);
}

Result<Season> Ledger::SetSeason(const Season& season, const Act& act) {
  const std::string id = fmt::format("{:04d}", season.year);
  if (auto refusal = impl_->ActRefusal(act)) return Fail(id, refusal->id, refusal->args);
  const auto in_order = [](const DateRange& range) { return range.from <= range.to; };
  if (!in_order(season.operating) || !in_order(season.shutdown) ||
      !in_order(season.implementation) || season.operating.to >= season.shutdown.from ||
      season.shutdown.to >= season.implementation.from ||
      season.implementation.to >= season.cold_trial || season.cold_trial > season.heat_on)
    return Fail(id, MessageId::kSeasonOutOfOrder);
  Change change(*impl_->store, act, "season", impl_->clock);
  change.Save("seasons", id, ToRow(season));
  change.Commit();
  return season;
}

Result<Organisation> Ledger::SetOrganisation(const Organisation& organisation, const Act& act) {
  if (auto refusal = impl_->ActRefusal(act))
    return Fail(organisation.id, refusal->id, refusal->args);
  if (organisation.id.empty()) return Fail("", MessageId::kNeedsId);
  Change change(*impl_->store, act, "organisation", impl_->clock);
  change.Save("organisations", organisation);
  change.Commit();
  return organisation;
}

Result<Person> Ledger::SetPerson(const Person& stated, const Act& act) {
  if (auto refusal = impl_->ActRefusal(act)) return Fail(stated.name, refusal->id, refusal->args);
  if (stated.name.empty()) return Fail("", MessageId::kNeedsId);
  Person person = stated;
  person.id = fmt::format("{} / {}", person.name, Code(person.role));
  Change change(*impl_->store, act, "person", impl_->clock);
  change.Save("people", person);
  change.Commit();
  return person;
}

}  // namespace thermoleak
