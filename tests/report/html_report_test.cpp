#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <regex>
#include <sstream>

#include "report/plausible_survey.hpp"
#include "thermoleak/report/writers.hpp"

namespace thermoleak {
namespace {

namespace fs = std::filesystem;

std::string Page(const PlausibleSurvey& survey, Lang lang = Lang::kEnglish) {
  const fs::path path =
      fs::path(::testing::TempDir()) /
      ("page_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()) +
       ".html");
  WriteHtmlReport(survey.result, survey.mosaic, lang, path);
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  fs::remove(path);
  return text.str();
}

int Count(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t i = text.find(part); i != std::string::npos; i = text.find(part, i + 1)) ++count;
  return count;
}

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(HtmlReport, ShowsEveryCandidateOnceInMapListAndCards) {
  const std::string page = Page(MakePlausibleSurvey());
  EXPECT_EQ(Count(page, "<article class=\"card"), 12);
  EXPECT_EQ(Count(page, "<a class=\"marker"), 12);
  EXPECT_EQ(Count(page, "<tr id=\"r"), 12);
  EXPECT_EQ(Count(page, "class=\"plot\""), 24);
  EXPECT_EQ(Count(page, "src=\"data:image/png;base64,"), 12);
  EXPECT_EQ(Count(page, "href=\"data:image/png;base64,"), 1);  // the mosaic
  EXPECT_TRUE(Has(page, "Suspected leaks:\u00a03. Other thermal anomalies:\u00a09."));
  EXPECT_TRUE(Has(page, "not yet calibrated"));
  EXPECT_LT(page.size(), 5u << 20);
}

TEST(HtmlReport, RefersToNothingOutside) {
  const std::string page = Page(MakePlausibleSurvey());
  EXPECT_TRUE(Has(page, "default-src 'none'"));
  // Every src, href, action and url() is a data URI or a place within the page.
  const std::regex reference(
      R"re((?:src|href|action|srcset)=["']?([^"'\s>]{0,12})|url\(\s*["']?([^"')]{0,12})|@import)re");
  int found = 0;
  // Pictures are long: cut them out so that the expression's backtracking stays small.
  std::string rest;
  for (std::size_t from = 0; from < page.size();) {
    const std::size_t picture = page.find("base64,", from);
    rest += page.substr(from, picture == std::string::npos ? picture : picture + 7 - from);
    from = picture == std::string::npos ? page.size() : page.find('"', picture);
  }
  for (std::sregex_iterator it(rest.begin(), rest.end(), reference), end; it != end; ++it) {
    const std::string target = (*it)[1].matched ? (*it)[1].str() : (*it)[2].str();
    ++found;
    EXPECT_TRUE(target.starts_with("#") || target.starts_with("data:image/p")) << it->str();
  }
  EXPECT_GT(found, 40);
  EXPECT_FALSE(Has(rest, "//cdn"));
  EXPECT_FALSE(std::regex_search(rest, std::regex("https?://")));
}

TEST(HtmlReport, ForeignStringsAreEscapedEverywhere) {
  PlausibleSurvey survey = MakePlausibleSurvey();
  const std::string evil = "\"><script>alert(1)</script><img src=x onerror='y'>";
  survey.result.frames[0].meta.name = evil;
  survey.result.frames[0].meta.model = evil;
  survey.result.frames[0].quarantined = Error{evil, {MessageId::kFileUnreadable, {evil}}};
  survey.result.candidates[0].id = evil;
  survey.result.candidates[0].pipe_id = evil;
  survey.result.candidates[0].frames = {evil};
  survey.result.evidence[0].chip_frame = evil;
  survey.result.candidates[0].reasons[0].text = {MessageId::kFileUnreadable, {evil}};
  survey.result.facts.options_json = evil;
  survey.result.facts.inputs[0].path = evil;
  survey.result.facts.inputs[0].sha256 = evil;
  survey.result.facts.warnings = {{MessageId::kFileUnreadable, {evil}}};
  survey.result.facts.harmonisation.cameras[0].camera = evil;
  survey.result.skipped_features = {{evil, {MessageId::kFileUnreadable, {evil}}}};
  for (const Lang lang : {Lang::kEnglish, Lang::kChinese}) {
    const std::string page = Page(survey, lang);
    EXPECT_EQ(Count(page, "<script"), 2);  // the data and the page's own
    EXPECT_FALSE(Has(page, "<img src=x"));
    EXPECT_FALSE(Has(page, "\"><script"));
    EXPECT_GE(Count(page, "&lt;script&gt;alert(1)"), 12);
  }
}

TEST(HtmlReport, TellsHarmonisationBeforeAndAfter) {
  PlausibleSurvey survey = MakePlausibleSurvey();
  for (const Lang lang : {Lang::kEnglish, Lang::kChinese}) {
    const std::string page = Page(survey, lang);
    for (const char* figure : {"1.42 K", "3.10 K", "0.11 K", "0.40 K", "-1.25", "2.50 K", "0.06 K",
                               "-4.75 K", "0.31 K", "0.44 K", "DJI M3T"})
      EXPECT_TRUE(Has(page, figure)) << figure;
  }
  survey.result.facts.harmonisation = {};
  EXPECT_TRUE(Has(Page(survey), "no frames overlapped enough"));
}

TEST(HtmlReport, TellsRegistrationBeforeAndAfter) {
  PlausibleSurvey survey = MakePlausibleSurvey();
  for (const Lang lang : {Lang::kEnglish, Lang::kChinese}) {
    const std::string page = Page(survey, lang);
    for (const char* figure : {"2.90 m", "0.13 m", "0.22 m", "0.41 m", "2.63 m", "148", "1200",
                               "+1.75°", "-1.25 %", "-0.231", "class=\"plot histogram\""})
      EXPECT_TRUE(Has(page, figure)) << figure;
  }
  survey.result.facts.registration.adjustment = {};
  const std::string untied = Page(survey);
  EXPECT_TRUE(Has(untied, "No tie points"));
  EXPECT_FALSE(Has(untied, "class=\"plot histogram\""));
}

TEST(HtmlReport, EachPipeHasItsBandAndTheReflyListItsRows) {
  const PlausibleSurvey survey = MakePlausibleSurvey();
  const std::string page = Page(survey, Lang::kChinese);
  EXPECT_EQ(Count(page, "<figure class=\"sight\">"), 6);
  EXPECT_TRUE(Has(page, "补飞清单"));
  EXPECT_TRUE(Has(page, "视次少于 3"));
  EXPECT_TRUE(Has(page, "背景起伏过大"));
  EXPECT_GT(Count(page, "class=\"refly-line\""), 2);
  EXPECT_FALSE(Has(page, "id=\"hand\""));
}

TEST(HtmlReport, PicturesFromTheHandAreListed) {
  PlausibleSurvey survey = MakePlausibleSurvey();
  for (FrameRecord& record : survey.result.frames) {
    record.registered.reset();
    record.quarantined.reset();
    record.located = HandPicture{{12, -7}, 9.5, {}};
  }
  survey.result.frames[0].located->pipes = {2, 0};
  survey.result.candidates.clear();
  survey.result.coverage.clear();
  const std::string page = Page(survey);
  EXPECT_TRUE(Has(page, "Only pictures taken by hand (60)"));
  EXPECT_TRUE(Has(page, "nothing in them was measured"));
  EXPECT_TRUE(Has(page, "branch &lt;b&gt;&amp;"));
  EXPECT_TRUE(Has(page, "no pipe nearby"));
  // The map shows their circles and the pipes beside them, which no flight covers.
  EXPECT_EQ(Count(page, "<circle class=\"hand-circle\""), 60 + 1);
  EXPECT_EQ(Count(page, "<g class=\"pipe supply\"><title>"), 2);
}

TEST(HtmlReport, SameSurveySameBytesWhateverTheClockSays) {
  PlausibleSurvey survey = MakePlausibleSurvey();
  const std::string before = Page(survey);
  survey.result.facts.started_utc = "2031-05-05T05:05:05Z";
  survey.result.facts.times = {{"ingest", 99, 99}};
  survey.result.facts.threads = 64;
  EXPECT_EQ(Page(survey), before);
}

TEST(HtmlReport, ChineseAndEnglishShareTheFactsAndNotTheWords) {
  const PlausibleSurvey survey = MakePlausibleSurvey();
  const std::string english = Page(survey, Lang::kEnglish);
  const std::string chinese = Page(survey, Lang::kChinese);
  EXPECT_TRUE(Has(english, "<html lang=\"en\">"));
  EXPECT_TRUE(Has(chinese, "<html lang=\"zh-CN\">"));
  EXPECT_TRUE(Has(chinese, "疑似漏点 3 处、其他热异常 9 处"));
  EXPECT_TRUE(Has(chinese, "确认漏点"));
  // Every text of this room's catalogue that has words in it must not turn up in the other
  // language.
  for (int i = static_cast<int>(MessageId::kReportTitle);
       i <= static_cast<int>(MessageId::kReportOptions); ++i) {
    const auto id = static_cast<MessageId>(i);
    const std::string text(MessageTemplate(id, Lang::kEnglish));
    if (text.size() < 12 || Has(text, "{") || Has(text, "'")) continue;
    EXPECT_FALSE(Has(chinese, ">" + text + "<")) << MessageName(id);
  }
}

TEST(HtmlReport, NoSuspectIsNeverCalledNoLeak) {
  PlausibleSurvey survey = MakePlausibleSurvey();
  std::erase_if(survey.result.candidates, [](const LeakCandidate& c) { return c.score >= 0.5; });
  survey.result.evidence.clear();  // evidence may be shorter than the list
  const std::string page = Page(survey);
  EXPECT_TRUE(
      Has(page, "no thermal anomaly reaches the mark of a suspected leak (anomalies below it: 9)"));
  EXPECT_TRUE(Has(page, "not proven tight"));
  EXPECT_TRUE(Has(page, "No picture was kept"));
  EXPECT_EQ(Count(page, "<article class=\"card"), 9);
}

TEST(HtmlReport, AnEmptySurveyIsStillAPageThatSaysSo) {
  const PlausibleSurvey survey{
      nullptr, SurveyResult{nullptr, LocalFrame::Utm({82.9, 55.0}), {}, {}, {}, {}, {}, {}, {}},
      Mosaic(0.25)};
  const std::string page = Page(survey);
  EXPECT_TRUE(Has(page, "this survey says nothing about leaks"));
  EXPECT_TRUE(Has(page, "id=\"map-svg\""));
  EXPECT_TRUE(Has(page, "</html>"));
}

TEST(HtmlReport, NumbersThatAreNotFiniteNeverReachThePage) {
  PlausibleSurvey survey = MakePlausibleSurvey();
  LeakCandidate& c = survey.result.candidates[0];
  c.spot.delta_t_sigma_k = std::nan("");
  c.spot.snr = INFINITY;
  c.reasons[0].contribution = std::nan("");
  c.heat_loss.reset();
  survey.result.evidence[1].chip_c.setTo(std::nanf(""));
  survey.result.evidence[2].along.celsius.assign(survey.result.evidence[2].along.celsius.size(),
                                                 std::nanf(""));
  std::string page = Page(survey);
  page.erase(page.find("<script>"));  // the page's own script may say NaN
  const std::regex bad(R"([^A-Za-z+/=](nan|inf)[^A-Za-z+/=])");
  EXPECT_EQ(
      std::distance(std::sregex_iterator(page.begin(), page.end(), bad), std::sregex_iterator()),
      0);
}

}  // namespace
}  // namespace thermoleak
