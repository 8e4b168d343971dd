#include "ledger/plausible_season.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cmath>

#include "thermoleak/core/files.hpp"

namespace thermoleak::test {

RunCandidate Candidate(const std::string& pipe, double east_m, double north_m, double score,
                       HazardKind kind) {
  RunCandidate c;
  Sighting& s = c.sighting;
  s.candidate_id = fmt::format("{}@{:04.0f}", pipe, east_m);
  s.kind = kind;
  s.p_leak = score;
  s.probability = score;
  if (kind == HazardKind::kInsulation) s.p_insulation = score;
  if (kind == HazardKind::kInstallation) s.p_installation = score;
  c.score = kind == HazardKind::kLeak ? score : 0.1;
  constexpr double kMetresADegree = 6371008.8 * 3.14159265358979323846 / 180;
  s.lat_deg = 41.8 + north_m / kMetresADegree;
  s.lon_deg = 123.43 + east_m / (kMetresADegree * std::cos(41.8 * 3.14159265358979323846 / 180));
  s.sigma_major_m = 0.6;
  s.sigma_minor_m = 0.6;
  s.sigma_azimuth_deg = 0;
  s.delta_t_k = 5;
  s.delta_t_sigma_k = 0.3;
  s.pipe_id = pipe;
  s.chainage_m = east_m;
  s.offset_m = 0;
  s.views = 4;
  c.asset.id = pipe;
  c.asset.dn_mm = 200;
  c.asset.depth_m = 1.2;
  c.asset.year_built = 1995;
  c.beside_known = true;
  return c;
}

SurveyRun Survey(const std::string& name, Date day, std::vector<RunCandidate> candidates) {
  SurveyRun run;
  const auto hash = [](const std::string& text) { return Sha256(std::as_bytes(std::span(text))); };
  run.hash = hash("run " + name);
  run.survey = hash("survey " + name);
  run.folder = name;
  run.inspection.id = "N-" + run.survey.substr(0, 16);
  run.inspection.run = name;
  run.inspection.from = run.inspection.to = day;
  run.inspection.covered_km = 1.5;
  run.inspection.scope_km = 2.0;
  run.candidates = std::move(candidates);
  return run;
}

Act Inspector(Date on) { return {"李检", Role::kInspector, on, ""}; }
Act Engineer(Date on, const std::string& reason) {
  return {"王工", Role::kUnitEngineer, on, reason};
}
Act Manager(Date on, const std::string& reason) {
  return {"赵经理", Role::kUnitManager, on, reason};
}
Act District(Date on) { return {"区供热办", Role::kDistrict, on, ""}; }

Folder::Folder() {
  static std::atomic<int> count = 0;
  path_ = std::filesystem::temp_directory_path() /
          fmt::format("thermoleak_ledger_{}_{}", ::getpid(), count++);
  std::filesystem::remove_all(path_);
  std::filesystem::create_directories(path_);
}
Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Ledger NewLedger(const std::filesystem::path& path) {
  Ledger ledger = Ledger::Create(path, "SY", Engineer(MakeDate(2026, 1, 1)));
  ledger.SetClock([] { return 1767225600; });
  return ledger;
}

std::string Dump(const std::filesystem::path& path) {
  const auto store = OpenGeoPackageStore(path, false);
  std::string dump;
  for (const std::string& table : TableNames()) {
    for (const Row& row : store->Rows(table)) {
      dump += table;
      for (const auto& [column, value] : row) {
        dump += "|" + column + "=";
        if (const auto* i = std::get_if<std::int64_t>(&value)) dump += fmt::format("{}", *i);
        if (const auto* d = std::get_if<double>(&value)) dump += fmt::format("{}", *d);
        if (const auto* s = std::get_if<std::string>(&value)) dump += *s;
      }
      dump += "\n";
    }
  }
  for (const Event& e : store->History()) {
    dump += fmt::format("{}|{}|{}|{}|{}|{}\n", e.number, e.action, e.table, e.row, e.changes, e.on);
  }
  return dump;
}

}  // namespace thermoleak::test
