// Scans from their opening to their commit.

#include <fmt/format.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>

#include "batch/text_json.hpp"
#include "thermoleak/batch/data_folder.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/ledger/dates.hpp"

namespace thermoleak::batch {
namespace {

namespace fs = std::filesystem;

OrderedJson ConditionsJson(const Conditions& c) {
  return {{"air_temp_c", OrNull(c.air_temp_c)},
          {"wind_m_s", OrNull(c.wind_m_s)},
          {"humidity_pct", OrNull(c.humidity_pct)}};
}

OrderedJson FactsJson(const std::string& id, const ScanFacts& f) {
  return {{"schema", 1},
          {"scan", id},
          {"area", f.area},
          {"crew", f.crew},
          {"instrument", f.instrument},
          {"flown_on", f.flown_on},
          {"note", f.note},
          {"owner", f.owner},
          {"organisation", f.organisation},
          {"district", f.district},
          {"conditions", ConditionsJson(f.conditions)}};
}

ScanFacts FactsFrom(const Json& json) {
  const Json& c = PartOf(json, "conditions");
  return {TextOf(json, "area"),
          TextOf(json, "crew"),
          TextOf(json, "instrument"),
          TextOf(json, "flown_on"),
          TextOf(json, "note"),
          TextOf(json, "owner"),
          TextOf(json, "organisation"),
          TextOf(json, "district"),
          {NumberOf(c, "air_temp_c"), NumberOf(c, "wind_m_s"), NumberOf(c, "humidity_pct")}};
}

std::vector<ScanFile> FilesFrom(const Json& manifest) {
  std::vector<ScanFile> files;
  const auto list = manifest.find("files");
  if (list == manifest.end() || !list->is_array()) return files;
  for (const Json& row : *list) {
    const auto size = row.find("size");
    if (size == row.end() || !size->is_number_unsigned()) continue;
    files.push_back({TextOf(row, "path"), size->get<std::uint64_t>(), TextOf(row, "sha256")});
  }
  return files;
}

/// Eight letters or digits that nobody can guess.
std::string RandomWord() {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::string word;
  while (word.size() < 8) {
    std::array<unsigned char, 32> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) continue;
    for (const unsigned char byte : bytes) {
      // 252 = 7 x 36: larger bytes would favour the first letters.
      if (byte < 252 && word.size() < 8) word += kLetters[byte % kLetters.size()];
    }
  }
  return word;
}

ScanState StateOf(const fs::path& job_file) {
  const auto job = ReadObject(job_file, 1u << 20);
  const std::string state = job ? TextOf(*job, "state") : std::string();
  if (state == "running") return ScanState::kRunning;
  if (state == "done") return ScanState::kDone;
  if (state == "failed") return ScanState::kFailed;
  if (state == "parked" || state == "cancelled") return ScanState::kParked;
  return ScanState::kCommitted;
}

}  // namespace

std::string_view CodeOf(ScanState state) {
  constexpr std::array<std::string_view, 6> kCodes = {"open", "committed", "running",
                                                      "done", "failed",    "parked"};
  return kCodes[static_cast<std::size_t>(state)];
}

Result<std::string> DataFolder::OpenScan(ScanFacts facts) const {
  const auto day = ParseDate(facts.flown_on);
  if (!day) return Fail(facts.flown_on, MessageId::kCellNoDate, {facts.flown_on});
  std::string digits = IsoDate(*day);
  std::erase(digits, '-');
  for (;;) {
    const std::string id = digits + "-" + RandomWord();
    std::error_code ignored;
    if (!fs::exists(ScanPath(id), ignored)) return OpenScanAs(id, std::move(facts));
  }
}

Result<std::string> DataFolder::OpenScanAs(const std::string& id, ScanFacts facts) const {
  const auto day = ParseDate(facts.flown_on);
  if (!day) return Fail(facts.flown_on, MessageId::kCellNoDate, {facts.flown_on});
  facts.flown_on = IsoDate(*day);
  const Area* area = FindArea(facts.area);
  if (area == nullptr) {
    std::string known;
    for (const Area& a : areas()) known += (known.empty() ? "" : ", ") + a.id;
    return Fail(facts.area, MessageId::kAreaUnknown, {facts.area, known.empty() ? "-" : known});
  }
  if (facts.organisation.empty()) facts.organisation = area->organisation;
  if (facts.district.empty()) facts.district = area->district;
  if (!IsScanId(id)) return Fail(id, MessageId::kScanUnknown, {id});
  const fs::path folder = ScanPath(id);
  std::error_code error;
  if (fs::exists(folder / "manifest.json", error)) return Fail(id, MessageId::kScanCommitted, {id});
  fs::create_directories(folder, error);
  if (error) throw WriteError(folder, error.value());
  OrderedJson json = FactsJson(id, facts);
  const auto before = ReadObject(folder / "scan.json");
  json["opened_at"] = before ? TextOf(*before, "opened_at") : UtcNow();
  WriteJson(folder / "scan.json", json);
  return id;
}

std::optional<Scan> DataFolder::FindScan(const std::string& id) const {
  if (!IsScanId(id)) return std::nullopt;
  const fs::path folder = ScanPath(id);
  const auto opened = ReadObject(folder / "scan.json", 1u << 20);
  const auto manifest = ReadObject(folder / "manifest.json");
  if (!opened && !manifest) return std::nullopt;
  Scan scan;
  scan.id = id;
  scan.facts = FactsFrom(manifest ? *manifest : *opened);
  scan.opened_at = opened ? TextOf(*opened, "opened_at") : std::string();
  if (!manifest) return scan;
  scan.committed_at = TextOf(*manifest, "committed_at");
  scan.files = FilesFrom(*manifest);
  scan.state = StateOf(jobs() / (id + ".survey.json"));
  return scan;
}

std::vector<Scan> DataFolder::Scans() const {
  std::vector<Scan> scans;
  std::error_code error;
  for (fs::directory_iterator it(root_ / "scans", error), end; !error && it != end;
       it.increment(error)) {
    if (auto scan = FindScan(it->path().filename().string())) {
      scan->files.clear();
      scans.push_back(std::move(*scan));
    }
  }
  std::sort(scans.begin(), scans.end(), [](const Scan& a, const Scan& b) { return a.id < b.id; });
  return scans;
}

Result<std::string> DataFolder::DropScan(const std::string& id) const {
  const auto scan = FindScan(id);
  if (!scan) return Fail(id, MessageId::kScanUnknown, {id});
  if (scan->state != ScanState::kOpen) return Fail(id, MessageId::kScanCommitted, {id});
  std::error_code error;
  fs::remove_all(ScanPath(id), error);
  if (error) throw WriteError(ScanPath(id), error.value());
  return id;
}

Result<Scan> DataFolder::Commit(const std::string& id, std::vector<ScanFile> files,
                                const std::string& committed_at) const {
  auto scan = FindScan(id);
  if (!scan) return Fail(id, MessageId::kScanUnknown, {id});
  for (const ScanFile& file : files) {
    if (auto path = CleanPath(file.path); !path) return tl::unexpected(path.error());
    if (!IsSha256(file.sha256)) return Fail(file.path, MessageId::kHashRefused, {file.sha256});
  }
  std::sort(files.begin(), files.end(),
            [](const ScanFile& a, const ScanFile& b) { return a.path < b.path; });
  // A file may not lie where another one's folder is. What sorts between them ("a", "a-b", "a/c")
  // must not hide it.
  std::set<std::string_view> paths;
  for (const ScanFile& file : files)
    if (!paths.insert(file.path).second) return Fail(file.path, MessageId::kPathTwice);
  for (const ScanFile& file : files) {
    const std::string_view path = file.path;
    for (std::size_t at = path.find('/'); at != path.npos; at = path.find('/', at + 1)) {
      const std::string folder(path.substr(0, at));
      if (paths.contains(folder)) return Fail(folder, MessageId::kPathTwice);
    }
  }
  if (scan->state != ScanState::kOpen) {
    if (scan->files == files) return *scan;
    return Fail(id, MessageId::kScanCommitted, {id});
  }
  if (files.empty()) return Fail(id, MessageId::kScanEmpty);
  if (const auto missing = Missing(files); !missing.empty()) {
    return Fail(missing.front().path, MessageId::kScanFilesMissing,
                {std::to_string(missing.size()), std::to_string(files.size())});
  }
  OrderedJson json = FactsJson(id, scan->facts);
  json["committed_at"] = committed_at.empty() ? UtcNow() : committed_at;
  OrderedJson list = OrderedJson::array();
  for (const ScanFile& file : files)
    list.push_back({{"path", file.path}, {"size", file.size}, {"sha256", file.sha256}});
  json["files"] = std::move(list);
  WriteJson(ScanPath(id) / "manifest.json", json);
  return *FindScan(id);
}

fs::path DataFolder::LinkFrames(const Scan& scan) const {
  const fs::path frames = ScanPath(scan.id) / "frames";
  for (const ScanFile& file : scan.files) {
    // The manifest is ours, but it lies on a disk: a name in it is checked like any other.
    const auto clean = CleanPath(file.path);
    if (!clean || !IsSha256(file.sha256))
      throw RunError(ExitCode::kInputMissing, MessageId::kScanDamaged, {"manifest.json"});
    const fs::path blob = BlobPath(file.sha256), link = frames / *clean;
    if (!HasBlob(file.sha256, file.size))
      throw RunError(ExitCode::kInputMissing, MessageId::kScanDamaged, {file.path});
    std::error_code error;
    if (fs::equivalent(link, blob, error)) continue;
    fs::create_directories(link.parent_path(), error);
    if (error) throw WriteError(link.parent_path(), error.value());
    fs::remove(link, error);
    if (::link(blob.c_str(), link.c_str()) == 0) continue;
    // No hard links here, or too many of one file: a symbolic one does as well.
    fs::create_symlink(blob, link, error);
    if (error) throw WriteError(link, error.value());
  }
  return frames;
}

}  // namespace thermoleak::batch
