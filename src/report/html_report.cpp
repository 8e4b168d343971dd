#include <fmt/format.h>

#include <iterator>

#include "report/html_parts.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/report/writers.hpp"

namespace thermoleak {
namespace {

nlohmann::ordered_json ScriptWords(Lang lang) {
  return {{"shown", std::string(MessageTemplate(MessageId::kReportShown, lang))},
          {"copied", Text(MessageId::kReportCopied, lang)}};
}

}  // namespace

void WriteHtmlReport(const SurveyResult& result, const Mosaic& mosaic, Lang lang,
                     const std::filesystem::path& path) {
  const SurveyView view = ViewOf(result);
  const SurveySight sight = SightOf(result, view);
  const PageContext page{result, view, sight, Words(lang)};
  std::string out;
  out.reserve(4u << 20);
  // Nothing may be fetched: the network map is sensitive and the page must work offline for ever.
  fmt::format_to(std::back_inserter(out),
                 R"(<!doctype html>
<html lang="{}"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer"><title>{}</title><style>
{}</style></head><body><main>)",
                 lang == Lang::kChinese ? "zh-CN" : "en", page.words(MessageId::kReportTitle),
                 kReportCss);
  nlohmann::ordered_json island;
  AppendHeader(out, page);
  AppendMap(out, page, mosaic, island);
  AppendList(out, page);
  AppendCards(out, page);
  AppendHand(out, page);
  AppendCoverage(out, page);
  AppendQuality(out, page);
  island["words"] = ScriptWords(lang);
  fmt::format_to(std::back_inserter(out),
                 "</main><script type=\"application/json\" "
                 "id=\"data\">{}</script><script>\n{}</script></body></html>\n",
                 JsonForScript(island), kReportJs);
  WriteFileAtomically(path, out);
}

}  // namespace thermoleak
