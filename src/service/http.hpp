#pragma once
// Inside of the service room: requests and answers as plain values. Nothing here knows sockets.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "service/target.hpp"

namespace thermoleak::service {

/// Names without regard to case; the first of a name counts.
class Headers {
 public:
  void Add(std::string name, std::string value) {
    list_.emplace_back(std::move(name), std::move(value));
  }
  /// "" when there is none.
  std::string_view Get(std::string_view name) const;
  bool Has(std::string_view name) const;
  /// Whether it is there more than once.
  bool IsAmbiguous(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& all() const { return list_; }

 private:
  std::vector<std::pair<std::string, std::string>> list_;
};

struct Call;

struct Request {
  std::string method;
  Target target;
  Headers headers;
  std::string peer;     ///< address of the other end, of the client behind a trusted proxy
  bool secure = false;  ///< came over TLS, here or at the proxy
  std::optional<std::uint64_t> content_length;
  bool has_body = false;
  std::string body;
  std::shared_ptr<Call> call;  ///< what Admit() found out, for Answer()
};

/// Part of a file as an answer's body; read while it is sent.
struct FilePart {
  std::shared_ptr<const int> descriptor;
  std::uint64_t from = 0, length = 0;
};

struct Response {
  int status = 200;
  Headers headers;
  std::variant<std::string, std::shared_ptr<const std::string>, std::string_view, FilePart> body;
  bool close = false;  ///< of the connection, afterwards

  std::uint64_t Length() const;
};

/// Takes a body as it arrives. Calls come from one thread at a time, though not always the same.
class BodySink {
 public:
  virtual ~BodySink() = default;
  /// Throws ApiError or RunError: the rest is not read.
  virtual void Write(std::span<const std::byte> bytes) = 0;
  /// The body is complete.
  virtual Response Finish() = 0;
  /// It is not, and never will be: the link was cut, or Write() threw.
  virtual void Broken() noexcept = 0;
};

/// What is to be done with a request whose header has arrived.
struct Admission {
  std::optional<Response> refused;  ///< answered at once, the body is not read
  std::unique_ptr<BodySink> sink;   ///< else the body goes there
  std::uint64_t max_body = 0;       ///< else it is collected, up to this
};

/// What a server serves. Called from several threads at once.
class Application {
 public:
  virtual ~Application() = default;
  /// `interrupt` ends the connection, from any thread, also when it is over.
  virtual Admission Admit(Request& request, std::function<void()> interrupt) = 0;
  virtual Response Answer(Request& request) = 0;
  /// For what goes wrong outside of Admit() and Answer(). Does not throw.
  virtual Response Refuse(const Request& request, int status, std::string_view why) = 0;
  /// Inside of a handler: whatever was thrown becomes an answer. Does not throw.
  virtual Response FaultOf(const Request& request, std::exception_ptr fault) = 0;
};

std::string_view ReasonPhrase(int status);
/// "Thu, 15 Jan 2026 19:23:45 GMT"
std::string HttpDate(std::int64_t seconds);

}  // namespace thermoleak::service
