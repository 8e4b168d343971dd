#pragma once
// Inside of the service room: files on their way in. DATA/uploads/ID holds the bytes that have
// arrived, and its size is the offset; the store says what they will be. A complete file whose hash
// agrees becomes a blob of the data folder and a file of its scan. Whatever is killed at whatever
// instant, the next request finds either all of a step or nothing of it.

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "service/access.hpp"
#include "service/http.hpp"
#include "service/service_store.hpp"
#include "service/tus_headers.hpp"
#include "thermoleak/batch/data_folder.hpp"
#include "thermoleak/core/digest.hpp"

namespace thermoleak::service {

struct UploadLimits {
  std::uint64_t file_bytes = std::uint64_t{16} << 30;
  std::int64_t open_uploads = 5000;                     ///< of one user
  std::uint64_t free_bytes = std::uint64_t{256} << 20;  ///< that the disk keeps
  std::int64_t lifetime_s = 7 * 24 * 3600;
};

struct UploadFacts {
  std::string id, owner;  ///< owner: a user's id
  std::uint64_t length = 0;
  std::string metadata;  ///< the header as it came
  std::string scan, path;
  std::string sha256;  ///< announced, or found out at the end; "" = neither yet
  bool partial = false;
  std::int64_t expires_at = 0;
};

struct UploadState {
  UploadFacts facts;
  std::uint64_t offset = 0;
  bool done = false;
};

struct NewUpload {
  std::uint64_t length = 0;
  std::string metadata;
  std::map<std::string, std::string> values;
  bool partial = false;
  std::vector<std::string> parts;  ///< of a final upload
};

/// Thread-safe. Faults of a request are thrown as ApiError, the disk's as RunError.
class Uploads {
 public:
  Uploads(const batch::DataFolder& folder, ServiceStore& store, UploadLimits limits);
  ~Uploads();

  const UploadLimits& limits() const { return limits_; }
  /// Checks scan, path, quotas and free space. A final upload is put together and completed.
  UploadFacts Create(const User& user, const NewUpload& wanted);
  /// Ends a request that is still writing to it. Throws 404 and 410.
  UploadState State(const User& user, const std::string& id);
  void Remove(const User& user, const std::string& id);

  /// Takes bytes from `offset` on. `answer` makes the answer from the new offset, in Finish().
  std::unique_ptr<BodySink> Append(const User& user, const std::string& id, std::uint64_t offset,
                                   std::optional<std::uint64_t> content_length,
                                   std::optional<UploadChecksum> checksum,
                                   std::function<void()> interrupt,
                                   std::function<Response(const UploadState&)> answer);

  /// Removes what has expired; called now and then.
  void Sweep();
  /// Files that have arrived for an open scan, by path.
  std::vector<batch::ScanFile> FilesOf(const std::string& scan);
  /// Files whose content is there already become the scan's; the rest are returned.
  std::vector<batch::ScanFile> Claim(const User& user, const std::string& scan,
                                     const std::vector<batch::ScanFile>& files);
  std::int64_t open_count();

 private:
  friend class AppendSink;
  struct Entry;
  std::filesystem::path File(const std::string& id) const { return folder_.uploads() / id; }
  std::optional<UploadFacts> Load(const std::string& id) const;
  void Write(const UploadFacts& facts) const;
  /// Size on disk, less what arrived under a checksum that was never compared.
  std::uint64_t OffsetOf(const UploadFacts& facts) const;
  std::shared_ptr<Entry> Hold(const std::string& id);
  void Release(const std::string& id) noexcept;
  /// The complete file becomes a blob. Idempotent.
  void Complete(UploadFacts facts, const std::optional<std::string>& sha256);
  void Erase(const std::string& id);
  void Concatenate(const User& user, const UploadFacts& facts,
                   const std::vector<std::string>& parts);

  const batch::DataFolder& folder_;
  ServiceStore& store_;
  UploadLimits limits_;
  std::mutex mutex_;
  std::condition_variable released_;
  std::map<std::string, std::shared_ptr<Entry>> entries_;
  std::map<std::string, std::int64_t> open_;  ///< open uploads by owner
  std::map<std::string, std::uint64_t> open_bytes_;
};

}  // namespace thermoleak::service
