// A request as it comes from the socket, in two pieces, with the server's limits.

#include <boost/asio/buffer.hpp>
#include <boost/beast/http.hpp>
#include <limits>
#include <string>

#include "fuzz/fuzz.hpp"
#include "service/target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace http = boost::beast::http;
  using thermoleak::fuzz::Require;
  http::request_parser<http::buffer_body> parser;
  parser.header_limit(16 << 10);
  parser.body_limit(std::numeric_limits<std::uint64_t>::max());
  boost::beast::error_code error;
  std::string held;
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = size > 0 ? data[0] % (size + 1) : 0;
  char block[64];
  for (const std::string_view piece : {all.substr(0, cut), all.substr(cut)}) {
    held += piece;
    while (!parser.is_done() && !held.empty()) {
      if (parser.is_header_done()) {
        parser.get().body().data = block;
        parser.get().body().size = sizeof block;
        parser.get().body().more = true;
      }
      error = {};
      const std::size_t used = parser.put(boost::asio::buffer(held), error);
      Require(used <= held.size(), "no more than there is");
      held.erase(0, used);
      if (error == http::error::need_buffer) continue;
      if (error || used == 0) break;
    }
    if (error && error != http::error::need_more && error != http::error::need_buffer) return 0;
  }
  if (parser.is_header_done()) {
    const auto target = parser.get().target();
    thermoleak::service::ParseTarget({target.data(), target.size()});
    for (const auto& field : parser.get()) {
      Require(field.value().find('\n') == boost::beast::string_view::npos, "one line a header");
    }
  }
  return 0;
}
