#pragma once
// The parts of report.html. Each appends finished HTML; every foreign string has gone through
// HtmlEscape.

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "report/refly.hpp"
#include "report/survey_view.hpp"
#include "report/text_format.hpp"
#include "thermoleak/strips/mosaic.hpp"

namespace thermoleak {

/// What every part needs.
struct PageContext {
  const SurveyResult& result;
  const SurveyView& view;
  const SurveySight& sight;
  Words words;
};

void AppendHeader(std::string& out, const PageContext& page);
/// Also fills `island["map"]`: what the script needs to move the map and to say where the pointer
/// is.
void AppendMap(std::string& out, const PageContext& page, const Mosaic& mosaic,
               nlohmann::ordered_json& island);
void AppendList(std::string& out, const PageContext& page);
void AppendCards(std::string& out, const PageContext& page);
void AppendQuality(std::string& out, const PageContext& page);
/// Pictures from the hand; nothing when there are none.
void AppendHand(std::string& out, const PageContext& page);
/// The section of what was seen, pipe by pipe, with the re-fly list.
void AppendCoverage(std::string& out, const PageContext& page);
void AppendRefly(std::string& out, const PageContext& page);
/// Parts of the quality section: figures before and after, and what the adjustment found.
void AppendBeforeAfter(std::string& out, const PageContext& page);
void AppendRegistration(std::string& out, const PageContext& page);

/// Rows of a table that the page shows; more is for machines.
inline constexpr std::size_t kMaxRows = 300;
/// The class of a stretch in the style sheet: "good", "noisy", ...
inline std::string_view SightClass(Sight sight) { return CodeOf(sight); }

MessageId KindWord(CandidateKind kind);
/// "leak", ...: the class names of the style sheet.
std::string KindClass(CandidateKind kind);
/// "12.3 W", "1.2 kW": two or three significant digits.
std::string Watts(double watts);
/// "3.1 ± 0.4 K"
std::string Rise(const HotSpot& spot);
/// What people call the candidate: suspected leak or thermal anomaly.
inline MessageId StandingWord(const LeakCandidate& candidate) {
  return IsSuspected(candidate) ? MessageId::kReportSuspectedLeak : MessageId::kReportAnomaly;
}

/// The page's own style sheet and script, built in from src/report/page/.
extern const std::string_view kReportCss;
extern const std::string_view kReportJs;

}  // namespace thermoleak
