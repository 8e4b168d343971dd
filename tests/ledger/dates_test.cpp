#include "thermoleak/ledger/dates.hpp"

#include <gtest/gtest.h>

#include "thermoleak/ledger/vocabulary.hpp"

namespace thermoleak {
namespace {

TEST(Dates, EveryUsualSpellingIsTheSameDay) {
  const Date day = MakeDate(2026, 4, 3);
  for (const char* text :
       {"2026-04-03", "2026/4/3", "2026.4.3", "2026年4月3日", "2026年04月03日", "20260403", "46115",
        " 2026-4-3 ", "2026-04-03 08:30", "2026-04-03T08:30:00Z", "2026/04/03 00:00:00",
        "２０２６－４－３", "2026年4月3日 8:30", "46115.5"})
    EXPECT_EQ(ParseDate(text), day) << text;
}

TEST(Dates, WhatIsNoDayIsNothing) {
  for (const char* text :
       {"", "2026-02-29", "2026-13-01", "2026-04-31", "20261301", "4/3/2026", "26-4-3", "soon",
        "2026-04", "2026年4月", "12345", "99999", "2026-04-03x", "-1", "2026/4-3"})
    EXPECT_FALSE(ParseDate(text)) << text;
  EXPECT_TRUE(ParseDate("2028-02-29"));  // a leap year
}

TEST(Dates, SeasonsBeginWithTheColdTrial) {
  EXPECT_EQ(SeasonYear(MakeDate(2026, 1, 15)), 2026);
  EXPECT_EQ(SeasonYear(MakeDate(2026, 10, 19)), 2026);
  EXPECT_EQ(SeasonYear(MakeDate(2026, 10, 20)), 2027);
  EXPECT_EQ(SeasonYear(MakeDate(2026, 12, 31)), 2027);
  const Season s = DefaultSeason(2024);
  EXPECT_EQ((s.operating.to - s.operating.from).count() + 1, 91);  // a leap year's first quarter
  EXPECT_EQ((s.shutdown.to - s.shutdown.from).count() + 1, 15);
  EXPECT_EQ((s.implementation.to - s.implementation.from).count() + 1, 168);
}

template <class E>
void EveryTermIsFoundAgain(E last) {
  const auto terms = TermsOf<E>();
  ASSERT_EQ(terms.size(), static_cast<std::size_t>(last) + 1);
  for (std::size_t i = 0; i < terms.size(); ++i) {
    EXPECT_FALSE(terms[i].en.empty());
    EXPECT_FALSE(terms[i].zh.empty());
    for (const std::string_view word : {terms[i].code, terms[i].en, terms[i].zh})
      EXPECT_EQ(FindTerm(terms, word), i) << word;
  }
}

TEST(Vocabulary, EveryWordMeansItself) {
  EveryTermIsFoundAgain(HazardSource::kAge);
  EveryTermIsFoundAgain(AssetKind::kFlueGas);
  EveryTermIsFoundAgain(HazardKind::kUnknown);
  EveryTermIsFoundAgain(Grade::kExtraordinary);
  EveryTermIsFoundAgain(Urgency::kImmediate);
  EveryTermIsFoundAgain(HazardState::kMerged);
  EveryTermIsFoundAgain(Role::kAuditor);
  EveryTermIsFoundAgain(OrganisationType::kContractor);
  EveryTermIsFoundAgain(RejectCode::kDugNoLeak);
  EveryTermIsFoundAgain(VerifyMethod::kHandheld);
  EveryTermIsFoundAgain(VerifyResult::kNotFound);
  EveryTermIsFoundAgain(Batch::kAddition);
  EveryTermIsFoundAgain(AttachmentPurpose::kOther);
  EveryTermIsFoundAgain(PerformedBy::kAgency);
  EveryTermIsFoundAgain(InspectionObject::kBoilersStopped);
  EXPECT_EQ(FromText<HazardState>("To-Verify"), HazardState::kToVerify);
  EXPECT_FALSE(FromText<HazardState>("done"));
}

}  // namespace
}  // namespace thermoleak
