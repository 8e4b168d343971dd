// The folder itself and its files by content.

#include "thermoleak/batch/data_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "thermoleak/core/files.hpp"
#include "thermoleak/ledger/dates.hpp"
#include "thermoleak/ledger/ledger.hpp"

namespace thermoleak::batch {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kExampleConfig =
    R"(# The service's data folder. Relative paths are relative to this file.
# city = "SY"             # begins the hazards' ids
# lang = "zh"             # of reports, plan and summaries
# season = 2026           # else the season of the night's day
# options = "options.toml"  # of runs, import and plan: [detection] min-snr = 3 ...

# One table an area: a piece of the city with its pipe map.
# [[area]]
# id = "north"
# name = "北区"
# network = "maps/north.gpkg"
# dem = "maps/dem.tif"
# buildings = "maps/buildings.gpkg"
# organisation = "东热"
# district = "铁西区"
# map_crs = "EPSG:4534"   # for a map that states none
# map_shift = "none"      # or swap, crs, gcj02, bd09: see `thermoleak run --help`
# map_control = "maps/control.csv"
# map_sigma_m = 1.0
# depth_to_axis = false

# [limits]                # of one job
# wall_min = 240
# cpu_min = 960
# memory_gib = 4
# open_files = 1024
# threads = 0
# tries = 3

# [retention]             # days; 0 = for ever
# uploads_days = 7
# caches_days = 14
# logs_days = 90
# summaries_days = 400

# [inbox]                 # cards copied by cable into inbox/CARD
# quiet_min = 10
# area = "north"
)";

void Sync(const fs::path& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
  const bool good = fd >= 0 && ::fsync(fd) == 0;
  const int error = errno;
  if (fd >= 0) ::close(fd);
  if (!good) throw WriteError(path, error);
}

void MakeFolder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw WriteError(folder, error.value());
}

}  // namespace

std::string UtcNow() {
  using namespace std::chrono;
  const auto now = floor<seconds>(system_clock::now());
  const auto day = floor<days>(now);
  const hh_mm_ss clock(now - day);
  return fmt::format("{}T{:02}:{:02}:{:02}Z", IsoDate(Date(day)), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

DataFolder DataFolder::Create(const fs::path& root) {
  MakeFolder(root);
  // Frames, positions and accounts are nobody else's business on this machine.
  std::error_code ignored;
  fs::permissions(root, fs::perms::others_all, fs::perm_options::remove, ignored);
  for (const char* name : {"uploads", "blobs", "scans", "runs", "jobs", "plan", "summary", "inbox"})
    MakeFolder(root / name);
  if (!fs::exists(root / "config.toml", ignored))
    WriteFileAtomically(root / "config.toml", kExampleConfig);
  DataFolder folder = Open(root);
  if (!fs::exists(folder.ledger(), ignored)) {
    Ledger::Create(folder.ledger(), folder.settings().city,
                   Act{"thermoleak", Role::kUnitEngineer, Today(), {}});
  }
  return folder;
}

DataFolder DataFolder::Open(const fs::path& root) {
  std::error_code ignored;
  const fs::path config = root / "config.toml";
  if (!fs::exists(config, ignored))
    throw RunError(ExitCode::kInputMissing, MessageId::kDataNoConfig, {root.string()});
  DataFolder folder(fs::absolute(root));
  folder.settings_ = Settings::Load(config);
  return folder;
}

const Area* DataFolder::FindArea(std::string_view id) const {
  for (const Area& area : settings_.areas) {
    if (area.id == id) return &area;
  }
  return nullptr;
}

fs::path DataFolder::BlobPath(const std::string& sha256) const {
  return root_ / "blobs" / sha256.substr(0, 2) / sha256;
}

bool DataFolder::HasBlob(const std::string& sha256, std::uint64_t size) const {
  if (!IsSha256(sha256)) return false;
  struct stat info {};
  return ::stat(BlobPath(sha256).c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
         static_cast<std::uint64_t>(info.st_size) == size;
}

void DataFolder::AdoptBlob(const fs::path& file, const std::string& sha256) const {
  if (!IsSha256(sha256)) throw RunError(ExitCode::kUsage, MessageId::kHashRefused, {sha256});
  const fs::path blob = BlobPath(sha256);
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) throw WriteError(file, errno);
  if (HasBlob(sha256, static_cast<std::uint64_t>(info.st_size))) {
    ::unlink(file.c_str());
    return;
  }
  MakeFolder(blob.parent_path());
  // The bytes before the name: after a power cut a blob is whole or not there.
  Sync(file, O_RDONLY);
  ::chmod(file.c_str(), 0440);
  if (::rename(file.c_str(), blob.c_str()) != 0) throw WriteError(blob, errno);
  Sync(blob.parent_path(), O_RDONLY | O_DIRECTORY);
}

std::vector<ScanFile> DataFolder::Missing(const std::vector<ScanFile>& files) const {
  std::vector<ScanFile> missing;
  for (const ScanFile& file : files) {
    if (!HasBlob(file.sha256, file.size)) missing.push_back(file);
  }
  return missing;
}

}  // namespace thermoleak::batch
