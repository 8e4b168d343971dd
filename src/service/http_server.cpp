#include "service/http_server.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <atomic>
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <thread>
#include <utility>

#include "service/connection.hpp"
#include "thermoleak/core/error.hpp"

namespace thermoleak::service {

namespace asio = boost::asio;
namespace ssl = asio::ssl;
using asio::ip::tcp;

struct HttpServer::Impl {
  Impl(const HttpOptions& stated, Application& served)
      : options(stated),
        application(served),
        acceptor(io),
        pool(static_cast<std::size_t>(stated.workers)),
        shared{options, application, pool, stats} {}

  HttpOptions options;
  Application& application;
  ServerStats stats;
  asio::io_context io{1};
  tcp::acceptor acceptor;
  asio::thread_pool pool;
  std::optional<ssl::context> tls;
  ConnectionShared shared;

  void Listen();
  void PrepareTls();
  asio::awaitable<void> Accept();
};

void HttpServer::Impl::PrepareTls() {
  if (options.cert.empty() && options.key.empty()) return;
  boost::system::error_code error;
  tls.emplace(ssl::context::tls_server);
  tls->set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 |
                   ssl::context::no_sslv3 | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1 |
                   SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // Idle connections give their buffers back: thousands of them cost little.
  SSL_CTX_set_mode(tls->native_handle(), SSL_MODE_RELEASE_BUFFERS);
  tls->use_certificate_chain_file(options.cert, error);
  if (!error) tls->use_private_key_file(options.key, ssl::context::pem, error);
  if (!error && SSL_CTX_check_private_key(tls->native_handle()) != 1)
    error = boost::system::errc::make_error_code(boost::system::errc::invalid_argument);
  if (error) throw RunError(ExitCode::kUsage, MessageId::kServeTls, {error.message()});
}

void HttpServer::Impl::Listen() {
  const std::string where = fmt::format("{}:{}", options.address, options.port);
  boost::system::error_code error;
  const asio::ip::address address = asio::ip::make_address(options.address, error);
  const auto check = [&] {
    if (error) throw RunError(ExitCode::kUsage, MessageId::kServePort, {where, error.message()});
  };
  check();
  const tcp::endpoint endpoint(address, static_cast<unsigned short>(options.port));
  acceptor.open(endpoint.protocol(), error);
  check();
  acceptor.set_option(asio::socket_base::reuse_address(true), error);
  acceptor.bind(endpoint, error);
  check();
  acceptor.listen(1024, error);
  check();
}

asio::awaitable<void> HttpServer::Impl::Accept() {
  for (;;) {
    boost::system::error_code error;
    tcp::socket socket =
        co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) co_return;
    if (error) {
      // Out of descriptors: wait until some connections have ended.
      asio::steady_timer timer(io, std::chrono::milliseconds(100));
      co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
      continue;
    }
    socket.set_option(tcp::no_delay(true), error);
    socket.set_option(asio::socket_base::keep_alive(true), error);
    if (tls) {
      asio::co_spawn(io, ServeTls(std::move(socket), *tls, shared), asio::detached);
    } else {
      asio::co_spawn(io, ServePlain(std::move(socket), shared), asio::detached);
    }
  }
}

HttpServer::HttpServer(const HttpOptions& options, Application& application)
    : impl_(std::make_unique<Impl>(options, application)) {
  impl_->PrepareTls();
  impl_->Listen();
}

HttpServer::~HttpServer() {
  impl_->io.stop();
  impl_->pool.stop();
  impl_->pool.join();
}

int HttpServer::port() const { return impl_->acceptor.local_endpoint().port(); }

void HttpServer::Run(std::stop_token stop) {
  // As many descriptors as the system lets us have.
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
  asio::co_spawn(impl_->io, impl_->Accept(), asio::detached);
  const std::stop_callback end(stop, [this] {
    asio::post(impl_->io, [this] {
      boost::system::error_code ignored;
      impl_->acceptor.close(ignored);
      impl_->io.stop();
    });
  });
  impl_->io.run();
  // What handlers have begun they finish; nobody waits for their answers.
  impl_->pool.join();
}

HttpCounters HttpServer::counters() const {
  const ServerStats& s = impl_->stats;
  HttpCounters c;
  c.connections = s.connections;
  c.requests = s.requests;
  c.bytes_in = s.bytes_in;
  c.bytes_out = s.bytes_out;
  for (std::size_t i = 0; i < 6; ++i) c.answers[i] = s.answers[i];
  return c;
}

}  // namespace thermoleak::service
