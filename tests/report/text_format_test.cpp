#include "report/text_format.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace thermoleak {
namespace {

TEST(TextFormat, FixedHasNoNegativeZeroAndNoNaN) {
  EXPECT_EQ(Fixed(1.25, 1), "1.2");  // the tie goes to the even digit, as IEEE 754 and fmt do
  EXPECT_EQ(Fixed(-0.04, 1), "0.0");
  EXPECT_EQ(Fixed(-0.06, 1), "-0.1");
  EXPECT_EQ(Fixed(1234567.0, 0), "1234567");
  EXPECT_EQ(Fixed(std::nan(""), 2), "");
  EXPECT_EQ(Fixed(std::numeric_limits<double>::infinity(), 2), "");
}

TEST(TextFormat, RoundedIsNullWhenUnknown) {
  EXPECT_EQ(Rounded(82.91567894321, 7).dump(), "82.9156789");
  EXPECT_EQ(Rounded(-0.0001, 2).dump(), "0.0");
  EXPECT_TRUE(Rounded(std::nan(""), 2).is_null());
}

TEST(TextFormat, HtmlEscapeCoversTextAndAttributes) {
  EXPECT_EQ(HtmlEscape(R"(<a href="x" id='y'>&)"),
            "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;");
  EXPECT_EQ(HtmlEscape("管线\n1"), "管线 1");
}

TEST(TextFormat, BytesThatAreNotUtf8BecomeReplacementCharacters) {
  const std::string r = "\xEF\xBF\xBD";
  EXPECT_EQ(CleanUtf8("a\xFF"
                      "b"),
            "a" + r + "b");
  EXPECT_EQ(CleanUtf8("\xC0\xAF"), r + r);          // overlong '/'
  EXPECT_EQ(CleanUtf8("\xED\xA0\x80"), r + r + r);  // a surrogate half
  EXPECT_EQ(CleanUtf8("\xE7\xAE"), r + r);          // cut off
  EXPECT_EQ(CleanUtf8("\xF0\x9F\x94\xA5"), "\xF0\x9F\x94\xA5");
  EXPECT_EQ(CleanUtf8(std::string_view("a\0b", 3)), "a" + r + "b");
}

TEST(TextFormat, JsonForScriptCannotEndTheScript) {
  const nlohmann::ordered_json json = {{"x", "</script><!--&\xE2\x80\xA8\xE2\x80\xA9"}};
  const std::string text = JsonForScript(json);
  EXPECT_EQ(text, R"({"x":"\u003c/script\u003e\u003c!--\u0026\u2028\u2029"})");
  EXPECT_EQ(nlohmann::ordered_json::parse(text), json);
}

TEST(TextFormat, CsvTextQuotesAndDefusesFormulas) {
  EXPECT_EQ(CsvText("plain"), "plain");
  EXPECT_EQ(CsvText(R"(a,"b")"), R"("a,""b""")");
  EXPECT_EQ(CsvText("=1+1"), "'=1+1");
  EXPECT_EQ(CsvText("@x,y"), R"("'@x,y")");
  EXPECT_EQ(CsvText("a\r\nb"), "a  b");
}

TEST(TextFormat, IsoTime) {
  EXPECT_EQ(IsoTime(0.0, false), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(IsoTime(951782400.0, false), "2000-02-29T00:00:00.000Z");  // date -u -d @951782400
  EXPECT_EQ(IsoTime(1768505025.25, true), "2026-01-15T19:23:45.250");
  EXPECT_EQ(IsoTime(-0.0005, false).substr(0, 10), "1969-12-31");
  EXPECT_EQ(IsoTime(std::nullopt, false), "");
  EXPECT_EQ(IsoTime(1e300, false), "");
}

}  // namespace
}  // namespace thermoleak
