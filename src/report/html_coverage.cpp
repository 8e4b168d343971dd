#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "report/html_parts.hpp"
#include "report/svg_plot.hpp"

namespace thermoleak {
namespace {

constexpr double kMostRiseK = 2 * kWeakRiseK;  // of the drawn scale

std::string Percent(double share) { return Fixed(100 * share, 2); }

void AppendBand(std::string& out, const PageContext& page, const std::vector<SightStretch>& band) {
  const auto sink = std::back_inserter(out);
  out += R"(<div class="band">)";
  for (const SightStretch& stretch : band) {
    fmt::format_to(sink, R"(<i class="{}" style="flex-grow:{}" title="{} – {} m: {}"></i>)",
                   SightClass(stretch.sight), Fixed(stretch.to_m - stretch.from_m, 1),
                   Fixed(stretch.from_m, 0), Fixed(stretch.to_m, 0),
                   page.words(WordFor(stretch.sight)));
  }
  out += "</div>";
}

/// The smallest rise that would be found, from the top down, so that good sight hugs the band.
void AppendRise(std::string& out, const PipeView& view) {
  std::string path;
  bool pen_down = false;
  const auto y = [](double noise_k) {
    return Fixed(std::min(kDetectionSigmas * noise_k, kMostRiseK), 2);
  };
  for (const CoveredPart& part : view.parts) {
    if (!part.piece || ObservedOf(*part.piece) == Observed::kUnseen) {
      pen_down = false;
      continue;
    }
    fmt::format_to(std::back_inserter(path), "{}{} {}H{}", pen_down ? 'L' : 'M',
                   Fixed(part.from_m, 1), y(part.piece->noise_k), Fixed(part.to_m, 1));
    pen_down = true;
  }
  if (path.empty()) return;
  fmt::format_to(
      std::back_inserter(out),
      R"(<svg class="rise" viewBox="0 0 {0} {1}" preserveAspectRatio="none" aria-hidden="true"><path class="limit" d="M0 {2}H{0}"/><path class="line" d="{3}"/></svg>)",
      Fixed(view.length_m, 1), Fixed(kMostRiseK, 1), Fixed(kWeakRiseK, 1), path);
}

void AppendRuler(std::string& out, double length_m) {
  const Ticks ticks = TicksFor(0, length_m, 5);
  out += R"(<div class="ruler" aria-hidden="true">)";
  for (int i = 0; i < ticks.count; ++i) {
    const double at = ticks.first + i * ticks.step;
    if (at > 0.9 * length_m) break;  // its figure would hang over the edge
    fmt::format_to(std::back_inserter(out), R"(<span style="left:{}%">{}</span>)",
                   Percent(at / length_m), Fixed(at, ticks.decimals));
  }
  out += "</div>";
}

void AppendPipe(std::string& out, const PageContext& page, const PipeView& view) {
  const Words& words = page.words;
  const auto sink = std::back_inserter(out);
  const Pipe& pipe = page.result.network->pipes()[static_cast<std::size_t>(view.pipe)];
  fmt::format_to(sink, R"(<figure class="sight"><figcaption><b>{}</b> <span>{} m</span>)",
                 HtmlEscape(pipe.id), Fixed(view.length_m, 0));
  constexpr std::array kStates = {MessageId::kReportSeen, MessageId::kReportWeak,
                                  MessageId::kReportUnseen};
  for (std::size_t i = 0; i < kStates.size(); ++i) {
    if (view.metres[i] >= 0.5)
      fmt::format_to(sink, "<span>{} {} m</span>", words(kStates[i]), Fixed(view.metres[i], 0));
  }
  if (view.smallest_rise_k >= 0) {
    fmt::format_to(sink, "<span>{} {} K</span>", words(MessageId::kReportSmallestRise),
                   Fixed(view.smallest_rise_k, 1));
  }
  if (view.smallest_heat_w >= 0) {
    fmt::format_to(sink, "<span>{} {} W</span>", words(MessageId::kReportSmallestHeat),
                   Fixed(view.smallest_heat_w, 0));
  }
  out += "</figcaption>";
  AppendBand(out, page, page.sight.pipes[static_cast<std::size_t>(view.pipe)]);
  AppendRise(out, view);
  AppendRuler(out, view.length_m);
  out += "</figure>";
}

void AppendKeys(std::string& out, const PageContext& page) {
  std::array<bool, kSights> present{};
  for (const PipeView& view : page.view.pipes) {
    if (!view.in_survey) continue;
    for (const SightStretch& stretch : page.sight.pipes[static_cast<std::size_t>(view.pipe)])
      present[static_cast<std::size_t>(stretch.sight)] = true;
  }
  out += R"(<ul class="legend">)";
  for (std::size_t i = 0; i < kSights; ++i) {
    const auto sight = static_cast<Sight>(i);
    if (!present[i]) continue;
    fmt::format_to(std::back_inserter(out), R"(<li><i class="patch {}"></i>{}</li>)",
                   SightClass(sight), page.words(WordFor(sight)));
  }
  out += "</ul>";
}

}  // namespace

void AppendCoverage(std::string& out, const PageContext& page) {
  const Words& words = page.words;
  if (page.result.network == nullptr) return;
  const auto sink = std::back_inserter(out);
  fmt::format_to(sink, R"(<section id="coverage"><h2>{}</h2>)", words(MessageId::kReportCoverage));
  const auto in_survey = static_cast<std::size_t>(page.view.pipes_in_survey);
  if (in_survey == 0) {
    fmt::format_to(sink, "<p>{}</p>", words(MessageId::kReportSightNone));
  } else {
    fmt::format_to(
        sink, R"(<p class="help">{} {}</p>)",
        words(MessageId::kReportWeakMeaning, {Fixed(kMinViews, 0), Fixed(kWeakRiseK, 0)}),
        words(MessageId::kReportSightHelp, {Fixed(kMostRiseK, 0), Fixed(kWeakRiseK, 0)}));
    AppendKeys(out, page);
  }
  out += R"(<div class="sights">)";
  std::size_t shown = 0;
  for (const PipeView& view : page.view.pipes) {
    if (!view.in_survey || shown == kMaxRows) continue;
    ++shown;
    AppendPipe(out, page, view);
  }
  out += "</div>";
  if (in_survey > shown) {
    fmt::format_to(
        sink, "<p>{}</p>",
        words(MessageId::kReportMoreInGpkg, {std::to_string(in_survey - shown), "coverage"}));
  }
  if (in_survey < page.view.pipes.size()) {
    fmt::format_to(
        sink, R"(<p class="help">{}</p>)",
        words(MessageId::kReportOtherPipes,
              {std::to_string(page.view.pipes.size() - in_survey),
               Fixed((page.view.network_length_m - page.view.survey_length_m) / 1000, 2)}));
  }
  out += "</section>";
  AppendRefly(out, page);
}

}  // namespace thermoleak
