#include <cmath>

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

Json Properties(const LeakCandidate& candidate, const LocalFrame& frame, Lang lang) {
  const HotSpot& spot = candidate.spot;
  const Ellipse ellipse = TrueEllipse(candidate, frame);
  const auto loss = [&](double HeatLoss::*quantile) {
    return candidate.heat_loss ? Rounded((*candidate.heat_loss).*quantile, 0) : Json(nullptr);
  };
  Json frames = Json::array();
  for (const std::string& name : candidate.frames) frames.push_back(CleanUtf8(name));
  return {{"schema", kSchema},
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
        {"properties", Properties(candidate, result.frame, lang)}};
    out += first ? "\n" : ",\n";
    out += Dump(feature);
    first = false;
  }
  out += "\n]}\n";
  WriteFileAtomically(path, out);
}

}  // namespace thermoleak
