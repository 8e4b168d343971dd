#pragma once
// Inside of the service room: connections. One thread waits for all sockets (thousands of slow
// clients cost a buffer each, not a thread), a few do the work.

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "service/http.hpp"

namespace thermoleak::service {

struct HttpOptions {
  std::string address = "127.0.0.1";
  int port = 8080;             ///< 0 = any free one
  std::string cert, key;       ///< PEM files; empty = no TLS
  bool behind_proxy = false;   ///< X-Forwarded-For and -Proto are the proxy's word
  int workers = 4;             ///< threads for handlers
  int max_connections = 4000;  ///< more are told to come back
  std::size_t max_header_bytes = 16 << 10;
  int header_s = 15;  ///< a header, from its first byte, must arrive within
  int body_s = 30;    ///< a collected body as a whole
  int stall_s = 60;   ///< a streamed body or a download may stand still
  int idle_s = 75;    ///< between requests
};

struct HttpCounters {
  std::int64_t connections = 0, requests = 0, bytes_in = 0, bytes_out = 0;
  std::int64_t answers[6] = {};  ///< by the status' first digit; [0]: none
};

class HttpServer {
 public:
  /// Listens. Throws RunError (kServePort, kServeTls).
  HttpServer(const HttpOptions& options, Application& application);
  ~HttpServer();
  int port() const;
  /// Serves until a stop is requested; then connections are cut.
  void Run(std::stop_token stop);
  HttpCounters counters() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace thermoleak::service
