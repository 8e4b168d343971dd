// Bodies of requests: never deeper than the limit, never of another type than asked for.

#include <string>

#include "fuzz/fuzz.hpp"
#include "service/api_error.hpp"
#include "service/json_body.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace thermoleak;
  using namespace thermoleak::service;
  using fuzz::Require;
  const ParsedBody body = ParseJsonBody({reinterpret_cast<const char*>(data), size});
  Require(body.json.is_object(), "an object");
  Require(body.fault.empty() || body.json.empty(), "nothing of what is refused");
  const auto attempt = [](const auto& read) {
    try {
      read();
    } catch (const ApiError& e) {
      Require(e.status == 400, "a client's fault");
    }
  };
  const Fields in(body.json);
  for (const char* name : {"a", "name", "files", "conditions", "quantity"}) {
    attempt([&] { Require(in.Text(name, 50).size() <= 50, "a text's length"); });
    attempt([&] { in.TextOr(name, "x", 50); });
    attempt([&] {
      const auto number = in.Number(name, -1, 1);
      Require(!number || (*number >= -1 && *number <= 1), "a number's range");
    });
    attempt([&] {
      const auto whole = in.Integer(name, 0, 10);
      Require(whole >= 0 && whole <= 10, "a whole number's range");
    });
    attempt([&] { in.FlagOr(name, false); });
    attempt([&] { Require(in.List(name, 3).size() <= 3, "a list's length"); });
    attempt([&] { Require(in.Object(name).is_object(), "an object"); });
  }
  return 0;
}
