#include "service/http_client.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <chrono>
#include <optional>
#include <stdexcept>

#include "thermoleak/core/error.hpp"

namespace thermoleak::service {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::chrono::seconds kStall(60);
constexpr std::size_t kBlock = 256 << 10;

}  // namespace

std::optional<ServiceAddress> ParseAddress(std::string_view url) {
  ServiceAddress address;
  if (url.starts_with("https://")) {
    address.tls = true;
    url.remove_prefix(8);
  } else if (url.starts_with("http://")) {
    url.remove_prefix(7);
  } else {
    return std::nullopt;
  }
  const std::size_t slash = std::min(url.find('/'), url.size());
  std::string_view authority = url.substr(0, slash);
  address.base = std::string(url.substr(slash));
  while (!address.base.empty() && address.base.back() == '/') address.base.pop_back();
  if (authority.find('@') != std::string_view::npos) return std::nullopt;
  std::size_t colon = authority.rfind(':');
  if (authority.starts_with('[')) {  // [::1]:8080
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    address.host = std::string(authority.substr(1, end - 1));
    colon = end + 1 < authority.size() ? end + 1 : std::string_view::npos;
  } else {
    address.host = std::string(authority.substr(0, colon));
  }
  address.port = colon == std::string_view::npos ? (address.tls ? "443" : "80")
                                                 : std::string(authority.substr(colon + 1));
  if (address.host.empty() || !ParseCount(address.port)) return std::nullopt;
  return address;
}

/// Blocking for whoever calls, with deadlines inside: each step runs the context until it is done.
struct HttpClient::Impl {
  ServiceAddress address;
  asio::io_context io{1};
  asio::ssl::context tls{asio::ssl::context::tls_client};
  std::optional<beast::tcp_stream> plain;
  std::optional<beast::ssl_stream<beast::tcp_stream>> secure;
  beast::flat_buffer buffer;

  beast::tcp_stream& lowest() { return address.tls ? beast::get_lowest_layer(*secure) : *plain; }
  bool open() const { return plain || secure; }

  template <class Start>
  std::size_t Step(Start&& start) {
    std::optional<error_code> result;
    std::size_t bytes = 0;
    lowest().expires_after(kStall);
    start([&](error_code error, std::size_t n) {
      result = error;
      bytes = n;
    });
    io.restart();
    io.run();
    if (!result || *result) throw std::runtime_error(result ? result->message() : "?");
    return bytes;
  }

  void Close() {
    plain.reset();
    secure.reset();
    buffer.clear();
  }

  void Connect() {
    tcp::resolver resolver(io);
    const auto endpoints = resolver.resolve(address.host, address.port);
    if (address.tls) {
      secure.emplace(io, tls);
      SSL_set_tlsext_host_name(secure->native_handle(), address.host.c_str());
      secure->set_verify_callback(asio::ssl::host_name_verification(address.host));
    } else {
      plain.emplace(io);
    }
    Step([&](auto done) {
      lowest().async_connect(
          endpoints, [done](error_code error, const tcp::endpoint&) mutable { done(error, 0); });
    });
    lowest().socket().set_option(tcp::no_delay(true));
    if (address.tls) {
      error_code failed;
      Step([&](auto done) {
        secure->async_handshake(asio::ssl::stream_base::client,
                                [done, &failed](error_code error) mutable {
                                  failed = error;
                                  done({}, 0);
                                });
      });
      // To ask again would not help.
      if (failed.category() == asio::error::get_ssl_category() &&
          ERR_GET_REASON(static_cast<unsigned long>(failed.value())) ==
              SSL_R_CERTIFICATE_VERIFY_FAILED) {
        const long verdict = SSL_get_verify_result(secure->native_handle());
        const std::string why =
            verdict == X509_V_OK ? address.host : X509_verify_cert_error_string(verdict);
        throw RunError(ExitCode::kUsage, MessageId::kUploadCertificate,
                       {fmt::format("{}:{}", address.host, address.port), why});
      }
      if (failed) throw std::runtime_error(failed.message());
    }
  }

  void Write(const void* data, std::size_t size) {
    const auto bytes = asio::buffer(data, size);
    Step([&](auto done) {
      if (address.tls) {
        asio::async_write(*secure, bytes, done);
      } else {
        asio::async_write(*plain, bytes, done);
      }
    });
  }

  ClientAnswer Exchange(const ClientRequest& request);
};

HttpClient::HttpClient(ServiceAddress address, std::string ca_file)
    : impl_(std::make_unique<Impl>()) {
  impl_->address = std::move(address);
  impl_->tls.set_verify_mode(asio::ssl::verify_peer);
  error_code error;
  if (ca_file.empty()) {
    impl_->tls.set_default_verify_paths(error);
  } else {
    impl_->tls.load_verify_file(ca_file, error);
  }
  if (error)
    throw RunError(ExitCode::kUsage, MessageId::kUploadNoAnswer, {ca_file, error.message()});
}

HttpClient::~HttpClient() = default;

ClientAnswer HttpClient::Impl::Exchange(const ClientRequest& request) {
  const std::uint64_t length = request.file >= 0 ? request.length : request.body.size();
  std::string head =
      fmt::format("{} {}{} HTTP/1.1\r\nHost: {}:{}\r\nContent-Length: {}\r\n", request.method,
                  address.base, request.path, address.host, address.port, length);
  for (const auto& [name, value] : request.headers.all()) head += name + ": " + value + "\r\n";
  head += "\r\n";
  if (request.file < 0) {
    head += request.body;
    Write(head.data(), head.size());
  } else {
    Write(head.data(), head.size());
    std::vector<char> block(std::min<std::uint64_t>(kBlock, length));
    for (std::uint64_t done = 0; done < length;) {
      const ssize_t n =
          ::pread(request.file, block.data(), std::min<std::uint64_t>(block.size(), length - done),
                  static_cast<off_t>(request.from + done));
      if (n <= 0) throw std::runtime_error("the file got shorter");
      Write(block.data(), static_cast<std::size_t>(n));
      done += static_cast<std::uint64_t>(n);
      if (request.sent) request.sent(static_cast<std::uint64_t>(n));
    }
  }
  http::response_parser<http::string_body> parser;
  parser.body_limit(64 << 20);
  parser.skip(request.method == "HEAD");
  Step([&](auto done) {
    if (address.tls) {
      http::async_read(*secure, buffer, parser, done);
    } else {
      http::async_read(*plain, buffer, parser, done);
    }
  });
  ClientAnswer answer;
  answer.status = static_cast<int>(parser.get().result_int());
  for (const auto& field : parser.get())
    answer.headers.Add(std::string(field.name_string()), std::string(field.value()));
  answer.body = std::move(parser.get().body());
  if (!parser.keep_alive()) Close();
  return answer;
}

ClientAnswer HttpClient::Send(const ClientRequest& request) {
  try {
    if (!impl_->open()) impl_->Connect();
    return impl_->Exchange(request);
  } catch (...) {
    impl_->Close();
    throw;
  }
}

}  // namespace thermoleak::service
