#include <fmt/format.h>

#include "cli/training.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/pipeline/run.hpp"
#include "thermoleak/simulation/survey.hpp"

namespace thermoleak::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kKeyFile = "training.key";

std::vector<fs::path> SceneFiles(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  if (files.empty())
    throw RunError(ExitCode::kInputMissing, MessageId::kInputMissing,
                   {(folder / "*.toml").string()});
  return files;
}

std::string FileHash(const fs::path& path) {
  const auto bytes = ReadFile(path);
  return bytes ? Sha256(*bytes) : std::string("?");
}

bool Holds(const fs::path& folder, const std::string& key) {
  const auto bytes = ReadFile(folder / kKeyFile);
  return bytes && std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size()) == key;
}

/// Of a run only what training and evaluation read stays.
void RemoveBulk(const fs::path& survey) {
  std::error_code ignored;
  fs::remove(survey / kKeyFile, ignored);
  fs::remove_all(survey / "frames", ignored);
  for (const char* name : {".thermoleak", "mosaic.tif", "report.html", "candidates.gpkg"})
    fs::remove_all(survey / "run" / name, ignored);
}

}  // namespace

std::vector<std::string> MakeSurveys(const FamilyRequest& request, const Shell& shell) {
  const std::vector<fs::path> scenes = SceneFiles(request.families);
  // The program itself is part of what makes a survey: another build, another detector.
  const std::string program = FileHash(ThisProgram());
  WorkContext quiet;
  quiet.stop = shell.work.stop;
  std::vector<std::string> runs;
  const auto total = static_cast<std::int64_t>(scenes.size()) * request.seeds;
  std::int64_t done = 0;
  for (const fs::path& file : scenes) {
    for (int seed = 1; seed <= request.seeds; ++seed) {
      shell.work.Report(MessageId::kStageTrain, done++, total);
      shell.work.CheckStop();
      const fs::path survey = request.work / file.stem() / fmt::format("{:03}", seed);
      const fs::path run = survey / "run";
      runs.push_back(run.string());
      const std::string scene_key = fmt::format("{} {}\n", FileHash(file), seed);
      const std::string key = program + " " + scene_key;
      if (Holds(run, key) && fs::exists(run / "features.csv")) continue;
      std::error_code ignored;
      const simulation::Scene scene = simulation::LoadScene(file, static_cast<std::uint64_t>(seed));
      if (!(request.keep_frames && Holds(survey, scene_key))) {
        fs::remove(survey / kKeyFile, ignored);
        fs::remove_all(survey / "frames", ignored);
        simulation::WriteSurvey(scene, survey, {}, quiet);
        if (request.keep_frames) WriteFileAtomically(survey / kKeyFile, scene_key);
      }
      fs::remove_all(run, ignored);
      RunRequest job;
      job.inputs = {survey / "frames"};
      job.network = survey / "network.gpkg";
      if (fs::exists(survey / "buildings.geojson")) job.buildings = survey / "buildings.geojson";
      job.out = run;
      job.program = ThisProgram();
      job.lang = shell.lang;
      RunSurvey(job, quiet);
      if (!request.keep_frames) RemoveBulk(survey);
      WriteFileAtomically(run / kKeyFile, key);
    }
  }
  shell.work.Report(MessageId::kStageTrain, done, total);
  return runs;
}

}  // namespace thermoleak::cli
