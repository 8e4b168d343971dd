// What people do with one hazard.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "ledger/ledger_impl.hpp"
#include "ledger/transitions.hpp"
#include "thermoleak/core/files.hpp"

namespace thermoleak {

using ledger::Change;

Result<Hazard> Ledger::Impl::MoveWithin(Change& change, const Transition& t) const {
  if (auto refusal = ActRefusal(t.act)) return Fail(t.hazard, refusal->id, refusal->args);
  const auto hazard = Load(t.hazard);
  if (!hazard) return Fail(t.hazard, MessageId::kHazardUnknown, {t.hazard});
  const std::string year = fmt::format("{:04d}", hazard->season);
  const auto season_row = store->Find("seasons", year);
  ledger::MoveFacts facts{
      t,
      *hazard,
      season_row ? ledger::FromRow<Season>(*season_row) : DefaultSeason(hazard->season),
      All<Verification>("verifications", t.hazard),
      All<Attachment>("attachments", t.hazard),
      All<Sighting>("sightings", t.hazard),
      [this](const std::string& id) { return Load(id); },
      [this](const std::string& name, const std::vector<Role>& roles) {
        return MayBe(name, roles);
      }};
  const auto of_other_round = [&](const auto& record) { return record.round != hazard->round; };
  std::erase_if(facts.verifications, of_other_round);
  std::erase_if(facts.attachments, of_other_round);
  std::stable_sort(facts.sightings.begin(), facts.sightings.end(),
                   [](const Sighting& a, const Sighting& b) { return a.date < b.date; });
  if (auto refusal = ledger::Refusal(facts)) return Fail(t.hazard, refusal->id, refusal->args);
  Hazard moved = ledger::Moved(facts);
  change.SetAct(t.act);
  change.SetAction(std::string(Code(t.to)));
  Save(change, moved);
  return moved;
}

std::vector<Error> Ledger::Impl::MoveMany(const std::vector<Transition>& transitions,
                                          bool all_or_none) {
  std::vector<Error> refused;
  if (transitions.empty()) return refused;
  Change change(*store, transitions.front().act, "move", clock);
  for (const Transition& transition : transitions) {
    const Result<Hazard> moved = MoveWithin(change, transition);
    if (!moved) refused.push_back(moved.error());
  }
  if (refused.empty() || !all_or_none) change.Commit();
  return refused;
}

Result<Hazard> Ledger::Move(const Transition& transition) {
  Change change(*impl_->store, transition.act, "move", impl_->clock);
  Result<Hazard> moved = impl_->MoveWithin(change, transition);
  if (moved) change.Commit();
  return moved;
}

std::vector<Error> Ledger::MoveAll(const std::vector<Transition>& transitions) {
  return impl_->MoveMany(transitions, false);
}

std::vector<Error> Ledger::MoveTogether(const std::vector<Transition>& transitions) {
  return impl_->MoveMany(transitions, true);
}

Result<Verification> Ledger::Record(Verification verification, const Act& act) {
  const std::string& id = verification.hazard_id;
  Change change(*impl_->store, act, "verify", impl_->clock);
  if (auto refusal = impl_->ActRefusal(act)) return Fail(id, refusal->id, refusal->args);
  auto hazard = impl_->Load(id);
  if (!hazard) return Fail(id, MessageId::kHazardUnknown, {id});
  if (!IsOpen(hazard->state)) {
    return Fail(id, MessageId::kHazardNotOpen, {WordArg(hazard->state)});
  }
  if (verification.date > act.on) return Fail(id, MessageId::kVerifiedInFuture);
  verification.id = impl_->NextId("verifications", "V");
  verification.round = hazard->round;
  if (verification.by.empty()) verification.by = act.by;
  change.Save("verifications", verification);
  hazard->verified = verification.result == VerifyResult::kFound;
  if (hazard->verified && verification.kind) hazard->kind = *verification.kind;
  if (verification.leak_flow_m3_h) hazard->leak_flow_m3_h = verification.leak_flow_m3_h;
  impl_->Save(change, *hazard);
  change.Commit();
  return verification;
}

Result<Attachment> Ledger::Attach(const std::string& id, AttachmentPurpose purpose,
                                  const std::filesystem::path& file, const Act& act) {
  const Result<Bytes> bytes = ReadFile(file);
  if (!bytes) return tl::unexpected(bytes.error());
  Change change(*impl_->store, act, "attach", impl_->clock);
  if (auto refusal = impl_->ActRefusal(act)) return Fail(id, refusal->id, refusal->args);
  const auto hazard = impl_->Load(id);
  if (!hazard) return Fail(id, MessageId::kHazardUnknown, {id});
  Attachment attachment;
  attachment.id = impl_->NextId("attachments", "A");
  attachment.hazard_id = id;
  attachment.round = hazard->round;
  attachment.purpose = purpose;
  attachment.file = file.filename().string();
  attachment.sha256 = Sha256(*bytes);
  for (const Attachment& other : impl_->All<Attachment>("attachments", id)) {
    if (other.sha256 == attachment.sha256 && other.purpose == purpose &&
        other.round == attachment.round)
      return other;  // the same file for the same purpose: it is there
  }
  change.Save("attachments", attachment);
  change.Commit();
  return attachment;
}

Result<Hazard> Ledger::Note(const std::string& id, const Act& act) {
  Change change(*impl_->store, act, "note", impl_->clock);
  if (auto refusal = impl_->ActRefusal(act)) return Fail(id, refusal->id, refusal->args);
  if (act.reason.empty()) return Fail(id, MessageId::kMoveNeedsReason);
  const auto row = impl_->store->Find("hazards", id);
  if (!row) return Fail(id, MessageId::kHazardUnknown, {id});
  change.Save("hazards", id, *row, true);
  change.Commit();
  return *impl_->Load(id);
}

Result<Hazard> Ledger::SetGrade(const std::string& id, Grade grade, const Act& act,
                                const std::string& second) {
  Change change(*impl_->store, act, "grade", impl_->clock);
  if (auto refusal = impl_->ActRefusal(act)) return Fail(id, refusal->id, refusal->args);
  auto hazard = impl_->Load(id);
  if (!hazard) return Fail(id, MessageId::kHazardUnknown, {id});
  if (act.role == Role::kInspector) {
    return Fail(id, MessageId::kMoveWrongRole, {WordArg(act.role)});
  }
  if (!IsOpen(hazard->state)) {
    return Fail(id, MessageId::kHazardNotOpen, {WordArg(hazard->state)});
  }
  const bool lower = hazard->grade && grade < *hazard->grade;
  if (lower && act.reason.empty()) return Fail(id, MessageId::kGradeNeedsReason);
  if (lower && (second.empty() || second == act.by || second == hazard->graded_by))
    return Fail(id, MessageId::kGradeNeedsSecond);
  if (lower && !impl_->MayBe(
                   second, {Role::kUnitEngineer, Role::kUnitManager, Role::kDistrict, Role::kCity}))
    return Fail(id, MessageId::kGradeNeedsSecond);
  hazard->grade = grade;
  hazard->grade_reason = act.reason;
  hazard->graded_by = lower ? act.by + ", " + second : act.by;
  impl_->Save(change, *hazard);
  change.Commit();
  return *hazard;
}

namespace {

// Each text becomes its column's type, or the fact is refused.
bool Parse(const std::string& text, std::string& out) {
  out = text;
  return true;
}
template <class N>
requires std::is_arithmetic_v<N>
bool Parse(const std::string& text, N& out) {
  if constexpr (std::is_same_v<N, bool>) {
    const std::string folded = Folded(text);
    out = folded == "true" || folded == "yes" || folded == "1" || folded == "是";
    return out || folded == "false" || folded == "no" || folded == "0" || folded == "否";
  } else {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && end == text.data() + text.size() && out >= N{} &&
           static_cast<double>(out) <= 1e12;
  }
}
bool Parse(const std::string& text, Date& out) {
  const auto date = ParseDate(text);
  out = date.value_or(Date{});
  return date.has_value();
}
template <class E>
requires std::is_enum_v<E>
bool Parse(const std::string& text, E& out) {
  const auto value = FromText<E>(text);
  out = value.value_or(E{});
  return value.has_value();
}
template <class T>
bool Parse(const std::string& text, std::optional<T>& out) {
  if (text.empty()) {
    out.reset();
    return true;
  }
  out.emplace();
  return Parse(text, *out);
}

/// What people supply; the rest comes from surveys, verifications and steps.
const std::set<std::string, std::less<>>& Settable() {
  static const std::set<std::string, std::less<>> names = {"address",
                                                           "courtyard",
                                                           "district",
                                                           "unit",
                                                           "pipe_id",
                                                           "chainage_m",
                                                           "length_m",
                                                           "collapse_sign",
                                                           "heat_stopped",
                                                           "critical_place",
                                                           "households",
                                                           "road_cut",
                                                           "urgency",
                                                           "leaks_3_years",
                                                           "owner",
                                                           "measure_now",
                                                           "deadline",
                                                           "asset_id",
                                                           "asset_kind",
                                                           "dn_mm",
                                                           "depth_m",
                                                           "laying",
                                                           "year_built",
                                                           "section_m",
                                                           "replacement_yuan",
                                                           "scrap_listed",
                                                           "lon_deg",
                                                           "lat_deg",
                                                           "kind",
                                                           "part",
                                                           "defect",
                                                           "conclusion",
                                                           "leak_flow_m3_h",
                                                           "proposed_measure"};
  return names;
}

std::optional<Error> SetOne(Hazard& hazard, const std::string& name, const std::string& text) {
  if (!Settable().contains(name)) return Error{name, {MessageId::kFactUnknown, {name}}};
  bool good = false;
  const auto set = [&](const char* column, auto& field) {
    if (name == column) good = Parse(text, field);
  };
  // An asset's name in the hazard's own record is its id.
  ledger::Fields(hazard, set);
  ledger::Fields(hazard.asset, set);
  if (!good) return Error{name, {MessageId::kFactUnreadable, {name, text}}};
  return std::nullopt;
}

}  // namespace

std::vector<std::string> SettableFacts() { return {Settable().begin(), Settable().end()}; }

Result<Hazard> Ledger::SetFacts(const std::string& id,
                                const std::vector<std::pair<std::string, std::string>>& facts,
                                const Act& act) {
  Change change(*impl_->store, act, "facts", impl_->clock);
  if (auto refusal = impl_->ActRefusal(act)) return Fail(id, refusal->id, refusal->args);
  auto hazard = impl_->Load(id);
  if (!hazard) return Fail(id, MessageId::kHazardUnknown, {id});
  for (const auto& [name, text] : facts) {
    // What a person saw on site is not renamed from a desk.
    if (name == "kind" && hazard->verified) return Fail(id, MessageId::kFactVerified);
    if (auto error = SetOne(*hazard, name, text)) return tl::unexpected(*error);
  }
  // An asset keeps what it knew, so that a fact taken back has to be said to it.
  impl_->Save(change, *hazard);
  const std::string key = ledger::AssetKey(*hazard);
  Row asset = impl_->store->Find("assets", key).value_or(Row{});
  const Row stated = ledger::ToRow(hazard->asset);
  for (const auto& [name, text] : facts) {
    if (text.empty() && !stated.contains(name)) asset.erase(name);
  }
  change.Save("assets", key, std::move(asset));
  change.Commit();
  return *hazard;
}

Result<Hazard> Ledger::Add(HazardSource source,
                           const std::vector<std::pair<std::string, std::string>>& facts,
                           const Act& act) {
  Change change(*impl_->store, act, "add", impl_->clock);
  if (auto refusal = impl_->ActRefusal(act)) return Fail("", refusal->id, refusal->args);
  Hazard hazard;
  hazard.source = source;
  hazard.season = SeasonYear(act.on);
  hazard.found_on = hazard.state_since = act.on;
  for (const auto& [name, text] : facts) {
    if (auto error = SetOne(hazard, name, text)) return tl::unexpected(*error);
  }
  if (hazard.place.pipe_id.empty()) hazard.place.pipe_id = hazard.asset.id;
  hazard.id = impl_->NextHazardId(hazard);
  impl_->TakeHazardId(change, hazard.id);
  impl_->Save(change, hazard);
  change.Commit();
  return hazard;
}

}  // namespace thermoleak
