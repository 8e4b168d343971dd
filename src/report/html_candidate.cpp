#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "report/chip_overlay.hpp"
#include "report/html_parts.hpp"
#include "report/png_data_uri.hpp"
#include "report/svg_plot.hpp"

namespace thermoleak {
namespace {

void AppendChip(std::string& out, const PageContext& page, const CandidateEvidence* evidence,
                const LeakCandidate& candidate) {
  const Words& words = page.words;
  const auto sink = std::back_inserter(out);
  out += R"(<figure class="chip">)";
  if (evidence == nullptr || evidence->chip_c.empty()) {
    fmt::format_to(sink, R"(<p class="nochip">{}</p></figure>)", words(MessageId::kReportNoChip));
    return;
  }
  const DisplayRange range = QuantileRange(evidence->chip_c, 0.01, 0.998);
  fmt::format_to(
      sink, R"(<div class="picture"><img alt="{}" width="{}" height="{}" src="{}">)",
      words(MessageId::kReportChipAlt, {std::to_string(candidate.rank)}), evidence->chip_c.cols,
      evidence->chip_c.rows,
      PngDataUri(PaletteIndices(evidence->chip_c, range.low_c, range.high_c), InfernoPalette()));
  AppendChipOverlay(
      out, {static_cast<double>(evidence->chip_c.cols), static_cast<double>(evidence->chip_c.rows),
            evidence->chip_gsd_m, 0.5 * std::max(candidate.spot.length_m, candidate.spot.width_m),
            evidence->chip_spot, evidence->chip_pipes});
  fmt::format_to(
      sink, R"(</div><div class="ramp"><span>{} °C</span><i></i><span>{} °C</span></div>)",
      Fixed(static_cast<double>(range.low_c), 1), Fixed(static_cast<double>(range.high_c), 1));
  fmt::format_to(sink, "<figcaption>{}</figcaption></figure>",
                 words(MessageId::kReportChip, {evidence->chip_frame}));
}

void AppendPlots(std::string& out, const PageContext& page, const CandidateEvidence* evidence,
                 const LeakCandidate& candidate) {
  if (evidence == nullptr) return;
  const Words& words = page.words;
  const std::string along =
      PlotSvg(evidence->along, {MessageId::kReportAlong, MessageId::kReportChainageAxis},
              candidate.spot.chainage_m, words);
  const std::string across =
      PlotSvg(evidence->across, {MessageId::kReportAcross, MessageId::kReportOffsetAxis},
              candidate.spot.offset_m, words);
  if (along.empty() && across.empty()) return;
  const auto sink = std::back_inserter(out);
  out += R"(<div class="plots">)";
  if (!along.empty())
    fmt::format_to(sink, "<figure><figcaption>{}</figcaption>{}</figure>",
                   words(MessageId::kReportAlong), along);
  if (!across.empty())
    fmt::format_to(sink, "<figure><figcaption>{}</figcaption>{}</figure>",
                   words(MessageId::kReportAcross), across);
  fmt::format_to(
      sink,
      R"(<p class="keys"><i class="k-curve"></i>{}<i class="k-base"></i>{}<i class="k-excess"></i>{}</p></div>)",
      words(MessageId::kReportCurveMeasured), words(MessageId::kReportCurveBaseline),
      words(MessageId::kReportCurveExcess));
}

std::string HeatLossText(const LeakCandidate& candidate, const Words& words) {
  if (!candidate.heat_loss) return words(MessageId::kReportHeatLossUnknown);
  return words(MessageId::kReportHeatLossValue,
               {Watts(candidate.heat_loss->p50_w), Watts(candidate.heat_loss->p10_w),
                Watts(candidate.heat_loss->p90_w)});
}

std::string OffsetText(double offset_m, const Words& words) {
  const std::string metres = Fixed(std::abs(offset_m), 1);
  if (metres == "0.0") return "0.0 m";
  return words(offset_m > 0 ? MessageId::kReportLeft : MessageId::kReportRight, {metres});
}

std::string PipeText(const PageContext& page, const LeakCandidate& candidate) {
  const Words& words = page.words;
  std::string text = HtmlEscape(candidate.pipe_id);
  const auto i = static_cast<std::size_t>(candidate.spot.pipe);
  if (page.result.network == nullptr || candidate.spot.pipe < 0 ||
      i >= page.result.network->pipes().size())
    return text;
  const Pipe& pipe = page.result.network->pipes()[i];
  const char* separator = " · ";
  if (pipe.dn_mm) text += separator + words(MessageId::kReportDn, {Fixed(*pipe.dn_mm, 0)});
  if (pipe.medium != Medium::kUnknown) {
    text += separator + words(pipe.medium == Medium::kSupply ? MessageId::kReportSupply
                                                             : MessageId::kReportReturn);
  }
  constexpr std::array kLaying = {MessageId::kReportBuried, MessageId::kReportDuct,
                                  MessageId::kReportOverhead};
  text += separator + words(pipe.laying_known ? kLaying[static_cast<std::size_t>(pipe.laying)]
                                              : MessageId::kReportLayingAssumed);
  if (pipe.depth_m) text += separator + words(MessageId::kReportDepth, {Fixed(*pipe.depth_m, 1)});
  if (pipe.year_built)
    text += separator + words(MessageId::kReportBuiltIn, {std::to_string(*pipe.year_built)});
  return text;
}

void AppendNumbers(std::string& out, const PageContext& page, const LeakCandidate& candidate) {
  const Words& words = page.words;
  const HotSpot& spot = candidate.spot;
  const auto row = [&](MessageId word, const std::string& value) {
    if (!value.empty())
      fmt::format_to(std::back_inserter(out), "<dt>{}</dt><dd>{}</dd>", words(word), value);
  };
  const auto number = [](double value, int decimals, std::string_view unit) {
    const std::string text = Fixed(value, decimals);
    return text.empty() ? text : text + " " + std::string(unit);
  };
  const LonLat position = page.result.frame.LonLatFromLocal(spot.position);
  const std::string lonlat = Fixed(position.lon_deg, 7) + ", " + Fixed(position.lat_deg, 7);
  const Ellipse ellipse = TrueEllipse(candidate, page.result.frame);
  out += R"(<dl class="numbers">)";
  row(MessageId::kReportDeltaT, "<b>" + Rise(spot) + "</b>");
  row(MessageId::kReportExtent,
      words(MessageId::kReportLengthWidth,
            {Fixed(spot.length_m, 1), Fixed(spot.width_m, 1), Fixed(spot.area_m2, 1)}));
  row(MessageId::kReportHeatLoss, HeatLossText(candidate, words));
  row(MessageId::kReportPipe, PipeText(page, candidate));
  row(MessageId::kReportChainage, number(spot.chainage_m, 1, "m"));
  row(MessageId::kReportOffset, OffsetText(spot.offset_m, words));
  row(MessageId::kReportPosition,
      fmt::format(
          R"(<span class="copytext">{0}</span> ({2}) <button type="button" class="copy noprint" data-copy="{0}">{1}</button>)",
          lonlat, words(MessageId::kReportCopy), words(MessageId::kReportWgs84)));
  row(MessageId::kReportEllipse,
      words(MessageId::kReportEllipseValue,
            {Fixed(ellipse.major, 1), Fixed(ellipse.minor, 1), Fixed(ellipse.azimuth_deg, 0)}));
  row(MessageId::kReportPersistence,
      words(MessageId::kReportPersistenceValue,
            {std::to_string(spot.views), Fixed(100 * spot.view_persistence, 0)}));
  row(MessageId::kReportBackground, number(spot.background_c, 1, "°C"));
  row(MessageId::kReportTrace, number(spot.trace_k, 1, "K"));
  row(MessageId::kReportSnr, Fixed(spot.snr, 1));
  out += "</dl>";
  if (spot.at_strip_edge)
    fmt::format_to(std::back_inserter(out), R"(<p class="note">{}</p>)",
                   words(MessageId::kReportEdgeCut));
}

void AppendProbabilities(std::string& out, const PageContext& page,
                         const LeakCandidate& candidate) {
  const Words& words = page.words;
  const auto sink = std::back_inserter(out);
  fmt::format_to(sink, R"(<h4>{}{}</h4><div class="stack" aria-hidden="true">)",
                 words(MessageId::kReportProbabilities),
                 page.result.facts.calibrated
                     ? ""
                     : " <small>(" + words(MessageId::kReportUncalibrated) + ")</small>");
  for (std::size_t i = 0; i < 4; ++i) {
    fmt::format_to(sink, R"(<i class="{}" style="flex-grow:{}"></i>)",
                   KindClass(static_cast<CandidateKind>(i)),
                   Fixed(std::max(0.0, candidate.probability[i]), 4));
  }
  out += R"(</div><ul class="shares">)";
  for (std::size_t i = 0; i < 4; ++i) {
    const auto kind = static_cast<CandidateKind>(i);
    fmt::format_to(sink, R"(<li><i class="dot {}"></i>{} <b>{} %</b></li>)", KindClass(kind),
                   words(KindWord(kind)), Fixed(100 * candidate.probability[i], 0));
  }
  out += "</ul>";
}

void AppendReasons(std::string& out, const LeakCandidate& candidate, const Words& words) {
  if (candidate.reasons.empty()) return;
  const auto sink = std::back_inserter(out);
  double largest = 1;
  for (const Reason& reason : candidate.reasons) {
    if (std::isfinite(reason.contribution))
      largest = std::max(largest, std::abs(reason.contribution));
  }
  fmt::format_to(sink, R"(<h4>{}</h4><p class="help">{}</p><ul class="reasons">)",
                 words(MessageId::kReportReasons), words(MessageId::kReportReasonsHelp));
  for (const Reason& reason : candidate.reasons) {
    const double value = std::isfinite(reason.contribution) ? reason.contribution : 0;
    const std::string number = Fixed(value, 2);
    fmt::format_to(
        sink,
        R"(<li><span class="signed {}" aria-hidden="true"><i style="width:{}%"></i></span><b>{}{}</b><span>{}</span></li>)",
        value >= 0 ? "up" : "down", Fixed(50.0 * std::abs(value) / largest, 1),
        value > 0 ? "+" : "", number, words(reason.text));
  }
  out += "</ul>";
}

void AppendFrameNames(std::string& out, const LeakCandidate& candidate, const Words& words) {
  if (candidate.frames.empty()) return;
  fmt::format_to(std::back_inserter(out),
                 R"(<details class="frames-list"><summary>{}</summary><p>)",
                 words(MessageId::kReportFramesThatSaw, {std::to_string(candidate.frames.size())}));
  for (std::size_t i = 0; i < candidate.frames.size(); ++i) {
    if (i > 0) out += ", ";
    out += HtmlEscape(candidate.frames[i]);
  }
  out += "</p></details>";
}

void AppendCard(std::string& out, const PageContext& page, std::size_t index) {
  const LeakCandidate& candidate = page.result.candidates[index];
  const CandidateEvidence* evidence =
      index < page.result.evidence.size() ? &page.result.evidence[index] : nullptr;
  const Words& words = page.words;
  const auto sink = std::back_inserter(out);
  const bool suspected = IsSuspected(candidate);
  fmt::format_to(
      sink,
      R"(<article class="card {0}{1}" id="c{2}" data-n="{2}" data-kind="{0}" data-suspected="{3:d}" tabindex="-1"><header><span class="badge {0}">{11}</span><h3>{4}</h3><p>{5} <b>{6}</b> · {7}</p><code>{10}</code><nav class="noprint"><a href="#map" data-show="{2}">{8}</a><a href="#r{2}">{9}</a></nav></header><div class="body"><div class="pictures">)",
      KindClass(candidate.kind), suspected ? " suspected" : "", index + 1, suspected,
      words(StandingWord(candidate)), words(MessageId::kReportScore), Fixed(candidate.score, 2),
      words(KindWord(candidate.kind)), words(MessageId::kReportOnMap),
      words(MessageId::kReportBackToList), HtmlEscape(candidate.id), candidate.rank);
  AppendChip(out, page, evidence, candidate);
  AppendPlots(out, page, evidence, candidate);
  out += R"(</div><div class="said">)";
  AppendNumbers(out, page, candidate);
  out += R"(</div><div class="causes">)";
  AppendProbabilities(out, page, candidate);
  AppendFrameNames(out, candidate, words);
  out += R"(</div><div class="why">)";
  AppendReasons(out, candidate, words);
  out += "</div></div></article>";
}

}  // namespace

MessageId KindWord(CandidateKind kind) {
  constexpr std::array kWords = {MessageId::kReportKindLeak, MessageId::kReportKindInsulation,
                                 MessageId::kReportKindInstallation,
                                 MessageId::kReportKindConfuser};
  return kWords[static_cast<std::size_t>(kind)];
}

std::string KindClass(CandidateKind kind) { return std::string(ToString(kind)); }

std::string Watts(double watts) {
  const double size = std::abs(watts);
  if (size >= 99500) return Fixed(watts / 1000, 0) + " kW";
  if (size >= 999.5) return Fixed(watts / 1000, 1) + " kW";
  if (size >= 99.5) return Fixed(10 * std::round(watts / 10), 0) + " W";
  return Fixed(watts, 0) + " W";
}

std::string Rise(const HotSpot& spot) {
  return Fixed(spot.delta_t_k, 1) + " ± " + Fixed(spot.delta_t_sigma_k, 1) + " K";
}

void AppendList(std::string& out, const PageContext& page) {
  const Words& words = page.words;
  const auto& candidates = page.result.candidates;
  const auto sink = std::back_inserter(out);
  fmt::format_to(sink, R"(<section id="list"><h2>{}</h2>)", words(MessageId::kReportCandidates));
  if (candidates.empty()) {
    fmt::format_to(sink, "<p>{}</p></section>",
                   words(page.view.pipes_seen > 0 ? MessageId::kReportNoCandidates
                                                  : MessageId::kReportVerdictNothingSeen));
    return;
  }
  fmt::format_to(
      sink,
      R"(<p class="note">{}</p><div class="filters noprint" id="filters"><label class="switch"><input type="checkbox" id="only-suspected">{}</label>)",
      words(page.result.facts.calibrated ? MessageId::kReportCalibrated
                                         : MessageId::kReportNotCalibrated),
      words(MessageId::kReportOnlySuspected));
  for (std::size_t i = 0; i < 4; ++i) {
    const auto kind = static_cast<CandidateKind>(i);
    if (page.view.candidates_by_kind[i] == 0) continue;
    fmt::format_to(
        sink,
        R"(<label><input type="checkbox" data-kind="{0}" checked><i class="dot {0}"></i>{1} <b>{2}</b></label>)",
        KindClass(kind), words(KindWord(kind)), page.view.candidates_by_kind[i]);
  }
  fmt::format_to(
      sink,
      R"(<span class="shown" id="shown" role="status"></span></div><p class="help noprint">{}</p><div class="scroll"><table class="ranked"><thead><tr><th>{}</th><th>{}</th><th>{}</th><th class="num">{}</th><th class="num wide">{}</th><th class="num">{}</th><th class="wide">{}</th><th class="num wide">{}</th></tr></thead><tbody>)",
      words(MessageId::kReportListHelp), words(MessageId::kReportRank),
      words(MessageId::kReportKind), words(MessageId::kReportScore),
      words(MessageId::kReportDeltaT), words(MessageId::kReportExtent),
      words(MessageId::kReportHeatLoss), words(MessageId::kReportPlace),
      words(MessageId::kReportViews));
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const LeakCandidate& c = candidates[i];
    fmt::format_to(
        sink,
        R"(<tr id="r{0}" data-n="{0}" data-kind="{1}" data-suspected="{2:d}"><td><a class="badge {1}" href="#c{0}">{14}</a></td><td>{3}{4}</td><td><span class="meter {1}"><i style="width:{5}%"></i></span>{6}</td><td class="num">{7}</td><td class="num wide">{8} × {9} m</td><td class="num">{10}</td><td class="wide">{11} · {12} m</td><td class="num wide">{13}</td></tr>)",
        i + 1, KindClass(c.kind), IsSuspected(c), words(KindWord(c.kind)),
        IsSuspected(c) ? fmt::format(R"( <em>{}</em>)", words(MessageId::kReportSuspectedLeak))
                       : "",
        Fixed(100 * std::clamp(c.score, 0.0, 1.0), 0), Fixed(c.score, 2), Rise(c.spot),
        Fixed(c.spot.length_m, 1), Fixed(c.spot.width_m, 1),
        c.heat_loss ? Watts(c.heat_loss->p50_w) : words(MessageId::kReportUnknown),
        HtmlEscape(c.pipe_id), Fixed(c.spot.chainage_m, 1), c.spot.views, c.rank);
  }
  out += "</tbody></table></div></section>";
}

void AppendCards(std::string& out, const PageContext& page) {
  out += R"(<section id="cards">)";
  for (std::size_t i = 0; i < page.result.candidates.size(); ++i) AppendCard(out, page, i);
  out += "</section>";
}

}  // namespace thermoleak
