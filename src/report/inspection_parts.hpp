#pragma once
// Inside of the report room: the parts of the inspection report. Each appends finished HTML.

#include <map>
#include <string>
#include <vector>

#include "report/text_format.hpp"
#include "thermoleak/ledger/dates.hpp"
#include "thermoleak/ledger/run_folder.hpp"
#include "thermoleak/ledger/vocabulary.hpp"
#include "thermoleak/report/inspection_report.hpp"

namespace thermoleak {

/// What the ledger holds of one season, chosen once for all parts.
struct SeasonView {
  explicit SeasonView(const InspectionReport& report);

  std::vector<Inspection> surveys, houses;  ///< of the network; of boiler houses
  std::vector<Hazard> network, boilers;     ///< without merged ones
  std::vector<Hazard> rejected;             ///< of the network
  std::vector<Finding> findings;
  std::map<std::string, std::vector<Sighting>> sightings;  ///< by hazard
  std::map<std::string, std::vector<Verification>> verifications;
  std::vector<UncoveredStretch> uncovered;  ///< longest first
  double uncovered_m = 0;
  int anomalies = 0, confirmed_leaks = 0, suspected_leaks = 0;
};

struct InspectionPage {
  const InspectionReport& report;
  const SeasonView& season;
  Words words;

  Lang lang() const { return report.lang; }
  bool internal() const { return report.edition == Edition::kInternal; }
  /// The text, or 待补.
  std::string Known(const std::string& text) const;
};

/// A table whose cells are escaped here; columns named in `numbers` are set to the right.
void AppendTable(std::string& out, const InspectionPage& page, const std::vector<MessageId>& titles,
                 const std::vector<std::vector<std::string>>& rows,
                 const std::vector<std::size_t>& numbers = {});

bool IsConfirmedLeak(const Hazard& hazard);
/// Nobody has confirmed it, and nobody has shown it to be none.
bool IsSuspectedLeak(const Hazard& hazard);
/// "confirmed leak", "suspected leak", "thermal anomaly, perhaps insulation damage".
std::string StandingOf(const Hazard& hazard, Lang lang);
/// Address, else courtyard, else 待补.
std::string PlaceOf(const InspectionPage& page, const Hazard& hazard);

void AppendSurveys(std::string& out, const InspectionPage& page);
void AppendUncovered(std::string& out, const InspectionPage& page);
void AppendResults(std::string& out, const InspectionPage& page);
void AppendHazardPages(std::string& out, const InspectionPage& page);
void AppendRejected(std::string& out, const InspectionPage& page);
void AppendBoilers(std::string& out, const InspectionPage& page);
void AppendConclusions(std::string& out, const InspectionPage& page);

}  // namespace thermoleak
