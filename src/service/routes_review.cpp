// What people decide and find: reviews, verifications, photos.

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "service/secrets.hpp"
#include "service/services.hpp"
#include "service/visible_hazard.hpp"
#include "thermoleak/core/digest.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/ledger/dates.hpp"
#include "thermoleak/ledger/vocabulary.hpp"

namespace thermoleak::service {
namespace {

namespace fs = std::filesystem;
using sqlite::Database;
using sqlite::Statement;

constexpr std::uint64_t kMostPhoto = 20 << 20;

template <class E>
E WordIn(const Fields& in, const char* name) {
  const auto value = FromText<E>(in.Text(name));
  if (!value) throw Refusal(400, MessageId::kApiFieldWrong, {name, "GET /api/v1/vocabulary"});
  return *value;
}

Json StateJson(const Hazard& hazard) {
  return {{"id", hazard.id},
          {"state", std::string(Code(hazard.state))},
          {"merged_into", hazard.merged_into.empty() ? Json(nullptr) : Json(hazard.merged_into)}};
}

Response Review(Services& services, const Request&, Call& call) {
  const Fields in = call.In();
  Ledger ledger = services.OpenLedger();
  const Hazard hazard = VisibleHazard(services, ledger, call.Who(), call.params[0]);
  const std::string decision = in.Text("decision");
  call.detail = decision;
  Transition step;
  step.hazard = hazard.id;
  step.act = call.ActOf({}, in.TextOr("note", {}, 2000));
  if (decision == "accept") {
    step.to = HazardState::kToVerify;
  } else if (decision == "reject") {
    step.to = HazardState::kRejected;
    step.code = WordIn<RejectCode>(in, "reason_code");
  } else if (decision == "merge") {
    step.to = HazardState::kMerged;
    step.merged_into = VisibleHazard(services, ledger, call.Who(), in.Text("into")).id;
  } else if (decision == "note") {
    const auto noted = ledger.Note(hazard.id, step.act);
    if (!noted) throw Refusal(noted.error());
    return JsonResponse(StateJson(*noted));
  } else {
    throw Refusal(400, MessageId::kApiFieldWrong, {"decision", "accept, reject, merge, note"});
  }
  const auto moved = ledger.Move(step);
  if (!moved) throw Refusal(moved.error());
  return JsonResponse(StateJson(*moved));
}

/// What was answered to the same client's id before; it came twice because the link was lost.
std::optional<std::string> AnsweredBefore(Services& services, const User& user,
                                          const std::string& client_id) {
  return services.store.With([&](const Database& db) -> std::optional<std::string> {
    Statement found = db.Prepare("SELECT answer FROM client_ids WHERE owner = ? AND client_id = ?");
    if (!found.Bind(user.id).Bind(client_id).Step()) return std::nullopt;
    return found.Text(0);
  });
}

void RememberAnswer(Services& services, const User& user, const std::string& client_id,
                    const std::string& answer) {
  services.store.With([&](const Database& db) {
    db.Prepare("INSERT OR REPLACE INTO client_ids VALUES (?,?,?,?)")
        .Bind(user.id)
        .Bind(client_id)
        .Bind(answer)
        .Bind(Now())
        .Step();
  });
}

/// A person's finding takes the hazard along as far as its guards allow: no step is taken that the
/// finding itself does not state.
void FollowUp(Ledger& ledger, const Hazard& hazard, const Verification& found, const Act& act) {
  const auto go = [&](Transition step) {
    step.hazard = hazard.id;
    step.act = act;
    return ledger.Move(step).has_value();
  };
  if (hazard.state == HazardState::kNew || hazard.state == HazardState::kReopened ||
      hazard.state == HazardState::kWatch)
    go({.to = HazardState::kToVerify});
  go({.to = HazardState::kVerifying, .work_order = found.id});
  switch (found.result) {
    case VerifyResult::kFound:
      go({.to = HazardState::kConfirmed});
      break;
    case VerifyResult::kLikely:
      go({.to = HazardState::kSuspect});
      break;
    case VerifyResult::kNotFound:
      go({.to = HazardState::kRejected,
          .code = found.method == VerifyMethod::kExcavation ? RejectCode::kDugNoLeak
                                                            : RejectCode::kNotFound});
      break;
  }
}

std::string NoteWithPlace(const Fields& in) {
  std::string note = in.TextOr("note", {}, 2000);
  const auto lon = in.Number("lon", -180, 180), lat = in.Number("lat", -90, 90);
  if (lon && lat) note += fmt::format("{}({:.6f}, {:.6f})", note.empty() ? "" : " ", *lon, *lat);
  return note;
}

Response Verify(Services& services, const Request&, Call& call) {
  const Fields in = call.In();
  const std::string client_id = in.Text("client_id", 100);
  Ledger ledger = services.OpenLedger();
  const Hazard hazard = VisibleHazard(services, ledger, call.Who(), call.params[0]);
  Verification v;
  v.hazard_id = hazard.id;
  v.method = WordIn<VerifyMethod>(in, "method");
  v.result = WordIn<VerifyResult>(in, "result");
  if (in.Has("kind")) v.kind = WordIn<HazardKind>(in, "kind");
  v.note = NoteWithPlace(in);
  v.dig_depth_m = in.Number("dig_depth_m", 0, 50);
  v.leak_flow_m3_h = in.Number("leak_flow_m3_h", 0, 10000);
  v.by = call.Who().name;
  const Act act = call.ActOf(in.TextOr("on", {}, 20));
  v.date = act.on;
  const std::lock_guard lock(services.plan_mutex);  // of two that are the same, one comes first
  if (const auto before = AnsweredBefore(services, call.Who(), client_id);
      before && !before->empty())
    return JsonResponse(Json::parse(*before));
  // Begun before, but killed before it was answered: what is in the ledger is not recorded twice.
  const bool begun = AnsweredBefore(services, call.Who(), client_id).has_value();
  std::optional<Verification> done;
  if (begun) {
    for (const Verification& other : ledger.Verifications(hazard.id)) {
      if (other.by == v.by && other.date == v.date && other.method == v.method &&
          other.result == v.result && other.note == v.note)
        done = other;
    }
  } else {
    RememberAnswer(services, call.Who(), client_id, "");
  }
  if (!done) {
    const auto recorded = ledger.Record(v, act);
    if (!recorded) throw Refusal(recorded.error());
    done = *recorded;
  }
  FollowUp(ledger, hazard, *done, act);
  const Hazard now = ledger.FindExactly(hazard.id).value_or(hazard);
  Json json = StateJson(now);
  json["verification"] = done->id;
  RememberAnswer(services, call.Who(), client_id, json.dump());
  call.detail = done->id + " " + std::string(Code(done->result));
  return JsonResponse(json, 201);
}

std::string_view PictureEnding(std::span<const std::byte> head) {
  const auto byte = [&](std::size_t i) {
    return i < head.size() ? static_cast<unsigned>(head[i]) : 0u;
  };
  if (byte(0) == 0xFF && byte(1) == 0xD8 && byte(2) == 0xFF) return ".jpg";
  if (byte(0) == 0x89 && byte(1) == 'P' && byte(2) == 'N' && byte(3) == 'G') return ".png";
  return {};
}

/// A photo on its way into a blob; only its name and hash go into the ledger.
class PhotoSink final : public BodySink {
 public:
  PhotoSink(Services& services, Call& call, std::string hazard, AttachmentPurpose purpose,
            std::string stated_sha)
      : services_(services),
        call_(call),
        hazard_(std::move(hazard)),
        purpose_(purpose),
        stated_sha_(std::move(stated_sha)),
        file_(services.folder.uploads() / ("photo-" + RandomHex(8))) {
    fd_ = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd_ < 0) throw WriteError(file_, errno);
  }
  ~PhotoSink() override {
    if (fd_ >= 0) ::close(fd_);
    ::unlink(file_.c_str());
  }

  void Write(std::span<const std::byte> bytes) override {
    if (size_ == 0) ending_ = PictureEnding(bytes);
    if (ending_.empty()) throw Refusal(415, MessageId::kApiIfPhoto);
    size_ += bytes.size();
    if (size_ > kMostPhoto)
      throw Refusal(413, MessageId::kApiBodyTooLarge, {std::to_string(kMostPhoto)});
    digest_.Add(bytes);
    while (!bytes.empty()) {
      const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) throw WriteError(file_, errno);
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
  }

  Response Finish() override {
    if (size_ == 0) throw Refusal(415, MessageId::kApiIfPhoto);
    const std::string sha = digest_.Hex();
    if (!stated_sha_.empty() && stated_sha_ != sha) throw Refusal(460, MessageId::kApiSha);
    // The ledger keeps a name: one that says what it is.
    const fs::path named =
        file_.parent_path() / fmt::format("photo-{}{}", sha.substr(0, 16), ending_);
    if (::rename(file_.c_str(), named.c_str()) != 0) throw WriteError(named, errno);
    file_ = named;
    Ledger ledger = services_.OpenLedger();
    const auto attached = ledger.Attach(hazard_, purpose_, file_, call_.ActOf());
    if (!attached) throw Refusal(attached.error());
    services_.folder.AdoptBlob(file_, sha);
    call_.detail = attached->id;
    return JsonResponse({{"id", attached->id}, {"file", attached->file}, {"sha256", sha}}, 201);
  }

  void Broken() noexcept override {}

 private:
  Services& services_;
  Call& call_;
  std::string hazard_;
  AttachmentPurpose purpose_;
  std::string stated_sha_;
  fs::path file_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
  std::string_view ending_;
  Digest digest_;
};

std::unique_ptr<BodySink> AddPhoto(Services& services, const Request& request, Call& call) {
  if (!request.headers.Get("Content-Type").starts_with("image/"))
    throw Refusal(415, MessageId::kApiContentType, {"image/jpeg"});
  if (request.content_length.value_or(0) > kMostPhoto)
    throw Refusal(413, MessageId::kApiBodyTooLarge, {std::to_string(kMostPhoto)});
  const Ledger ledger = services.OpenLedger();
  const Hazard hazard = VisibleHazard(services, ledger, call.Who(), call.params[0]);
  const auto purpose =
      FromText<AttachmentPurpose>(request.target.Find("purpose").value_or("other"));
  if (!purpose)
    throw Refusal(400, MessageId::kApiFieldWrong, {"purpose", "GET /api/v1/vocabulary"});
  const std::string sha(request.headers.Get("X-Sha256"));
  if (!sha.empty() && !batch::IsSha256(sha))
    throw Refusal(400, MessageId::kApiHeader, {"X-Sha256"});
  return std::make_unique<PhotoSink>(services, call, hazard.id, *purpose, sha);
}

Response ShowPhoto(Services& services, const Request& request, Call& call) {
  const Ledger ledger = services.OpenLedger();
  const Hazard hazard = VisibleHazard(services, ledger, call.Who(), call.params[0]);
  for (const Attachment& attachment : ledger.Attachments(hazard.id)) {
    if (attachment.sha256 != call.params[1] || !batch::IsSha256(attachment.sha256)) continue;
    const fs::path blob = services.folder.BlobPath(attachment.sha256);
    const auto head = ReadFilePart(blob, 0, 8);
    if (!head) break;
    const std::string_view ending = PictureEnding(*head);
    if (ending.empty()) break;
    return FileResponse(request, blob, ending == ".png" ? "image/png" : "image/jpeg");
  }
  throw Refusal(404, MessageId::kApiNotFound);
}

constexpr Route kRoutes[] = {
    {"POST", "/api/v1/hazards/{id}/review", Permission::kReview, BodyKind::kJson, Review},
    {"POST", "/api/v1/hazards/{id}/verifications", Permission::kVerify, BodyKind::kJson, Verify},
    {"POST", "/api/v1/hazards/{id}/photos", Permission::kVerify, BodyKind::kStream, nullptr,
     AddPhoto},
    {"GET", "/api/v1/hazards/{id}/photos/{sha256}", Permission::kRead, BodyKind::kNone, ShowPhoto},
};

}  // namespace

Json DecisionsOn(const Hazard& hazard, const User& user) {
  Json decisions = Json::array();
  if (!May(user, Permission::kReview)) return decisions;
  if (HasTransition(hazard.state, HazardState::kToVerify)) decisions.push_back("accept");
  if (HasTransition(hazard.state, HazardState::kRejected)) decisions.push_back("reject");
  if (HasTransition(hazard.state, HazardState::kMerged)) decisions.push_back("merge");
  return decisions;
}

Act Call::ActOf(const std::string& on, const std::string& reason) const {
  Act act;
  act.by = Who().name;
  act.role = LedgerRole(Who().role);
  act.reason = reason;
  const auto day = on.empty() ? std::optional<Date>(Today()) : ParseDate(on);
  if (!day) throw Refusal(400, MessageId::kApiFieldWrong, {"on", "YYYY-MM-DD"});
  act.on = *day;
  return act;
}

std::span<const Route> ReviewRoutes() { return kRoutes; }

}  // namespace thermoleak::service
