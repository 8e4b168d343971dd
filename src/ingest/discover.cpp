#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <system_error>

#include "ingest/fff.hpp"
#include "ingest/sequence.hpp"
#include "thermoleak/ingest/reader.hpp"

namespace thermoleak {
namespace fs = std::filesystem;
namespace {

/// What lies beside frames and is none by its name. Everything else is opened: frames have all
/// sorts of names.
bool IsKnownNonImage(const fs::path& path) {
  static constexpr std::string_view kExtensions[] = {
      ".csv",  ".txt",  ".json",     ".geojson",  ".gpkg", ".srt",  ".md",  ".xml",
      ".html", ".htm",  ".pdf",      ".zip",      ".gz",   ".7z",   ".rar", ".kml",
      ".kmz",  ".shp",  ".shx",      ".dbf",      ".prj",  ".cpg",  ".qgz", ".qgs",
      ".toml", ".yaml", ".yml",      ".ini",      ".log",  ".xlsx", ".xls", ".doc",
      ".docx", ".mp4",  ".mov",      ".avi",      ".mrk",  ".obs",  ".nav", ".rtk",
      ".rpos", ".bin",  ".db",       ".sqlite",   ".py",   ".sh",   ".tfw", ".jgw",
      ".dxf",  ".gpx",  ".gpkg-wal", ".gpkg-shm", ".thm",  ".lrf",  ".lrv"};
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(std::begin(kExtensions), std::end(kExtensions), extension) !=
         std::end(kExtensions);
}

bool IsHidden(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.size() > 1 && name.front() == '.' && name != "..";
}

/// Numbers inside names compare as numbers: DJI_2 before DJI_10. Equal values (007, 7) and
/// everything else fall back to bytes, so that the order is total.
bool NaturalLess(const std::string& a, const std::string& b) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() && j < b.size()) {
    if (digit(a[i]) && digit(b[j])) {
      std::size_t i_end = i;
      std::size_t j_end = j;
      while (i_end < a.size() && digit(a[i_end])) ++i_end;
      while (j_end < b.size() && digit(b[j_end])) ++j_end;
      while (i < i_end && a[i] == '0') ++i;
      while (j < j_end && b[j] == '0') ++j;
      if (i_end - i != j_end - j) return i_end - i < j_end - j;
      const int order = a.compare(i, i_end - i, b, j, j_end - j);
      if (order != 0) return order < 0;
      i = i_end;
      j = j_end;
      continue;
    }
    if (a[i] != b[j]) {
      return static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[j]);
    }
    ++i;
    ++j;
  }
  if (i < a.size() || j < b.size()) return j < b.size();
  return a < b;
}

/// What systems leave on cards and shares; often not even readable.
bool IsSystemFolder(const fs::path& path) {
  static constexpr std::string_view kNames[] = {"lost+found", "System Volume Information",
                                                "$RECYCLE.BIN", "@eaDir", "__MACOSX"};
  return std::find(std::begin(kNames), std::end(kNames), path.filename().string()) !=
         std::end(kNames);
}

/// Links are followed, each real folder is visited once, so that loops end. A folder that cannot be
/// listed is the run's fault: its frames would be missing without a word.
void Collect(const fs::path& folder, std::set<fs::path>& visited, std::vector<fs::path>& files) {
  try {
    if (!visited.insert(fs::canonical(folder)).second) return;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
      std::error_code error;
      if (IsHidden(entry.path())) continue;
      if (entry.is_directory(error)) {
        if (!IsSystemFolder(entry.path())) Collect(entry.path(), visited, files);
      } else if (entry.is_regular_file(error) && !IsKnownNonImage(entry.path())) {
        files.push_back(entry.path());
      }
    }
  } catch (const fs::filesystem_error& error) {
    throw RunError(ExitCode::kInputMissing, MessageId::kInputUnlistable,
                   {folder.string(), error.code().message()});
  }
}

/// The file's frames; one for everything but a sequence, whatever it holds.
void AddFrames(const fs::path& path, std::vector<FrameSource>& frames) {
  const auto read_at = [&path](std::uint64_t offset, std::uint64_t wanted) {
    return ReadFilePart(path, offset, wanted).value_or(Bytes());
  };
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  std::vector<ingest::SequencePiece> pieces;
  if (!error && ingest::IsFff(read_at(0, 4))) pieces = ingest::WalkSequence(read_at, size);
  if (pieces.size() <= 1) {
    frames.push_back({path});
    return;
  }
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    frames.push_back({path, pieces[i].offset, pieces[i].length, static_cast<int>(i),
                      static_cast<int>(pieces.size())});
  }
}

}  // namespace

std::vector<FrameSource> DiscoverFrames(std::span<const fs::path> inputs) {
  std::vector<fs::path> found;
  std::set<fs::path> visited;
  for (const fs::path& input : inputs) {
    std::error_code error;
    if (!fs::exists(input, error)) {
      throw RunError(ExitCode::kInputMissing, MessageId::kInputMissing, {input.string()});
    }
    if (fs::is_directory(input, error)) {
      Collect(input, visited, found);
    } else {
      found.push_back(input);  // named by the user: read, whatever its name
    }
  }
  std::sort(found.begin(), found.end(), [](const fs::path& a, const fs::path& b) {
    return NaturalLess(a.string(), b.string());
  });
  // The same file through two inputs counts once.
  std::set<fs::path> seen;
  std::vector<FrameSource> frames;
  for (const fs::path& path : found) {
    std::error_code error;
    fs::path real = fs::weakly_canonical(path, error);
    if (error) real = path;
    if (seen.insert(std::move(real)).second) AddFrames(path, frames);
  }
  return frames;
}

}  // namespace thermoleak
