#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <numbers>

#include "report/html_parts.hpp"
#include "report/software_versions.hpp"

namespace thermoleak {
namespace {

/// Frames that were set aside, grouped by reason, the commonest first.
void AppendFrames(std::string& out, const PageContext& page) {
  const Words& words = page.words;
  const auto sink = std::back_inserter(out);
  fmt::format_to(
      sink, "<h3>{}</h3><p>{}</p>", words(MessageId::kReportFrames),
      words(MessageId::kReportFramesSummary,
            {std::to_string(page.view.frames_used), std::to_string(page.result.frames.size()),
             std::to_string(page.view.frames_quarantined)}));
  if (page.view.frames_located > 0) {
    fmt::format_to(
        sink, "<p>{}</p>",
        words(MessageId::kReportFramesByHand, {std::to_string(page.view.frames_located)}));
  }
  std::map<std::string, std::vector<const FrameRecord*>> by_reason;
  for (const FrameRecord& record : page.result.frames) {
    if (record.quarantined)
      by_reason[std::string(MessageName(record.quarantined->message.id))].push_back(&record);
  }
  if (by_reason.empty()) return;
  std::vector<const std::vector<const FrameRecord*>*> groups;
  for (const auto& [reason, records] : by_reason) groups.push_back(&records);
  std::stable_sort(groups.begin(), groups.end(),
                   [](const auto* a, const auto* b) { return a->size() > b->size(); });
  std::size_t left = kMaxRows;
  for (const auto* group : groups) {
    fmt::format_to(sink, R"(<details class="group"><summary><b>{}</b> × {}</summary><ul>)",
                   group->size(), words(group->front()->quarantined->message));
    const std::size_t shown = std::min(left, group->size());
    left -= shown;
    for (std::size_t i = 0; i < shown; ++i) {
      const FrameRecord& record = *(*group)[i];
      fmt::format_to(sink, "<li><b>{}</b> {}</li>", HtmlEscape(record.meta.name),
                     words(record.quarantined->message));
    }
    if (shown < group->size()) {
      fmt::format_to(sink, "<li>{}</li>",
                     words(MessageId::kReportMoreInCsv, {std::to_string(group->size() - shown)}));
    }
    out += "</ul></details>";
  }
}

/// Before and after, then what was taken out.
void AppendHarmonisation(std::string& out, const PageContext& page) {
  const Words& words = page.words;
  const HarmonisationFacts& facts = page.result.facts.harmonisation;
  const auto sink = std::back_inserter(out);
  const auto paragraph = [&](MessageId id, const std::vector<std::string>& values) {
    fmt::format_to(sink, "<p>{}</p>", words(id, values));
  };
  fmt::format_to(sink, "<h3>{}</h3>", words(MessageId::kReportHarmonisation));
  const bool known = facts.before.median_k >= 0 && facts.after.median_k >= 0;
  if (known) {
    paragraph(MessageId::kReportHarmonisationValue,
              {Fixed(facts.before.median_k, 2), Fixed(facts.before.p90_k, 2),
               Fixed(facts.after.median_k, 2), Fixed(facts.after.p90_k, 2)});
    paragraph(MessageId::kReportHarmonisationOffsets,
              {Fixed(facts.offset_low_k, 2), Fixed(facts.offset_high_k, 2),
               Fixed(facts.offset_sigma_k, 2)});
  } else {
    paragraph(MessageId::kReportHarmonisationNone, {});
  }
  if (!facts.steps_k.empty()) {
    const auto largest =
        std::max_element(facts.steps_k.begin(), facts.steps_k.end(),
                         [](double a, double b) { return std::abs(a) < std::abs(b); });
    paragraph(MessageId::kReportHarmonisationSteps,
              {std::to_string(facts.steps_k.size()), Fixed(*largest, 2)});
  }
  for (const CameraPattern& camera : facts.cameras) {
    const std::string frames = std::to_string(camera.frames);
    if (camera.kind == FlatField::Kind::kNone) {
      paragraph(MessageId::kReportFlatFieldNone, {camera.camera, frames});
      continue;
    }
    paragraph(camera.kind == FlatField::Kind::kFull ? MessageId::kReportFlatFieldFull
                                                    : MessageId::kReportFlatFieldRadial,
              {camera.camera, frames, Fixed(camera.amplitude.rms_k, 2),
               Fixed(camera.amplitude.p2_k, 2), Fixed(camera.amplitude.p98_k, 2)});
  }
}

/// The shift that was taken out, its witness, and the map lines that are wrong.
void AppendAlignment(std::string& out, const PageContext& page) {
  const Words& words = page.words;
  const MapAlignment& alignment = page.result.alignment;
  const auto sink = std::back_inserter(out);
  const SurveyShift& shift = alignment.shift;
  fmt::format_to(sink, "<h3>{}</h3><p>", words(MessageId::kReportAlignment));
  const Ellipse ellipse = EllipseOf(shift.covariance);
  out += shift.found ? words(MessageId::kReportAlignmentValue,
                             {Fixed(shift.shift_m.x(), 1), Fixed(shift.shift_m.y(), 1),
                              Fixed(ellipse.major, 1), Fixed(ellipse.minor, 1),
                              Fixed(shift.rotation_rad * 180 / std::numbers::pi, 2)})
                     : words(MessageId::kReportAlignmentNone);
  if (alignment.buildings && alignment.buildings->found) {
    const BuildingShift& witness = *alignment.buildings;
    const Ellipse doubt = EllipseOf(witness.covariance);
    fmt::format_to(
        sink, "</p><p>{}",
        words(MessageId::kReportBuildingsValue,
              {Fixed(witness.shift_m.x(), 1), Fixed(witness.shift_m.y(), 1), Fixed(doubt.major, 1),
               Fixed(doubt.minor, 1), Fixed(alignment.disagreement, 1)}));
  }
  fmt::format_to(sink, "</p><h3>{}</h3>", words(MessageId::kReportWrongLines));
  const std::vector<const TraceStretch*> wrong = WrongLines(alignment);
  if (wrong.empty() || page.result.network == nullptr) {
    fmt::format_to(sink, "<p>{}</p>", words(MessageId::kReportWrongLinesNone));
    return;
  }
  fmt::format_to(
      sink,
      R"(<div class="scroll"><table class="traces"><thead><tr><th>{}</th><th class="num">{}</th><th class="num">{}</th><th>{}</th><th class="num">{}</th></tr></thead><tbody>)",
      words(MessageId::kReportPipe), words(MessageId::kReportFromTo),
      words(MessageId::kReportTraceOffset), words(MessageId::kReportTraceStatus),
      words(MessageId::kReportConfidence));
  for (std::size_t i = 0; i < std::min(wrong.size(), kMaxRows); ++i) {
    const TraceStretch& stretch = *wrong[i];
    fmt::format_to(
        sink,
        R"(<tr><td>{}</td><td class="num">{} – {} m</td><td class="num">{} ± {} m</td><td>{}</td><td class="num">{}</td></tr>)",
        HtmlEscape(page.result.network->pipes()[static_cast<std::size_t>(stretch.pipe)].id),
        Fixed(stretch.from_m, 0), Fixed(stretch.to_m, 0), Fixed(stretch.offset_m, 1),
        Fixed(stretch.sigma_m, 1),
        words(stretch.status == TraceStatus::kMoved ? MessageId::kReportTraceMoved
                                                    : MessageId::kReportTraceDoubtful),
        Fixed(stretch.confidence, 2));
  }
  out += "</tbody></table></div>";
  if (wrong.size() > kMaxRows) {
    fmt::format_to(sink, "<p>{}</p>",
                   words(MessageId::kReportMoreInJson, {std::to_string(wrong.size() - kMaxRows)}));
  }
}

void AppendWarnings(std::string& out, const PageContext& page) {
  const Words& words = page.words;
  const auto sink = std::back_inserter(out);
  const auto list = [&](MessageId title, std::size_t total, const auto& item) {
    fmt::format_to(sink, "<h3>{}</h3>", words(title));
    if (total == 0) {
      fmt::format_to(sink, "<p>{}</p>", words(MessageId::kReportNone));
      return;
    }
    out += R"(<ul class="plain">)";
    for (std::size_t i = 0; i < std::min(total, kMaxRows); ++i)
      fmt::format_to(sink, "<li>{}</li>", item(i));
    if (total > kMaxRows) {
      fmt::format_to(sink, "<li>{}</li>",
                     words(MessageId::kReportMoreInJson, {std::to_string(total - kMaxRows)}));
    }
    out += "</ul>";
  };
  list(MessageId::kReportWarnings, page.result.facts.warnings.size(),
       [&](std::size_t i) { return words(page.result.facts.warnings[i]); });
  std::vector<std::string> notices;
  for (const auto& [code, notice] : page.view.frame_warnings) {
    notices.push_back(fmt::format("<b>{}</b> × {}", notice.frames, words(notice.example)));
  }
  list(MessageId::kReportFrameWarnings, notices.size(), [&](std::size_t i) { return notices[i]; });
  std::vector<std::string> flags;
  for (const auto& [flag, frames] : page.view.frame_flags) {
    flags.push_back(fmt::format("<b>{}</b> × {}", frames, words(NameOf(flag))));
  }
  if (!flags.empty())
    list(MessageId::kReportFrameFlags, flags.size(), [&](std::size_t i) { return flags[i]; });
  list(MessageId::kReportSkippedFeatures, page.result.skipped_features.size(), [&](std::size_t i) {
    const Error& error = page.result.skipped_features[i];
    return fmt::format("<b>{}</b> {}", HtmlEscape(error.item), words(error.message));
  });
}

void AppendGlossary(std::string& out, const Words& words) {
  const auto sink = std::back_inserter(out);
  fmt::format_to(sink, R"(<h3>{}</h3><dl class="glossary">)", words(MessageId::kReportGlossary));
  for (const auto& [term, meaning] :
       {std::pair{MessageId::kReportThermalAnomaly, MessageId::kReportThermalAnomalyMeaning},
        {MessageId::kReportSuspectedLeakTerm, MessageId::kReportSuspectedLeakMeaning},
        {MessageId::kReportConfirmedLeak, MessageId::kReportConfirmedLeakMeaning}}) {
    fmt::format_to(sink, "<dt>{}</dt><dd>{}</dd>", words(term), words(meaning));
  }
  fmt::format_to(sink, "</dl><h3>{}</h3><ul class=\"plain\">", words(MessageId::kReportMethod));
  for (const MessageId id : {MessageId::kReportMethodStrips, MessageId::kReportMethodHeat,
                             MessageId::kReportMethodScore}) {
    fmt::format_to(sink, "<li>{}</li>", words(id));
  }
  out += "</ul>";
}

void AppendSoftware(std::string& out, const PageContext& page) {
  const Words& words = page.words;
  const auto sink = std::back_inserter(out);
  fmt::format_to(sink, R"(<details class="software"><summary>{}</summary><p>)",
                 words(MessageId::kReportSoftware));
  for (const auto& [name, version] : SoftwareVersions()) {
    fmt::format_to(sink, "{} {} &nbsp; ", HtmlEscape(name), HtmlEscape(version));
  }
  out += "</p>";
  if (!page.result.facts.options_json.empty()) {
    nlohmann::ordered_json options =
        nlohmann::ordered_json::parse(page.result.facts.options_json, nullptr, false);
    fmt::format_to(sink, "<h4>{}</h4><pre>", words(MessageId::kReportOptions));
    const std::string text =
        options.is_discarded() ? page.result.facts.options_json : Dump(options, 1);
    for (std::size_t from = 0;
         from < text.size();) {  // HtmlEscape makes one line of what it is given
      const std::size_t end = std::min(text.find('\n', from), text.size());
      out += HtmlEscape(std::string_view(text).substr(from, end - from)) + "\n";
      from = end + 1;
    }
    out += "</pre>";
  }
  const auto& inputs = page.result.facts.inputs;
  fmt::format_to(
      sink,
      R"(<div class="scroll"><table class="inputs"><thead><tr><th>{}</th><th class="num">{}</th><th>SHA-256</th></tr></thead><tbody>)",
      words(MessageId::kReportFile), words(MessageId::kReportBytes));
  for (std::size_t i = 0; i < std::min(inputs.size(), kMaxRows); ++i) {
    fmt::format_to(sink, R"(<tr><td>{}</td><td class="num">{}</td><td class="hash">{}</td></tr>)",
                   HtmlEscape(inputs[i].path), inputs[i].bytes, HtmlEscape(inputs[i].sha256));
  }
  out += "</tbody></table></div>";
  if (inputs.size() > kMaxRows) {
    fmt::format_to(sink, "<p>{}</p>",
                   words(MessageId::kReportMoreInJson, {std::to_string(inputs.size() - kMaxRows)}));
  }
  out += "</details>";
}

}  // namespace

void AppendQuality(std::string& out, const PageContext& page) {
  fmt::format_to(std::back_inserter(out),
                 R"(<section id="quality"><h2>{}</h2><div class="columns"><div>)",
                 page.words(MessageId::kReportQuality));
  AppendBeforeAfter(out, page);
  AppendRegistration(out, page);
  out += "</div><div>";
  AppendFrames(out, page);
  AppendAlignment(out, page);
  AppendHarmonisation(out, page);
  AppendWarnings(out, page);
  out += "</div></div>";
  AppendGlossary(out, page.words);
  AppendSoftware(out, page);
  out += "</section>";
}

}  // namespace thermoleak
