#include "service/uploads.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>

#include "service/api_error.hpp"
#include "service/secrets.hpp"
#include "service/upload_entry.hpp"
#include "thermoleak/core/files.hpp"

namespace thermoleak::service {
namespace {

namespace fs = std::filesystem;
using sqlite::Database;
using sqlite::Statement;

std::optional<std::uint64_t> SizeOf(const fs::path& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  return static_cast<std::uint64_t>(info.st_size);
}

void AddScanFile(const Database& db, const std::string& scan, const std::string& path,
                 std::uint64_t size, const std::string& sha256, const std::string& owner) {
  db.Prepare("INSERT OR REPLACE INTO scan_files VALUES (?,?,?,?,?)")
      .Bind(scan)
      .Bind(path)
      .Bind(static_cast<std::int64_t>(size))
      .Bind(sha256)
      .Bind(owner)
      .Step();
}

UploadFacts FactsOf(const Statement& row) {
  UploadFacts facts;
  facts.id = row.Text(0);
  facts.owner = row.Text(1);
  facts.length = static_cast<std::uint64_t>(row.Integer(2));
  facts.metadata = row.Text(3);
  facts.scan = row.Text(4);
  facts.path = row.Text(5);
  facts.sha256 = row.Text(6);
  facts.partial = row.Integer(7) != 0;
  facts.expires_at = row.Integer(8);
  return facts;
}

}  // namespace

Uploads::Uploads(const batch::DataFolder& folder, ServiceStore& store, UploadLimits limits)
    : folder_(folder), store_(store), limits_(limits) {
  store_.With([&](const Database& db) {
    Statement row = db.Prepare("SELECT owner, count(*), sum(length) FROM uploads GROUP BY owner");
    while (row.Step()) {
      open_[row.Text(0)] = row.Integer(1);
      open_bytes_[row.Text(0)] = static_cast<std::uint64_t>(row.Integer(2));
    }
  });
}

Uploads::~Uploads() = default;

std::optional<UploadFacts> Uploads::Load(const std::string& id) const {
  if (!IsUploadId(id)) return std::nullopt;
  return store_.With([&](const Database& db) -> std::optional<UploadFacts> {
    Statement row = db.Prepare("SELECT * FROM uploads WHERE id = ?");
    if (!row.Bind(id).Step()) return std::nullopt;
    return FactsOf(row);
  });
}

void Uploads::Write(const UploadFacts& facts) const {
  store_.With([&](const Database& db) {
    db.Prepare("INSERT OR REPLACE INTO uploads VALUES (?,?,?,?,?,?,?,?,?)")
        .Bind(facts.id)
        .Bind(facts.owner)
        .Bind(static_cast<std::int64_t>(facts.length))
        .Bind(facts.metadata)
        .Bind(facts.scan)
        .Bind(facts.path)
        .Bind(facts.sha256)
        .Bind(std::int64_t{facts.partial})
        .Bind(facts.expires_at)
        .Step();
  });
}

std::uint64_t Uploads::OffsetOf(const UploadFacts& facts) const {
  const fs::path file = File(facts.id);
  const std::uint64_t size = SizeOf(file).value_or(0);
  // Bytes behind this mark came with a checksum, and the request that brought them was cut off.
  const auto mark = ReadFile(file.string() + ".unchecked", 64);
  if (!mark) return size;
  const auto proved = ParseCount({reinterpret_cast<const char*>(mark->data()), mark->size()});
  if (proved && *proved < size) {
    if (::truncate(file.c_str(), static_cast<off_t>(*proved)) != 0) throw WriteError(file, errno);
  }
  ::unlink((file.string() + ".unchecked").c_str());
  return std::min(size, proved.value_or(size));
}

std::shared_ptr<Uploads::Entry> Uploads::Hold(const std::string& id) {
  std::unique_lock lock(mutex_);
  std::shared_ptr<Entry>& entry = entries_[id];
  if (!entry) entry = std::make_shared<Entry>();
  const std::shared_ptr<Entry> held = entry;
  if (held->busy && held->interrupt) held->interrupt();
  // Whoever asks again knows that the earlier request is lost, though its connection may not.
  if (!released_.wait_for(lock, std::chrono::seconds(5), [&] { return !held->busy; }))
    throw Refusal(423, MessageId::kTusBusy);
  held->busy = true;
  entries_[id] = held;
  return held;
}

void Uploads::Release(const std::string& id) noexcept {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  if (found != entries_.end()) {
    found->second->busy = false;
    found->second->interrupt = nullptr;
    // A running hash is worth keeping for the next piece; hashes of thousands are not.
    if (!found->second->digest || entries_.size() > 2000) entries_.erase(found);
  }
  released_.notify_all();
}

UploadFacts Uploads::Create(const User& user, const NewUpload& wanted) {
  if (wanted.length > limits_.file_bytes)
    throw Refusal(413, MessageId::kTusTooLong, {std::to_string(limits_.file_bytes)});
  UploadFacts facts;
  facts.id = RandomHex(16);
  facts.owner = user.id;
  facts.length = wanted.length;
  facts.metadata = wanted.metadata;
  facts.partial = wanted.partial;
  facts.expires_at = Now() + limits_.lifetime_s;
  const auto value = [&](const char* name) {
    const auto found = wanted.values.find(name);
    return found == wanted.values.end() ? std::string() : found->second;
  };
  facts.scan = value("scan");
  facts.sha256 = value("sha256");
  if (!facts.sha256.empty() && !batch::IsSha256(facts.sha256))
    throw Refusal(400, MessageId::kApiFieldWrong, {"sha256", "64 x 0-9a-f"});
  const std::string name = value("path").empty() ? value("filename") : value("path");
  if (!name.empty() || !facts.scan.empty()) {
    const auto clean = batch::CleanPath(name);
    if (!clean) throw ApiError{400, clean.error().message};
    facts.path = *clean;
  }
  if (!facts.scan.empty() && !wanted.partial) {
    const auto scan = batch::IsScanId(facts.scan) ? folder_.FindScan(facts.scan) : std::nullopt;
    if (!scan || !Sees(user, scan->facts.organisation, scan->facts.district))
      throw Refusal(404, MessageId::kApiNotFound);
    if (scan->state != batch::ScanState::kOpen)
      throw Refusal(409, MessageId::kScanCommitted, {facts.scan});
  }
  {
    const std::lock_guard lock(mutex_);
    if (open_[user.id] >= limits_.open_uploads)
      throw Refusal(403, MessageId::kQuotaCount, {std::to_string(limits_.open_uploads)});
    const auto used = static_cast<std::uint64_t>(user.used_bytes) + open_bytes_[user.id];
    const std::uint64_t quota = static_cast<std::uint64_t>(user.quota_gb) << 30;
    if (used > quota || wanted.length > quota - used)
      throw Refusal(403, MessageId::kQuotaBytes, {std::to_string(user.quota_gb)});
    struct statvfs disk {};
    if (::statvfs(folder_.uploads().c_str(), &disk) == 0 &&
        disk.f_bavail * disk.f_frsize < wanted.length + limits_.free_bytes)
      throw Refusal(507, MessageId::kApiDiskFull);
    ++open_[user.id];
    open_bytes_[user.id] += wanted.length;
  }
  try {
    if (!wanted.parts.empty()) {
      Concatenate(user, facts, wanted.parts);
      return facts;
    }
    const int fd =
        ::open(File(facts.id).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) throw WriteError(File(facts.id), errno);
    ::close(fd);
    Write(facts);
    if (facts.length == 0) Complete(facts, std::nullopt);
  } catch (...) {
    {
      const std::lock_guard lock(mutex_);
      --open_[user.id];
      open_bytes_[user.id] -= wanted.length;
    }
    Erase(facts.id);
    throw;
  }
  return facts;
}

UploadState Uploads::State(const User& user, const std::string& id) {
  if (!IsUploadId(id)) throw Refusal(404, MessageId::kApiNotFound);
  Hold(id);
  struct Releaser {
    Uploads& uploads;
    const std::string& id;
    ~Releaser() { uploads.Release(id); }
  } const releaser{*this, id};
  const auto facts = Load(id);
  if (!facts) {
    return store_.With([&](const Database& db) {
      Statement done = db.Prepare("SELECT length FROM uploads_done WHERE id = ? AND owner = ?");
      if (!done.Bind(id).Bind(user.id).Step()) throw Refusal(404, MessageId::kApiNotFound);
      UploadState state;
      state.facts.id = id;
      state.facts.owner = user.id;
      state.facts.length = state.offset = static_cast<std::uint64_t>(done.Integer(0));
      state.done = true;
      return state;
    });
  }
  if (facts->owner != user.id) throw Refusal(404, MessageId::kApiNotFound);
  if (facts->expires_at < Now()) throw Refusal(410, MessageId::kTusExpired);
  if (!SizeOf(File(id)) && !facts->sha256.empty() &&
      folder_.HasBlob(facts->sha256, facts->length)) {
    // Killed between the blob's rename and the bookkeeping: the rest of it.
    Complete(*facts, facts->sha256);
    return {*facts, facts->length, true};
  }
  const std::uint64_t offset = OffsetOf(*facts);
  if (offset == facts->length && !facts->partial) {
    // All bytes were there when the server was killed.
    Complete(*facts, std::nullopt);
    return {*facts, offset, true};
  }
  return {*facts, offset, facts->partial && offset == facts->length};
}

void Uploads::Remove(const User& user, const std::string& id) {
  const UploadState state = State(user, id);
  if (state.done && !state.facts.partial) {
    store_.With([&](const Database& db) {
      db.Prepare("DELETE FROM uploads_done WHERE id = ?").Bind(id).Step();
    });
    return;
  }
  Erase(id);
  const std::lock_guard lock(mutex_);
  entries_.erase(id);
  --open_[user.id];
  open_bytes_[user.id] -= std::min(open_bytes_[user.id], state.facts.length);
}

void Uploads::Erase(const std::string& id) {
  ::unlink((File(id).string() + ".unchecked").c_str());
  ::unlink(File(id).c_str());
  store_.With(
      [&](const Database& db) { db.Prepare("DELETE FROM uploads WHERE id = ?").Bind(id).Step(); });
}

void Uploads::Complete(UploadFacts facts, const std::optional<std::string>& sha256) {
  if (facts.partial) return;
  const fs::path file = File(facts.id);
  if (SizeOf(file)) {
    std::string found = sha256.value_or("");
    if (found.empty()) {
      const auto hashed = HashFile(file);
      if (!hashed) throw WriteError(file, EIO);
      found = hashed->sha256;
    }
    if (!facts.sha256.empty() && found != facts.sha256) {
      // Not what was announced: all of it has to come again.
      if (::truncate(file.c_str(), 0) != 0) Erase(facts.id);
      throw Refusal(460, MessageId::kApiSha);
    }
    if (facts.sha256.empty()) {
      facts.sha256 = found;
      Write(facts);
    }
    folder_.AdoptBlob(file, found);
  }
  store_.Change([&](const Database& db) {
    Statement counted = db.Prepare("SELECT 1 FROM uploads_done WHERE id = ?");
    if (counted.Bind(facts.id).Step()) return;
    db.Prepare("INSERT INTO uploads_done VALUES (?,?,?,?)")
        .Bind(facts.id)
        .Bind(facts.owner)
        .Bind(static_cast<std::int64_t>(facts.length))
        .Bind(facts.expires_at)
        .Step();
    db.Prepare("UPDATE users SET used_bytes = used_bytes + ? WHERE id = ?")
        .Bind(static_cast<std::int64_t>(facts.length))
        .Bind(facts.owner)
        .Step();
    if (!facts.scan.empty())
      AddScanFile(db, facts.scan, facts.path, facts.length, facts.sha256, facts.owner);
    db.Prepare("DELETE FROM uploads WHERE id = ?").Bind(facts.id).Step();
  });
  const std::lock_guard lock(mutex_);
  --open_[facts.owner];
  open_bytes_[facts.owner] -= std::min(open_bytes_[facts.owner], facts.length);
}

void Uploads::Concatenate(const User& user, const UploadFacts& stated,
                          const std::vector<std::string>& parts) {
  UploadFacts facts = stated;
  std::vector<UploadFacts> pieces;
  for (const std::string& id : parts) {
    const auto part = Load(id);
    if (!part || part->owner != user.id || !part->partial)
      throw Refusal(404, MessageId::kApiNotFound);
    if (OffsetOf(*part) != part->length) throw Refusal(409, MessageId::kTusPartsOpen);
    pieces.push_back(*part);
  }
  const int out =
      ::open(File(facts.id).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (out < 0) throw WriteError(File(facts.id), errno);
  int error_number = 0;
  for (const UploadFacts& piece : pieces) {
    const int in = ::open(File(piece.id).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    std::uint64_t left = piece.length;
    while (in >= 0 && left > 0 && error_number == 0) {
      const ssize_t n = ::copy_file_range(in, nullptr, out, nullptr, left, 0);
      if (n <= 0) {
        error_number = n < 0 ? errno : EIO;
      } else {
        left -= static_cast<std::uint64_t>(n);
      }
    }
    if (in < 0) error_number = errno;
    if (in >= 0) ::close(in);
  }
  ::close(out);
  if (error_number != 0) throw WriteError(File(facts.id), error_number);
  Write(facts);
  Complete(facts, std::nullopt);
  for (const UploadFacts& piece : pieces) {
    Erase(piece.id);
    const std::lock_guard lock(mutex_);
    --open_[user.id];
    open_bytes_[user.id] -= std::min(open_bytes_[user.id], piece.length);
  }
}

void Uploads::Sweep() {
  const std::int64_t now = Now();
  const auto expired = store_.With([&](const Database& db) {
    std::vector<UploadFacts> found;
    Statement row = db.Prepare("SELECT * FROM uploads WHERE expires_at < ?");
    row.Bind(now);
    while (row.Step()) found.push_back(FactsOf(row));
    return found;
  });
  for (const UploadFacts& facts : expired) {
    {
      const std::lock_guard lock(mutex_);
      const auto entry = entries_.find(facts.id);
      if (entry != entries_.end() && entry->second->busy) continue;
      entries_.erase(facts.id);
      --open_[facts.owner];
      open_bytes_[facts.owner] -= std::min(open_bytes_[facts.owner], facts.length);
    }
    Erase(facts.id);
  }
  store_.With([&](const Database& db) {
    db.Prepare("DELETE FROM uploads_done WHERE expires_at < ?").Bind(now).Step();
    db.Prepare("DELETE FROM client_ids WHERE at < ?").Bind(now - 90 * 24 * 3600).Step();
  });
}

std::vector<batch::ScanFile> Uploads::FilesOf(const std::string& scan) {
  return store_.With([&](const Database& db) {
    std::vector<batch::ScanFile> files;
    Statement row =
        db.Prepare("SELECT path, size, sha256 FROM scan_files WHERE scan = ? ORDER BY path");
    row.Bind(scan);
    while (row.Step())
      files.push_back({row.Text(0), static_cast<std::uint64_t>(row.Integer(1)), row.Text(2)});
    return files;
  });
}

std::vector<batch::ScanFile> Uploads::Claim(const User& user, const std::string& scan,
                                            const std::vector<batch::ScanFile>& files) {
  std::vector<batch::ScanFile> missing;
  store_.Change([&](const Database& db) {
    for (const batch::ScanFile& file : files) {
      if (folder_.HasBlob(file.sha256, file.size)) {
        AddScanFile(db, scan, file.path, file.size, file.sha256, user.id);
      } else {
        missing.push_back(file);
      }
    }
  });
  return missing;
}

std::int64_t Uploads::open_count() {
  const std::lock_guard lock(mutex_);
  std::int64_t count = 0;
  for (const auto& [owner, open] : open_) count += open;
  return count;
}

}  // namespace thermoleak::service
