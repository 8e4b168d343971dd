// Every step of the table of states: allowed with what it needs, refused without, at the days where
// it changes.

#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "ledger/plausible_season.hpp"
#include "thermoleak/ledger/vocabulary.hpp"

namespace thermoleak {
namespace {

using namespace test;
using enum HazardState;

const Date kJan = MakeDate(2026, 1, 10), kFeb = MakeDate(2026, 2, 10),
           kMar31 = MakeDate(2026, 3, 31), kMay = MakeDate(2026, 5, 1), kJun = MakeDate(2026, 6, 1),
           kOct = MakeDate(2026, 10, 5);

class TransitionsTest : public testing::Test {
 protected:
  TransitionsTest() : ledger_(NewLedger(folder_ / "ledger.gpkg")) {}

  /// A hazard by a survey of that day.
  std::string Seen(Date day, double score = 0.9) {
    ImportOptions options;
    options.leak_score = 0.1;
    const double east = 100.0 * ++count_;
    const ImportSummary s =
        ledger_.Import(Survey("s" + std::to_string(count_), day, {Candidate("P", east, 0, score)}),
                       options, Inspector(day));
    EXPECT_EQ(s.opened, 1);
    return s.opened_ids.at(0);
  }
  Transition To(const std::string& id, HazardState to, const Act& act) {
    Transition t;
    t.hazard = id;
    t.to = to;
    t.act = act;
    return t;
  }
  /// The refusal's name, "" when it was done.
  std::string Try(const Transition& t) {
    const auto moved = ledger_.Move(t);
    if (moved) {
      EXPECT_EQ(moved->state, t.to);
      return "";
    }
    EXPECT_FALSE(moved.error().message.In(Lang::kEnglish).empty());
    EXPECT_EQ(moved.error().message.In(Lang::kChinese).find('?'), std::string::npos);
    return std::string(MessageName(moved.error().message.id));
  }
  void Verify(const std::string& id, VerifyMethod method, VerifyResult result, Date day) {
    Verification v;
    v.hazard_id = id;
    v.method = method;
    v.result = result;
    v.date = day;
    ASSERT_TRUE(ledger_.Record(v, Inspector(day)));
  }
  void Photos(const std::string& id, Date day) {
    for (const auto purpose :
         {AttachmentPurpose::kBefore, AttachmentPurpose::kDuring, AttachmentPurpose::kAfter}) {
      const auto file = folder_ / (std::string(Code(purpose)) + ".jpg");
      std::ofstream(file) << Code(purpose);
      ASSERT_TRUE(ledger_.Attach(id, purpose, file, Engineer(day)));
    }
  }
  std::string Verifying(Date day) {
    const std::string id = Seen(day);
    EXPECT_EQ(Try(To(id, kToVerify, Inspector(day))), "");
    Transition t = To(id, kVerifying, Inspector(day));
    EXPECT_EQ(Try(t), "MoveNeedsWorkOrder");
    t.work_order = "W-1";
    EXPECT_EQ(Try(t), "");
    return id;
  }
  std::string Confirmed(Date day) {
    const std::string id = Verifying(day);
    EXPECT_EQ(Try(To(id, kConfirmed, Inspector(day))), "MoveNeedsVerification");
    Verify(id, VerifyMethod::kBarHole, VerifyResult::kFound, day);
    EXPECT_EQ(Try(To(id, kConfirmed, Inspector(day))), "");
    return id;
  }
  Transition Plan(const std::string& id, Date on, const std::string& item = "2026-001") {
    Transition t = To(id, kPlanned, Engineer(on));
    t.plan_item = item;
    return t;
  }
  Transition Rectify(const std::string& id, Date on) {
    Transition t = To(id, kRectifying, Engineer(on));
    t.repairer = "市政三公司";
    return t;
  }
  Transition Carry(const std::string& id, Date on) {
    Transition t = To(id, kCarried, Manager(on, "no budget"));
    t.emergency_plan = "EP-7";
    t.signed_by = "赵经理";
    return t;
  }
  Transition Emergency(const std::string& id, Date on) {
    Transition t = To(id, kEmergency, District(on));
    t.isolation = "阀门 12, 14";
    t.households = 300;
    return t;
  }
  std::string ToAccept(Date found) {
    const std::string id = Confirmed(found);
    EXPECT_EQ(Try(Plan(id, kMar31)), "");
    EXPECT_EQ(Try(Rectify(id, kMay)), "");
    Photos(id, kMay);
    EXPECT_EQ(Try(To(id, kToAccept, Engineer(kMay))), "");
    return id;
  }
  Hazard Get(const std::string& id) { return ledger_.Find(id).value(); }

  Folder folder_;
  Ledger ledger_;
  int count_ = 0;
};

TEST_F(TransitionsTest, TheTableIsThePractices) {
  const std::map<HazardState, std::vector<HazardState>> table = {
      {kNew, {kToVerify, kRejected, kMerged}},
      {kToVerify, {kVerifying, kWatch}},
      {kVerifying, {kConfirmed, kSuspect, kRejected}},
      {kSuspect, {kPlanned, kCarried}},
      {kConfirmed, {kPlanned, kCarried}},
      {kEmergency, {kToAccept, kConfirmed}},
      {kPlanned, {kRectifying, kCarried}},
      {kRectifying, {kToAccept, kRejected}},
      {kToAccept, {kClosed, kRectifying}},
      {kWatch, {kToVerify, kRejected}},
      {kCarried, {kPlanned}},
      {kClosed, {kReopened}},
      {kReopened, {kToVerify}},
  };
  for (int i = 0; i <= static_cast<int>(kMerged); ++i) {
    for (int j = 0; j <= static_cast<int>(kMerged); ++j) {
      const auto from = static_cast<HazardState>(i), to = static_cast<HazardState>(j);
      bool wanted = to == kEmergency && IsOpen(from) && from != kEmergency;
      if (const auto row = table.find(from); row != table.end()) {
        for (const HazardState state : row->second) wanted = wanted || state == to;
      }
      EXPECT_EQ(HasTransition(from, to), wanted) << Code(from) << " -> " << Code(to);
    }
  }
}

TEST_F(TransitionsTest, WhatIsNotInTheTableIsRefusedForEveryState) {
  const std::string id = Seen(kJan);
  for (const HazardState to : {kConfirmed, kPlanned, kClosed, kReopened, kNew, kCarried})
    EXPECT_EQ(Try(To(id, to, Engineer(kJan))), "MoveNoSuchStep");
  EXPECT_EQ(Try(To("SY-0", kToVerify, Engineer(kJan))), "HazardUnknown");
  EXPECT_EQ(Get(id).state, kNew);
}

TEST_F(TransitionsTest, ActsNeedANameADayAndARole) {
  const std::string id = Seen(kJan);
  EXPECT_EQ(Try(To(id, kToVerify, {"", Role::kInspector, kJan, ""})), "ActNeedsName");
  EXPECT_EQ(Try(To(id, kToVerify, {"x", Role::kInspector, Date{}, ""})), "ActNeedsDay");
  EXPECT_EQ(Try(To(id, kToVerify, {"x", Role::kAuditor, kJan, ""})), "ActAuditor");
  EXPECT_EQ(Try(To(id, kToVerify, District(kJan))), "MoveWrongRole");
  EXPECT_EQ(Try(To(id, kToVerify, Inspector(kJan - std::chrono::days(1)))), "MoveBackInTime");
  // Whom the ledger knows acts in his own role only.
  Person person;
  person.name = "李检";
  person.role = Role::kInspector;
  ASSERT_TRUE(ledger_.SetPerson(person, Manager(kJan)));
  EXPECT_EQ(Try(To(id, kToVerify, {"李检", Role::kUnitManager, kJan, ""})), "ActNotInRole");
  EXPECT_EQ(Try(To(id, kToVerify, Inspector(kJan))), "");
}

TEST_F(TransitionsTest, RejectingNeedsACodeThatTheRecordsBear) {
  const std::string id = Seen(kJan);
  Transition t = To(id, kRejected, Inspector(kJan));
  EXPECT_EQ(Try(t), "MoveNeedsCode");
  t.code = RejectCode::kDugNoLeak;
  EXPECT_EQ(Try(t), "MoveNeedsExcavation");
  t.code = RejectCode::kNotFound;
  EXPECT_EQ(Try(t), "MoveNeedsVerification");
  t.code = RejectCode::kManhole;
  EXPECT_EQ(Try(t), "");
  EXPECT_EQ(Get(id).reject_code, RejectCode::kManhole);
  EXPECT_EQ(Try(To(id, kToVerify, Inspector(kJan))), "MoveNoSuchStep");  // final
  EXPECT_EQ(Try(Emergency(id, kJan)), "MoveNoSuchStep");
}

TEST_F(TransitionsTest, MergingNeedsAnotherLivingHazard) {
  const std::string a = Seen(kJan), b = Seen(kJan), c = Seen(kJan);
  Transition t = To(a, kMerged, Engineer(kJan));
  EXPECT_EQ(Try(t), "MoveNeedsTarget");
  t.merged_into = a;
  EXPECT_EQ(Try(t), "MoveNeedsTarget");
  t.merged_into = "SY-x";
  EXPECT_EQ(Try(t), "HazardUnknown");
  t.merged_into = b;
  EXPECT_EQ(Try(t), "");
  t = To(c, kMerged, Engineer(kJan));
  t.merged_into = a;
  EXPECT_EQ(Try(t), "MoveTargetFinal");
}

TEST_F(TransitionsTest, WatchIsForTheUnlikelyAndEndsWithTheNextSeason) {
  const std::string likely = Seen(kJan, 0.5), unlikely = Seen(kJan, 0.49);
  for (const std::string& id : {likely, unlikely})
    ASSERT_EQ(Try(To(id, kToVerify, Inspector(kJan))), "");
  EXPECT_EQ(Try(To(likely, kWatch, Inspector(kJan))), "MoveNotForWatch");
  EXPECT_EQ(Try(To(unlikely, kWatch, Inspector(kJan))), "");
  EXPECT_EQ(Try(To(unlikely, kToVerify, Inspector(MakeDate(2026, 12, 31)))), "MoveWatchGoesOn");
  Transition t = To(unlikely, kToVerify, Inspector(MakeDate(2027, 1, 1)));
  EXPECT_EQ(Try(t), "");
  ASSERT_EQ(Try(To(unlikely, kWatch, Inspector(MakeDate(2027, 1, 2)))), "");
  t.act.on = MakeDate(2027, 12, 31);
  EXPECT_EQ(Try(t), "MoveWatchGoesOn");  // a new watch, until the season after
}

TEST_F(TransitionsTest, WatchEndsWhenMakeUpWaterRises) {
  const std::string id = Seen(kJan, 0.3);
  ASSERT_EQ(Try(To(id, kToVerify, Inspector(kJan))), "");
  ASSERT_EQ(Try(To(id, kWatch, Inspector(kJan))), "");
  Transition t = To(id, kToVerify, Inspector(kFeb));
  EXPECT_EQ(Try(t), "MoveWatchGoesOn");
  t.make_up_water_rises = true;
  EXPECT_EQ(Try(t), "");
}

TEST_F(TransitionsTest, AVerificationDecidesWhatItShowed) {
  const std::string id = Verifying(kJan);
  Verify(id, VerifyMethod::kListening, VerifyResult::kLikely, kJan);
  EXPECT_EQ(Try(To(id, kConfirmed, Inspector(kJan))), "MoveNotFound");
  Transition reject = To(id, kRejected, Inspector(kJan));
  reject.code = RejectCode::kNotFound;
  EXPECT_EQ(Try(reject), "MoveFoundSomething");
  EXPECT_EQ(Try(To(id, kSuspect, Inspector(kJan))), "");

  const std::string dug = Verifying(kJan);
  Verify(dug, VerifyMethod::kExcavation, VerifyResult::kFound, kJan);
  EXPECT_EQ(Try(To(dug, kSuspect, Inspector(kJan))), "MoveWasDug");
  EXPECT_EQ(Try(To(dug, kConfirmed, Inspector(kJan))), "");
  EXPECT_TRUE(Get(dug).verified);

  const std::string none = Verifying(kJan);
  Verify(none, VerifyMethod::kBarHole, VerifyResult::kNotFound, kJan);
  EXPECT_EQ(Try(To(none, kSuspect, Inspector(kJan))), "MoveNothingThere");
  reject = To(none, kRejected, Inspector(kJan));
  EXPECT_EQ(Try(reject), "MoveNeedsCode");
  reject.code = RejectCode::kDugNoLeak;
  EXPECT_EQ(Try(reject), "MoveNeedsExcavation");
  reject.code = RejectCode::kNotFound;
  EXPECT_EQ(Try(reject), "");
}

TEST_F(TransitionsTest, BatchesFollowTheDayOfFinding) {
  struct Case {
    Date found;
    Batch earliest;
  };
  for (const Case& c :
       {Case{MakeDate(2026, 3, 31), Batch::kFirst}, Case{MakeDate(2026, 4, 1), Batch::kSupplement},
        Case{MakeDate(2026, 4, 15), Batch::kSupplement},
        Case{MakeDate(2026, 4, 16), Batch::kAddition}}) {
    const std::string id = Confirmed(c.found);
    Transition t = Plan(id, kJun);
    t.approved_by = "区供热办";
    if (c.earliest != Batch::kFirst) {
      t.batch = static_cast<Batch>(static_cast<int>(c.earliest) - 1);
      EXPECT_EQ(Try(t), "MoveBatchTooEarly") << IsoDate(c.found);
    }
    t.batch.reset();
    if (c.earliest == Batch::kAddition) {
      t.approved_by.clear();
      EXPECT_EQ(Try(t), "MoveNeedsApproval");
      t.approved_by = "区供热办";
    }
    EXPECT_EQ(Try(t), "");
    EXPECT_EQ(Get(id).batch, c.earliest);
  }
}

TEST_F(TransitionsTest, PlanningEndsWithTheImplementation) {
  const std::string a = Confirmed(kJan), b = Confirmed(kJan);
  Transition t = Plan(a, MakeDate(2026, 9, 30));
  t.plan_item.clear();
  EXPECT_EQ(Try(t), "MoveNeedsPlanItem");
  EXPECT_EQ(Try(Plan(a, MakeDate(2026, 9, 30))), "");
  EXPECT_EQ(Try(Plan(b, MakeDate(2026, 10, 1))), "MoveTooLateToPlan");
}

TEST_F(TransitionsTest, RepairsBeginOn16AprilOrWithPermission) {
  const std::string a = Confirmed(kJan), b = Confirmed(kJan);
  ASSERT_EQ(Try(Plan(a, kMar31)), "");
  ASSERT_EQ(Try(Plan(b, kMar31)), "");
  Transition t = Rectify(a, MakeDate(2026, 4, 15));
  t.repairer.clear();
  EXPECT_EQ(Try(t), "MoveNeedsRepairer");
  EXPECT_EQ(Try(Rectify(a, MakeDate(2026, 4, 15))), "MoveOutsideStage3");
  EXPECT_EQ(Try(Rectify(a, MakeDate(2026, 10, 1))), "MoveOutsideStage3");
  EXPECT_EQ(Try(Rectify(a, MakeDate(2026, 4, 16))), "");
  t = Rectify(b, MakeDate(2026, 4, 15));
  t.approved_by = "区供热办";
  EXPECT_EQ(Try(t), "");
}

TEST_F(TransitionsTest, AYearsOwnCalendarHolds) {
  Season season = DefaultSeason(2026);
  season.operating.to = MakeDate(2026, 3, 25);
  season.shutdown = {MakeDate(2026, 3, 26), MakeDate(2026, 4, 9)};
  season.implementation.from = MakeDate(2026, 4, 10);
  ASSERT_TRUE(ledger_.SetSeason(season, Engineer(kJan)));
  const std::string id = Confirmed(kJan);
  ASSERT_EQ(Try(Plan(id, kMar31)), "");
  EXPECT_EQ(Try(Rectify(id, MakeDate(2026, 4, 9))), "MoveOutsideStage3");
  EXPECT_EQ(Try(Rectify(id, MakeDate(2026, 4, 10))), "");
  season.shutdown.from = MakeDate(2026, 3, 20);
  EXPECT_FALSE(ledger_.SetSeason(season, Engineer(kJan)));
}

TEST_F(TransitionsTest, AcceptanceNeedsPhotosAGradeAndAnotherPerson) {
  const std::string id = Confirmed(kJan);
  ASSERT_EQ(Try(Plan(id, kMar31)), "");
  Transition t = Rectify(id, kMay);
  t.repairer = "王工";
  ASSERT_EQ(Try(t), "");
  EXPECT_EQ(Try(To(id, kToAccept, Engineer(kMay))), "MoveNeedsPhotos");
  Photos(id, kMay);
  ASSERT_EQ(Try(To(id, kToAccept, Engineer(kMay))), "");
  EXPECT_EQ(Try(To(id, kRectifying, Manager(kMay))), "MoveNeedsReason");
  EXPECT_EQ(Try(To(id, kRectifying, Manager(kMay, "backfill settled"))), "");
  ASSERT_EQ(Try(To(id, kToAccept, Engineer(kMay))), "");
  EXPECT_EQ(Try(To(id, kClosed, Engineer(kJun))), "MoveAccepterIsRepairer");
  EXPECT_EQ(Try(To(id, kClosed, Manager(kJun))), "MoveNeedsGrade");
  ASSERT_TRUE(ledger_.SetGrade(id, Grade::kLarger, Engineer(kJun)));
  EXPECT_EQ(Try(To(id, kClosed, Manager(kJun))), "MoveNeedsDistrict");
  EXPECT_EQ(Try(To(id, kClosed, District(kJun))), "");
  EXPECT_EQ(Get(id).accepter, "区供热办");
  const std::string general = ToAccept(kJan);
  ASSERT_TRUE(ledger_.SetGrade(general, Grade::kGeneral, Engineer(kJun)));
  EXPECT_EQ(Try(To(general, kClosed, Manager(kJun))), "");
}

TEST_F(TransitionsTest, ADigThatFindsNothingRejects) {
  const std::string id = Confirmed(kJan);
  ASSERT_EQ(Try(Plan(id, kMar31)), "");
  ASSERT_EQ(Try(Rectify(id, kMay)), "");
  Transition t = To(id, kRejected, Engineer(kMay));
  t.code = RejectCode::kDugNoLeak;
  EXPECT_EQ(Try(t), "MoveNeedsExcavation");
  Verify(id, VerifyMethod::kExcavation, VerifyResult::kNotFound, kMay);
  t.code = RejectCode::kManhole;
  EXPECT_EQ(Try(t), "MoveNeedsDugCode");
  t.code = RejectCode::kDugNoLeak;
  EXPECT_EQ(Try(t), "");
}

TEST_F(TransitionsTest, EmergenciesAreForEveryOpenHazardAndAnyDay) {
  const std::string id = Seen(kJan);
  Transition t = Emergency(id, kOct);
  t.isolation.clear();
  EXPECT_EQ(Try(t), "MoveNeedsIsolation");
  t = Emergency(id, kOct);
  t.households.reset();
  EXPECT_EQ(Try(t), "MoveNeedsHouseholds");
  EXPECT_EQ(Try(Emergency(id, kOct)), "");
  EXPECT_EQ(Try(To(id, kToAccept, Engineer(kOct))), "MoveNeedsRepairer");
  EXPECT_EQ(Try(To(id, kConfirmed, Engineer(kOct))), "MoveNeedsReason");
  EXPECT_EQ(Try(To(id, kConfirmed, Engineer(kOct, "clamp"))), "MoveNeedsVerification");
  Verify(id, VerifyMethod::kExcavation, VerifyResult::kFound, kOct);
  EXPECT_EQ(Try(To(id, kConfirmed, Engineer(kOct, "clamp"))), "");
  EXPECT_EQ(Get(id).measure_now, "clamp");
  ASSERT_EQ(Try(Emergency(id, kOct)), "");
  t = To(id, kToAccept, Engineer(kOct));
  t.repairer = "抢修队";
  EXPECT_EQ(Try(t), "");
}

TEST_F(TransitionsTest, CarryingOverIsSignedAfter30September) {
  const std::string id = Confirmed(kJan);
  ASSERT_EQ(Try(Plan(id, kMar31)), "");
  EXPECT_EQ(Try(Carry(id, MakeDate(2026, 9, 30))), "MoveTooEarlyToCarry");
  Transition t = Carry(id, MakeDate(2026, 10, 1));
  t.emergency_plan.clear();
  EXPECT_EQ(Try(t), "MoveNeedsEmergencyPlan");
  t = Carry(id, MakeDate(2026, 10, 1));
  t.signed_by.clear();
  EXPECT_EQ(Try(t), "MoveNeedsSignature");
  t = Carry(id, MakeDate(2026, 10, 1));
  t.act.reason.clear();
  EXPECT_EQ(Try(t), "MoveNeedsReason");
  t = Carry(id, MakeDate(2026, 10, 1));
  t.act.role = Role::kUnitEngineer;
  EXPECT_EQ(Try(t), "MoveWrongRole");
  EXPECT_EQ(Try(Carry(id, MakeDate(2026, 10, 1))), "");

  EXPECT_EQ(Try(Plan(id, MakeDate(2026, 10, 19), "2027-001")), "MoveNextSeasonOnly");
  EXPECT_EQ(Try(Plan(id, MakeDate(2027, 2, 1), "2026-001")), "MoveNeedsNewItem");
  EXPECT_EQ(Try(Plan(id, MakeDate(2027, 2, 1), "2027-001")), "");
  EXPECT_EQ(Get(id).season, 2027);
  EXPECT_EQ(Get(id).id, id);
}

TEST_F(TransitionsTest, GradesFallOnlyWithAReasonAndASecondPerson) {
  const std::string id = Seen(kJan);
  const auto set = [&](Grade grade, const Act& act, const std::string& second = {}) {
    const auto done = ledger_.SetGrade(id, grade, act, second);
    return done ? std::string() : std::string(MessageName(done.error().message.id));
  };
  EXPECT_EQ(set(Grade::kGeneral, Inspector(kJan)), "MoveWrongRole");
  EXPECT_EQ(set(Grade::kGeneral, Engineer(kJan)), "");
  EXPECT_EQ(set(Grade::kMajor, Engineer(kJan)), "");
  EXPECT_EQ(set(Grade::kLarger, Manager(kJan), "区供热办"), "GradeNeedsReason");
  EXPECT_EQ(set(Grade::kLarger, Manager(kJan, "smaller pipe")), "GradeNeedsSecond");
  EXPECT_EQ(set(Grade::kLarger, Manager(kJan, "smaller pipe"), "赵经理"), "GradeNeedsSecond");
  EXPECT_EQ(set(Grade::kLarger, Manager(kJan, "smaller pipe"), "王工"), "GradeNeedsSecond");
  EXPECT_EQ(set(Grade::kLarger, Manager(kJan, "smaller pipe"), "区供热办"), "");
  EXPECT_EQ(Get(id).grade, Grade::kLarger);
}

TEST_F(TransitionsTest, ManyMovesAreOneCommand) {
  const std::string a = Confirmed(kJan), b = Seen(kJan), c = Confirmed(kJan);
  const auto refused = ledger_.MoveAll({Plan(a, kMar31), Plan(b, kMar31), Plan(c, kMar31)});
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].item, b);
  EXPECT_EQ(ledger_.History(a).back().command, ledger_.History(c).back().command);
  EXPECT_TRUE(ledger_.Check().good());
}

TEST_F(TransitionsTest, FactsAreTypedAndNamed) {
  const std::string id = Seen(kJan);
  const auto set = [&](const std::string& name, const std::string& value) {
    return ledger_.SetFacts(id, {{name, value}}, Engineer(kJan)).has_value();
  };
  EXPECT_TRUE(set("households", "120"));
  EXPECT_TRUE(set("critical_place", "是"));
  EXPECT_TRUE(set("deadline", "2026年5月1日"));
  EXPECT_TRUE(set("replacement_yuan", "250000.5"));
  EXPECT_FALSE(set("households", "many"));
  EXPECT_FALSE(set("households", "-3"));
  EXPECT_FALSE(set("state", "closed"));
  EXPECT_FALSE(set("grade", "general"));
  EXPECT_EQ(Get(id).households, 120);
  EXPECT_EQ(Get(id).critical_place, true);
  EXPECT_EQ(Get(id).deadline, MakeDate(2026, 5, 1));
  EXPECT_TRUE(set("replacement_yuan", ""));
  EXPECT_FALSE(Get(id).asset.replacement_yuan);
  EXPECT_EQ(Get(id).asset.dn_mm, 200);
}

}  // namespace
}  // namespace thermoleak
