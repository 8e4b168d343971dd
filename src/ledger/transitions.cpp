// The states of a hazard and the guards between them, as the city's practice has them. What no text
// fixes is said at its place.

#include "ledger/transitions.hpp"

#include <algorithm>
#include <array>

#include "thermoleak/ledger/dates.hpp"
#include "thermoleak/ledger/vocabulary.hpp"

namespace thermoleak {
namespace ledger {
namespace {

using enum HazardState;

using Guard = std::optional<Message> (*)(const MoveFacts&);

std::optional<Message> Pass() { return std::nullopt; }
std::optional<Message> Refuse(MessageId id, std::vector<std::string> args = {}) {
  return Message{id, std::move(args)};
}

std::optional<Message> Free(const MoveFacts&) { return Pass(); }

const Verification* Latest(const MoveFacts& f) {
  return f.verifications.empty() ? nullptr : &f.verifications.back();
}

std::optional<Message> NeedsCode(const MoveFacts& f) {
  if (!f.move.code) return Refuse(MessageId::kMoveNeedsCode);
  // A code that says what a person found has to be what a person found.
  const auto nothing_by = [&](auto by) {
    return std::any_of(f.verifications.begin(), f.verifications.end(), [&](const Verification& v) {
      return v.result == VerifyResult::kNotFound && by(v.method);
    });
  };
  if (f.move.code == RejectCode::kDugNoLeak &&
      !nothing_by([](VerifyMethod m) { return m == VerifyMethod::kExcavation; }))
    return Refuse(MessageId::kMoveNeedsExcavation);
  if (f.move.code == RejectCode::kNotFound && !nothing_by([](VerifyMethod) { return true; }))
    return Refuse(MessageId::kMoveNeedsVerification);
  return Pass();
}

std::optional<Message> Merge(const MoveFacts& f) {
  const std::string& into = f.move.merged_into;
  if (into.empty() || into == f.hazard.id) return Refuse(MessageId::kMoveNeedsTarget);
  const auto target = f.find(into);
  if (!target) return Refuse(MessageId::kHazardUnknown, {into});
  if (target->state == kMerged || target->state == kRejected)
    return Refuse(MessageId::kMoveTargetFinal, {into});
  return Pass();
}

std::optional<Message> ToVerifying(const MoveFacts& f) {
  return f.move.work_order.empty() ? Refuse(MessageId::kMoveNeedsWorkOrder) : Pass();
}

/// Watching is for what is unlikely; a probability that nobody stated is not a low one.
std::optional<Message> ToWatch(const MoveFacts& f) {
  if (f.hazard.verified || !f.hazard.probability || *f.hazard.probability >= 0.5)
    return Refuse(MessageId::kMoveNotForWatch);
  return Pass();
}

std::optional<Message> ToConfirmed(const MoveFacts& f) {
  const Verification* v = Latest(f);
  if (!v) return Refuse(MessageId::kMoveNeedsVerification);
  if (v->result != VerifyResult::kFound) return Refuse(MessageId::kMoveNotFound);
  return Pass();
}

std::optional<Message> ToSuspect(const MoveFacts& f) {
  const Verification* v = Latest(f);
  if (!v) return Refuse(MessageId::kMoveNeedsVerification);
  if (v->result == VerifyResult::kNotFound) return Refuse(MessageId::kMoveNothingThere);
  if (v->method == VerifyMethod::kExcavation) return Refuse(MessageId::kMoveWasDug);
  return Pass();
}

std::optional<Message> VerifiedNothing(const MoveFacts& f) {
  const Verification* v = Latest(f);
  if (!v) return Refuse(MessageId::kMoveNeedsVerification);
  if (v->result != VerifyResult::kNotFound) return Refuse(MessageId::kMoveFoundSomething);
  return NeedsCode(f);
}

/// Only the pit proves that there is none where a repair was begun.
std::optional<Message> DugNothing(const MoveFacts& f) {
  const Verification* v = Latest(f);
  if (!v || v->method != VerifyMethod::kExcavation || v->result != VerifyResult::kNotFound)
    return Refuse(MessageId::kMoveNeedsExcavation);
  if (f.move.code != RejectCode::kDugNoLeak) return Refuse(MessageId::kMoveNeedsDugCode);
  return Pass();
}

std::optional<Message> ToEmergency(const MoveFacts& f) {
  if (f.move.isolation.empty()) return Refuse(MessageId::kMoveNeedsIsolation);
  if (!f.move.households && !f.hazard.households) return Refuse(MessageId::kMoveNeedsHouseholds);
  return Pass();
}

std::optional<Message> NeedsRepairer(const MoveFacts& f) {
  return f.move.repairer.empty() ? Refuse(MessageId::kMoveNeedsRepairer) : Pass();
}

/// A temporary fix leaves a confirmed hazard: what was done must be said.
std::optional<Message> TemporaryFix(const MoveFacts& f) {
  if (f.move.act.reason.empty()) return Refuse(MessageId::kMoveNeedsReason);
  return ToConfirmed(f);
}

bool ApprovedByDistrict(const MoveFacts& f) {
  return !f.move.approved_by.empty() &&
         f.may_be(f.move.approved_by, {Role::kDistrict, Role::kCity});
}

std::optional<Message> ToPlanned(const MoveFacts& f) {
  if (f.move.plan_item.empty()) return Refuse(MessageId::kMoveNeedsPlanItem);
  const Date on = f.move.act.on;
  if (f.hazard.state == kCarried) {
    if (SeasonYear(on) <= f.hazard.season)
      return Refuse(MessageId::kMoveNextSeasonOnly, {std::to_string(f.hazard.season)});
    if (f.move.plan_item == f.hazard.plan_item) return Refuse(MessageId::kMoveNeedsNewItem);
  } else if (on > f.season.implementation.to) {
    return Refuse(MessageId::kMoveTooLateToPlan, {IsoDate(f.season.implementation.to)});
  }
  const Batch earliest = EarliestBatch(f.hazard, f.season);
  const Batch batch = f.move.batch.value_or(earliest);
  if (batch < earliest) {
    return Refuse(MessageId::kMoveBatchTooEarly, {WordArg(batch), IsoDate(f.hazard.found_on)});
  }
  if (batch == Batch::kAddition && !ApprovedByDistrict(f))
    return Refuse(MessageId::kMoveNeedsApproval);
  return Pass();
}

std::optional<Message> ToRectifying(const MoveFacts& f) {
  if (auto refusal = NeedsRepairer(f)) return refusal;
  if (!f.season.implementation.Contains(f.move.act.on) && !ApprovedByDistrict(f)) {
    return Refuse(MessageId::kMoveOutsideStage3,
                  {IsoDate(f.season.implementation.from), IsoDate(f.season.implementation.to)});
  }
  return Pass();
}

std::optional<Message> NeedsPhotos(const MoveFacts& f) {
  for (const AttachmentPurpose purpose :
       {AttachmentPurpose::kBefore, AttachmentPurpose::kDuring, AttachmentPurpose::kAfter}) {
    if (std::none_of(f.attachments.begin(), f.attachments.end(),
                     [&](const Attachment& a) { return a.purpose == purpose; }))
      return Refuse(MessageId::kMoveNeedsPhotos, {WordArg(purpose)});
  }
  return Pass();
}

/// No grade is none, not a low one: it has to be set before anybody can tell who may close.
std::optional<Message> ToClosed(const MoveFacts& f) {
  if (f.move.act.by == f.hazard.repairer)
    return Refuse(MessageId::kMoveAccepterIsRepairer, {f.move.act.by});
  if (!f.hazard.grade) return Refuse(MessageId::kMoveNeedsGrade);
  const Role role = f.move.act.role;
  if (*f.hazard.grade >= Grade::kLarger && role != Role::kDistrict && role != Role::kCity) {
    return Refuse(MessageId::kMoveNeedsDistrict, {WordArg(*f.hazard.grade)});
  }
  return Pass();
}

std::optional<Message> NeedsReason(const MoveFacts& f) {
  return f.move.act.reason.empty() ? Refuse(MessageId::kMoveNeedsReason) : Pass();
}

std::optional<Message> ToCarried(const MoveFacts& f) {
  if (f.move.act.on <= f.season.implementation.to)
    return Refuse(MessageId::kMoveTooEarlyToCarry, {IsoDate(f.season.implementation.to)});
  if (f.move.emergency_plan.empty()) return Refuse(MessageId::kMoveNeedsEmergencyPlan);
  if (f.move.signed_by.empty() || !f.may_be(f.move.signed_by, {Role::kUnitManager}))
    return Refuse(MessageId::kMoveNeedsSignature);
  return NeedsReason(f);
}

std::optional<Message> WatchEnds(const MoveFacts& f) {
  if (f.move.make_up_water_rises) return Pass();
  const int watched_in = SeasonYear(f.hazard.state_since.value_or(f.move.act.on));
  if (f.move.act.on >= DefaultSeason(watched_in + 1).operating.from) return Pass();
  const bool seen = std::any_of(f.sightings.begin(), f.sightings.end(), [&](const Sighting& s) {
    return s.date && f.hazard.state_since && *s.date > *f.hazard.state_since &&
           s.probability.value_or(0) >= 0.5;
  });
  return seen ? Pass() : Refuse(MessageId::kMoveWatchGoesOn);
}

const Sighting* SightingAfterClosing(const MoveFacts& f) {
  const auto found = std::find_if(f.sightings.rbegin(), f.sightings.rend(), [&](const Sighting& s) {
    return s.season > f.hazard.season && s.date && f.hazard.closed_on &&
           *s.date > *f.hazard.closed_on;
  });
  return found == f.sightings.rend() ? nullptr : &*found;
}

std::optional<Message> ToReopened(const MoveFacts& f) {
  return SightingAfterClosing(f) ? Pass() : Refuse(MessageId::kMoveNotHotAgain);
}

struct Step {
  HazardState from, to;
  std::vector<Role> roles;
  Guard guard;
};

const std::vector<Step>& Steps() {
  static const std::vector<Step> steps = [] {
    const std::vector<Role> site = {Role::kInspector, Role::kUnitEngineer, Role::kUnitManager};
    const std::vector<Role> office = {Role::kUnitEngineer, Role::kUnitManager};
    const std::vector<Role> anyone = {Role::kInspector, Role::kUnitEngineer, Role::kUnitManager,
                                      Role::kDistrict, Role::kCity};
    const std::vector<Role> accepters = {Role::kUnitEngineer, Role::kUnitManager, Role::kDistrict,
                                         Role::kCity};
    std::vector<Step> s = {
        {kNew, kToVerify, site, Free},
        {kNew, kRejected, site, NeedsCode},
        {kNew, kMerged, site, Merge},
        {kToVerify, kVerifying, site, ToVerifying},
        {kToVerify, kWatch, site, ToWatch},
        {kVerifying, kConfirmed, site, ToConfirmed},
        {kVerifying, kSuspect, site, ToSuspect},
        {kVerifying, kRejected, site, VerifiedNothing},
        {kSuspect, kPlanned, office, ToPlanned},
        {kConfirmed, kPlanned, office, ToPlanned},
        {kEmergency, kToAccept, office, NeedsRepairer},
        {kEmergency, kConfirmed, office, TemporaryFix},
        {kPlanned, kRectifying, office, ToRectifying},
        {kRectifying, kToAccept, office, NeedsPhotos},
        {kRectifying, kRejected, office, DugNothing},
        {kToAccept, kClosed, accepters, ToClosed},
        {kToAccept, kRectifying, accepters, NeedsReason},
        {kPlanned, kCarried, {Role::kUnitManager}, ToCarried},
        {kSuspect, kCarried, {Role::kUnitManager}, ToCarried},
        // Confirmed, but no money or no time for it: without this step it could only stay.
        {kConfirmed, kCarried, {Role::kUnitManager}, ToCarried},
        {kWatch, kToVerify, site, WatchEnds},
        {kWatch, kRejected, site, NeedsCode},
        {kCarried, kPlanned, office, ToPlanned},
        {kClosed, kReopened, site, ToReopened},
        {kReopened, kToVerify, site, Free},
    };
    for (int i = 0; i <= static_cast<int>(kMerged); ++i) {
      const auto from = static_cast<HazardState>(i);
      if (IsOpen(from) && from != kEmergency) s.push_back({from, kEmergency, anyone, ToEmergency});
    }
    return s;
  }();
  return steps;
}

const Step* Find(HazardState from, HazardState to) {
  const auto found = std::find_if(Steps().begin(), Steps().end(), [&](const Step& step) {
    return step.from == from && step.to == to;
  });
  return found == Steps().end() ? nullptr : &*found;
}

/// The next round begins with nothing known but the place.
void BeginRound(const MoveFacts& f, Hazard& h) {
  const Sighting* seen = SightingAfterClosing(f);
  ++h.round;
  ++h.reopened;
  h.season = seen ? seen->season : SeasonYear(f.move.act.on);
  h.found_on = seen ? seen->date : f.move.act.on;
  h.verified = false;
  h.leak_flow_m3_h.reset();
  h.collapse_sign.reset();
  h.heat_stopped.reset();
  h.grade.reset();
  h.urgency.reset();
  h.grade_reason.clear();
  h.graded_by.clear();
  h.confirmed_on.reset();
  h.planned_on.reset();
  h.closed_on.reset();
  h.carried_on.reset();
  h.batch.reset();
  h.deadline.reset();
  for (std::string* text : {&h.work_order, &h.plan_item, &h.approved_by, &h.repairer, &h.accepter,
                            &h.isolation, &h.emergency_plan, &h.signed_by, &h.measure_now})
    text->clear();
}

void SetIfStated(std::string& fact, const std::string& stated) {
  if (!stated.empty()) fact = stated;
}

}  // namespace

Batch EarliestBatch(const Hazard& hazard, const Season& season) {
  // What was carried over opens the next season's first batch, whenever it was found.
  if (hazard.state == HazardState::kCarried) return Batch::kFirst;
  if (!hazard.found_on) return Batch::kAddition;
  if (*hazard.found_on > season.shutdown.to) return Batch::kAddition;
  if (hazard.source == HazardSource::kShutdown || *hazard.found_on > season.operating.to)
    return Batch::kSupplement;
  return Batch::kFirst;
}

std::optional<Message> Refusal(const MoveFacts& f) {
  const Step* step = Find(f.hazard.state, f.move.to);
  if (!step) {
    return Refuse(MessageId::kMoveNoSuchStep, {WordArg(f.hazard.state), WordArg(f.move.to)});
  }
  if (std::find(step->roles.begin(), step->roles.end(), f.move.act.role) == step->roles.end()) {
    return Refuse(MessageId::kMoveWrongRole, {WordArg(f.move.act.role)});
  }
  if (f.hazard.state_since && f.move.act.on < *f.hazard.state_since)
    return Refuse(MessageId::kMoveBackInTime, {IsoDate(f.hazard.state_since)});
  return step->guard(f);
}

Hazard Moved(const MoveFacts& f) {
  Hazard h = f.hazard;
  const Transition& m = f.move;
  const Date on = m.act.on;
  if (m.to == kReopened) BeginRound(f, h);
  h.state = m.to;
  h.state_since = on;
  SetIfStated(h.work_order, m.work_order);
  SetIfStated(h.repairer, m.repairer);
  SetIfStated(h.approved_by, m.approved_by);
  switch (m.to) {
    case kRejected:
      h.reject_code = m.code;
      break;
    case kMerged:
      h.merged_into = m.merged_into;
      break;
    case kConfirmed:
      h.confirmed_on = on;
      if (f.hazard.state == kEmergency) h.measure_now = m.act.reason;
      break;
    case kEmergency:
      h.isolation = m.isolation;
      if (m.households) h.households = m.households;
      break;
    case kPlanned:
      // A carried hazard is the new season's; it keeps its id, which says when it was found.
      if (f.hazard.state == kCarried) h.season = SeasonYear(on);
      h.plan_item = m.plan_item;
      h.batch = m.batch.value_or(EarliestBatch(f.hazard, f.season));
      h.planned_on = on;
      break;
    case kClosed:
      h.accepter = m.act.by;
      h.closed_on = on;
      break;
    case kCarried:
      h.emergency_plan = m.emergency_plan;
      h.signed_by = m.signed_by;
      h.carried_on = on;
      break;
    default:
      break;
  }
  return h;
}

}  // namespace ledger

bool HasTransition(HazardState from, HazardState to) { return ledger::Find(from, to) != nullptr; }

}  // namespace thermoleak
