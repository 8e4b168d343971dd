#include "thermoleak/planning/plan_json.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "planning/random_season.hpp"
#include "thermoleak/core/error.hpp"

namespace thermoleak::planning {
namespace {

class PlanJsonTest : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(file_); }
  void Put(const std::string& text) const { std::ofstream(file_, std::ios::binary) << text; }

  /// Bytes drawn over a text: replaced, doubled, cut out.
  static std::string Mutated(std::string text, std::mt19937& engine) {
    const std::size_t changes = 1 + engine() % 4;
    for (std::size_t i = 0; i < changes && !text.empty(); ++i) {
      const std::size_t at = engine() % text.size();
      switch (engine() % 3) {
        case 0:
          text[at] = static_cast<char>(engine() % 256);
          break;
        case 1:
          text.insert(at, text.substr(at, 1 + engine() % 20));
          break;
        default:
          text.erase(at, 1 + engine() % 40);
      }
    }
    return text;
  }

  std::filesystem::path file_ =
      std::filesystem::temp_directory_path() / fmt::format("thermoleak_plan_{}.json", ::getpid());
};

RepairPlan DrawnPlan(std::uint32_t seed) {
  const RandomSeason season =
      DrawSeason(seed, {.hazards = 25, .findings = 5, .units = 2, .crews = 4, .city_yuan = 400000});
  const PlanRequest request{.year = 2026, .batch = Batch::kFirst, .date = Day(2026, 3, 31)};
  return GeneratePlan(season.hazards, RuleBook::BuiltIn(), PriceTable::BuiltIn(), season.resources,
                      request, {});
}

TEST_F(PlanJsonTest, IsReadBackAsItWasWritten) {
  for (const std::uint32_t seed : {1u, 2u, 3u, 4u, 5u}) {
    RepairPlan plan = DrawnPlan(seed);
    ASSERT_FALSE(plan.items.empty());
    plan.items[0].state = ItemState::kSubmitted;
    plan.implementation.to = Day(2026, 10, 10);
    for (const Lang lang : {Lang::kEnglish, Lang::kChinese}) {
      const std::string text = PlanJson(plan, lang);
      Put(text);
      const RepairPlan read = ReadPlan(file_);
      EXPECT_EQ(PlanJson(read, lang), text) << seed;
      EXPECT_EQ(read.items[0].state, ItemState::kSubmitted);
      EXPECT_EQ(read.implementation.to, Day(2026, 10, 10));
      EXPECT_TRUE(Compare(plan, read).empty());
    }
  }
}

TEST_F(PlanJsonTest, DamagedFilesAreRefusedNotBelieved) {
  EXPECT_THROW(ReadPlan(file_), RunError);
  const std::string text = PlanJson(DrawnPlan(1), Lang::kEnglish);
  Put(text.substr(0, text.size() / 2));
  EXPECT_THROW(ReadPlan(file_), RunError);
  Put("{}");
  EXPECT_THROW(ReadPlan(file_), RunError);
  std::mt19937 engine(7);
  for (int i = 0; i < 300; ++i) {
    Put(Mutated(text, engine));
    try {
      ReadPlan(file_);
    } catch (const RunError&) {
      // Anything else ends the test.
    }
  }
}

TEST_F(PlanJsonTest, HazardsWithFaultsAreNamedAndTheRestKept) {
  Put(R"([{"id": "H1", "season": 2026, "kind": "leak"}, {"id": "H1", "season": 2026},
          {"id": "H2", "kind": "dragon"}, {"id": "H3", "unheard": 1}, {"season": 2026}, 7,
          {"id": "H4", "dn_mm": null, "confirmed_on": "2026-02-29"}, {"id": "H5"}])");
  const HazardFile read = ReadHazards(file_);
  ASSERT_EQ(read.hazards.size(), 2u);
  EXPECT_EQ(read.hazards[0].id, "H1");
  EXPECT_EQ(read.hazards[1].id, "H5");
  EXPECT_EQ(read.refused.size(), 6u);
}

}  // namespace
}  // namespace thermoleak::planning
