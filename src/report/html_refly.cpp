#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "report/html_parts.hpp"

namespace thermoleak {
namespace {

/// The main reason first, then what else holds for at least a metre of it.
std::string Reasons(const ReflyPiece& piece, const Words& words) {
  std::string out = fmt::format(R"(<i class="patch {}"></i>{})", SightClass(piece.reason),
                                words(WordFor(piece.reason)));
  for (std::size_t i = kSights; i-- > 0;) {
    const auto sight = static_cast<Sight>(i);
    if (sight == piece.reason || piece.metres[i] < 1) continue;
    fmt::format_to(std::back_inserter(out), R"( <small><i class="patch {}"></i>{} {} m</small>)",
                   SightClass(sight), words(WordFor(sight)), Fixed(piece.metres[i], 0));
  }
  return out;
}

}  // namespace

void AppendRefly(std::string& out, const PageContext& page) {
  const Words& words = page.words;
  const auto sink = std::back_inserter(out);
  fmt::format_to(sink, R"(<section id="refly"><h2>{}</h2>)", words(MessageId::kReportRefly));
  const std::vector<ReflyPiece>& pieces = page.sight.refly;
  if (pieces.empty()) {
    const bool flown = page.view.frames_used > page.view.frames_located;
    fmt::format_to(sink, "<p>{}</p></section>",
                   words(flown ? MessageId::kReportReflyNone : MessageId::kReportReflyNoArea));
    return;
  }
  fmt::format_to(
      sink,
      R"(<p><b>{}</b></p><p class="help">{}</p><div class="scroll"><table class="refly"><thead><tr><th class="num">{}</th><th>{}</th><th class="num">{}</th><th class="num">{}</th><th>{}</th><th>{}</th></tr></thead><tbody>)",
      words(MessageId::kReportReflySum,
            {std::to_string(pieces.size()), Fixed(page.sight.refly_m, 0)}),
      words(MessageId::kReportReflyHelp, {Fixed(kReflyLeastM, 0)}), words(MessageId::kReportRank),
      words(MessageId::kReportPipe), words(MessageId::kReportFromTo),
      words(MessageId::kReportLength), words(MessageId::kReportReason),
      words(MessageId::kReportMidpoint));
  const std::size_t shown = std::min(kMaxRows, pieces.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const ReflyPiece& piece = pieces[i];
    const LonLat middle = page.result.frame.LonLatFromLocal(piece.middle);
    fmt::format_to(
        sink,
        R"(<tr><td class="num">{}</td><td>{}</td><td class="num">{} – {} m</td><td class="num">{} m</td><td class="why">{}</td><td class="copytext">{}, {}</td></tr>)",
        i + 1, HtmlEscape(page.result.network->pipes()[static_cast<std::size_t>(piece.pipe)].id),
        Fixed(piece.from_m, 0), Fixed(piece.to_m, 0), Fixed(piece.to_m - piece.from_m, 0),
        Reasons(piece, words), Fixed(middle.lon_deg, 6), Fixed(middle.lat_deg, 6));
  }
  out += "</tbody></table></div>";
  if (pieces.size() > shown) {
    fmt::format_to(
        sink, "<p>{}</p>",
        words(MessageId::kReportMoreInGpkg, {std::to_string(pieces.size() - shown), "refly"}));
  }
  out += "</section>";
}

}  // namespace thermoleak
