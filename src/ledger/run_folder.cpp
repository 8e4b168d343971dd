#include "thermoleak/ledger/run_folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "thermoleak/core/files.hpp"
#include "thermoleak/ledger/dates.hpp"
#include "thermoleak/ledger/sheets.hpp"

namespace thermoleak {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

std::string Slurp(const fs::path& path) {
  const Result<Bytes> bytes = ReadFile(path);
  if (!bytes) {
    const Message& why = bytes.error().message;
    throw RunError(ExitCode::kInputMissing, MessageId::kRunUnreadable,
                   {path.string(), InBoth(why.In(Lang::kEnglish), why.In(Lang::kChinese))});
  }
  return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

std::optional<double> Number(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}
std::optional<int> Whole(const Json& object, const char* name) {
  const auto number = Number(object, name);
  if (!number || std::abs(*number) > 1e9) return std::nullopt;
  return static_cast<int>(std::lround(*number));
}
std::string Word(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}
const Json& Part(const Json& object, const char* name) {
  static const Json kEmpty = Json::object();
  const auto found = object.find(name);
  return found != object.end() && found->is_object() ? *found : kEmpty;
}

RunCandidate CandidateFrom(const Json& feature, const fs::path& path) {
  const Json& p = Part(feature, "properties");
  RunCandidate c;
  Sighting& s = c.sighting;
  s.candidate_id = Word(p, "id");
  const Json& geometry = Part(feature, "geometry");
  const auto position = geometry.find("coordinates");
  const bool placed = position != geometry.end() && position->is_array() && position->size() >= 2 &&
                      (*position)[0].is_number() && (*position)[1].is_number() &&
                      std::abs((*position)[0].get<double>()) <= 180 &&
                      std::abs((*position)[1].get<double>()) <= 90;
  const auto score = Number(p, "score");
  if (s.candidate_id.empty() || !placed || !score || !(*score >= 0 && *score <= 1)) {
    const std::string why = s.candidate_id.empty() ? "id" : placed ? "score" : "coordinates";
    throw RunError(ExitCode::kInputMissing, MessageId::kRunUnreadable, {path.string(), why});
  }
  s.lon_deg = (*position)[0].get<double>();
  s.lat_deg = (*position)[1].get<double>();
  c.score = *score;
  s.p_leak = Number(p, "p_leak");
  s.p_insulation = Number(p, "p_insulation");
  s.p_installation = Number(p, "p_installation");
  s.p_confuser = Number(p, "p_confuser");
  const std::string kind = Word(p, "kind");
  c.confuser = kind == "confuser";
  // A suspected leak is one by its score, whatever else is likely.
  if (kind == "leak" || c.score >= 0.5) {
    s.kind = HazardKind::kLeak;
    s.probability = c.score;
  } else if (kind == "insulation") {
    s.kind = HazardKind::kInsulation;
    s.probability = s.p_insulation;
  } else if (kind == "installation") {
    s.kind = HazardKind::kInstallation;
    s.probability = s.p_installation;
  } else {
    s.probability = c.score;
  }
  s.delta_t_k = Number(p, "delta_t_k");
  s.delta_t_sigma_k = Number(p, "delta_t_sigma_k");
  s.heat_loss_w_p10 = Number(p, "heat_loss_w_p10");
  s.heat_loss_w_p50 = Number(p, "heat_loss_w_p50");
  s.heat_loss_w_p90 = Number(p, "heat_loss_w_p90");
  s.area_m2 = Number(p, "area_m2");
  s.length_m = Number(p, "length_m");
  s.width_m = Number(p, "width_m");
  s.sigma_major_m = Number(p, "sigma_major_m");
  s.sigma_minor_m = Number(p, "sigma_minor_m");
  s.sigma_azimuth_deg = Number(p, "sigma_azimuth_deg");
  s.pipe_id = Word(p, "pipe_id");
  s.chainage_m = Number(p, "chainage_m");
  s.offset_m = Number(p, "offset_m");
  s.views = Whole(p, "views");
  c.asset.id = s.pipe_id;
  c.asset.dn_mm = Whole(p, "dn_mm");
  c.asset.depth_m = Number(p, "depth_m");
  c.asset.laying = Word(p, "laying");
  c.asset.year_built = Whole(p, "year_built");
  const std::string level = Word(p, "level");
  if (level == "primary") c.asset.kind = AssetKind::kPrimaryPipe;
  if (level == "secondary") c.asset.kind = AssetKind::kSecondaryPipe;
  c.unit = Word(p, "unit");
  c.district = Word(p, "district");
  if (const auto beside = p.find("beside"); beside != p.end() && beside->is_array()) {
    c.beside_known = true;
    for (const Json& id : *beside) {
      if (id.is_string()) c.beside.push_back(id.get<std::string>());
    }
  }
  return c;
}

/// Days of the first and the last frame, by the frames' own clocks; nothing without times. Local
/// time is what people mean by a survey's day: UTC + 8 h where the zone is known.
void SetDays(const fs::path& frames_csv, Inspection& inspection) {
  std::error_code ignored;
  if (!fs::exists(frames_csv, ignored)) return;
  const Result<Sheet> sheet = ReadSheet(frames_csv);
  if (!sheet || sheet->rows.empty()) return;
  const auto& header = sheet->rows.front().cells;
  const auto column = std::find(header.begin(), header.end(), "time") - header.begin();
  for (std::size_t i = 1; i < sheet->rows.size(); ++i) {
    const auto& cells = sheet->rows[i].cells;
    if (static_cast<std::size_t>(column) >= cells.size()) continue;
    const std::string& text = cells[static_cast<std::size_t>(column)];
    auto day = ParseDate(text);
    if (!day) continue;
    constexpr int kChinaAheadOfUtc_h = 8;
    const std::size_t clock = text.find('T');
    if (text.ends_with('Z') && clock != std::string::npos && clock + 3 <= text.size()) {
      const int hour = std::atoi(text.substr(clock + 1, 2).c_str());
      if (hour + kChinaAheadOfUtc_h >= 24) *day += std::chrono::days(1);
    }
    inspection.from = inspection.from ? std::min(*inspection.from, *day) : *day;
    inspection.to = inspection.to ? std::max(*inspection.to, *day) : *day;
  }
}

std::string UncoveredText(const Json& run) {
  std::string text;
  const auto refly = run.find("refly");
  if (refly == run.end() || !refly->is_array()) return text;
  for (const Json& piece : *refly) {
    const auto from = Number(piece, "from_m"), to = Number(piece, "to_m");
    if (!from || !to) continue;
    text += fmt::format("{}{} {:.1f}-{:.1f} m: {}", text.empty() ? "" : "; ",
                        Word(piece, "pipe_id"), *from, *to, Word(piece, "reason"));
  }
  return text;
}

}  // namespace

std::vector<UncoveredStretch> UncoveredOf(const Inspection& inspection) {
  std::vector<UncoveredStretch> pieces;
  std::string_view rest = inspection.uncovered;
  while (!rest.empty()) {
    const std::string_view piece = rest.substr(0, rest.find("; "));
    rest.remove_prefix(std::min(rest.size(), piece.size() + 2));
    // From its end, since a pipe's name may hold anything.
    const std::size_t colon = piece.rfind(" m: ");
    if (colon == std::string_view::npos) continue;
    const std::size_t space = piece.substr(0, colon).rfind(' ');
    if (space == std::string_view::npos) continue;
    UncoveredStretch s;
    const std::string_view metres = piece.substr(space + 1, colon - space - 1);
    const char* const end = metres.data() + metres.size();
    const auto [dash, bad] = std::from_chars(metres.data(), end, s.from_m);
    if (bad != std::errc{} || dash == end || *dash != '-' ||
        std::from_chars(dash + 1, end, s.to_m).ptr != end)
      continue;
    s.pipe_id = piece.substr(0, space);
    s.reason = piece.substr(colon + 4);
    pieces.push_back(std::move(s));
  }
  return pieces;
}

SurveyRun ReadRun(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored))
    throw RunError(ExitCode::kInputMissing, MessageId::kInputMissing, {folder.string()});
  const fs::path geojson_path = folder / "candidates.geojson";
  const fs::path run_path = folder / "run.json";
  // run.json comes last: without it the run has not finished.
  if (!fs::exists(run_path, ignored))
    throw RunError(ExitCode::kInputMissing, MessageId::kRunUnfinished, {folder.string()});
  const std::string geojson_text = Slurp(geojson_path);
  const std::string run_text = Slurp(run_path);
  const Json geojson = Json::parse(geojson_text, nullptr, false);
  // What is too deep to be of a run would take the stack when it is written again for its hash.
  constexpr int kMostDeep = 100;
  bool deep = false;
  const auto within = [&deep](int depth, Json::parse_event_t, Json&) {
    deep = deep || depth > kMostDeep;
    return !deep;
  };
  Json run = Json::parse(run_text, within, false);
  const auto damaged = [](const fs::path& path) {
    return RunError(ExitCode::kInputMissing, MessageId::kRunUnreadable,
                    {path.string(), InBoth("not JSON of a run", "不是检测结果的 JSON")});
  };
  if (deep || !run.is_object()) throw damaged(run_path);
  const auto features = geojson.is_object() ? geojson.find("features") : geojson.end();
  if (!geojson.is_object() || features == geojson.end() || !features->is_array())
    throw damaged(geojson_path);

  SurveyRun survey;
  survey.folder = fs::weakly_canonical(folder).filename().string();
  for (const Json& feature : *features)
    survey.candidates.push_back(CandidateFrom(feature, geojson_path));

  std::vector<std::string> inputs;
  std::string pipe_map = Word(run, "map");
  if (const auto list = run.find("inputs"); list != run.end() && list->is_array()) {
    const std::string name = pipe_map;
    for (const Json& input : *list) {
      inputs.push_back(Word(input, "sha256"));
      if (!name.empty() && Word(input, "path") == name)
        pipe_map = fmt::format("{} ({:.8})", name, inputs.back());
    }
  }
  std::sort(inputs.begin(), inputs.end());
  const auto hash = [](const std::string& text) { return Sha256(std::as_bytes(std::span(text))); };
  for (const char* varying : {"started_utc", "times", "threads"}) run.erase(varying);
  survey.hash = hash(geojson_text + run.dump(-1, ' ', false, Json::error_handler_t::replace));
  std::string all;
  for (const std::string& input : inputs) all += input + "\n";
  survey.survey = inputs.empty() ? survey.hash : hash(all);

  Inspection& inspection = survey.inspection;
  inspection.id = "N-" + survey.survey.substr(0, 16);
  inspection.object = InspectionObject::kNetwork;
  inspection.run = survey.folder;
  const Json& pipes = Part(Part(run, "counts"), "pipes");
  inspection.covered_km = Number(pipes, "seen_km");
  inspection.weakly_covered_km = Number(pipes, "weakly_seen_km");
  inspection.scope_km = Number(pipes, "total_km");
  const Json& conditions = Part(Part(run, "options"), "conditions");
  inspection.air_c = Number(conditions, "air-temp");
  inspection.wind_m_s = Number(conditions, "wind");
  inspection.humidity_pct = Number(conditions, "humidity");
  const Json& harmonisation = Part(run, "harmonisation");
  if (const auto cameras = harmonisation.find("cameras");
      cameras != harmonisation.end() && cameras->is_array()) {
    for (const Json& camera : *cameras) {
      if (!inspection.instrument.empty()) inspection.instrument += ", ";
      inspection.instrument += Word(camera, "camera");
    }
  }
  inspection.software = "thermoleak " + Word(Part(run, "software"), "thermoleak");
  inspection.uncovered = UncoveredText(run);
  inspection.pipe_map = std::move(pipe_map);
  inspection.frames = Whole(Part(Part(run, "counts"), "frames"), "used");
  inspection.candidates = static_cast<int>(survey.candidates.size());
  inspection.suspected_leaks =
      static_cast<int>(std::count_if(survey.candidates.begin(), survey.candidates.end(),
                                     [](const RunCandidate& c) { return c.score >= 0.5; }));
  SetDays(folder / "frames.csv", inspection);
  return survey;
}

}  // namespace thermoleak
