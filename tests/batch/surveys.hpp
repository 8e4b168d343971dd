#pragma once
// Small simulated surveys and data folders that hold them, for tests of the whole night.

#include <filesystem>
#include <string>
#include <vector>

#include "thermoleak/batch/data_folder.hpp"

namespace thermoleak::batch {

/// A folder that goes with the test.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

void WriteText(const std::filesystem::path& path, const std::string& text);
std::string ReadText(const std::filesystem::path& path);

/// A simulated survey of a street with a leak: frames/, network.gpkg. Made once and kept beside the
/// tests. `street` 0 or 1: two places of the city; `seed` moves noise and ground.
std::filesystem::path SurveyOf(int street, int seed);

/// A data folder with the two streets as areas "north" and "south"; `more` is appended to its
/// configuration.
DataFolder MakeDataFolder(const std::filesystem::path& root, const std::string& more = {});

/// The survey's frames become a committed scan.
void CommitSurvey(const DataFolder& folder, const std::string& scan, const std::string& area,
                  const std::filesystem::path& frames);

/// Runs a shell command; its stdout and stderr go to `out`. Returns the exit code.
int Shell(const std::string& command, std::string* out = nullptr);
/// `thermoleak nightly` on the folder.
int Night(const std::filesystem::path& data, const std::string& arguments,
          std::string* out = nullptr);

}  // namespace thermoleak::batch
