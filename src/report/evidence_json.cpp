#include <fstream>

#include "report/png_data_uri.hpp"
#include "report/text_format.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/report/evidence.hpp"
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

std::map<std::string, Json> ReadEvidence(const std::filesystem::path& run,
                                         const std::set<std::string>& candidates) {
  std::map<std::string, Json> found;
  std::ifstream in(run / "evidence.json");
  for (std::string line; found.size() < candidates.size() && std::getline(in, line);) {
    const std::size_t key_end = line.find(R"(":{"chip":)");  // as it is written above
    if (key_end == std::string::npos) continue;
    const Json key = Json::parse(line.substr(0, key_end + 1), nullptr, false);
    if (!key.is_string() || !candidates.contains(key.get<std::string>())) continue;
    while (!line.empty() && (line.back() == ',' || line.back() == '\r')) line.pop_back();
    Json evidence = Json::parse(line.substr(key_end + 2), nullptr, false);
    if (evidence.is_object()) found.emplace(key.get<std::string>(), std::move(evidence));
  }
  return found;
}

}  // namespace thermoleak
