#include "service/target.hpp"

#include <gtest/gtest.h>

namespace thermoleak::service {
namespace {

TEST(Target, TakesPathAndQueryApart) {
  const auto target = ParseTarget("/api/v1/scans/a%20b?q=%E5%8C%97+1&limit=5&flag");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->segments, (std::vector<std::string>{"api", "v1", "scans", "a b"}));
  EXPECT_EQ(target->Find("q"), "北 1");
  EXPECT_EQ(target->Find("limit"), "5");
  EXPECT_EQ(target->Find("flag"), "");
  EXPECT_EQ(target->Find("nothing"), std::nullopt);
  EXPECT_EQ(ParseTarget("/")->path, "/");
}

TEST(Target, RefusesWhatCouldMislead) {
  for (const char* raw : {"",           "a",
                          "//",         "/a//b",
                          "/..",        "/a/../b",
                          "/a/./b",     "/%2e%2e",
                          "/a%2fb",     "/a%5cb",
                          "/a%00",      "/a\x01",
                          "/%",         "/%4",
                          "/%zz",       "/\xFF",
                          "/%ff",       "/%c0%af",
                          "/%ed%a0%80", "/a?b=%",
                          "/a#b",       "http://elsewhere/",
                          "*"})
    EXPECT_FALSE(ParseTarget(raw)) << raw;
}

TEST(Target, CountsAreDigitsOnly) {
  EXPECT_EQ(ParseCount("0"), 0U);
  EXPECT_EQ(ParseCount("999999999999999999"), 999999999999999999U);
  for (const char* text : {"", "-1", "+1", " 1", "1 ", "1.0", "0x1", "1e3", "1000000000000000000"})
    EXPECT_FALSE(ParseCount(text)) << text;
}

TEST(Target, Ranges) {
  bool beyond = false;
  using Pair = std::pair<std::uint64_t, std::uint64_t>;
  EXPECT_EQ(ParseRange("bytes=0-0", 10, beyond), Pair(0, 1));
  EXPECT_EQ(ParseRange("bytes=5-", 10, beyond), Pair(5, 10));
  EXPECT_EQ(ParseRange("bytes=5-99", 10, beyond), Pair(5, 10));
  EXPECT_EQ(ParseRange("bytes=-3", 10, beyond), Pair(7, 10));
  EXPECT_EQ(ParseRange("bytes=-99", 10, beyond), Pair(0, 10));
  for (const char* text : {"bytes=", "bytes=5-4", "bytes=a-b", "bytes=0-1,3-4", "lines=0-1", ""}) {
    EXPECT_FALSE(ParseRange(text, 10, beyond)) << text;
    EXPECT_FALSE(beyond) << text;
  }
  for (const char* text : {"bytes=10-", "bytes=10-20", "bytes=-0"}) {
    EXPECT_FALSE(ParseRange(text, 10, beyond)) << text;
    EXPECT_TRUE(beyond) << text;
  }
}

}  // namespace
}  // namespace thermoleak::service
