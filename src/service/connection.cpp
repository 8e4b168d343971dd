#include "service/connection.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <chrono>
#include <limits>
#include <type_traits>

#include "thermoleak/core/files.hpp"

namespace thermoleak::service {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using std::chrono::seconds;
using Parser = http::request_parser<http::buffer_body>;

constexpr std::size_t kBlock = 64 << 10;
/// Of an upload: fewer hops between the threads. What a slow client does not fill costs no memory.
constexpr std::size_t kUploadBlock = 256 << 10;
/// Of a body that nobody wants, so much is read that the other end sees the answer before it sees
/// the connection end (RFC 9112, 9.6).
constexpr std::size_t kMostDrained = 16 << 20;

/// Runs `work` on the pool and comes back to the I/O thread. What it throws is thrown here.
template <class Work>
asio::awaitable<std::invoke_result_t<Work&>> OnPool(asio::thread_pool& pool, Work work) {
  using R = std::invoke_result_t<Work&>;
  std::conditional_t<std::is_void_v<R>, int, std::optional<R>> result{};
  std::exception_ptr fault;
  auto initiate = [&](auto handler) {
    asio::post(pool, [&, handler = std::move(handler)]() mutable {
      try {
        if constexpr (std::is_void_v<R>) {
          work();
        } else {
          result.emplace(work());
        }
      } catch (...) {
        fault = std::current_exception();
      }
      const auto executor = asio::get_associated_executor(handler);
      asio::post(executor, std::move(handler));
    });
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>&, void()>(initiate,
                                                                        asio::use_awaitable);
  if (fault) std::rethrow_exception(fault);
  if constexpr (!std::is_void_v<R>) co_return std::move(*result);
}

/// Lets another thread end a connection that may be over already: only the I/O thread looks.
struct Handle {
  beast::tcp_stream* stream = nullptr;
};

/// Counts a connection while it lives.
struct Counted {
  explicit Counted(std::atomic<std::int64_t>& counter) : count(counter) { ++count; }
  ~Counted() { --count; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  std::atomic<std::int64_t>& count;
};

template <class Stream>
class Connection {
 public:
  Connection(Stream& stream, std::string peer, bool tls, ConnectionShared& shared)
      : stream_(stream), peer_(std::move(peer)), tls_(tls), shared_(shared) {}

  asio::awaitable<void> Run() {
    bool go_on = true;
    while (go_on) {
      // A connection that does nothing keeps no buffer.
      if (buffer_.size() == 0) buffer_.shrink_to_fit();
      error_code error;
      if (buffer_.size() == 0) {
        Deadline(shared_.options.idle_s);
        const std::size_t n =
            co_await stream_.async_read_some(buffer_.prepare(kFirstRead), Into(error));
        if (error) co_return;
        buffer_.commit(n);
        shared_.stats.bytes_in += static_cast<std::int64_t>(n);
      }
      go_on = co_await OneRequest();
    }
    error_code ignored;
    Deadline(5);
    if constexpr (!std::is_same_v<Stream, beast::tcp_stream>) {
      co_await stream_.async_shutdown(Into(ignored));
    } else {
      co_await Linger();
    }
  }

 private:
  static constexpr std::size_t kFirstRead = 2048;

  static auto Into(error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }
  void Deadline(int s) { beast::get_lowest_layer(stream_).expires_after(seconds(s)); }

  /// Says that nothing more will come, and reads what was on its way, so that the last answer is
  /// not lost in a reset.
  asio::awaitable<void> Linger() {
    error_code error;
    beast::get_lowest_layer(stream_).socket().shutdown(asio::ip::tcp::socket::shutdown_send, error);
    std::array<char, 4096> waste;
    std::size_t drained = 0;
    while (!error && drained < kMostDrained) {
      drained += co_await stream_.async_read_some(asio::buffer(waste), Into(error));
    }
  }

  /// Whether the connection goes on.
  asio::awaitable<bool> OneRequest() {
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(shared_.options.max_header_bytes));
    // Bodies are limited by who takes them. (No limit at all means none is allowed, in Beast 1.74.)
    parser.body_limit(std::numeric_limits<std::uint64_t>::max());
    error_code error;
    Deadline(shared_.options.header_s);
    co_await http::async_read_header(stream_, buffer_, parser, Into(error));
    Request request;
    request.peer = peer_;
    request.secure = tls_;
    if (error) {
      if (error == beast::error::timeout || error == http::error::end_of_stream ||
          error.category() != http::make_error_code(http::error::bad_method).category())
        co_return false;
      const int status = error == http::error::header_limit ? 431 : 400;
      Response refusal = co_await Refused(request, status, error.message());
      co_await Send(request, refusal, false);
      co_return false;
    }
    ++shared_.stats.requests;
    if (!Take(parser, request)) {
      Response refusal = co_await Refused(request, 400, "target");
      co_await Send(request, refusal, false);
      co_return false;
    }
    const auto handle = std::make_shared<Handle>();
    handle->stream = &beast::get_lowest_layer(stream_);
    const auto executor = handle->stream->get_executor();
    std::function<void()> interrupt = [handle, executor] {
      asio::post(executor, [handle] {
        if (handle->stream) handle->stream->close();
      });
    };
    left_.reset();
    if (const auto length = parser.content_length(); length && !parser.is_done()) left_ = *length;
    Response answer = co_await Handled(parser, request, std::move(interrupt));
    const bool unread = !BodyDone(parser);
    answer.close = answer.close || unread || !parser.keep_alive();
    const bool sent = co_await Send(request, answer, parser.get().version() >= 11);
    handle->stream = nullptr;
    co_return sent && !answer.close;
  }

  bool Take(Parser& parser, Request& request) {
    const auto& message = parser.get();
    request.method = std::string(message.method_string());
    auto target = ParseTarget({message.target().data(), message.target().size()});
    if (!target) return false;
    request.target = std::move(*target);
    for (const auto& field : message) {
      request.headers.Add(std::string(field.name_string()), std::string(field.value()));
    }
    if (const auto length = parser.content_length()) request.content_length = *length;
    request.has_body = !parser.is_done();
    if (shared_.options.behind_proxy) {
      const std::string_view forwarded = request.headers.Get("X-Forwarded-For");
      const std::size_t comma = forwarded.rfind(',');
      std::string_view last =
          comma == std::string_view::npos ? forwarded : forwarded.substr(comma + 1);
      while (!last.empty() && last.front() == ' ') last.remove_prefix(1);
      if (!last.empty() && last.size() <= 64) request.peer = std::string(last);
      request.secure = request.secure || request.headers.Get("X-Forwarded-Proto") == "https";
    }
    return true;
  }

  // Answers are made on the pool, also those to faults: they are written into the audit log.
  asio::awaitable<Response> Faulted(const Request& request, std::exception_ptr fault) {
    co_return co_await OnPool(shared_.pool,
                              [&] { return shared_.application.FaultOf(request, fault); });
  }
  asio::awaitable<Response> Refused(const Request& request, int status, std::string why) {
    Response answer = co_await OnPool(
        shared_.pool, [&] { return shared_.application.Refuse(request, status, why); });
    answer.close = true;
    co_return answer;
  }

  asio::awaitable<Response> Handled(Parser& parser, Request& request,
                                    std::function<void()> interrupt) {
    Application& application = shared_.application;
    std::exception_ptr fault;
    Admission admission;
    try {
      admission = co_await OnPool(shared_.pool,
                                  [&] { return application.Admit(request, std::move(interrupt)); });
    } catch (...) {
      fault = std::current_exception();
    }
    if (fault) co_return co_await Faulted(request, fault);
    if (admission.refused) co_return std::move(*admission.refused);
    if (request.has_body && request.headers.Get("Expect") == "100-continue") {
      error_code error;
      Deadline(shared_.options.stall_s);
      co_await asio::async_write(stream_, asio::buffer(kContinue, sizeof kContinue - 1),
                                 Into(error));
    }
    if (admission.sink) co_return co_await Streamed(parser, request, *admission.sink);
    co_return co_await Collected(parser, request, admission.max_body);
  }

  static constexpr char kContinue[] = "HTTP/1.1 100 Continue\r\n\r\n";

  bool BodyDone(const Parser& parser) const { return left_ ? *left_ == 0 : parser.is_done(); }

  /// Next piece of the body into block_; its size. 0 with an error when the link is cut. A body of
  /// known length goes past the parser, which would copy it once more.
  asio::awaitable<std::size_t> NextBlock(Parser& parser, error_code& error) {
    std::size_t n = 0;
    if (left_) {
      const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(block_size_, *left_));
      if (buffer_.size() > 0) {
        n = asio::buffer_copy(asio::buffer(block_.get(), want), buffer_.data());
        buffer_.consume(n);
      } else {
        // What has arrived by now goes to the disk together: each hop to the pool costs.
        do {
          n += co_await stream_.async_read_some(asio::buffer(block_.get() + n, want - n),
                                                Into(error));
        } while (!error && n < want &&
                 beast::get_lowest_layer(stream_).socket().available(error) > 0);
      }
      *left_ -= n;
    } else {
      auto& body = parser.get().body();
      body.data = block_.get();
      body.size = block_size_;
      body.more = true;
      co_await http::async_read_some(stream_, buffer_, parser, Into(error));
      if (error == http::error::need_buffer) error = {};
      n = block_size_ - body.size;
    }
    shared_.stats.bytes_in += static_cast<std::int64_t>(n);
    co_return n;
  }

  void MakeBlock(std::size_t size) {
    block_ = std::make_unique_for_overwrite<char[]>(size);
    block_size_ = size;
  }

  asio::awaitable<Response> Streamed(Parser& parser, Request& request, BodySink& sink) {
    MakeBlock(kUploadBlock);
    std::exception_ptr fault;
    bool broken = false;
    while (!BodyDone(parser) && !broken && !fault) {
      error_code error;
      Deadline(shared_.options.stall_s);
      const std::size_t n = co_await NextBlock(parser, error);
      broken = static_cast<bool>(error);
      if (n == 0) continue;
      try {
        co_await OnPool(shared_.pool,
                        [&] { sink.Write(std::as_bytes(std::span(block_.get(), n))); });
      } catch (...) {
        fault = std::current_exception();
      }
    }
    block_.reset();
    if (broken || fault) co_await OnPool(shared_.pool, [&] { sink.Broken(); });
    if (fault) co_return co_await Faulted(request, fault);
    if (broken) {
      co_return co_await Refused(request, 408, "");
    }
    Response answer;
    try {
      answer = co_await OnPool(shared_.pool, [&] { return sink.Finish(); });
    } catch (...) {
      fault = std::current_exception();
    }
    if (fault) co_return co_await Faulted(request, fault);
    co_return answer;
  }

  asio::awaitable<Response> Collected(Parser& parser, Request& request, std::uint64_t most) {
    if (request.content_length.value_or(0) > most)
      co_return co_await Refused(request, 413, fmt::format("{}", most));
    if (request.has_body) {
      MakeBlock(8 << 10);
      Deadline(shared_.options.body_s);
      while (!BodyDone(parser)) {
        error_code error;
        const std::size_t n = co_await NextBlock(parser, error);
        request.body.append(block_.get(), n);
        if (request.body.size() > most)
          co_return co_await Refused(request, 413, fmt::format("{}", most));
        if (error) {
          co_return co_await Refused(request, 408, "");
        }
      }
      block_.reset();
    }
    Response answer;
    std::exception_ptr fault;
    try {
      answer = co_await OnPool(shared_.pool, [&] { return shared_.application.Answer(request); });
    } catch (...) {
      fault = std::current_exception();
    }
    if (fault) co_return co_await Faulted(request, fault);
    co_return answer;
  }

  std::string HeadOf(const Response& answer) const {
    std::string head =
        fmt::format("HTTP/1.1 {} {}\r\n", answer.status, ReasonPhrase(answer.status));
    for (const auto& [name, value] : answer.headers.all()) {
      // What came from outside may stand in a value, but never end its line.
      if (value.find_first_of("\r\n") != std::string::npos) continue;
      head += name + ": " + value + "\r\n";
    }
    if (answer.status != 204 && answer.status != 304)
      head += fmt::format("Content-Length: {}\r\n", answer.Length());
    head += fmt::format("Date: {}\r\n", HttpDate(std::time(nullptr)));
    head += answer.close ? "Connection: close\r\n\r\n" : "\r\n";
    return head;
  }

  asio::awaitable<bool> SendAll(const char* data, std::size_t size) {
    while (size > 0) {
      const std::size_t n = std::min(size, kBlock);
      error_code error;
      Deadline(shared_.options.stall_s);
      co_await asio::async_write(stream_, asio::buffer(data, n), Into(error));
      if (error) co_return false;
      shared_.stats.bytes_out += static_cast<std::int64_t>(n);
      data += n;
      size -= n;
    }
    co_return true;
  }

  asio::awaitable<bool> SendFile(const FilePart& part) {
    std::vector<char> block(std::min<std::uint64_t>(kBlock, part.length));
    std::uint64_t done = 0;
    while (done < part.length) {
      const std::size_t want = std::min<std::uint64_t>(block.size(), part.length - done);
      const ssize_t n = co_await OnPool(shared_.pool, [&] {
        return ::pread(*part.descriptor, block.data(), want, static_cast<off_t>(part.from + done));
      });
      // A file that got shorter: the length was promised, only the end of the connection can tell.
      if (n <= 0) co_return false;
      if (!co_await SendAll(block.data(), static_cast<std::size_t>(n))) co_return false;
      done += static_cast<std::uint64_t>(n);
    }
    co_return true;
  }

  asio::awaitable<bool> Send(const Request& request, Response& answer, bool) {
    ++shared_.stats.answers[static_cast<std::size_t>(std::clamp(answer.status / 100, 0, 5))];
    std::string head = HeadOf(answer);
    const bool bodiless = request.method == "HEAD" || answer.status == 204 || answer.status == 304;
    if (bodiless) co_return co_await SendAll(head.data(), head.size());
    if (const auto* part = std::get_if<FilePart>(&answer.body)) {
      if (!co_await SendAll(head.data(), head.size())) co_return false;
      co_return co_await SendFile(*part);
    }
    std::string_view body;
    if (const auto* text = std::get_if<std::string>(&answer.body)) body = *text;
    if (const auto* fixed = std::get_if<std::string_view>(&answer.body)) body = *fixed;
    if (const auto* held = std::get_if<std::shared_ptr<const std::string>>(&answer.body)) {
      if (*held) body = **held;
    }
    if (head.size() + body.size() <= kBlock) {  // one packet where it fits
      head += body;
      co_return co_await SendAll(head.data(), head.size());
    }
    if (!co_await SendAll(head.data(), head.size())) co_return false;
    co_return co_await SendAll(body.data(), body.size());
  }

  Stream& stream_;
  std::string peer_;
  bool tls_;
  ConnectionShared& shared_;
  beast::flat_buffer buffer_;
  std::unique_ptr<char[]> block_;
  std::size_t block_size_ = 0;
  std::optional<std::uint64_t> left_;  ///< of a body whose length was stated
};

std::string PeerOf(const asio::ip::tcp::socket& socket) {
  error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  return error ? std::string("?") : endpoint.address().to_string();
}

/// Told at once when there are too many: whoever has a connection keeps it.
bool TooMany(const ConnectionShared& shared) {
  return shared.stats.connections > shared.options.max_connections;
}

constexpr char kComeBack[] =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 5\r\nConnection: "
    "close\r\n\r\n";

}  // namespace

asio::awaitable<void> ServePlain(asio::ip::tcp::socket socket, ConnectionShared& shared) {
  const Counted counted(shared.stats.connections);
  const std::string peer = PeerOf(socket);
  beast::tcp_stream stream(std::move(socket));
  try {
    if (TooMany(shared)) {
      stream.expires_after(seconds(2));
      co_await asio::async_write(stream, asio::buffer(kComeBack, sizeof kComeBack - 1),
                                 asio::use_awaitable);
      co_return;
    }
    Connection<beast::tcp_stream> connection(stream, peer, false, shared);
    co_await connection.Run();
  } catch (const std::exception&) {  // the link: nobody is left to be told
  }
}

asio::awaitable<void> ServeTls(asio::ip::tcp::socket socket, asio::ssl::context& tls,
                               ConnectionShared& shared) {
  const Counted counted(shared.stats.connections);
  const std::string peer = PeerOf(socket);
  using TlsStream = beast::ssl_stream<beast::tcp_stream>;
  TlsStream stream(beast::tcp_stream(std::move(socket)), tls);
  try {
    if (TooMany(shared)) co_return;
    beast::get_lowest_layer(stream).expires_after(seconds(shared.options.header_s));
    co_await stream.async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
    Connection<TlsStream> connection(stream, peer, true, shared);
    co_await connection.Run();
  } catch (const std::exception&) {
  }
}

}  // namespace thermoleak::service
