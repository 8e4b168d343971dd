#include <array>
#include <cmath>

#include "report/pipe_facts.hpp"
#include "report/survey_view.hpp"
#include "report/text_format.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/report/writers.hpp"

namespace thermoleak {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSchema = 1;

Json Reasons(const LeakCandidate& candidate, Lang lang) {
  Json list = Json::array();
  for (const Reason& reason : candidate.reasons) {
    list.push_back({{"code", CleanUtf8(reason.code)},
                    {"contribution", Rounded(reason.contribution, 3)},
                    {"text", CleanUtf8(reason.text.In(lang))}});
  }
  return list;
}

/// An azimuth that rounds to 180 is 0: the axis has no direction.
Json Azimuth(double azimuth_deg) {
  const double rounded = std::round(azimuth_deg * 10.0) / 10.0;
  return Rounded(rounded >= 180.0 ? 0.0 : rounded, 1);
}

/// Pipes that run beside a candidate's own, such as its return: within a trench's width and in the
/// same direction. A pipe that crosses is none.
Json Beside(const HotSpot& spot, const PipeNetwork& network) {
  constexpr double kTrench_m = 5.0;   // the axes of the largest mains, and a map drawn roughly
  constexpr double kParallel = 0.94;  // cosine of 20 degrees
  const std::vector<Pipe>& pipes = network.pipes();
  const Pipe& own = pipes[static_cast<std::size_t>(spot.pipe)];
  const double chainage = own.axis.Locate(spot.position).chainage;
  const Vec2 place = own.axis.At(chainage);
  Box2 box;
  box.Add(place);
  Json ids = Json::array();
  for (const int index : network.PipesNear(box, kTrench_m)) {
    const Pipe& pipe = pipes[static_cast<std::size_t>(index)];
    const LinePosition at = pipe.axis.Locate(place);
    if (index == spot.pipe || at.distance > kTrench_m) continue;
    if (std::abs(pipe.axis.Direction(at.chainage).dot(own.axis.Direction(chainage))) >= kParallel)
      ids.push_back(CleanUtf8(pipe.id));
  }
  return ids;
}

}  // namespace

Json PipeFacts(const HotSpot& spot, const PipeNetwork* network) {
  Json json;
  const bool known =
      network && spot.pipe >= 0 && static_cast<std::size_t>(spot.pipe) < network->pipes().size();
  static const Pipe kNone;
  const Pipe& pipe = known ? network->pipes()[static_cast<std::size_t>(spot.pipe)] : kNone;
  const auto number = [](const std::optional<double>& value, int decimals) {
    return value ? Rounded(*value, decimals) : Json(nullptr);
  };
  const auto text = [](const std::string& value) {
    return value.empty() ? Json(nullptr) : Json(CleanUtf8(value));
  };
  constexpr std::array<const char*, 3> kLayings = {"buried", "duct", "overhead"};
  constexpr std::array<const char*, 3> kLevels = {nullptr, "primary", "secondary"};
  const char* level = kLevels[static_cast<std::size_t>(pipe.level)];
  json["dn_mm"] = number(pipe.dn_mm, 0);
  json["depth_m"] = number(pipe.depth_m, 2);
  json["laying"] =
      pipe.laying_known ? Json(kLayings[static_cast<std::size_t>(pipe.laying)]) : Json(nullptr);
  json["level"] = level ? Json(level) : Json(nullptr);
  json["year_built"] = pipe.year_built ? Json(*pipe.year_built) : Json(nullptr);
  json["unit"] = text(pipe.unit);
  json["district"] = text(pipe.district);
  json["beside"] = known ? Beside(spot, *network) : Json::array();
  return json;
}

namespace {

Json Properties(const LeakCandidate& candidate, const SurveyResult& result, Lang lang) {
  const LocalFrame& frame = result.frame;
  const HotSpot& spot = candidate.spot;
  const Ellipse ellipse = TrueEllipse(candidate, frame);
  const auto loss = [&](double HeatLoss::*quantile) {
    return candidate.heat_loss ? Rounded((*candidate.heat_loss).*quantile, 0) : Json(nullptr);
  };
  Json frames = Json::array();
  for (const std::string& name : candidate.frames) frames.push_back(CleanUtf8(name));
  Json json = {{"schema", kSchema},
               {"id", CleanUtf8(candidate.id)},
               {"rank", candidate.rank},
               {"score", Rounded(candidate.score, 4)},
               {"kind", std::string(ToString(candidate.kind))},
               {"p_leak", Rounded(candidate.probability[0], 4)},
               {"p_insulation", Rounded(candidate.probability[1], 4)},
               {"p_installation", Rounded(candidate.probability[2], 4)},
               {"p_confuser", Rounded(candidate.probability[3], 4)},
               {"delta_t_k", Rounded(spot.delta_t_k, 2)},
               {"delta_t_sigma_k", Rounded(spot.delta_t_sigma_k, 2)},
               {"area_m2", Rounded(spot.area_m2, 2)},
               {"length_m", Rounded(spot.length_m, 2)},
               {"width_m", Rounded(spot.width_m, 2)},
               {"heat_loss_w_p10", loss(&HeatLoss::p10_w)},
               {"heat_loss_w_p50", loss(&HeatLoss::p50_w)},
               {"heat_loss_w_p90", loss(&HeatLoss::p90_w)},
               {"pipe_id", CleanUtf8(candidate.pipe_id)},
               {"chainage_m", Rounded(spot.chainage_m, 2)},
               {"offset_m", Rounded(spot.offset_m, 2)},
               {"sigma_major_m", Rounded(ellipse.major, 2)},
               {"sigma_minor_m", Rounded(ellipse.minor, 2)},
               {"sigma_azimuth_deg", Azimuth(ellipse.azimuth_deg)},
               {"views", spot.views},
               {"frames", std::move(frames)},
               {"reasons", Reasons(candidate, lang)}};
  const nlohmann::ordered_json facts = PipeFacts(spot, result.network);
  for (const auto& [name, value] : facts.items()) json[name] = value;
  return json;
}

}  // namespace

void WriteCandidatesGeoJson(const SurveyResult& result, Lang lang,
                            const std::filesystem::path& path) {
  // One feature a line, so that two runs can be compared line by line.
  std::string out = "{\"type\":\"FeatureCollection\",\"features\":[";
  bool first = true;
  for (const LeakCandidate& candidate : result.candidates) {
    const LonLat position = result.frame.LonLatFromLocal(candidate.spot.position);
    const Json feature = {
        {"type", "Feature"},
        {"geometry",
         {{"type", "Point"},
          {"coordinates", {Rounded(position.lon_deg, 7), Rounded(position.lat_deg, 7)}}}},
        {"properties", Properties(candidate, result, lang)}};
    out += first ? "\n" : ",\n";
    out += Dump(feature);
    first = false;
  }
  out += "\n]}\n";
  WriteFileAtomically(path, out);
}

}  // namespace thermoleak
