#include "report/png_data_uri.hpp"
#include "report/text_format.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/report/writers.hpp"

namespace thermoleak {
namespace {

using Json = nlohmann::ordered_json;

Json Numbers(const std::vector<float>& values, int decimals) {
  Json list = Json::array();
  for (const float value : values) list.push_back(Rounded(static_cast<double>(value), decimals));
  return list;
}

Json Point(const Vec2& p) { return {Rounded(p.x(), 2), Rounded(p.y(), 2)}; }

Json ProfileJson(const Profile& profile) {
  return {{"x_m", Numbers(profile.x_m, 2)},
          {"celsius", Numbers(profile.celsius, 3)},
          {"baseline_c", Numbers(profile.baseline_c, 3)}};
}

Json ChipJson(const CandidateEvidence& evidence) {
  if (evidence.chip_c.empty()) return nullptr;
  const DisplayRange range = QuantileRange(evidence.chip_c, 0.01, 0.998);
  Json pipes = Json::array();
  for (const std::vector<Vec2>& axis : evidence.chip_pipes) {
    Json line = Json::array();
    for (const Vec2& p : axis) line.push_back(Point(p));
    pipes.push_back(std::move(line));
  }
  return {{"frame", CleanUtf8(evidence.chip_frame)},
          {"width_px", evidence.chip_c.cols},
          {"height_px", evidence.chip_c.rows},
          {"gsd_m", Rounded(evidence.chip_gsd_m, 4)},
          {"low_c", Rounded(static_cast<double>(range.low_c), 2)},
          {"high_c", Rounded(static_cast<double>(range.high_c), 2)},
          {"spot_px", Point(evidence.chip_spot)},
          {"pipes_px", std::move(pipes)},
          {"png", PngDataUri(PaletteIndices(evidence.chip_c, range.low_c, range.high_c),
                             InfernoPalette())}};
}

}  // namespace

void WriteEvidenceJson(const SurveyResult& result, const std::filesystem::path& path) {
  std::string out = "{\"schema\":1,\"candidates\":{";
  for (std::size_t i = 0; i < std::min(result.candidates.size(), result.evidence.size()); ++i) {
    const CandidateEvidence& evidence = result.evidence[i];
    out += i == 0 ? "\n" : ",\n";
    out += Dump(CleanUtf8(result.candidates[i].id)) + ":" +
           Dump({{"chip", ChipJson(evidence)},
                 {"along", ProfileJson(evidence.along)},
                 {"across", ProfileJson(evidence.across)}});
  }
  WriteFileAtomically(path, out + "\n}}\n");
}

}  // namespace thermoleak
