#include <fmt/format.h>

#include <iterator>

#include "report/html_parts.hpp"

namespace thermoleak {

void AppendHand(std::string& out, const PageContext& page) {
  if (page.view.frames_located == 0) return;
  const Words& words = page.words;
  const auto sink = std::back_inserter(out);
  fmt::format_to(
      sink,
      R"(<section id="hand"><h2>{}</h2><p class="note">{}</p><div class="scroll"><table class="hand"><thead><tr><th>{}</th><th>{}</th><th class="num">{}</th><th class="num">{}</th><th>{}</th></tr></thead><tbody>)",
      words(MessageId::kReportHand), words(MessageId::kReportHandHelp),
      words(MessageId::kReportFile), words(MessageId::kReportPosition),
      words(MessageId::kReportRadius), words(MessageId::kReportHottest),
      words(MessageId::kReportPipesNear));
  std::size_t shown = 0;
  for (const FrameRecord& record : page.result.frames) {
    if (!record.located || shown == kMaxRows) continue;
    ++shown;
    const HandPicture& hand = *record.located;
    const LonLat place = page.result.frame.LonLatFromLocal(hand.position);
    std::string pipes;
    for (const int pipe : hand.pipes) {
      pipes += (pipes.empty() ? "" : ", ") +
               HtmlEscape(page.result.network->pipes()[static_cast<std::size_t>(pipe)].id);
    }
    fmt::format_to(
        sink,
        R"(<tr><td>{}</td><td class="copytext">{}, {}</td><td class="num">{} m</td><td class="num">{}</td><td>{}</td></tr>)",
        HtmlEscape(record.meta.name), Fixed(place.lon_deg, 6), Fixed(place.lat_deg, 6),
        Fixed(hand.sigma_m, 0),
        record.meta.radiometry == RadiometryLevel::kRelative ? "–" : Fixed(record.max_c, 1) + " °C",
        pipes.empty() ? words(MessageId::kReportNoPipeNear) : pipes);
  }
  out += "</tbody></table></div>";
  const auto all = static_cast<std::size_t>(page.view.frames_located);
  if (all > shown) {
    fmt::format_to(sink, "<p>{}</p>",
                   words(MessageId::kReportMoreInCsv, {std::to_string(all - shown)}));
  }
  out += "</section>";
}

}  // namespace thermoleak
