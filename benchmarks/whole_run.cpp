// What does a whole run cost, beside only reading and decoding the same frames?
//   thermoleak_whole_run FRAMES... MAP [--dem TIF] [--threads N]
// Each side runs in a child process of its own, in turn, three times; medians are printed. The
// ratio is of processor time, so that it does not depend on the number of processors.

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <vector>

#include "thermoleak/core/memory.hpp"
#include "thermoleak/ingest/reader.hpp"
#include "thermoleak/pipeline/run.hpp"

namespace thermoleak {
namespace {

namespace fs = std::filesystem;

struct Cost {
  double wall_s = 0;
  double cpu_s = 0;
  double peak_mib = 0;
};

/// Runs `work` in a child process and returns what the kernel counted for it.
template <class Work>
Cost Measure(Work&& work) {
  const auto start = std::chrono::steady_clock::now();
  const pid_t child = ::fork();
  if (child == 0) {
    int code = 0;
    try {
      work();
    } catch (const RunError& e) {
      fmt::print(stderr, "{}\n", e.what());
      code = 1;
    }
    ::_exit(code);
  }
  int status = 0;
  rusage usage{};
  ::wait4(child, &status, 0, &usage);
  if (status != 0) std::exit(1);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return {std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
          seconds(usage.ru_utime) + seconds(usage.ru_stime),
          static_cast<double>(usage.ru_maxrss) / 1024};
}

Cost MedianCost(std::vector<Cost> costs) {
  std::sort(costs.begin(), costs.end(),
            [](const Cost& a, const Cost& b) { return a.cpu_s < b.cpu_s; });
  return costs[costs.size() / 2];
}

int Main(int argc, char** argv) {
  KeepFrameBuffers();  // as the command does
  RunRequest request;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--threads") == 0 && i + 1 < argc) {
      request.threads = std::atoi(argv[++i]);
    } else if (std::strcmp(argv[i], "--dem") == 0 && i + 1 < argc) {
      request.dem = argv[++i];
    } else {
      request.inputs.emplace_back(argv[i]);
    }
  }
  if (request.inputs.size() < 2) {
    fmt::print(stderr, "usage: thermoleak_whole_run FRAMES... MAP [--dem TIF] [--threads N]\n");
    return 2;
  }
  request.network = request.inputs.back();
  request.inputs.pop_back();
  request.out = fs::temp_directory_path() / fmt::format("thermoleak_whole_run_{}", ::getpid());
  const std::vector<FrameSource> files = DiscoverFrames(request.inputs);

  std::vector<Cost> decode;
  std::vector<Cost> run;
  for (int round = 0; round < 3; ++round) {
    decode.push_back(Measure([&] {
      const CameraTable cameras = CameraTable::BuiltIn();
      for (const FrameSource& file : files) {
        if (const auto frame = ReadFrame(file, cameras))
          ToCelsius(frame->stored, frame->meta.calibration);
      }
    }));
    fs::remove_all(request.out);
    run.push_back(Measure([&] { RunSurvey(request, {}); }));
  }
  fs::remove_all(request.out);
  const Cost d = MedianCost(decode);
  const Cost r = MedianCost(run);
  const auto n = static_cast<double>(files.size());
  fmt::print("frames                        {}\n", files.size());
  fmt::print(
      "run                           {:.2f} s wall, {:.2f} s cpu, {:.0f} frames/s, {:.0f} MiB "
      "peak\n",
      r.wall_s, r.cpu_s, n / r.wall_s, r.peak_mib);
  fmt::print("read and decode only          {:.2f} s cpu, {:.2f} ms a frame\n", d.cpu_s,
             1000 * d.cpu_s / n);
  fmt::print("run cpu / decode cpu          {:.2f}\n", r.cpu_s / d.cpu_s);
  return 0;
}

}  // namespace
}  // namespace thermoleak

int main(int argc, char** argv) { return thermoleak::Main(argc, argv); }
