#include "pipeline/journal.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "thermoleak/core/files.hpp"

namespace thermoleak::pipeline {
namespace {

namespace fs = std::filesystem;

class JournalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::path(::testing::TempDir()) /
        ("journal_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    frame_ = folder_ / "DJI_0001_R.JPG";
    WriteFileAtomically(frame_, "frame");
  }
  void TearDown() override { fs::remove_all(folder_); }

  static JournalEntry Entry() {
    JournalEntry entry;
    FrameMeta& meta = entry.record.meta;
    meta.source = {"a/DJI_0001_R.JPG", 7, 8, 1, 3};
    meta.name = "DJI_0001_R.JPG";
    meta.model = "XT2";
    meta.width = 640;
    meta.height = 512;
    meta.focal_length_mm = 13;
    meta.time_utc_s = 1737400000.125;
    meta.pose.position = LonLat{123.4300000001, 41.8};
    meta.pose.yaw_deg = 0.1;  // not representable exactly: must survive bit for bit
    meta.calibration =
        PlanckCalibration{{344449, 1428, 1, -515, 1}, {}, {0.95, 0, 20, -8, 0.6, 20, 1}};
    meta.warnings.push_back({MessageId::kNoHeight, {"x"}});
    entry.record.mean_c = -8.123;
    entry.thumbnail.celsius = cv::Mat_<float>(2, 3, 1.5f);
    return entry;
  }
  fs::path folder_;
  fs::path frame_;
};

TEST_F(JournalTest, EverythingComesBackBitForBit) {
  { Journal(folder_ / "j", "v1").Append(frame_, Entry()); }
  const Journal journal(folder_ / "j", "v1");
  const auto found = journal.Find(frame_);
  ASSERT_TRUE(found);
  const JournalEntry want = Entry();
  EXPECT_EQ(found->record.meta.model, "XT2");
  EXPECT_EQ(found->record.meta.time_utc_s, want.record.meta.time_utc_s);
  EXPECT_EQ(found->record.meta.pose.position->lon_deg, want.record.meta.pose.position->lon_deg);
  EXPECT_EQ(found->record.meta.pose.yaw_deg, want.record.meta.pose.yaw_deg);
  EXPECT_FALSE(found->record.meta.pose.pitch_deg.has_value());
  EXPECT_EQ(std::get<PlanckCalibration>(found->record.meta.calibration).scene.emissivity, 0.95);
  EXPECT_EQ(found->record.meta.warnings.at(0).id, MessageId::kNoHeight);
  EXPECT_EQ(found->record.mean_c, want.record.mean_c);
  EXPECT_EQ(found->thumbnail.celsius(1, 2), 1.5f);
}

TEST_F(JournalTest, QuarantineIsRemembered) {
  JournalEntry entry = Entry();
  entry.record.quarantined = Error{"DJI_0001_R.JPG", {MessageId::kFileTruncated, {"at 100"}}};
  { Journal(folder_ / "j", "v1").Append(frame_, entry); }
  const auto found = Journal(folder_ / "j", "v1").Find(frame_);
  ASSERT_TRUE(found && found->record.quarantined);
  EXPECT_EQ(found->record.quarantined->message.id, MessageId::kFileTruncated);
}

TEST_F(JournalTest, ChangedFileOtherOptionsOrTornRecordAreForgotten) {
  {
    Journal journal(folder_ / "j", "v1");
    journal.Append(frame_, Entry());
    WriteFileAtomically(folder_ / "second", "frame 2");
    journal.Append(folder_ / "second", Entry());
  }
  EXPECT_EQ(Journal(folder_ / "j", "v1").size(), 2u);
  fs::resize_file(folder_ / "j", fs::file_size(folder_ / "j") - 5);
  EXPECT_EQ(Journal(folder_ / "j", "v1").size(), 1u);
  WriteFileAtomically(frame_, "another frame");
  EXPECT_FALSE(Journal(folder_ / "j", "v1").Find(frame_));
  EXPECT_EQ(Journal(folder_ / "j", "v2").size(), 0u);
}

TEST_F(JournalTest, GarbageIsNotBelieved) {
  std::ofstream(folder_ / "j") << "no journal at all, but long enough to be read as one, perhaps";
  EXPECT_EQ(Journal(folder_ / "j", "v1").size(), 0u);
}

}  // namespace
}  // namespace thermoleak::pipeline
