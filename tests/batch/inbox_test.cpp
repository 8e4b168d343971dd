// Cards that are copied by cable.

#include <gtest/gtest.h>
#include <utime.h>

#include "batch/surveys.hpp"
#include "thermoleak/batch/nightly.hpp"
#include "thermoleak/core/files.hpp"

namespace thermoleak::batch {
namespace {

namespace fs = std::filesystem;

class InboxTest : public testing::Test {
 protected:
  InboxTest() : folder_(Make("quiet_min = 0\n")) {}
  DataFolder Make(const std::string& inbox, const std::string& more_areas = {}) {
    DataFolder::Create(t_ / "data");
    WriteText(t_ / "data/config.toml",
              "[[area]]\nid = \"n\"\nnetwork = \"n.gpkg\"\n" + more_areas + "[inbox]\n" + inbox);
    return DataFolder::Open(t_ / "data");
  }
  std::vector<std::string> TakeIn() {
    problems_.clear();
    return TakeInInbox(folder_, problems_, {});
  }

  TemporaryFolder t_;
  DataFolder folder_;
  std::vector<Error> problems_;
};

TEST_F(InboxTest, ACardBecomesAScanAndGoes) {
  const fs::path card = folder_.inbox() / "CARD 1";
  WriteText(card / "DCIM/a.jpg", "aaa");
  WriteText(card / "DCIM/b.jpg", "aaa");
  WriteText(card / ".Trash/c.jpg", "ccc");
  WriteText(card / "scan.toml",
            "crew = \"乙班\"\nflown_on = 2026-01-15\nair_temp_c = -8.5\nwind_m_s = 1\n");
  fs::create_symlink("/etc/passwd", card / "DCIM/link.jpg");
  const auto taken = TakeIn();
  ASSERT_EQ(taken.size(), 1u) << (problems_.empty() ? "" : problems_[0].message.In(Lang::kEnglish));
  const auto scan = folder_.FindScan(taken[0]);
  ASSERT_TRUE(scan);
  EXPECT_EQ(scan->state, ScanState::kCommitted);
  EXPECT_EQ(scan->facts.crew, "乙班");
  EXPECT_EQ(scan->facts.area, "n");
  EXPECT_EQ(scan->facts.flown_on, "2026-01-15");
  EXPECT_EQ(scan->facts.note, "CARD 1");
  EXPECT_EQ(scan->facts.conditions.air_temp_c, -8.5);
  EXPECT_EQ(scan->facts.conditions.wind_m_s, 1.0);
  ASSERT_EQ(scan->files.size(), 2u);
  EXPECT_EQ(scan->files[1].path, "DCIM/b.jpg");
  EXPECT_FALSE(fs::exists(card));
  EXPECT_TRUE(fs::is_empty(folder_.inbox()));
  EXPECT_TRUE(fs::is_empty(folder_.uploads()));
  EXPECT_TRUE(TakeIn().empty());
}

TEST_F(InboxTest, ACardThatStillChangesWaits) {
  folder_ = Make("quiet_min = 5\n");
  const fs::path file = folder_.inbox() / "card/a.jpg";
  WriteText(file, "a");
  // Copied with its old time: what counts is when it arrived here.
  const utimbuf old{1700000000, 1700000000};
  ::utime(file.c_str(), &old);
  EXPECT_TRUE(TakeIn().empty());
  EXPECT_TRUE(problems_.empty());
  EXPECT_TRUE(fs::exists(file));
  folder_ = Make("quiet_min = 0\n");
  const auto taken = TakeIn();
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_EQ(folder_.FindScan(taken[0])->facts.flown_on, "2023-11-15");  // 06:13 in China
}

TEST_F(InboxTest, ACutOffCardGoesOnAsTheSameScan) {
  WriteText(folder_.inbox() / "card/a.jpg", "aaa");
  WriteText(folder_.inbox() / "card/b.jpg", "bbb");
  std::stop_source stop;
  WorkContext work;
  work.stop = stop.get_token();
  work.progress = [&](const ProgressEvent& event) {
    if (event.done == 1 && event.total == 2) stop.request_stop();
  };
  // Between the first file and the second, and once more before the folder goes.
  EXPECT_THROW(
      {
        WriteText(folder_.inbox() / "card/c.jpg", "ccc");
        std::vector<Error> problems;
        work.progress = [&](const ProgressEvent& event) {
          if (event.done == 1) stop.request_stop();
        };
        TakeInInbox(folder_, problems, work);
      },
      Cancelled);
  ASSERT_EQ(folder_.Scans().size(), 1u);
  const std::string id = folder_.Scans()[0].id;
  EXPECT_EQ(folder_.Scans()[0].state, ScanState::kOpen);
  EXPECT_TRUE(fs::exists(folder_.inbox() / "card/a.jpg"));
  EXPECT_EQ(TakeIn(), std::vector<std::string>{id});
  EXPECT_EQ(folder_.FindScan(id)->files.size(), 3u);
  ASSERT_EQ(folder_.Scans().size(), 1u);
}

TEST_F(InboxTest, WhatCannotBeTakenInStaysAndIsNamed) {
  folder_ = Make("quiet_min = 0\n", "[[area]]\nid = \"s\"\nnetwork = \"s.gpkg\"\n");
  WriteText(folder_.inbox() / "nowhere/a.jpg", "a");
  WriteText(folder_.inbox() / "wrong/a.jpg", "a");
  WriteText(folder_.inbox() / "wrong/scan.toml", "area = \"x\"\n");
  WriteText(folder_.inbox() / "broken/a.jpg", "a");
  WriteText(folder_.inbox() / "broken/scan.toml", "area = [\n");
  fs::create_directories(folder_.inbox() / "empty");
  EXPECT_TRUE(TakeIn().empty());
  ASSERT_EQ(problems_.size(), 4u);
  EXPECT_EQ(problems_[0].message.id, MessageId::kInboxFact);
  EXPECT_EQ(problems_[1].message.id, MessageId::kInboxNoFiles);
  EXPECT_EQ(problems_[2].message.id, MessageId::kInboxNoArea);
  EXPECT_EQ(problems_[3].message.id, MessageId::kAreaUnknown);
  EXPECT_TRUE(fs::exists(folder_.inbox() / "wrong/a.jpg"));
  WriteText(folder_.inbox() / "wrong/scan.toml", "area = \"s\"\n");
  EXPECT_EQ(TakeIn().size(), 1u);
}

TEST_F(InboxTest, NoFileIsLostForItsName) {
  const fs::path card = folder_.inbox() / "card";
  WriteText(card / "a\\b.jpg", "1");
  WriteText(card / "a_b.jpg", "2");
  WriteText(card / "\xC4\xE3\xBA\xC3.jpg", "3");  // GBK
  WriteText(card / (std::string(220, 'x') + ".jpg"), "4");
  // The same once their bytes are plain, and as long as a name may be: no room for a number.
  WriteText(card / (std::string(195, 'y') + "\x01.jpg"), "5");
  WriteText(card / (std::string(195, 'y') + "\x02.jpg"), "6");
  // A file and a folder of the same name once their bytes are plain.
  WriteText(card / "d\x01", "7");
  WriteText(card / "d\x02/x.jpg", "8");
  const auto taken = TakeIn();
  ASSERT_EQ(taken.size(), 1u) << (problems_.empty() ? "" : problems_[0].message.In(Lang::kEnglish));
  const auto scan = folder_.FindScan(taken[0]);
  EXPECT_EQ(scan->files.size(), 8u);
  for (const ScanFile& file : scan->files) EXPECT_TRUE(CleanPath(file.path)) << file.path;
}

}  // namespace
}  // namespace thermoleak::batch
