// Stands in for libFuzzer where there is none: feeds every file once, those of folders too.

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "fuzz/fuzz.hpp"

namespace {

namespace fs = std::filesystem;

int Replay(const fs::path& path) {
  if (fs::is_directory(path)) {
    int files = 0;
    for (const auto& entry : fs::directory_iterator(path)) files += Replay(entry.path());
    return files;
  }
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  std::fprintf(stderr, "%s\n", path.c_str());  // before: the last line names the guilty one
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  int files = 0;
  for (int i = 1; i < argc; ++i) {
    if (!fs::exists(argv[i])) {
      std::fprintf(stderr, "%s does not exist: add seeds to make_seeds.cpp\n", argv[i]);
      return 2;
    }
    files += Replay(argv[i]);
  }
  std::fprintf(stderr, "%d inputs\n", files);
  return files > 0 ? 0 : 2;
}
