// Do the published methods find the leaks that thermoleak finds, on the same mosaic and map? Writes
// what each of them finds as a candidates.geojson, which thermoleak evaluate reads.

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "region_forest.hpp"
#include "thermoleak/core/files.hpp"
#include "tune.hpp"

namespace thermoleak::baselines {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct Arguments {
  std::vector<fs::path> inputs;
  std::optional<fs::path> network;
  std::optional<fs::path> buildings;
  std::optional<fs::path> out;
  std::optional<fs::path> forest;
  Poses poses = Poses::kRegistered;
  bool tune = false;
};

std::optional<Arguments> Parse(std::span<char*> words) {
  Arguments arguments;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string_view word = words[i];
    std::optional<fs::path>* target = word == "--network"     ? &arguments.network
                                      : word == "--buildings" ? &arguments.buildings
                                      : word == "--out"       ? &arguments.out
                                      : word == "--forest"    ? &arguments.forest
                                                              : nullptr;
    if (word == "--recorded") {
      arguments.poses = Poses::kRecorded;
    } else if (word == "--tune") {
      arguments.tune = true;
    } else if (target) {
      if (++i == words.size()) return std::nullopt;
      *target = words[i];
    } else {
      arguments.inputs.emplace_back(word);
    }
  }
  const bool complete = arguments.tune
                            ? !arguments.inputs.empty() && arguments.forest
                            : arguments.inputs.size() == 1 && arguments.network && arguments.out;
  return complete ? std::optional(arguments) : std::nullopt;
}

void Write(const Method& method, Layers& layers, const fs::path& folder) {
  Json features = Json::array();
  const LocalFrame& frame = layers.picture().map.frame;
  for (const Detection& detection : method.Find(layers)) {
    const LonLat p = frame.LonLatFromLocal(detection.place);
    features.push_back({{"type", "Feature"},
                        {"geometry", {{"type", "Point"}, {"coordinates", {p.lon_deg, p.lat_deg}}}},
                        {"properties",
                         {{"id", fmt::format("{}-{}", method.name(), features.size() + 1)},
                          // 0.5 at the method's own threshold; the order is what counts.
                          {"score", detection.strength / (detection.strength + method.report_at)},
                          {"strength", detection.strength}}}});
  }
  const fs::path own = folder / method.name();
  fs::create_directories(own);
  const Json json{{"type", "FeatureCollection"}, {"features", features}};
  WriteFileAtomically(own / "candidates.geojson", json.dump(1) + "\n");
}

int Main(std::span<char*> words) {
  const auto arguments = Parse(words);
  if (!arguments) {
    fmt::print(stderr,
               "usage: thermoleak_baselines RUN --network MAP [--buildings FILE] --out DIR "
               "[--recorded] [--forest FILE]\n"
               "       thermoleak_baselines --tune [--recorded] --forest FILE SURVEY...\n");
    return 2;
  }
  cv::setNumThreads(1);
  if (arguments->tune) {
    Tune(arguments->inputs, arguments->poses, *arguments->forest);
    return 0;
  }
  Layers layers(LoadPicture(arguments->inputs.front(), *arguments->network, arguments->buildings,
                            arguments->poses == Poses::kRegistered));
  for (const auto& method : PublishedMethods(arguments->poses))
    Write(*method, layers, *arguments->out);
  if (arguments->forest) {
    RegionForest forest(arguments->poses);
    forest.Load(*arguments->forest);
    Write(forest, layers, *arguments->out);
  }
  return 0;
}

}  // namespace
}  // namespace thermoleak::baselines

int main(int argc, char** argv) {
  try {
    return thermoleak::baselines::Main({argv, static_cast<std::size_t>(argc)});
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 3;
  }
}
