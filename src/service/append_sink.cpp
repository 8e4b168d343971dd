// Bytes of one PATCH, or of a POST that brings the first of them, on their way to the disk.

#include <fcntl.h>
#include <unistd.h>

#include "service/api_error.hpp"
#include "service/upload_entry.hpp"
#include "thermoleak/core/files.hpp"

namespace thermoleak::service {

class AppendSink final : public BodySink {
 public:
  AppendSink(Uploads& uploads, UploadFacts facts, std::uint64_t offset,
             std::shared_ptr<Uploads::Entry> entry, std::optional<UploadChecksum> checksum,
             std::function<Response(const UploadState&)> answer)
      : uploads_(uploads),
        facts_(std::move(facts)),
        entry_(std::move(entry)),
        begun_at_(offset),
        offset_(offset),
        checksum_(std::move(checksum)),
        answer_(std::move(answer)) {
    const std::filesystem::path file = uploads_.File(facts_.id);
    if (checksum_) {
      compared_.emplace(checksum_->kind);
      WriteFileAtomically(Mark(), std::to_string(begun_at_));
    }
    fd_ = ::open(file.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd_ < 0) throw WriteError(file, errno);
    if (offset == 0 || !entry_->digest || entry_->hashed != offset) {
      entry_->digest.reset();
      entry_->hashed = 0;
      if (offset == 0) entry_->digest.emplace();
    }
  }

  ~AppendSink() override { Close(); }

  void Write(std::span<const std::byte> bytes) override {
    if (bytes.size() > facts_.length - offset_)
      throw Refusal(413, MessageId::kTusTooLong, {std::to_string(facts_.length)});
    std::span<const std::byte> rest = bytes;
    while (!rest.empty()) {
      const ssize_t n = ::pwrite(fd_, rest.data(), rest.size(), static_cast<off_t>(offset_));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) {
        const int error_number = errno;
        entry_->digest.reset();
        throw WriteError(uploads_.File(facts_.id), error_number);
      }
      const auto written = rest.first(static_cast<std::size_t>(n));
      if (entry_->digest) entry_->digest->Add(written);
      if (compared_) compared_->Add(written);
      offset_ += written.size();
      rest = rest.subspan(written.size());
    }
    entry_->hashed = offset_;
  }

  Response Finish() override {
    if (compared_ && compared_->Bytes() != checksum_->digest) {
      Discard();
      Close();
      throw Refusal(460, MessageId::kTusChecksum);
    }
    if (compared_) ::unlink(Mark().c_str());
    compared_.reset();
    UploadState state{facts_, offset_, offset_ == facts_.length};
    if (state.done) {
      std::optional<std::string> sha256;
      if (entry_->digest && entry_->hashed == offset_) sha256 = entry_->digest->Hex();
      entry_->digest.reset();
      try {
        uploads_.Complete(facts_, sha256);
      } catch (...) {
        Close();
        throw;
      }
    }
    Close();
    return answer_(state);
  }

  void Broken() noexcept override {
    if (compared_) Discard();
    Close();
  }

 private:
  std::filesystem::path Mark() const { return uploads_.File(facts_.id).string() + ".unchecked"; }

  /// What came without proof is as if it had not come.
  void Discard() noexcept {
    entry_->digest.reset();
    if (::ftruncate(fd_, static_cast<off_t>(begun_at_)) == 0) ::unlink(Mark().c_str());
  }

  void Close() noexcept {
    if (fd_ < 0) return;
    ::close(fd_);
    fd_ = -1;
    uploads_.Release(facts_.id);
  }

  Uploads& uploads_;
  UploadFacts facts_;
  std::shared_ptr<Uploads::Entry> entry_;
  std::uint64_t begun_at_, offset_;
  std::optional<UploadChecksum> checksum_;
  std::optional<Digest> compared_;
  std::function<Response(const UploadState&)> answer_;
  int fd_ = -1;
};

std::unique_ptr<BodySink> Uploads::Append(const User& user, const std::string& id,
                                          std::uint64_t offset,
                                          std::optional<std::uint64_t> content_length,
                                          std::optional<UploadChecksum> checksum,
                                          std::function<void()> interrupt,
                                          std::function<Response(const UploadState&)> answer) {
  // Also completes what a kill left behind, and refuses what is not this user's.
  const UploadState state = State(user, id);
  const auto wrong_offset = [&](std::uint64_t is) {
    ApiError error =
        Refusal(409, MessageId::kTusOffset, {std::to_string(is), std::to_string(offset)});
    error.headers.Add("Upload-Offset", std::to_string(is));
    return error;
  };
  if (state.offset != offset || (state.done && content_length.value_or(1) > 0))
    throw wrong_offset(state.offset);
  if (content_length.value_or(0) > state.facts.length - offset)
    throw Refusal(413, MessageId::kTusTooLong, {std::to_string(state.facts.length)});
  const std::shared_ptr<Entry> entry = Hold(id);
  try {
    // Somebody may have been quicker since.
    const auto facts = Load(id);
    if (!facts) throw Refusal(404, MessageId::kApiNotFound);
    if (const std::uint64_t now = OffsetOf(*facts); now != offset) throw wrong_offset(now);
    auto sink = std::make_unique<AppendSink>(*this, *facts, offset, entry, std::move(checksum),
                                             std::move(answer));
    const std::lock_guard lock(mutex_);
    entry->interrupt = std::move(interrupt);
    return sink;
  } catch (...) {
    Release(id);
    throw;
  }
}

}  // namespace thermoleak::service
