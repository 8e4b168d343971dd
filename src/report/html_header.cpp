#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "report/html_parts.hpp"

namespace thermoleak {
namespace {

std::string Km(double metres) { return Fixed(metres / 1000, 2); }

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// "2026-01-15 19:23 – 20:01 (UTC)"
std::string RecordedWhen(const PageContext& page) {
  double first = 1e300;
  double last = -1e300;
  bool is_local = false;
  for (const FrameRecord& record : page.result.frames) {
    if (!record.meta.time_utc_s || record.quarantined) continue;
    first = std::min(first, *record.meta.time_utc_s);
    last = std::max(last, *record.meta.time_utc_s);
    is_local = is_local || record.meta.time_is_local;
  }
  const auto minutes = [](double time_s) {
    std::string text = IsoTime(time_s, true).substr(0, 16);
    if (text.size() > 10) text[10] = ' ';
    return text;
  };
  const std::string from = first <= last ? minutes(first) : "";
  if (from.empty()) return page.words(MessageId::kReportUnknown);
  std::string to = minutes(last);
  if (to.substr(0, 10) == from.substr(0, 10)) to.erase(0, 11);
  return fmt::format("{} – {} ({})", from, to,
                     page.words(is_local ? MessageId::kReportCameraClock : MessageId::kReportUtc));
}

/// What the frames tell about the conditions; only what is known.
void AppendConditions(std::string& out, const PageContext& page) {
  const Words& words = page.words;
  std::set<std::string> cameras;
  std::set<double> air;
  std::set<RadiometryLevel> levels;
  std::vector<double> ground;
  std::vector<double> heights;
  std::vector<double> gsds;
  for (const FrameRecord& record : page.result.frames) {
    if (record.quarantined) continue;
    if (!record.meta.model.empty()) cameras.insert(record.meta.model);
    if (const auto* planck = std::get_if<PlanckCalibration>(&record.meta.calibration))
      air.insert(planck->scene.air_c);
    levels.insert(record.meta.radiometry);
    if (!record.located && record.meta.radiometry != RadiometryLevel::kRelative)
      ground.push_back(record.mean_c);
    if (!record.registered) continue;
    heights.push_back(record.registered->height_above_ground_m);
    gsds.push_back(record.registered->gsd_m);
  }
  const auto row = [&](MessageId word, const std::string& value) {
    fmt::format_to(std::back_inserter(out), "<div><dt>{}</dt><dd>{}</dd></div>", words(word),
                   value);
  };
  out += R"(<dl class="facts">)";
  row(MessageId::kReportWhen, RecordedWhen(page));
  if (!cameras.empty()) {
    std::string names;
    for (const std::string& camera : cameras)
      names += (names.empty() ? "" : ", ") + HtmlEscape(camera);
    row(MessageId::kReportCamera, names);
  }
  if (!heights.empty()) row(MessageId::kReportHeight, Fixed(Median(heights), 0) + " m");
  if (!gsds.empty()) row(MessageId::kReportGsd, Fixed(100 * Median(gsds), 1) + " cm");
  if (!ground.empty())
    row(MessageId::kReportGround, words(MessageId::kReportGroundValue, {Fixed(Median(ground), 1)}));
  if (!air.empty()) {
    row(MessageId::kReportAirSetting,
        air.size() == 1 ? Fixed(*air.begin(), 1) + " °C"
                        : Fixed(*air.begin(), 1) + " … " + Fixed(*air.rbegin(), 1) + " °C");
  }
  std::string radiometry;
  constexpr std::array kLevels = {MessageId::kReportAbsolute, MessageId::kReportApparent,
                                  MessageId::kReportRelative};
  for (const RadiometryLevel level : levels) {
    radiometry +=
        (radiometry.empty() ? "" : "; ") + words(kLevels[static_cast<std::size_t>(level)]);
  }
  if (!radiometry.empty()) row(MessageId::kReportRadiometry, radiometry);
  if (page.result.facts.scale_sigma > 0) {
    std::string scale =
        words(MessageId::kReportScaleValue, {Fixed(100 * page.result.facts.scale_sigma, 0)});
    if (page.result.facts.relative_only) scale += " " + words(MessageId::kReportRelativeOnly);
    row(MessageId::kReportScale, scale);
  }
  row(MessageId::kReportCrs, HtmlEscape(page.result.frame.Name()));
  out += "</dl>";
}

std::string Verdict(const PageContext& page) {
  const double judged_m = page.view.metres[0] + page.view.metres[1];
  const auto others = static_cast<int>(page.result.candidates.size()) - page.view.suspected_leaks;
  const bool only_hand =
      page.view.frames_located > 0 && page.view.frames_located == page.view.frames_used;
  if (only_hand)
    return page.words(MessageId::kReportVerdictHand, {std::to_string(page.view.frames_located)});
  if (judged_m <= 0 && page.result.candidates.empty())
    return page.words(MessageId::kReportVerdictNothingSeen);
  if (page.view.suspected_leaks == 0) {
    return page.words(MessageId::kReportVerdictNone, {std::to_string(others), Km(judged_m)});
  }
  return page.words(MessageId::kReportVerdictSome, {std::to_string(page.view.suspected_leaks),
                                                    std::to_string(others), Km(judged_m)});
}

void AppendTiles(std::string& out, const PageContext& page) {
  const Words& words = page.words;
  const auto tile = [&](std::string_view kind, const std::string& number, MessageId word,
                        const std::string& more) {
    fmt::format_to(std::back_inserter(out),
                   R"(<li class="{}"><b>{}</b><span>{}</span><small>{}</small></li>)", kind, number,
                   words(word), more);
  };
  const auto others = static_cast<int>(page.result.candidates.size()) - page.view.suspected_leaks;
  const double sigma_m = page.result.facts.registration.median_sigma_m;
  out += R"(<ul class="tiles">)";
  tile("leak", std::to_string(page.view.suspected_leaks), MessageId::kReportSuspectedLeaks, "");
  tile("", std::to_string(others), MessageId::kReportAnomalies, "");
  tile("", Km(page.view.metres[0] + page.view.metres[1]), MessageId::kReportPipeJudged,
       words(MessageId::kReportOfKm, {Km(page.view.survey_length_m)}));
  tile("", std::to_string(page.view.frames_used), MessageId::kReportFramesUsed,
       words(MessageId::kReportOfFrames, {std::to_string(page.result.frames.size())}));
  tile("", sigma_m < 0 ? "–" : Fixed(sigma_m, 1), MessageId::kReportPositionSigma, "");
  out += "</ul>";
}

}  // namespace

void AppendHeader(std::string& out, const PageContext& page) {
  const Words& words = page.words;
  const auto sink = std::back_inserter(out);
  fmt::format_to(
      sink,
      R"(<header class="top"><h1>{}</h1><p class="verdict">{}</p><p class="caveat">{}{}{}</p>)",
      words(MessageId::kReportTitle), Verdict(page),
      words(MessageId::kReportNotSeen, {Km(page.view.metres[2]), Km(page.view.metres[1])}),
      words.lang() == Lang::kEnglish ? " " : "", words(MessageId::kReportNotProof));
  AppendTiles(out, page);
  AppendConditions(out, page);
  out += "</header>";
}

}  // namespace thermoleak
