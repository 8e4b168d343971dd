#include "thermoleak/core/files.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace thermoleak {
namespace {

namespace fs = std::filesystem;

class FilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::path(::testing::TempDir()) /
        ("files_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path folder_;
};

TEST_F(FilesTest, Sha256OfTheStandardsExample) {
  // FIPS 180-4, example "abc".
  const std::string abc = "abc";
  EXPECT_EQ(Sha256(std::as_bytes(std::span(abc))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(FilesTest, ReadNamesTheFault) {
  EXPECT_EQ(ReadFile(folder_ / "absent").error().message.id, MessageId::kFileUnreadable);
  EXPECT_EQ(ReadFile(folder_).error().message.id, MessageId::kFileUnreadable);
  std::ofstream(folder_ / "empty").close();
  EXPECT_EQ(ReadFile(folder_ / "empty").error().message.id, MessageId::kFileEmpty);
  WriteFileAtomically(folder_ / "big", std::string(2000, 'x'));
  EXPECT_EQ(ReadFile(folder_ / "big", 1999).error().message.id, MessageId::kFileTooLarge);
  EXPECT_EQ(ReadFile(folder_ / "big")->size(), 2000u);
}

TEST_F(FilesTest, UncommittedFileLeavesNothing) {
  {
    AtomicFile file(folder_ / "out.tif");
    EXPECT_EQ(file.temporary().extension(), ".tif");
    std::ofstream(file.temporary()) << "half";
  }
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(FilesTest, FullDiskIsSaidInOneSentence) {
  try {
    throw WriteError("out/x", ENOSPC);
  } catch (const RunError& e) {
    EXPECT_EQ(e.code(), ExitCode::kOutOfResources);
    EXPECT_NE(e.message().In(Lang::kEnglish).find("out/x"), std::string::npos);
  }
}

TEST_F(FilesTest, FolderThatCannotBeWritten) {
  WriteFileAtomically(folder_ / "file", "x");
  try {
    EnsureWritableFolder(folder_ / "file");
    FAIL() << "a file was taken for a folder";
  } catch (const RunError& e) {
    EXPECT_EQ(e.code(), ExitCode::kUsage);
    EXPECT_EQ(e.message().id, MessageId::kOutputUnwritable);
  }
}

}  // namespace
}  // namespace thermoleak
