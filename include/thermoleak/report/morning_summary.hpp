#pragma once
// The morning summary: what the night made of the scans, for whoever opens the office at eight.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "thermoleak/core/message.hpp"
#include "thermoleak/ledger/records.hpp"
#include "thermoleak/planning/rules.hpp"

namespace thermoleak {

struct MorningSummary {
  struct ScanRow {
    std::string scan, area, crew, flown_on;
    std::string state;  ///< a job's: "done", "failed", "parked", "waiting" ...
    planning::Text2 reason;
    int frames = 0, set_aside = 0;
    double seen_km = 0;
    int opened = 0, again = 0;  ///< hazards
  };
  struct HazardRow {
    std::string area, scan;
    Hazard hazard;
  };
  struct FileRow {
    std::string scan, file;
    std::string reason;  ///< as the run says it
  };
  struct ReflyRow {
    std::string area, scan, pipe;
    double from_m = 0, to_m = 0;
    std::optional<double> lon_deg, lat_deg;
    std::string reason;
  };
  struct TaskRow {
    std::string area, unit, district, crew;
    planning::Text2 task;
    std::string hazard, item, pipe, address;
    std::optional<double> chainage_m, lon_deg, lat_deg, sigma_m, probability;
    HazardState state = HazardState::kNew;
  };
  struct Plan {
    int version = 0, items = 0, hazards = 0, unplanned = 0;
    double yuan = 0;
  };

  std::string day;
  int season = 0;
  std::vector<ScanRow> scans;      ///< told of for the first time, by scan
  std::vector<HazardRow> hazards;  ///< new ones, by area, then the likeliest first
  std::vector<FileRow> set_aside;
  std::vector<ReflyRow> refly;  ///< by area, longest first
  std::vector<TaskRow> today;   ///< by area and crew
  std::optional<Plan> plan;

  int SuspectedLeaks() const;
  int Problems() const;  ///< scans that are not done
  double ReflyMetres() const;
};

/// summary.html, summary.xlsx, summary.csv (new hazards), refly.csv, today.csv. Each whole or not
/// at all, the same summary gives the same bytes. Throws RunError.
void WriteMorningSummary(const MorningSummary& summary, Lang lang,
                         const std::filesystem::path& folder);
/// summary.json: all of it, sentences in both languages.
void WriteMorningJson(const MorningSummary& summary, const std::filesystem::path& path);

/// One self-contained page.
void WriteMorningHtml(const MorningSummary& summary, Lang lang, const std::filesystem::path& path);

}  // namespace thermoleak
