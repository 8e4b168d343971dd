#include <cmath>

#include "report/refly.hpp"
#include "report/survey_view.hpp"
#include "report/text_format.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/report/quick_check.hpp"

namespace thermoleak {
namespace {

using Json = nlohmann::ordered_json;

Json InBothLanguages(const Message& message) {
  return {{"en", CleanUtf8(message.In(Lang::kEnglish))},
          {"zh", CleanUtf8(message.In(Lang::kChinese))}};
}

Json ReasonOf(const std::string& file, std::string_view code, const Message& message) {
  Json row{{"file", CleanUtf8(file)}, {"reason", std::string(code)}};
  row.update(InBothLanguages(message));
  return row;
}

Json LineOf(const Polyline& axis, double from_m, double to_m, const LocalFrame& frame) {
  constexpr double kStep_m = 5;
  Json line = Json::array();
  const int steps = std::max(1, static_cast<int>(std::ceil((to_m - from_m) / kStep_m)));
  for (int i = 0; i <= steps; ++i) {
    const LonLat p = frame.LonLatFromLocal(axis.At(from_m + (to_m - from_m) * i / steps));
    line.push_back({Rounded(p.lon_deg, 7), Rounded(p.lat_deg, 7)});
  }
  return line;
}

Json Refly(const SurveyResult& result, const SurveyView& view) {
  Json features = Json::array();
  for (const ReflyPiece& piece : SightOf(result, view).refly) {
    const Pipe& pipe = result.network->pipes()[static_cast<std::size_t>(piece.pipe)];
    Json properties{{"pipe_id", CleanUtf8(pipe.id)},
                    {"from_m", Rounded(piece.from_m, 1)},
                    {"to_m", Rounded(piece.to_m, 1)},
                    {"length_m", Rounded(piece.to_m - piece.from_m, 1)},
                    {"reason", std::string(CodeOf(piece.reason))}};
    properties.update(InBothLanguages(WordFor(piece.reason)));
    features.push_back(
        {{"type", "Feature"},
         {"geometry",
          {{"type", "LineString"},
           {"coordinates", LineOf(pipe.axis, piece.from_m, piece.to_m, result.frame)}}},
         {"properties", std::move(properties)}});
  }
  return {{"type", "FeatureCollection"}, {"features", std::move(features)}};
}

Json OrNull(const std::optional<double>& value, int decimals) {
  return value ? Rounded(*value, decimals) : Json(nullptr);
}

}  // namespace

void WriteQualityJson(const SurveyResult& result, const QuickMedians& medians,
                      const QualityOptions& options, const std::filesystem::path& path) {
  constexpr std::size_t kMostMarked = 500;
  const SurveyView view = ViewOf(result);
  Json unusable = Json::array(), marked = Json::array(), marks = Json::object();
  for (const FrameRecord& record : result.frames) {
    if (record.quarantined) {
      const Error& why = *record.quarantined;
      // The name, not where it lies: the page goes to crews.
      unusable.push_back(ReasonOf(record.meta.name, MessageName(why.message.id), why.message));
      continue;
    }
    for (const QualityFlag& flag : record.flags) {
      if (marked.size() < kMostMarked)
        marked.push_back(ReasonOf(record.meta.name, CodeOf(flag.mark), flag.reason));
    }
  }
  for (const auto& [mark, frames] : view.frame_flags) marks[std::string(CodeOf(mark))] = frames;
  const double seen = view.metres[static_cast<std::size_t>(Observed::kSeen)];
  const double weak = view.metres[static_cast<std::size_t>(Observed::kWeak)];
  const Json quality{
      {"schema", 1},
      {"state", "done"},
      {"frames", result.frames.size()},
      {"usable", view.frames_used},
      {"unusable", std::move(unusable)},
      {"marks", std::move(marks)},
      {"marked", std::move(marked)},
      {"sharpness", {{"edge_px", OrNull(medians.edge_px, 2)}, {"limit_px", options.blur_px}}},
      {"contrast_k", OrNull(medians.contrast_k, 2)},
      {"coverage",
       {{"pipe_m", Rounded(view.survey_length_m, 1)},
        {"seen_m", Rounded(seen, 1)},
        {"weak_m", Rounded(weak, 1)}}},
      {"refly", Refly(result, view)}};
  WriteFileAtomically(path, Dump(quality, 1) + "\n");
}

}  // namespace thermoleak
