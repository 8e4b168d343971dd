#pragma once
// Inside of the service room: one connection's life as a coroutine on the server's one I/O thread.

// clang-format off
#include <utility>  // asio/awaitable.hpp of Boost 1.74 forgets it
// clang-format on

#include <array>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "service/http_server.hpp"

namespace thermoleak::service {

struct ServerStats {
  std::atomic<std::int64_t> connections{0}, requests{0}, bytes_in{0}, bytes_out{0};
  std::array<std::atomic<std::int64_t>, 6> answers{};
};

/// What all connections share; outlives them.
struct ConnectionShared {
  const HttpOptions& options;
  Application& application;
  boost::asio::thread_pool& pool;
  ServerStats& stats;
};

boost::asio::awaitable<void> ServePlain(boost::asio::ip::tcp::socket socket,
                                        ConnectionShared& shared);
boost::asio::awaitable<void> ServeTls(boost::asio::ip::tcp::socket socket,
                                      boost::asio::ssl::context& tls, ConnectionShared& shared);

}  // namespace thermoleak::service
