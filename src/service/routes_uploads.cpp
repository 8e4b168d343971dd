// tus 1.0.0: core, creation, creation-with-upload, checksum, expiration, termination,
// concatenation.

#include "service/services.hpp"

namespace thermoleak::service {
namespace {

constexpr const char* kVersion = "1.0.0";

Response Empty(int status) {
  Response response;
  response.status = status;
  response.headers.Add("Tus-Resumable", kVersion);
  response.headers.Add("Cache-Control", "no-store");
  return response;
}

void CheckVersion(const Request& request) {
  if (request.headers.Get("Tus-Resumable") == kVersion) return;
  ApiError error = Refusal(412, MessageId::kTusVersion);
  error.headers.Add("Tus-Version", kVersion);
  throw error;
}

std::uint64_t CountHeader(const Request& request, const char* name) {
  const auto count = ParseCount(request.headers.Get(name));
  if (!count) throw Refusal(400, MessageId::kApiHeader, {name});
  return *count;
}

std::optional<UploadChecksum> ChecksumHeader(const Request& request) {
  if (!request.headers.Has("Upload-Checksum")) return std::nullopt;
  const auto checksum = ParseUploadChecksum(request.headers.Get("Upload-Checksum"));
  if (!checksum) throw Refusal(400, MessageId::kApiHeader, {"Upload-Checksum"});
  return checksum;
}

void AddProgress(Response& response, const UploadState& state) {
  response.headers.Add("Upload-Offset", std::to_string(state.offset));
  if (!state.done) response.headers.Add("Upload-Expires", HttpDate(state.facts.expires_at));
}

std::string Address(const std::string& id) { return "/api/v1/uploads/" + id; }

/// The body of a creation that brings none.
class NoBody final : public BodySink {
 public:
  explicit NoBody(Response answer) : answer_(std::move(answer)) {}
  void Write(std::span<const std::byte>) override {
    throw Refusal(415, MessageId::kApiContentType, {"application/offset+octet-stream"});
  }
  Response Finish() override { return std::move(answer_); }
  void Broken() noexcept override {}

 private:
  Response answer_;
};

/// Bytes that come with the creation. Until it is answered nobody knows the upload's address: one
/// that is cut off by then can only be begun anew, and goes.
class CreatingSink final : public BodySink {
 public:
  CreatingSink(Uploads& uploads, User user, std::string id, std::unique_ptr<BodySink> bytes)
      : uploads_(uploads), user_(std::move(user)), id_(std::move(id)), bytes_(std::move(bytes)) {}
  void Write(std::span<const std::byte> bytes) override { bytes_->Write(bytes); }
  Response Finish() override { return bytes_->Finish(); }
  void Broken() noexcept override {
    bytes_->Broken();
    try {
      uploads_.Remove(user_, id_);
    } catch (const std::exception&) {  // then it goes when it expires
    }
  }

 private:
  Uploads& uploads_;
  User user_;
  std::string id_;
  std::unique_ptr<BodySink> bytes_;
};

NewUpload WantedBy(const Request& request) {
  NewUpload wanted;
  wanted.metadata = std::string(request.headers.Get("Upload-Metadata"));
  const auto values = ParseUploadMetadata(wanted.metadata);
  if (!values) throw Refusal(400, MessageId::kApiHeader, {"Upload-Metadata"});
  for (const auto& [name, value] : *values) {
    if (!IsUtf8(value)) throw Refusal(400, MessageId::kApiHeader, {"Upload-Metadata"});
  }
  wanted.values = *values;
  if (request.headers.Has("Upload-Concat")) {
    const auto concat = ParseUploadConcat(request.headers.Get("Upload-Concat"));
    if (!concat) throw Refusal(400, MessageId::kApiHeader, {"Upload-Concat"});
    wanted.partial = concat->partial;
    wanted.parts = concat->parts;
  }
  return wanted;
}

/// The sum of the parts, which belong to the user and are complete.
std::uint64_t LengthOf(Uploads& uploads, const User& user, const std::vector<std::string>& parts) {
  std::uint64_t length = 0;
  for (const std::string& id : parts) length += uploads.State(user, id).facts.length;
  return length;
}

std::unique_ptr<BodySink> Create(Services& services, const Request& request, Call& call) {
  CheckVersion(request);
  NewUpload wanted = WantedBy(request);
  const bool final = !wanted.parts.empty();
  if (final) {
    // The length follows from the parts; a stated one could only contradict them.
    if (request.headers.Has("Upload-Length"))
      throw Refusal(400, MessageId::kApiHeader, {"Upload-Length"});
    wanted.length = LengthOf(services.uploads, call.Who(), wanted.parts);
  } else {
    wanted.length = CountHeader(request, "Upload-Length");
  }
  const bool brings = request.has_body && request.content_length.value_or(1) > 0;
  const bool is_data = request.headers.Get("Content-Type") == "application/offset+octet-stream";
  if (brings && (!is_data || final))
    throw Refusal(415, MessageId::kApiContentType, {"application/offset+octet-stream"});
  const auto checksum = ChecksumHeader(request);
  if (request.content_length.value_or(0) > wanted.length)
    throw Refusal(413, MessageId::kTusTooLong, {std::to_string(wanted.length)});
  const UploadFacts facts = services.uploads.Create(call.Who(), wanted);
  call.detail = facts.id + " " + facts.scan + " " + facts.path;
  Response created = Empty(201);
  created.headers.Add("Location", Address(facts.id));
  if (!brings || facts.length == 0) {
    const bool whole = final || facts.length == 0;
    AddProgress(created, {facts, whole ? facts.length : 0, whole});
    return std::make_unique<NoBody>(std::move(created));
  }
  auto bytes = services.uploads.Append(call.Who(), facts.id, 0, request.content_length, checksum,
                                       call.interrupt, [created](const UploadState& state) {
                                         Response response = created;
                                         AddProgress(response, state);
                                         return response;
                                       });
  return std::make_unique<CreatingSink>(services.uploads, call.Who(), facts.id, std::move(bytes));
}

std::unique_ptr<BodySink> Patch(Services& services, const Request& request, Call& call) {
  CheckVersion(request);
  if (request.headers.Get("Content-Type") != "application/offset+octet-stream")
    throw Refusal(415, MessageId::kApiContentType, {"application/offset+octet-stream"});
  const std::uint64_t offset = CountHeader(request, "Upload-Offset");
  return services.uploads.Append(call.Who(), call.params[0], offset, request.content_length,
                                 ChecksumHeader(request), call.interrupt,
                                 [](const UploadState& state) {
                                   Response response = Empty(204);
                                   AddProgress(response, state);
                                   return response;
                                 });
}

Response Head(Services& services, const Request& request, Call& call) {
  CheckVersion(request);
  const UploadState state = services.uploads.State(call.Who(), call.params[0]);
  Response response = Empty(200);
  AddProgress(response, state);
  response.headers.Add("Upload-Length", std::to_string(state.facts.length));
  if (!state.facts.metadata.empty()) response.headers.Add("Upload-Metadata", state.facts.metadata);
  if (state.facts.partial) response.headers.Add("Upload-Concat", "partial");
  return response;
}

Response Terminate(Services& services, const Request& request, Call& call) {
  CheckVersion(request);
  services.uploads.Remove(call.Who(), call.params[0]);
  return Empty(204);
}

Response Capabilities(Services& services, const Request&, Call&) {
  Response response = Empty(204);
  response.headers.Add("Tus-Version", kVersion);
  response.headers.Add("Tus-Extension",
                       "creation,creation-with-upload,checksum,expiration,termination,"
                       "concatenation");
  response.headers.Add("Tus-Checksum-Algorithm", "sha1,sha256,md5");
  response.headers.Add("Tus-Max-Size", std::to_string(services.uploads.limits().file_bytes));
  return response;
}

constexpr Route kRoutes[] = {
    {"OPTIONS", "/api/v1/uploads", Permission::kAnyone, BodyKind::kNone, Capabilities, nullptr,
     true},
    {"POST", "/api/v1/uploads", Permission::kUpload, BodyKind::kStream, nullptr, Create},
    {"HEAD", "/api/v1/uploads/{id}", Permission::kUpload, BodyKind::kNone, Head, nullptr, true},
    {"PATCH", "/api/v1/uploads/{id}", Permission::kUpload, BodyKind::kStream, nullptr, Patch, true},
    {"DELETE", "/api/v1/uploads/{id}", Permission::kUpload, BodyKind::kNone, Terminate},
};

}  // namespace

std::span<const Route> UploadRoutes() { return kRoutes; }

}  // namespace thermoleak::service
