// Question: what does the whole report of a small survey cost, and what does it look like? Writes
// the files of the plausible survey into a folder and prints the CPU time and size of each.
//   thermoleak_make_report FOLDER [zh|en]

#include <fmt/format.h>

#include <ctime>
#include <filesystem>
#include <functional>

#include "report/plausible_survey.hpp"
#include "thermoleak/report/writers.hpp"

int main(int argc, char** argv) {
  using namespace thermoleak;
  if (argc < 2) {
    fmt::print(stderr, "usage: thermoleak_make_report FOLDER [zh|en]\n");
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  const Lang lang = argc > 2 && std::string_view(argv[2]) == "zh" ? Lang::kChinese : Lang::kEnglish;
  std::filesystem::create_directories(folder);
  const PlausibleSurvey survey = MakePlausibleSurvey(0.25);
  const auto write = [&](const char* name,
                         const std::function<void(const std::filesystem::path&)>& writer) {
    const std::clock_t start = std::clock();
    writer(folder / name);
    fmt::print("{:20} {:7.1f} ms {:9} bytes\n", name,
               1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC,
               std::filesystem::file_size(folder / name));
  };
  write("candidates.geojson",
        [&](const auto& path) { WriteCandidatesGeoJson(survey.result, lang, path); });
  write("frames.csv", [&](const auto& path) { WriteFramesCsv(survey.result, lang, path); });
  write("run.json", [&](const auto& path) { WriteRunJson(survey.result, lang, path); });
  write("report.html",
        [&](const auto& path) { WriteHtmlReport(survey.result, survey.mosaic, lang, path); });
  return 0;
}
