// Whatever people try, in whatever order: what is done keeps every invariant, what is refused
// changes nothing.

#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "ledger/plausible_season.hpp"
#include "thermoleak/ledger/vocabulary.hpp"

namespace thermoleak {
namespace {

using namespace test;
using enum HazardState;

void ExpectInvariants(const Ledger& ledger) {
  for (const Hazard& h : ledger.Hazards()) {
    SCOPED_TRACE(h.id + " " + std::string(Code(h.state)));
    bool found = false, dug_nothing = false;
    for (const Verification& v : ledger.Verifications(h.id)) {
      if (v.round != h.round) continue;
      found = found || v.result == VerifyResult::kFound;
      dug_nothing = dug_nothing ||
                    (v.method == VerifyMethod::kExcavation && v.result == VerifyResult::kNotFound);
    }
    if (h.confirmed_on) {
      EXPECT_TRUE(found);
    }
    if (h.state == kConfirmed) {
      EXPECT_TRUE(h.confirmed_on);
    }
    if (h.state == kPlanned) {
      EXPECT_FALSE(h.plan_item.empty());
    }
    if (h.state == kRectifying) {  // or an emergency repair that was sent back
      EXPECT_FALSE(h.plan_item.empty() && h.isolation.empty());
    }
    if (h.state == kRectifying) {
      EXPECT_FALSE(h.repairer.empty());
    }
    if (h.state == kToAccept) {
      EXPECT_FALSE(h.repairer.empty());
    }
    if (h.state == kRejected) {
      EXPECT_TRUE(h.reject_code);
    }
    if (h.reject_code == RejectCode::kDugNoLeak) {
      EXPECT_TRUE(dug_nothing);
    }
    if (h.state == kMerged) {
      EXPECT_NE(h.merged_into, h.id);
      EXPECT_TRUE(ledger.Find(h.merged_into));
    }
    if (h.state == kClosed) {
      EXPECT_TRUE(h.grade && h.closed_on);
      EXPECT_NE(h.accepter, h.repairer);
    }
    if (h.state == kCarried) {
      EXPECT_FALSE(h.signed_by.empty() || h.emergency_plan.empty());
      EXPECT_GT(*h.state_since, DefaultSeason(h.season).implementation.to);
    }
    if (h.batch == Batch::kAddition) {
      EXPECT_FALSE(h.approved_by.empty());
    }
    if (h.state == kWatch) {
      EXPECT_FALSE(h.verified);
    }
    if (h.round > 1) {
      EXPECT_EQ(h.reopened, h.round - 1);
    }
    // Days only go forward through the steps.
    std::string last;
    for (const Event& e : ledger.History(h.id)) {
      if (!FromText<HazardState>(e.action)) continue;
      EXPECT_GE(e.on, last);
      last = e.on;
    }
  }
}

TEST(Invariants, HoldAfterAnySequenceOfSteps) {
  int done = 0, refused = 0;
  std::array<int, 15> reached{};
  for (unsigned seed = 1; seed <= 12; ++seed) {
    std::mt19937 random(seed);
    const auto pick = [&random](int n) {
      return static_cast<int>(random() % static_cast<unsigned>(n));
    };
    const Folder folder;
    Ledger ledger = NewLedger(folder / "ledger.gpkg");
    std::ofstream(folder / "photo.jpg") << "photo";
    Date day = MakeDate(2026, 1, 5);
    int surveys = 0;
    const auto survey = [&] {
      std::vector<RunCandidate> candidates;
      for (int i = 0; i < 5; ++i)
        candidates.push_back(Candidate("P", 40.0 * i, 0, 0.2 + 0.15 * pick(6)));
      ImportOptions options;
      options.leak_score = 0.2;
      ledger.Import(Survey(std::to_string(seed) + "/" + std::to_string(++surveys), day, candidates),
                    options, Inspector(day));
    };
    survey();
    for (int step = 0; step < 250; ++step) {
      if (pick(3) == 0) day += std::chrono::days(pick(12));
      if (pick(12) == 0) survey();
      const auto hazards = ledger.Hazards();
      const Hazard h = hazards[static_cast<std::size_t>(pick(static_cast<int>(hazards.size())))];
      const std::array<Act, 4> people = {Inspector(day), Engineer(day, "r"), Manager(day, "r"),
                                         District(day)};
      const auto anyone = [&] { return people[static_cast<std::size_t>(pick(4))]; };
      const int what = pick(10);
      if (what == 0) {
        Verification v;
        v.hazard_id = h.id;
        v.method = static_cast<VerifyMethod>(pick(8));
        v.result = static_cast<VerifyResult>(pick(3));
        v.date = day;
        (void)ledger.Record(v, Inspector(day));
      } else if (what == 1) {
        (void)ledger.Attach(h.id, static_cast<AttachmentPurpose>(pick(3)), folder / "photo.jpg",
                            anyone());
      } else if (what == 2) {
        (void)ledger.SetGrade(h.id, static_cast<Grade>(pick(4)), anyone(), pick(2) ? "x" : "");
      } else {
        // Mostly a step that the table has.
        Transition t;
        t.hazard = h.id;
        t.to = static_cast<HazardState>(pick(15));
        for (int tries = 0; tries < 20 && !HasTransition(h.state, t.to); ++tries)
          t.to = static_cast<HazardState>(pick(15));
        if (t.to == kEmergency && pick(6) != 0) continue;
        if (t.to == kMerged && pick(6) != 0) continue;
        t.act = anyone();
        const auto maybe = [&](const char* text) { return pick(6) ? text : ""; };
        if (pick(4)) t.code = static_cast<RejectCode>(pick(15));
        t.work_order = maybe("W");
        t.merged_into =
            hazards[static_cast<std::size_t>(pick(static_cast<int>(hazards.size())))].id;
        t.plan_item = "item " + std::to_string(step);
        t.approved_by = maybe("区供热办");
        t.repairer = pick(2) ? "王工" : "抢修队";
        t.isolation = maybe("V1");
        if (pick(4)) t.households = 5;
        t.emergency_plan = maybe("EP");
        t.signed_by = maybe("赵经理");
        t.make_up_water_rises = pick(2) != 0;
        const std::size_t events = ledger.History().size();
        const auto moved = ledger.Move(t);
        if (moved) {
          ++done;
          ++reached[static_cast<std::size_t>(t.to)];
        } else {
          ++refused;
          EXPECT_EQ(ledger.History().size(), events) << "a refusal left something behind";
        }
      }
    }
    ExpectInvariants(ledger);
    for (const Hazard& h : ledger.Hazards())
      reached[static_cast<std::size_t>(kReopened)] += h.reopened;  // by surveys
    const LedgerCheck check = ledger.Check();
    EXPECT_TRUE(check.good()) << check.faults.front().In(Lang::kEnglish);
  }
  EXPECT_GT(done, 200);
  EXPECT_GT(refused, 300);
  // The walk went everywhere, or it proves little.
  for (int i = 1; i < 15; ++i)
    EXPECT_GT(reached[static_cast<std::size_t>(i)], 0) << Code(static_cast<HazardState>(i));
}

}  // namespace
}  // namespace thermoleak
