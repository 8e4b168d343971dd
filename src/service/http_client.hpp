#pragma once
// Inside of the service room: a plain client for `thermoleak upload`. One connection, kept as long
// as it lasts.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "service/http.hpp"

namespace thermoleak::service {

struct ServiceAddress {
  bool tls = false;
  std::string host, port, base;  ///< base: path in front of /api, "" or "/thermoleak"
};
/// "https://host[:port][/base]". Nothing for anything else.
std::optional<ServiceAddress> ParseAddress(std::string_view url);

struct ClientRequest {
  std::string method, path;
  Headers headers;
  std::string_view body;                    ///< or:
  int file = -1;                            ///< this descriptor,
  std::uint64_t from = 0, length = 0;       ///< this part of it
  std::function<void(std::uint64_t)> sent;  ///< bytes of the body, as they go
};
struct ClientAnswer {
  int status = 0;
  Headers headers;
  std::string body;
};

class HttpClient {
 public:
  /// `ca_file` "" = the system's certificates. Throws RunError (kUploadNoAnswer) when it cannot be
  /// read.
  HttpClient(ServiceAddress address, std::string ca_file);
  ~HttpClient();
  /// Throws std::exception when the link fails; then the next Send() connects anew.
  ClientAnswer Send(const ClientRequest& request);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace thermoleak::service
