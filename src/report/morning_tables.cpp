// The morning summary as workbook, tables of text, and JSON.

#include <fmt/format.h>

#include "report/text_format.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/ledger/sheets.hpp"
#include "thermoleak/ledger/vocabulary.hpp"
#include "thermoleak/ledger/workbook.hpp"
#include "thermoleak/report/morning_summary.hpp"

namespace thermoleak {
namespace {

namespace fs = std::filesystem;
using enum MessageId;
using Json = nlohmann::ordered_json;

WorkbookCell Cell(const std::optional<double>& value) {
  return value ? WorkbookCell(*value) : WorkbookCell();
}
/// Without the digits that nobody measured.
WorkbookCell Cell(const std::optional<double>& value, int decimals) {
  if (!value) return {};
  const double scale = std::pow(10.0, decimals);
  return std::round(*value * scale) / scale;
}

struct Titled {
  MessageId title;
  double width = 12;
};

WorkbookSheet Sheet(const MorningSummary& s, Lang lang, MessageId title,
                    const std::vector<Titled>& columns) {
  WorkbookSheet sheet;
  sheet.name = Text(title, lang).substr(0, 31);
  sheet.title = fmt::format("{} · {}", Text(title, lang), s.day);
  for (const Titled& column : columns)
    sheet.columns.push_back({Text(column.title, lang), column.width});
  return sheet;
}

WorkbookSheet Hazards(const MorningSummary& s, Lang lang) {
  WorkbookSheet sheet = Sheet(s, lang, kMorningLeaks,
                              {{kMorningArea, 14},
                               {kMorningHazard, 28},
                               {kMorningKind, 14},
                               {kMorningProbability},
                               {kMorningRise},
                               {kMorningLoss},
                               {kMorningPipe, 16},
                               {kMorningChainage},
                               {kMorningLon, 13},
                               {kMorningLat, 13},
                               {kMorningSigma},
                               {kMorningScan, 20}});
  sheet.name = lang == Lang::kChinese ? "新增隐患" : "New hazards";
  for (const auto& row : s.hazards) {
    const Hazard& h = row.hazard;
    sheet.rows.push_back({row.area, h.id, Word(h.kind, lang), Cell(h.probability, 3),
                          Cell(h.delta_t_k, 2), Cell(h.heat_loss_w_p50, 0), h.place.pipe_id,
                          Cell(h.place.chainage_m, 1), Cell(h.place.lon_deg, 7),
                          Cell(h.place.lat_deg, 7), Cell(h.place.sigma_major_m, 1), row.scan});
  }
  return sheet;
}

WorkbookSheet Scans(const MorningSummary& s, Lang lang) {
  WorkbookSheet sheet = Sheet(s, lang, kMorningScans,
                              {{kMorningScan, 20},
                               {kMorningArea, 14},
                               {kMorningCrew, 14},
                               {kMorningFlown},
                               {kMorningState, 16},
                               {kMorningFrames},
                               {kMorningSetAside},
                               {kMorningSeen},
                               {kMorningOpened},
                               {kMorningAgain},
                               {kMorningReason, 60}});
  for (const auto& row : s.scans) {
    sheet.rows.push_back({row.scan, row.area, row.crew, row.flown_on, row.state, Cell(row.frames),
                          Cell(row.set_aside), Cell(row.seen_km, 3), Cell(row.opened),
                          Cell(row.again), row.reason.In(lang)});
  }
  return sheet;
}

WorkbookSheet Refly(const MorningSummary& s, Lang lang) {
  WorkbookSheet sheet = Sheet(s, lang, kMorningRefly,
                              {{kMorningArea, 14},
                               {kMorningPipe, 16},
                               {kMorningFrom},
                               {kMorningTo},
                               {kMorningReason, 40},
                               {kMorningLon, 13},
                               {kMorningLat, 13},
                               {kMorningScan, 20}});
  for (const auto& row : s.refly) {
    sheet.rows.push_back({row.area, row.pipe, Cell(row.from_m, 1), Cell(row.to_m, 1), row.reason,
                          Cell(row.lon_deg, 7), Cell(row.lat_deg, 7), row.scan});
  }
  return sheet;
}

WorkbookSheet Today(const MorningSummary& s, Lang lang) {
  WorkbookSheet sheet = Sheet(s, lang, kMorningToday,
                              {{kMorningArea, 14},
                               {kMorningTask, 30},
                               {kMorningCrew, 14},
                               {kMorningUnit, 14},
                               {kMorningHazard, 28},
                               {kMorningState},
                               {kMorningProbability},
                               {kMorningPipe, 16},
                               {kMorningChainage},
                               {kMorningPlace, 24},
                               {kMorningLon, 13},
                               {kMorningLat, 13},
                               {kMorningSigma}});
  for (const auto& row : s.today) {
    sheet.rows.push_back({row.area, row.task.In(lang), row.crew, row.unit, row.hazard,
                          Word(row.state, lang), Cell(row.probability, 3), row.pipe,
                          Cell(row.chainage_m, 1), row.address, Cell(row.lon_deg, 7),
                          Cell(row.lat_deg, 7), Cell(row.sigma_m, 1)});
  }
  return sheet;
}

WorkbookSheet SetAside(const MorningSummary& s, Lang lang) {
  WorkbookSheet sheet = Sheet(s, lang, kMorningSetAside,
                              {{kMorningScan, 20}, {kMorningFile, 30}, {kMorningReason, 80}});
  for (const auto& row : s.set_aside) sheet.rows.push_back({row.scan, row.file, row.reason});
  return sheet;
}

/// The sheet's header and rows as text; numbers as they stand in it.
std::string CsvOf(const WorkbookSheet& sheet) {
  std::string out(kUtf8Mark);
  std::vector<std::string> cells;
  for (const WorkbookColumn& column : sheet.columns) cells.push_back(column.title);
  out += CsvLine(cells);
  for (const auto& row : sheet.rows) {
    cells.clear();
    for (const WorkbookCell& cell : row) {
      if (const auto* text = std::get_if<std::string>(&cell)) {
        cells.push_back(CleanUtf8(*text));
      } else if (const auto* number = std::get_if<double>(&cell)) {
        cells.push_back(fmt::format("{}", *number));
      } else {
        cells.emplace_back();
      }
    }
    out += CsvLine(cells);
  }
  return out;
}

Json Known(const std::optional<double>& value, int decimals) {
  return value ? Rounded(*value, decimals) : Json(nullptr);
}
Json Both(const planning::Text2& text) {
  return {{"en", CleanUtf8(text.en)}, {"zh", CleanUtf8(text.zh)}};
}

}  // namespace

void WriteMorningSummary(const MorningSummary& s, Lang lang, const fs::path& folder) {
  EnsureWritableFolder(folder);
  const WorkbookSheet hazards = Hazards(s, lang), refly = Refly(s, lang), today = Today(s, lang);
  WriteWorkbook({hazards, Scans(s, lang), refly, today, SetAside(s, lang)},
                folder / "summary.xlsx");
  WriteFileAtomically(folder / "summary.csv", CsvOf(hazards));
  WriteFileAtomically(folder / "refly.csv", CsvOf(refly));
  WriteFileAtomically(folder / "today.csv", CsvOf(today));
  WriteMorningHtml(s, lang, folder / "summary.html");
}

void WriteMorningJson(const MorningSummary& s, const fs::path& path) {
  Json scans = Json::array(), hazards = Json::array(), refly = Json::array(), today = Json::array(),
       files = Json::array();
  for (const auto& row : s.scans) {
    scans.push_back({{"scan", row.scan},
                     {"area", row.area},
                     {"crew", row.crew},
                     {"flown_on", row.flown_on},
                     {"state", row.state},
                     {"reason", Both(row.reason)},
                     {"frames", row.frames},
                     {"set_aside", row.set_aside},
                     {"seen_km", Rounded(row.seen_km, 3)},
                     {"opened", row.opened},
                     {"seen_again", row.again}});
  }
  for (const auto& row : s.hazards) {
    const Hazard& h = row.hazard;
    hazards.push_back({{"id", h.id},
                       {"area", row.area},
                       {"scan", row.scan},
                       {"kind", std::string(Code(h.kind))},
                       {"probability", Known(h.probability, 3)},
                       {"delta_t_k", Known(h.delta_t_k, 2)},
                       {"heat_loss_w_p50", Known(h.heat_loss_w_p50, 0)},
                       {"pipe_id", h.place.pipe_id},
                       {"chainage_m", Known(h.place.chainage_m, 1)},
                       {"lon_deg", Known(h.place.lon_deg, 7)},
                       {"lat_deg", Known(h.place.lat_deg, 7)},
                       {"sigma_major_m", Known(h.place.sigma_major_m, 2)}});
  }
  for (const auto& row : s.refly) {
    refly.push_back({{"area", row.area},
                     {"scan", row.scan},
                     {"pipe_id", row.pipe},
                     {"from_m", Rounded(row.from_m, 1)},
                     {"to_m", Rounded(row.to_m, 1)},
                     {"reason", row.reason},
                     {"lon_deg", Known(row.lon_deg, 7)},
                     {"lat_deg", Known(row.lat_deg, 7)}});
  }
  for (const auto& row : s.today) {
    today.push_back({{"area", row.area},
                     {"task", Both(row.task)},
                     {"crew", row.crew},
                     {"unit", row.unit},
                     {"district", row.district},
                     {"hazard", row.hazard},
                     {"item", row.item},
                     {"state", std::string(Code(row.state))},
                     {"probability", Known(row.probability, 3)},
                     {"pipe_id", row.pipe},
                     {"chainage_m", Known(row.chainage_m, 1)},
                     {"address", row.address},
                     {"lon_deg", Known(row.lon_deg, 7)},
                     {"lat_deg", Known(row.lat_deg, 7)},
                     {"sigma_m", Known(row.sigma_m, 2)}});
  }
  for (const auto& row : s.set_aside)
    files.push_back({{"scan", row.scan}, {"file", row.file}, {"reason", row.reason}});
  Json plan = nullptr;
  if (s.plan) {
    plan = {{"version", s.plan->version},
            {"items", s.plan->items},
            {"hazards", s.plan->hazards},
            {"unplanned", s.plan->unplanned},
            {"yuan", Rounded(s.plan->yuan, 0)}};
  }
  const Json json{{"schema", 1},
                  {"day", s.day},
                  {"season", s.season},
                  {"suspected_leaks", s.SuspectedLeaks()},
                  {"problems", s.Problems()},
                  {"refly_m", Rounded(s.ReflyMetres(), 1)},
                  {"scans", std::move(scans)},
                  {"hazards", std::move(hazards)},
                  {"refly", std::move(refly)},
                  {"today", std::move(today)},
                  {"set_aside", std::move(files)},
                  {"plan", std::move(plan)}};
  WriteFileAtomically(path, Dump(json, 1) + "\n");
}

}  // namespace thermoleak
