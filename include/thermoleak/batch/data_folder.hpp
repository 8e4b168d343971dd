#pragma once
// The service's data folder: one folder holds all that a heating company's service knows. Whoever
// finds it after a crash finds every file whole: what is not there under its final name did not
// happen. This header: the folder, its configuration, files by content, and scans up to their
// commit. What is made of committed scans: jobs.hpp and nightly.hpp.
//
//   config.toml                  areas, limits, retention, season
//   ledger.gpkg                  the hazard ledger
//   uploads/                     bytes that are still arriving (the service's own)
//   blobs/ab/SHA256              whole files by content
//   scans/SCAN/scan.json         who flew what
//   scans/SCAN/manifest.json     the scan is committed; its files and hashes
//   scans/SCAN/frames/           links to the blobs under their names
//   scans/SCAN/quality.json      the quick check
//   runs/SCAN/                   what the survey run wrote
//   jobs/JOB.json, JOB.log       the queue
//   plan/                        the repair plan
//   summary/YYYY-MM-DD/          the morning summaries
//   inbox/CARD/                  cards that were copied by cable
//   lock                         who processes

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "thermoleak/batch/settings.hpp"
#include "thermoleak/core/error.hpp"

namespace thermoleak::batch {

/// Weather as the crew wrote it down.
struct Conditions {
  std::optional<double> air_temp_c, wind_m_s, humidity_pct;
};

/// What people say of a scan when they open it.
struct ScanFacts {
  std::string area{};  ///< an area's id of config.toml
  std::string crew{}, instrument{};
  std::string flown_on{};  ///< YYYY-MM-DD, the local day on which the flight began
  std::string note{};
  std::string owner{};  ///< account that uploads it; "inbox" for cards copied by cable
  std::string organisation{}, district{};  ///< of the area when left empty
  Conditions conditions{};
};

/// One file of a scan. `path` is relative, with '/', as CleanPath allows it.
struct ScanFile {
  std::string path;
  std::uint64_t size = 0;
  std::string sha256;  ///< lower-case hexadecimal
  bool operator==(const ScanFile&) const = default;
};

enum class ScanState {
  kOpen,       ///< files may still be added
  kCommitted,  ///< waits for its survey job
  kRunning,
  kDone,    ///< in the ledger
  kFailed,  ///< will be tried again
  kParked,  ///< given up until somebody retries its job
};
/// "open", "committed", "running", "done", "failed", "parked".
std::string_view CodeOf(ScanState state);

struct Scan {
  std::string id;
  ScanFacts facts;
  ScanState state = ScanState::kOpen;
  std::string opened_at;        ///< UTC, 2026-01-15T18:40:03Z
  std::string committed_at;     ///< "" while open
  std::vector<ScanFile> files;  ///< of the manifest, by path; empty while open
};

/// A name from outside as a path below a scan: relative, '/' between its parts, UTF-8 without
/// control characters, no "." or "..", no backslash or drive, at most 8 parts of 200 bytes. What
/// is anything else is refused (kPathRefused), never repaired. Thread-safe.
Result<std::string> CleanPath(std::string_view path);
/// YYYYMMDD- and eight lower-case letters or digits: what OpenScan makes.
bool IsScanId(std::string_view text);
/// 64 lower-case hexadecimal digits.
bool IsSha256(std::string_view text);
/// Now, as "2026-01-15T18:40:03Z".
std::string UtcNow();

/// All of it is thread-safe as long as each open scan is used by one thread at a time; several
/// processes may have the same folder open.
class DataFolder {
 public:
  /// Makes what is missing: folders, an example config.toml without areas, the ledger. What is
  /// there stays. Throws RunError (kOutputUnwritable, kDiskFull, as Open).
  static DataFolder Create(const std::filesystem::path& root);
  /// Throws RunError: kInputMissing when there is no config.toml, kPlanFile... for its faults.
  static DataFolder Open(const std::filesystem::path& root);

  const std::filesystem::path& root() const { return root_; }
  const Settings& settings() const { return settings_; }
  const std::vector<Area>& areas() const { return settings_.areas; }
  /// Null when there is none of this id.
  const Area* FindArea(std::string_view id) const;

  std::filesystem::path ledger() const { return root_ / "ledger.gpkg"; }
  std::filesystem::path uploads() const { return root_ / "uploads"; }
  std::filesystem::path jobs() const { return root_ / "jobs"; }
  std::filesystem::path plan() const { return root_ / "plan"; }
  std::filesystem::path summaries() const { return root_ / "summary"; }
  std::filesystem::path inbox() const { return root_ / "inbox"; }
  std::filesystem::path lock() const { return root_ / "lock"; }
  std::filesystem::path ScanPath(const std::string& scan) const { return root_ / "scans" / scan; }
  std::filesystem::path RunPath(const std::string& scan) const { return root_ / "runs" / scan; }
  std::filesystem::path BlobPath(const std::string& sha256) const;

  // ---- scans ----
  /// Opens a scan and returns its id. Errors: kAreaUnknown, kDayUnreadable (flown_on).
  Result<std::string> OpenScan(ScanFacts facts) const;
  /// The same under a given id; an open scan of that id gets the new facts.
  Result<std::string> OpenScanAs(const std::string& id, ScanFacts facts) const;
  /// All scans by id, which is by day. `files` are left out.
  std::vector<Scan> Scans() const;
  /// With its files. Nothing when there is none, or when the id is no id.
  std::optional<Scan> FindScan(const std::string& id) const;
  /// Takes an open scan away (its blobs stay). Errors: kScanUnknown, kScanCommitted.
  Result<std::string> DropScan(const std::string& id) const;

  // ---- files ----
  bool HasBlob(const std::string& sha256, std::uint64_t size) const;
  /// A whole file, whose hash the caller has computed, becomes a blob: synced, renamed, the folder
  /// synced. When the blob is there already, `file` is removed. `file` lies on the same file
  /// system. Throws RunError (kDiskFull, kOutputUnwritable).
  void AdoptBlob(const std::filesystem::path& file, const std::string& sha256) const;
  /// Of the given files, those whose content is not there.
  std::vector<ScanFile> Missing(const std::vector<ScanFile>& files) const;

  /// The scan is whole: writes manifest.json by a rename, which is the commit. The same files once
  /// more change nothing. Errors: kScanUnknown; kScanCommitted (with other files);
  /// kScanFilesMissing (item = first of them); kPathRefused; kPathTwice; kScanEmpty. Throws
  /// RunError as AdoptBlob. `committed_at`: for tests, else now.
  Result<Scan> Commit(const std::string& id, std::vector<ScanFile> files,
                      const std::string& committed_at = {}) const;

  /// Links the committed files into scans/SCAN/frames and returns that folder: what a survey run
  /// gets. Done before, it changes nothing. Throws RunError (kScanFilesMissing when a blob is
  /// gone).
  std::filesystem::path LinkFrames(const Scan& scan) const;

 private:
  explicit DataFolder(std::filesystem::path root) : root_(std::move(root)) {}
  std::filesystem::path root_;
  Settings settings_;
};

}  // namespace thermoleak::batch
