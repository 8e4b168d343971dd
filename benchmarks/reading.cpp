// How fast are frames read, beside exiftool on the same files?
//   thermoleak_reading THERMOLEAK_COMMAND FILE...
// For each file, on one thread with a warm cache: milliseconds from the path to degrees Celsius
// with pose, beside one process of `exiftool -b -RawThermalImage`; then `thermoleak inspect --json`
// of 1,000 copies, with and without decoding the pictures, beside one exiftool process that reads
// their tags as JSON. Wall times, medians; the ratios are what counts.

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <vector>

#include "thermoleak/core/memory.hpp"
#include "thermoleak/ingest/reader.hpp"

namespace {

namespace fs = std::filesystem;
using namespace thermoleak;

double Seconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double MedianSeconds(int rounds, const std::function<void()>& work) {
  work();  // warm
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) times.push_back(Seconds(work));
  std::nth_element(times.begin(), times.begin() + rounds / 2, times.end());
  return times[static_cast<std::size_t>(rounds / 2)];
}

/// What the command prints is read by nobody.
void Command(const std::string& command) {
  const int status = std::system((command + " >/dev/null 2>/dev/null").c_str());
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
    fmt::print(stderr, "cannot run: {}\n", command);
    std::exit(1);
  }
}

std::string Quoted(const fs::path& path) { return "'" + path.string() + "'"; }

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "usage: thermoleak_reading THERMOLEAK_COMMAND FILE...\n");
    return 2;
  }
  KeepFrameBuffers();  // as the command does
  const std::string thermoleak = Quoted(fs::absolute(argv[1]));
  const CameraTable cameras = CameraTable::BuiltIn();
  const fs::path folder =
      fs::temp_directory_path() / fmt::format("thermoleak_reading_{}", ::getpid());
  constexpr int kCopies = 1000;
  fmt::print("{:<44} {:>9} {:>9} {:>6} | {:>9} {:>9} {:>9} {:>6} {:>6}\n", "file", "read ms",
             "exif ms", "ratio", "inspect s", "quick s", "exif s", "ratio", "quick");
  for (int i = 2; i < argc; ++i) {
    const fs::path file = argv[i];
    const double read_s = MedianSeconds(101, [&] {
      const auto frame = ReadFrame(file, cameras);
      if (frame) ToCelsius(frame->stored, frame->meta.calibration);
    });
    const double exiftool_s =
        MedianSeconds(5, [&] { Command("exiftool -b -RawThermalImage " + Quoted(file)); });
    fs::remove_all(folder);
    fs::create_directories(folder);
    for (int k = 0; k < kCopies; ++k) {
      fs::copy_file(file, folder / fmt::format("{:04}{}", k, file.extension().string()));
    }
    const double inspect_s =
        MedianSeconds(3, [&] { Command(thermoleak + " inspect --json " + Quoted(folder)); });
    const double quick_s = MedianSeconds(
        3, [&] { Command(thermoleak + " inspect --json --quick " + Quoted(folder)); });
    const double tags_s = Seconds([&] { Command("exiftool -json " + Quoted(folder)); });
    fmt::print("{:<44} {:>9.2f} {:>9.1f} {:>6.1f} | {:>9.2f} {:>9.2f} {:>9.2f} {:>6.1f} {:>6.1f}\n",
               file.filename().string().substr(0, 44), 1000 * read_s, 1000 * exiftool_s,
               exiftool_s / read_s, inspect_s, quick_s, tags_s, tags_s / inspect_s,
               tags_s / quick_s);
  }
  fs::remove_all(folder);
  return 0;
}
