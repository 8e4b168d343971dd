// The survey's side: which helper serves whom, and what its answers and its end mean.

#include "thermoleak/ingest/dji_sdk.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "ingest/dji_sdk_process.hpp"
#include "ingest/dji_sdk_protocol.hpp"

namespace thermoleak {

using namespace ingest;
using namespace ingest::dji_sdk;

namespace {

constexpr int kFailuresToGiveUp = 3;
using HelperPointer = std::unique_ptr<HelperProcess>;
using Outcome = HelperProcess::Outcome;

}  // namespace

class DjiSdk::Pool {
 public:
  explicit Pool(Options options);
  Result<cv::Mat> Measure(ByteSpan rjpeg, const std::string& item, int width, int height,
                          const SceneOverride& scene, std::vector<Message>* warnings);

 private:
  /// One helper's turn; empty `helper` = none runs yet.
  class Lease {
   public:
    explicit Lease(Pool& pool);
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    HelperPointer helper;

   private:
    Pool& pool_;
  };

  Clock::time_point Deadline() const {
    return Clock::now() +
           std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(timeout_s_));
  }
  /// What a silent or dead helper means for the frame; it is gone afterwards.
  Error Lost(HelperPointer& helper, Outcome outcome, const std::string& item) const;
  std::string StartProblem(HelperPointer& helper) const;
  std::optional<Error> EnsureStarted(HelperPointer& helper, const std::string& item);
  Result<cv::Mat> Exchange(HelperPointer& helper, const Request& request, ByteSpan rjpeg,
                           const std::string& item, bool& settings_refused) const;

  Options options_;
  std::filesystem::path library_;
  double timeout_s_ = 0;
  std::mutex mutex_;
  std::condition_variable freed_;
  int free_ = 1;
  std::vector<HelperPointer> idle_;
  int failures_ = 0;  ///< to start, in a row
  std::string why_;   ///< the last of them
};

DjiSdk::Pool::Pool(Options options) : options_(std::move(options)) {
  std::error_code error;
  // The helper changes its folder.
  if (auto absolute = std::filesystem::absolute(options_.folder, error); !error) {
    options_.folder = std::move(absolute);
  }
  const auto library = FindLibrary(options_.folder);
  if (!library) {
    throw RunError(ExitCode::kUsage, MessageId::kDjiSdkMissing, {options_.folder.string()});
  }
  library_ = *library;
  if (!std::filesystem::is_regular_file(options_.helper, error) ||
      ::access(options_.helper.c_str(), X_OK) != 0) {
    throw RunError(ExitCode::kUsage, MessageId::kDjiSdkHelperMissing, {options_.helper.string()});
  }
  free_ = std::clamp(options_.processes, 1, 64);
  timeout_s_ = std::clamp(options_.timeout_s, 0.01, 3600.0);
}

DjiSdk::Pool::Lease::Lease(Pool& pool) : pool_(pool) {
  std::unique_lock lock(pool_.mutex_);
  pool_.freed_.wait(lock, [this] { return pool_.free_ > 0; });
  --pool_.free_;
  if (!pool_.idle_.empty()) {
    helper = std::move(pool_.idle_.back());
    pool_.idle_.pop_back();
  }
}

DjiSdk::Pool::Lease::~Lease() {
  {
    const std::scoped_lock lock(pool_.mutex_);
    if (helper) pool_.idle_.push_back(std::move(helper));
    ++pool_.free_;
  }
  pool_.freed_.notify_one();
}

Error DjiSdk::Pool::Lost(HelperPointer& helper, Outcome outcome, const std::string& item) const {
  const std::string how = helper->End();
  helper.reset();
  if (outcome == Outcome::kTimeout) {
    return {item, {MessageId::kDjiSdkTimeout, {fmt::format("{:g}", timeout_s_)}}};
  }
  return {item, {MessageId::kDjiSdkCrashed, {how}}};
}

/// Empty when the helper has said that the SDK is loaded.
std::string DjiSdk::Pool::StartProblem(HelperPointer& helper) const {
  if (!helper->problem().empty()) return helper->problem();
  Hello hello;
  switch (helper->Receive(&hello, sizeof hello, Deadline())) {
    case Outcome::kTimeout:
      return fmt::format("> {:g} s", timeout_s_);
    case Outcome::kGone:
      return helper->End();
    case Outcome::kDone:
      break;
  }
  if (hello.magic != Hello::kMagic) return "0x" + fmt::format("{:08X}", hello.magic);
  if (hello.loaded == 1) return {};
  hello.reason.back() = '\0';
  return hello.reason.data();
}

std::optional<Error> DjiSdk::Pool::EnsureStarted(HelperPointer& helper, const std::string& item) {
  // One that died while it had nothing to do, or speaks unasked, is replaced without a word.
  if (helper && helper->Quiet()) return std::nullopt;
  helper.reset();
  const auto failure = [&item](std::string why) {
    return Error{item, {MessageId::kDjiSdkNotLoaded, {std::move(why)}}};
  };
  {
    const std::scoped_lock lock(mutex_);
    if (failures_ >= kFailuresToGiveUp) return failure(why_);
  }
  auto started = std::make_unique<HelperProcess>(options_.helper, options_.folder, library_);
  std::string why = StartProblem(started);
  const std::scoped_lock lock(mutex_);
  if (why.empty()) {
    failures_ = 0;
    helper = std::move(started);
    return std::nullopt;
  }
  ++failures_;
  why_ = why;
  return failure(std::move(why));
}

Result<cv::Mat> DjiSdk::Pool::Exchange(HelperPointer& helper, const Request& request,
                                       ByteSpan rjpeg, const std::string& item,
                                       bool& settings_refused) const {
  const Clock::time_point deadline = Deadline();
  Reply reply;
  Outcome outcome = helper->Send(&request, sizeof request, deadline);
  if (outcome == Outcome::kDone) outcome = helper->Send(rjpeg.data(), rjpeg.size(), deadline);
  if (outcome == Outcome::kDone) outcome = helper->Receive(&reply, sizeof reply, deadline);
  if (outcome != Outcome::kDone) return tl::unexpected(Lost(helper, outcome, item));
  const auto bytes = PayloadOf(reply, item, request.width, request.height);
  if (!bytes) {
    // After a refusal the helper can go on; after nonsense nobody knows what it would say next.
    if (bytes.error().message.id != MessageId::kDjiSdkRefused || reply.bytes != 0) helper.reset();
    return tl::unexpected(bytes.error());
  }
  std::vector<std::byte> payload(*bytes);
  outcome = helper->Receive(payload.data(), payload.size(), deadline);
  if (outcome != Outcome::kDone) return tl::unexpected(Lost(helper, outcome, item));
  settings_refused = reply.settings_refused != 0;
  return MapFromPayload(payload, item, request.width, request.height);
}

Result<cv::Mat> DjiSdk::Pool::Measure(ByteSpan rjpeg, const std::string& item, int width,
                                      int height, const SceneOverride& scene,
                                      std::vector<Message>* warnings) {
  if (rjpeg.empty()) return Fail(item, MessageId::kFileEmpty);
  if (rjpeg.size() > kMaxFileBytes) {
    return Fail(item, MessageId::kFileTooLarge,
                {fmt::format("{}", rjpeg.size() >> 20), fmt::format("{}", kMaxFileBytes >> 20)});
  }
  bool limited = false;
  Request request;
  request.bytes = static_cast<std::uint32_t>(rjpeg.size());
  request.width = width;
  request.height = height;
  request.settings = SettingsFrom(scene, limited);

  Lease lease(*this);
  if (auto problem = EnsureStarted(lease.helper, item)) return tl::unexpected(std::move(*problem));
  bool refused = false;
  auto celsius = Exchange(lease.helper, request, rjpeg, item, refused);
  if (celsius && warnings != nullptr) {
    if (refused) {
      warnings->push_back({MessageId::kDjiSdkSettingsRefused, {}});
    } else if (limited) {
      warnings->push_back({MessageId::kDjiSdkSettingsLimited, {}});
    }
  }
  return celsius;
}

DjiSdk::DjiSdk(Options options) : pool_(std::make_unique<Pool>(std::move(options))) {}
DjiSdk::~DjiSdk() = default;

Result<cv::Mat> DjiSdk::Measure(std::span<const std::byte> rjpeg, const std::string& item,
                                int width, int height, const SceneOverride& scene,
                                std::vector<Message>* warnings) {
  return pool_->Measure(rjpeg, item, width, height, scene, warnings);
}

}  // namespace thermoleak
