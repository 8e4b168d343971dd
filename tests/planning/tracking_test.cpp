#include "thermoleak/planning/tracking.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "planning/random_season.hpp"
#include "thermoleak/core/error.hpp"

namespace thermoleak::planning {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

PlanItem Item(const std::string& id, const std::string& unit, double quantity,
              const std::string& quantity_unit, Date end, std::vector<int> tags) {
  PlanItem item;
  item.id = id;
  item.season = 2026;
  item.unit = unit;
  item.district = "D-" + unit;
  item.quantity = quantity;
  item.quantity_unit = quantity_unit;
  item.cost.yuan = 1000;
  item.end = end;
  item.tags = std::move(tags);
  return item;
}

/// Ten metres, a place, and four places that end with the season.
RepairPlan ThreeItems() {
  RepairPlan plan;
  plan.season = 2026;
  plan.implementation = DefaultSeason(2026).implementation;
  plan.items = {Item("A", "U1", 10, "m", Day(2026, 5, 10), {1}),
                Item("B", "U1", 1, "place", Day(2026, 5, 20), {1, 6}),
                Item("C", "U2", 4, "place", Day(2026, 9, 30), {1})};
  return plan;
}

/// The fourth of May 2026 was a Monday.
const std::vector<ProgressEntry> kEntries = {
    {.item = "A", .date = Day(2026, 5, 4), .quantity = 4},
    {.item = "A", .date = Day(2026, 5, 6), .quantity = 8},
    {.item = "B", .date = Day(2026, 5, 7), .quantity = 0.5},
    {.item = "B", .date = Day(2026, 5, 8), .accepted = true},
    {.item = "B", .date = Day(2026, 5, 11), .closed = true},
    {.item = "C", .date = Day(2026, 9, 30), .quantity = 1},
};

TEST(Progress, MoreThanAllMayBeDone) {
  const RepairPlan plan = ThreeItems();
  auto progress = ProgressBy(plan, kEntries, Day(2026, 5, 5));
  EXPECT_DOUBLE_EQ(progress["A"].Rate(plan.items[0]), 0.4);
  EXPECT_FALSE(progress["A"].finished);
  progress = ProgressBy(plan, kEntries, Day(2026, 5, 6));
  EXPECT_DOUBLE_EQ(progress["A"].Rate(plan.items[0]), 1.2);
  EXPECT_EQ(progress["A"].started, Day(2026, 5, 4));
  EXPECT_EQ(progress["A"].finished, Day(2026, 5, 6));
  EXPECT_FALSE(progress["B"].started);  // the day after
  // Half a place was measured, but who accepted it found it finished.
  progress = ProgressBy(plan, kEntries, Day(2026, 5, 11));
  EXPECT_EQ(progress["B"].finished, Day(2026, 5, 8));
  EXPECT_EQ(progress["B"].closed, Day(2026, 5, 11));
}

TEST(Statistics, OfADayAndItsWeek) {
  const RepairPlan plan = ThreeItems();
  const Statistics wednesday = StatisticsOf(plan, kEntries, Day(2026, 5, 6));
  EXPECT_EQ(wednesday.week_from, Day(2026, 5, 4));
  EXPECT_EQ(wednesday.city.items, 3);
  EXPECT_EQ(wednesday.city.started, 1);
  EXPECT_EQ(wednesday.city.finished, 1);
  EXPECT_EQ(wednesday.city.accepted, 0);
  EXPECT_DOUBLE_EQ(wednesday.city.planned_yuan, 3000);
  EXPECT_DOUBLE_EQ(wednesday.city.done.at("m"), 12);
  EXPECT_DOUBLE_EQ(wednesday.city.planned.at("place"), 5);
  EXPECT_THAT(wednesday.done_today, ElementsAre(Pair("m", 8)));
  EXPECT_THAT(wednesday.done_this_week, ElementsAre(Pair("m", 12)));
  EXPECT_THAT(wednesday.overdue, IsEmpty());
  EXPECT_THAT(wednesday.by_project, ElementsAre(Pair(1, 3), Pair(6, 1)));
  EXPECT_EQ(wednesday.by_unit.at("U1").items, 2);
  EXPECT_EQ(wednesday.by_unit.at("U2").started, 0);
  EXPECT_EQ(wednesday.by_district.at("D-U1").finished, 1);

  // Sunday still belongs to the week, Monday begins the next.
  const Statistics sunday = StatisticsOf(plan, kEntries, Day(2026, 5, 10));
  EXPECT_THAT(sunday.done_this_week, ElementsAre(Pair("m", 12), Pair("place", 0.5)));
  const Statistics monday = StatisticsOf(plan, kEntries, Day(2026, 5, 11));
  EXPECT_EQ(monday.week_from, Day(2026, 5, 11));
  EXPECT_THAT(monday.done_this_week, ElementsAre(Pair("place", 0)));
  EXPECT_EQ(monday.city.closed, 1);
}

TEST(Statistics, OverdueFromTheDayAfter) {
  RepairPlan plan = ThreeItems();
  EXPECT_THAT(StatisticsOf(plan, {}, Day(2026, 5, 10)).overdue, IsEmpty());
  EXPECT_THAT(StatisticsOf(plan, {}, Day(2026, 5, 11)).overdue, ElementsAre("A"));
  const Statistics last = StatisticsOf(plan, kEntries, Day(2026, 9, 30));
  EXPECT_THAT(last.overdue, IsEmpty());
  EXPECT_THAT(last.carried, IsEmpty());
  const Statistics after = StatisticsOf(plan, kEntries, Day(2026, 10, 1));
  EXPECT_THAT(after.overdue, ElementsAre("C"));
  EXPECT_THAT(after.carried, ElementsAre("C"));
  plan.items[2].state = ItemState::kCancelled;
  EXPECT_EQ(StatisticsOf(plan, kEntries, Day(2026, 10, 1)).city.overdue, 0);
  EXPECT_EQ(StatisticsOf(plan, kEntries, Day(2026, 10, 1)).city.items, 2);
}

TEST(CloseSeason, CarriesWhatIsNotFinished) {
  const RepairPlan plan = ThreeItems();
  EXPECT_THROW(CloseSeason(plan, kEntries, Day(2026, 9, 30)), RunError);
  const RepairPlan closed = CloseSeason(plan, kEntries, Day(2026, 10, 1));
  EXPECT_EQ(closed.version, plan.version + 1);
  EXPECT_EQ(closed.items[0].state, ItemState::kDone);
  EXPECT_EQ(closed.items[1].state, ItemState::kClosed);
  EXPECT_EQ(closed.items[2].state, ItemState::kCarried);
  EXPECT_EQ(closed.items[2].trace.back().text.en, "carried over: 25 % done on 2026-09-30");
  EXPECT_EQ(closed.warnings.size(), 1u);
  // A season that was set longer ends later.
  RepairPlan longer = plan;
  longer.implementation.to = Day(2026, 10, 10);
  EXPECT_THROW(CloseSeason(longer, kEntries, Day(2026, 10, 10)), RunError);
}

class ProgressFileTest : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(file_); }
  std::filesystem::path file_ = std::filesystem::temp_directory_path() /
                                fmt::format("thermoleak_progress_{}.csv", ::getpid());
};

TEST_F(ProgressFileTest, KeepsTheOrderOfThings) {
  const RepairPlan plan = ThreeItems();
  const Date day = Day(2026, 5, 4);
  EXPECT_THROW(AddProgress(file_, plan, {.item = "X", .date = day, .quantity = 1}), RunError);
  EXPECT_THROW(AddProgress(file_, plan, {.item = "A", .date = day, .accepted = true}), RunError);
  EXPECT_FALSE(std::filesystem::exists(file_));
  AddProgress(file_, plan, {.item = "A", .date = day, .quantity = 4});
  EXPECT_THROW(AddProgress(file_, plan, {.item = "A", .date = day, .closed = true}), RunError);
  AddProgress(file_, plan, {.item = "A", .date = day, .accepted = true});
  const std::string note = "第一段, \"旧管\"";
  AddProgress(file_, plan, {.item = "A", .date = day, .closed = true, .by = "王工", .note = note});
  const ProgressFile read = ReadProgress(file_, plan);
  EXPECT_THAT(read.refused, IsEmpty());
  ASSERT_EQ(read.entries.size(), 3u);
  EXPECT_TRUE(read.entries[2].closed);
  EXPECT_EQ(read.entries[2].by, "王工");
  EXPECT_EQ(read.entries[2].note, note);
}

TEST_F(ProgressFileTest, TwoProgramsAtOnceLoseNothing) {
  const RepairPlan plan = ThreeItems();
  std::vector<pid_t> children;
  for (int who = 0; who < 4; ++who) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (int n = 0; n < 25; ++n)
        AddProgress(file_, plan,
                    {.item = "A", .date = Day(2026, 5, 4), .quantity = 1234567.25 + who});
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  const ProgressFile read = ReadProgress(file_, plan);
  EXPECT_THAT(read.refused, IsEmpty());
  ASSERT_EQ(read.entries.size(), 100u);
  double sum = 0;
  for (const ProgressEntry& entry : read.entries) sum += entry.quantity;
  EXPECT_EQ(sum, 100 * 1234567.25 + 25 * 6);
}

TEST_F(ProgressFileTest, ALineCutOffByAPowerCutTakesNoOtherWithIt) {
  const RepairPlan plan = ThreeItems();
  AddProgress(file_, plan, {.item = "A", .date = Day(2026, 5, 4), .quantity = 4});
  std::ofstream(file_, std::ios::app) << "B,2026-0";
  AddProgress(file_, plan,
              {.item = "C", .date = Day(2026, 5, 4), .quantity = 2, .note = "one\ntwo"});
  const ProgressFile read = ReadProgress(file_, plan);
  EXPECT_EQ(read.refused.size(), 1u);
  ASSERT_EQ(read.entries.size(), 2u);
  EXPECT_EQ(read.entries[1].item, "C");
}

TEST_F(ProgressFileTest, BadRowsAreNamedAndGoodOnesKept) {
  std::ofstream(file_) << "item,date,quantity,accepted,closed,by,note\n"
                          "A,2026-05-04,4,0,0\n"
                          "A,2026-02-30,4,0,0\n"
                          "A,2026-05-04,-1,0,0\n"
                          "A,2026-05-04,many,0,0\n"
                          "Z,2026-05-04,4,0,0\n"
                          "A,2026-05-04\n"
                          "\n"
                          "B,2026-05-05,,1,0,x,y\n";
  const ProgressFile read = ReadProgress(file_, ThreeItems());
  EXPECT_EQ(read.entries.size(), 2u);
  ASSERT_EQ(read.refused.size(), 5u);
  EXPECT_TRUE(read.refused[0].item.ends_with(":3")) << read.refused[0].item;
}

}  // namespace
}  // namespace thermoleak::planning
