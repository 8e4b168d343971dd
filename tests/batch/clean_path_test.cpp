// Names from outside never become a path that leaves the scan.

#include <gtest/gtest.h>

#include "thermoleak/batch/data_folder.hpp"

namespace thermoleak::batch {
namespace {

TEST(CleanPathTest, TakesWhatCamerasAndPeopleWrite) {
  for (const char* good : {"DJI_0001_R.JPG", "DCIM/100MEDIA/DJI_0001.tiff", "北区 1号/红外 1.jpg",
                           "a.b-c_d (2)/x", ".hidden", "..x", "x..", "a/b/c/d/e/f/g/h"}) {
    EXPECT_TRUE(CleanPath(good)) << good;
  }
}

TEST(CleanPathTest, RefusesWhatCouldLeaveTheFolder) {
  const std::string cases[] = {"",
                               "/",
                               "/etc/passwd",
                               "..",
                               "../x",
                               "a/../b",
                               "a/..",
                               "a/./b",
                               "./a",
                               "a//b",
                               "a/",
                               "a\\b",
                               "..\\..\\x",
                               "C:/x",
                               "c:x",
                               std::string("a\0b", 3),
                               "a\nb",
                               "a\x7f",
                               "\xC2\x85",  // C1
                               "\xE2\x80\xAE"
                               "gpj.exe",             // turns the direction of what follows
                               "\xC0\xAE\xC0\xAE/x",  // overlong ".."
                               "\xE0\x80\xAF",        // overlong "/"
                               "\xED\xA0\x80",        // surrogate
                               "\xF5\x80\x80\x80",    // beyond Unicode
                               "\xC4\xE3.jpg",        // GBK
                               "a/b/c/d/e/f/g/h/i",
                               std::string(201, 'x'),
                               "d/" + std::string(201, 'x'),
                               std::string(1001, 'a')};
  for (const std::string& bad : cases) EXPECT_FALSE(CleanPath(bad)) << bad;
}

TEST(CleanPathTest, IdsAndHashesHaveOneForm) {
  EXPECT_TRUE(IsScanId("20260115-ab12cd34"));
  for (const char* bad : {"20260115-ab12cd3", "20260115-AB12CD34", "2026011a-ab12cd34",
                          "20260115_ab12cd34", "../../x-ab12cd34", ""}) {
    EXPECT_FALSE(IsScanId(bad)) << bad;
  }
  EXPECT_TRUE(IsSha256(std::string(64, 'a')));
  EXPECT_FALSE(IsSha256(std::string(64, 'A')));
  EXPECT_FALSE(IsSha256(std::string(63, 'a')));
}

}  // namespace
}  // namespace thermoleak::batch
