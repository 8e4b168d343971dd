#include <gtest/gtest.h>
#include <sys/stat.h>

#include <set>

#include "batch/surveys.hpp"
#include "thermoleak/core/files.hpp"

namespace thermoleak::batch {
namespace {

namespace fs = std::filesystem;

std::string HashOf(const std::string& text) { return Sha256(std::as_bytes(std::span(text))); }

class DataFolderTest : public testing::Test {
 protected:
  DataFolderTest() : folder_(Make()) {}
  DataFolder Make() {
    DataFolder::Create(t_ / "data");
    WriteText(t_ / "data/config.toml",
              "[[area]]\nid = \"n\"\nnetwork = \"n.gpkg\"\norganisation = \"东热\"\n");
    return DataFolder::Open(t_ / "data");
  }
  ScanFile Put(const std::string& path, const std::string& text) {
    const fs::path file = folder_.uploads() / "x";
    WriteText(file, text);
    folder_.AdoptBlob(file, HashOf(text));
    return {path, text.size(), HashOf(text)};
  }
  ScanFacts Facts() const { return {.area = "n", .crew = "乙班", .flown_on = "2026-01-15"}; }

  TemporaryFolder t_;
  DataFolder folder_;
};

TEST_F(DataFolderTest, AScanFromOpenToCommitted) {
  const auto id = folder_.OpenScan(Facts());
  ASSERT_TRUE(id);
  EXPECT_TRUE(IsScanId(*id));
  EXPECT_TRUE(id->starts_with("20260115-"));
  EXPECT_EQ(folder_.FindScan(*id)->state, ScanState::kOpen);
  EXPECT_EQ(folder_.FindScan(*id)->facts.organisation, "东热");

  const ScanFile a = Put("a.jpg", "aaa"), b = Put("d/b.jpg", "bb");
  const ScanFile c{"c.jpg", 3, std::string(64, '0')};
  EXPECT_EQ(folder_.Missing({a, b, c}), std::vector<ScanFile>{c});
  // A file of another length is another file, whatever its hash says.
  EXPECT_EQ(folder_.Missing({{"a.jpg", 4, a.sha256}}).size(), 1u);

  const auto early = folder_.Commit(*id, {a, b, c});
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().message.id, MessageId::kScanFilesMissing);
  EXPECT_EQ(early.error().item, "c.jpg");
  EXPECT_FALSE(fs::exists(folder_.ScanPath(*id) / "manifest.json"));

  const auto scan = folder_.Commit(*id, {b, a}, "2026-01-15T18:40:03Z");
  ASSERT_TRUE(scan);
  EXPECT_EQ(scan->state, ScanState::kCommitted);
  EXPECT_EQ(scan->files, (std::vector<ScanFile>{a, b}));
  // The same again is no new commit; another one is refused.
  EXPECT_EQ(folder_.Commit(*id, {a, b})->committed_at, "2026-01-15T18:40:03Z");
  EXPECT_EQ(folder_.Commit(*id, {a}).error().message.id, MessageId::kScanCommitted);
  EXPECT_EQ(folder_.DropScan(*id).error().message.id, MessageId::kScanCommitted);
  ASSERT_EQ(folder_.Scans().size(), 1u);

  const fs::path frames = folder_.LinkFrames(*scan);
  EXPECT_EQ(ReadText(frames / "d/b.jpg"), "bb");
  EXPECT_EQ(fs::hard_link_count(frames / "a.jpg"), 2u);
  EXPECT_EQ(folder_.LinkFrames(*scan), frames);
}

TEST_F(DataFolderTest, TheSameFileTwiceIsOneBlob) {
  Put("a", "same");
  Put("b", "same");
  int blobs = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder_.root() / "blobs"))
    blobs += entry.is_regular_file() ? 1 : 0;
  EXPECT_EQ(blobs, 1);
  EXPECT_TRUE(fs::is_empty(folder_.uploads()));
}

TEST_F(DataFolderTest, WhatIsWrongIsRefusedAndLeavesNothing) {
  EXPECT_EQ(folder_.OpenScan({.area = "x", .flown_on = "2026-01-15"}).error().message.id,
            MessageId::kAreaUnknown);
  EXPECT_EQ(folder_.OpenScan({.area = "n", .flown_on = "2026-02-30"}).error().message.id,
            MessageId::kCellNoDate);
  EXPECT_FALSE(folder_.FindScan("../../etc"));
  EXPECT_FALSE(folder_.FindScan("20260115-aaaaaaaa"));
  EXPECT_FALSE(folder_.HasBlob("../../../etc/passwd", 1));
  EXPECT_THROW(folder_.AdoptBlob(folder_.uploads() / "x", "../x"), RunError);
  const std::string id = *folder_.OpenScan(Facts());
  const ScanFile a = Put("a.jpg", "aaa");
  const auto refused = [&](std::vector<ScanFile> files) {
    return folder_.Commit(id, std::move(files)).error().message.id;
  };
  EXPECT_EQ(refused({}), MessageId::kScanEmpty);
  EXPECT_EQ(refused({a, a}), MessageId::kPathTwice);
  EXPECT_EQ(refused({a, {"a.jpg/b", a.size, a.sha256}}), MessageId::kPathTwice);
  // With a name that sorts between the two: '-' comes before '/'.
  EXPECT_EQ(refused({a, {"a.jpg-b", a.size, a.sha256}, {"a.jpg/b", a.size, a.sha256}}),
            MessageId::kPathTwice);
  EXPECT_EQ(refused({{"../a", a.size, a.sha256}}), MessageId::kPathRefused);
  EXPECT_EQ(refused({{"a", a.size, "../" + a.sha256.substr(3)}}), MessageId::kHashRefused);
  EXPECT_TRUE(folder_.DropScan(id));
  EXPECT_TRUE(folder_.Scans().empty());
}

TEST_F(DataFolderTest, IdsDoNotRepeat) {
  std::set<std::string> ids;
  for (int i = 0; i < 200; ++i) ids.insert(*folder_.OpenScan(Facts()));
  EXPECT_EQ(ids.size(), 200u);
}

TEST_F(DataFolderTest, AFolderWithoutConfigurationIsNone) {
  try {
    DataFolder::Open(t_ / "elsewhere");
    FAIL();
  } catch (const RunError& e) {
    EXPECT_EQ(e.code(), ExitCode::kInputMissing);
    EXPECT_NE(e.message().In(Lang::kEnglish).find("--init"), std::string::npos);
  }
  // Making one twice changes nothing.
  const std::string before = ReadText(folder_.root() / "config.toml");
  DataFolder::Create(folder_.root());
  EXPECT_EQ(ReadText(folder_.root() / "config.toml"), before);
  EXPECT_TRUE(fs::exists(folder_.ledger()));
}

}  // namespace
}  // namespace thermoleak::batch
