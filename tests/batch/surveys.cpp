#include "batch/surveys.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "thermoleak/core/files.hpp"

namespace thermoleak::batch {
namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() {
  static std::atomic<int> number{0};
  path_ = fs::temp_directory_path() /
          fmt::format("thermoleak_batch_{}_{}", ::getpid(), number.fetch_add(1));
  fs::remove_all(path_);
  fs::create_directories(path_);
}
TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void WriteText(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

std::string ReadText(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

int Shell(const std::string& command, std::string* out) {
  std::FILE* pipe = ::popen(("( " + command + " ) 2>&1").c_str(), "r");
  if (pipe == nullptr) return -1;
  char buffer[4096];
  for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    if (out != nullptr) out->append(buffer, n);
  }
  const int status = ::pclose(pipe);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int Night(const fs::path& data, const std::string& arguments, std::string* out) {
  return Shell(fmt::format("{} nightly --lang en --data '{}' {}", THERMOLEAK_COMMAND, data.string(),
                           arguments),
               out);
}

fs::path SurveyOf(int street, int seed) {
  const fs::path root = THERMOLEAK_TEST_SURVEYS;
  const fs::path survey = root / fmt::format("street{}-seed{}", street, seed);
  fs::create_directories(root);
  const int guard = ::open((root / "guard").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  ::flock(guard, LOCK_EX);
  if (!fs::exists(survey / "network.gpkg")) {
    fs::remove_all(survey);
    const fs::path scene = root / fmt::format("street{}.toml", street);
    WriteText(scene, fmt::format(R"(
name = "street {0}"
ground = "grass"
[place]
lon_deg = {1}
lat_deg = 41.8
start = 2026-01-14T21:30:00+08:00
[picture]
cell_m = [2.5, 5.0]
map = """
........................................
========================================
A--------------------------------------B
........................................
"""
[[pipe]]
id = "P{0}"
route = "AB"
dn = 200
[[leak]]
pipe = "P{0}-S"
chainage_m = 45
delta_t_k = 6
wet_length_m = 2
)",
                                 street, 123.43 + 0.05 * street));
    std::string out;
    const fs::path making = root / fmt::format(".making{}", ::getpid());
    fs::remove_all(making);
    const int code = Shell(fmt::format("{} simulate '{}' --seed {} --frames-only-n 8 --out '{}'",
                                       THERMOLEAK_COMMAND, scene.string(), seed, making.string()),
                           &out);
    if (code == 0) fs::rename(making, survey);
    if (code != 0) throw std::runtime_error(out);
  }
  ::close(guard);
  return survey;
}

DataFolder MakeDataFolder(const fs::path& root, const std::string& more) {
  DataFolder::Create(root);
  WriteText(root / "config.toml",
            fmt::format("city = \"SY\"\n{}\n[[area]]\nid = \"north\"\nname = \"北区\"\nnetwork = "
                        "\"{}\"\norganisation = \"东热\"\n[[area]]\nid = \"south\"\nname = "
                        "\"South\"\nnetwork = \"{}\"\n",
                        more, (SurveyOf(0, 1) / "network.gpkg").string(),
                        (SurveyOf(1, 1) / "network.gpkg").string()));
  return DataFolder::Open(root);
}

void CommitSurvey(const DataFolder& folder, const std::string& scan, const std::string& area,
                  const fs::path& frames) {
  const std::string day =
      fmt::format("{}-{}-{}", scan.substr(0, 4), scan.substr(4, 2), scan.substr(6, 2));
  if (!folder.OpenScanAs(scan, {.area = area, .crew = "crew 1", .flown_on = day}))
    throw std::runtime_error("open " + scan);
  std::vector<ScanFile> files;
  for (const auto& entry : fs::recursive_directory_iterator(frames)) {
    if (!entry.is_regular_file()) continue;
    const std::string text = ReadText(entry.path());
    const std::string hash = Sha256(std::as_bytes(std::span(text)));
    const fs::path copy = folder.uploads() / "arriving";
    WriteText(copy, text);
    folder.AdoptBlob(copy, hash);
    files.push_back({entry.path().lexically_relative(frames).string(), text.size(), hash});
  }
  const auto committed = folder.Commit(scan, files, "2026-01-15T18:00:00Z");
  if (!committed) throw std::runtime_error(committed.error().message.In(Lang::kEnglish));
}

}  // namespace thermoleak::batch
