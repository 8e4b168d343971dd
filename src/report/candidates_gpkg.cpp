#include <cpl_conv.h>
#include <cpl_string.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/geo_package.hpp"
#include "report/pipe_facts.hpp"
#include "report/survey_view.hpp"
#include "report/text_format.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/geo/gdal_session.hpp"
#include "thermoleak/report/writers.hpp"

namespace thermoleak {
namespace {

using gpkg::Column;
using gpkg::IsFinite;
using gpkg::Package;
using gpkg::Table;

/// A configuration option of GDAL for this thread and this scope.
class ThreadOption {
 public:
  ThreadOption(const char* key, const char* value) : key_(key) {
    CPLSetThreadLocalConfigOption(key, value);
  }
  ~ThreadOption() { CPLSetThreadLocalConfigOption(key_, nullptr); }
  ThreadOption(const ThreadOption&) = delete;
  ThreadOption& operator=(const ThreadOption&) = delete;

 private:
  const char* key_;
};

void WriteCandidates(Package& package, const SurveyResult& result, Lang lang) {
  // The properties of candidates.geojson, in its order.
  constexpr Column kColumns[] = {{"schema", OFTInteger},
                                 {"id", OFTString},
                                 {"rank", OFTInteger},
                                 {"score", OFTReal},
                                 {"kind", OFTString},
                                 {"p_leak", OFTReal},
                                 {"p_insulation", OFTReal},
                                 {"p_installation", OFTReal},
                                 {"p_confuser", OFTReal},
                                 {"delta_t_k", OFTReal},
                                 {"delta_t_sigma_k", OFTReal},
                                 {"area_m2", OFTReal},
                                 {"length_m", OFTReal},
                                 {"width_m", OFTReal},
                                 {"heat_loss_w_p10", OFTReal},
                                 {"heat_loss_w_p50", OFTReal},
                                 {"heat_loss_w_p90", OFTReal},
                                 {"pipe_id", OFTString},
                                 {"chainage_m", OFTReal},
                                 {"offset_m", OFTReal},
                                 {"sigma_major_m", OFTReal},
                                 {"sigma_minor_m", OFTReal},
                                 {"sigma_azimuth_deg", OFTReal},
                                 {"views", OFTInteger},
                                 {"frames", OFTString},
                                 {"reasons", OFTString},
                                 {"dn_mm", OFTReal},
                                 {"depth_m", OFTReal},
                                 {"laying", OFTString},
                                 {"level", OFTString},
                                 {"year_built", OFTInteger},
                                 {"unit", OFTString},
                                 {"district", OFTString},
                                 {"beside", OFTString}};
  Table table(package, "candidates", wkbPoint, kColumns);
  for (const LeakCandidate& candidate : result.candidates) {
    const HotSpot& spot = candidate.spot;
    table.Begin();
    table.Set("schema", 1);
    table.Set("id", candidate.id);
    table.Set("rank", candidate.rank);
    table.Set("score", candidate.score, 4);
    table.Set("kind", ToString(candidate.kind));
    table.Set("p_leak", candidate.probability[0], 4);
    table.Set("p_insulation", candidate.probability[1], 4);
    table.Set("p_installation", candidate.probability[2], 4);
    table.Set("p_confuser", candidate.probability[3], 4);
    table.Set("delta_t_k", spot.delta_t_k, 2);
    table.Set("delta_t_sigma_k", spot.delta_t_sigma_k, 2);
    table.Set("area_m2", spot.area_m2, 2);
    table.Set("length_m", spot.length_m, 2);
    table.Set("width_m", spot.width_m, 2);
    if (candidate.heat_loss) {
      table.Set("heat_loss_w_p10", candidate.heat_loss->p10_w, 0);
      table.Set("heat_loss_w_p50", candidate.heat_loss->p50_w, 0);
      table.Set("heat_loss_w_p90", candidate.heat_loss->p90_w, 0);
    }
    table.Set("pipe_id", candidate.pipe_id);
    table.Set("chainage_m", spot.chainage_m, 2);
    table.Set("offset_m", spot.offset_m, 2);
    const Ellipse ellipse = TrueEllipse(candidate, result.frame);
    table.Set("sigma_major_m", ellipse.major, 2);
    table.Set("sigma_minor_m", ellipse.minor, 2);
    // An azimuth that rounds to 180 is 0: the axis has no direction.
    table.Set("sigma_azimuth_deg", ellipse.azimuth_deg >= 179.95 ? 0.0 : ellipse.azimuth_deg, 1);
    table.Set("views", spot.views);
    nlohmann::ordered_json frames = nlohmann::ordered_json::array();
    for (const std::string& name : candidate.frames) frames.push_back(CleanUtf8(name));
    table.Set("frames", Dump(frames));
    nlohmann::ordered_json reasons = nlohmann::ordered_json::array();
    for (const Reason& reason : candidate.reasons) {
      reasons.push_back({{"code", CleanUtf8(reason.code)},
                         {"contribution", Rounded(reason.contribution, 3)},
                         {"text", CleanUtf8(reason.text.In(lang))}});
    }
    table.Set("reasons", Dump(reasons));
    const nlohmann::ordered_json facts = PipeFacts(spot, result.network);
    for (const auto& [name, value] : facts.items()) {
      if (value.is_number_integer()) {
        table.Set(name.c_str(), value.get<int>());
      } else if (value.is_number()) {
        table.Set(name.c_str(), value.get<double>(), 2);
      } else if (value.is_string()) {
        table.Set(name.c_str(), value.get<std::string>());
      } else if (value.is_array()) {
        table.Set(name.c_str(), Dump(value));
      }
    }
    if (spot.position.allFinite()) table.SetPoint(spot.position);
    table.End();
  }
}

void WriteFootprints(Package& package, const SurveyResult& result) {
  constexpr Column kColumns[] = {{"id", OFTString},
                                 {"rank", OFTInteger},
                                 {"kind", OFTString},
                                 {"score", OFTReal},
                                 {"area_m2", OFTReal}};
  Table table(package, "footprints", wkbPolygon, kColumns);
  for (const LeakCandidate& candidate : result.candidates) {
    if (candidate.outline.size() < 3 || !IsFinite(candidate.outline)) continue;
    table.Begin();
    table.Set("id", candidate.id);
    table.Set("rank", candidate.rank);
    table.Set("kind", ToString(candidate.kind));
    table.Set("score", candidate.score, 4);
    table.Set("area_m2", candidate.spot.area_m2, 2);
    table.SetPolygon(candidate.outline);
    table.End();
  }
}

std::string_view NameOf(Medium medium) {
  return medium == Medium::kSupply ? "supply" : medium == Medium::kReturn ? "return" : "";
}
std::string_view NameOf(NetworkLevel level) {
  return level == NetworkLevel::kPrimary     ? "primary"
         : level == NetworkLevel::kSecondary ? "secondary"
                                             : "";
}
std::string_view NameOf(Laying laying) {
  return laying == Laying::kBuried ? "buried" : laying == Laying::kDuct ? "duct" : "overhead";
}
std::string_view NameOf(Observed observed) {
  return observed == Observed::kSeen ? "seen" : observed == Observed::kWeak ? "weak" : "unseen";
}

/// Median of values that stand for lengths; NaN when there is none.
double WeightedMedian(std::vector<std::pair<double, double>> value_and_length) {
  std::sort(value_and_length.begin(), value_and_length.end());
  double total = 0;
  for (const auto& [value, length] : value_and_length) total += length;
  double sum = 0;
  for (const auto& [value, length] : value_and_length) {
    sum += length;
    if (sum >= total / 2) return value;
  }
  return std::nan("");
}

void WritePipes(Package& package, const SurveyResult& result) {
  constexpr Column kColumns[] = {
      {"pipe_id", OFTString},       {"dn_mm", OFTReal},          {"depth_m", OFTReal},
      {"medium", OFTString},        {"laying", OFTString},       {"level", OFTString},
      {"year_built", OFTInteger},   {"insulation", OFTString},   {"unit", OFTString},
      {"district", OFTString},      {"length_m", OFTReal},       {"seen_share", OFTReal},
      {"weak_share", OFTReal},      {"median_views", OFTReal},   {"noise_k", OFTReal},
      {"smallest_rise_k", OFTReal}, {"smallest_heat_w", OFTReal}};
  Table table(package, "pipes", wkbLineString, kColumns);
  if (!result.network) return;
  const std::vector<Pipe>& pipes = result.network->pipes();
  const SurveyView view = ViewOf(result);
  using Weighted = std::vector<std::pair<double, double>>;
  std::vector<Weighted> views(pipes.size());
  std::vector<Weighted> noise(pipes.size());
  for (const PipeCoverage& piece : result.coverage) {
    if (piece.pipe < 0 || static_cast<std::size_t>(piece.pipe) >= pipes.size()) continue;
    if (ObservedOf(piece) == Observed::kUnseen) continue;
    views[static_cast<std::size_t>(piece.pipe)].emplace_back(piece.views,
                                                             piece.to_m - piece.from_m);
    noise[static_cast<std::size_t>(piece.pipe)].emplace_back(piece.noise_k,
                                                             piece.to_m - piece.from_m);
  }
  for (std::size_t i = 0; i < pipes.size(); ++i) {
    const Pipe& pipe = pipes[i];
    const PipeView& seen = view.pipes[i];
    table.Begin();
    table.Set("pipe_id", pipe.id);
    if (pipe.dn_mm) table.Set("dn_mm", *pipe.dn_mm, 1);
    if (pipe.depth_m) table.Set("depth_m", *pipe.depth_m, 2);
    table.Set("medium", NameOf(pipe.medium));
    if (pipe.laying_known) table.Set("laying", NameOf(pipe.laying));
    table.Set("level", NameOf(pipe.level));
    if (pipe.year_built) table.Set("year_built", *pipe.year_built);
    table.Set("insulation", pipe.insulation);
    table.Set("unit", pipe.unit);
    table.Set("district", pipe.district);
    table.Set("length_m", seen.length_m, 2);
    table.Set("seen_share", seen.metres[0] / seen.length_m, 4);
    table.Set("weak_share", seen.metres[1] / seen.length_m, 4);
    table.Set("median_views", WeightedMedian(std::move(views[i])), 1);
    table.Set("noise_k", WeightedMedian(std::move(noise[i])), 3);
    if (seen.smallest_rise_k >= 0) table.Set("smallest_rise_k", seen.smallest_rise_k, 2);
    if (seen.smallest_heat_w >= 0) table.Set("smallest_heat_w", seen.smallest_heat_w, 0);
    table.SetLine(pipe.axis.vertices());
    table.End();
  }
}

void WriteCoverage(Package& package, const SurveyResult& result) {
  constexpr Column kColumns[] = {
      {"pipe_id", OFTString},       {"from_m", OFTReal},          {"to_m", OFTReal},
      {"views", OFTReal},           {"noise_k", OFTReal},         {"status", OFTString},
      {"smallest_rise_k", OFTReal}, {"smallest_heat_w", OFTReal}, {"why", OFTString}};
  Table table(package, "coverage", wkbLineString, kColumns);
  if (!result.network) return;
  for (const PipeCoverage& piece : result.coverage) {
    if (piece.pipe < 0 || static_cast<std::size_t>(piece.pipe) >= result.network->pipes().size())
      continue;
    const Pipe& pipe = result.network->pipes()[static_cast<std::size_t>(piece.pipe)];
    // A strip's last piece may reach beyond the pipe's end.
    const double from_m = std::clamp(piece.from_m, 0.0, pipe.axis.Length());
    const double to_m = std::clamp(piece.to_m, 0.0, pipe.axis.Length());
    const Polyline part = pipe.axis.Part(from_m, to_m);
    if (!part.valid()) continue;
    const Observed status = ObservedOf(piece);
    table.Begin();
    table.Set("pipe_id", pipe.id);
    table.Set("from_m", from_m, 2);
    table.Set("to_m", to_m, 2);
    table.Set("views", piece.views, 1);
    table.Set("status", NameOf(status));
    if (status != Observed::kUnseen) {
      table.Set("noise_k", piece.noise_k, 3);
      table.Set("smallest_rise_k", kDetectionSigmas * piece.noise_k, 2);
      const double heat_w = SmallestHeatW(piece);
      if (std::isfinite(heat_w)) table.Set("smallest_heat_w", heat_w, 0);
    }
    table.Set("why", WhyNotSeen(piece, *result.network));
    table.SetLine(part.vertices());
    table.End();
  }
}

/// A GeoPackage carries the time of its last change. The survey's own end keeps two runs equal.
std::string LastChange(const SurveyResult& result) {
  std::optional<double> latest_s;
  for (const FrameRecord& record : result.frames) {
    const std::optional<double>& time_s = record.meta.time_utc_s;
    if (time_s && std::isfinite(*time_s) && (!latest_s || *time_s > *latest_s)) latest_s = time_s;
  }
  const std::string text = IsoTime(latest_s, false);
  return text.empty() ? "1970-01-01T00:00:00.000Z" : text;
}

}  // namespace

void WriteCandidatesGeoPackage(const SurveyResult& result, Lang lang,
                               const std::filesystem::path& path) {
  AtomicFile file(path);
  const std::string last_change = LastChange(result);
  const ThreadOption date("OGR_CURRENT_DATE", last_change.c_str());
  // A file that is thrown away unless it is complete needs no journal, and AtomicFile syncs it
  // once.
  const ThreadOption no_sync("OGR_SQLITE_SYNCHRONOUS", "OFF");
  const ThreadOption no_journal("OGR_SQLITE_JOURNAL", "OFF");
  const GdalSession drivers;  // registers them
  {
    Package package(file.temporary(), path, result.frame);
    WriteCandidates(package, result, lang);
    WriteFootprints(package, result);
    WritePipes(package, result);
    WriteCoverage(package, result);
    gpkg::WriteTraces(package, result);
    gpkg::WriteFrames(package, result, lang);
    gpkg::WriteLocatedFrames(package, result);
    gpkg::WriteRefly(package, result, lang);
    package.Finish();
  }
  file.Commit();
}

}  // namespace thermoleak
