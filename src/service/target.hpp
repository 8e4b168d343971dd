#pragma once
// Inside of the service room: the address in a request's first line.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace thermoleak::service {

/// "/api/v1/scans/x?limit=5", decoded.
struct Target {
  std::string path;                   ///< decoded, for logs
  std::vector<std::string> segments;  ///< between the slashes; none of "/"
  std::vector<std::pair<std::string, std::string>> query;

  std::optional<std::string> Find(std::string_view name) const;
};

/// Nothing for what could mislead: no leading slash, an escape that is none, an escaped slash or
/// backslash, control characters, "." or ".." as a part, or bytes that are not UTF-8.
std::optional<Target> ParseTarget(std::string_view raw);

bool IsUtf8(std::string_view text);
/// All digits, at most 18 of them: no sign, no spaces.
std::optional<std::uint64_t> ParseCount(std::string_view text);

/// The one range of "bytes=a-b", "bytes=a-" or "bytes=-n" within `size`, as first and one past the
/// last. Nothing for anything else (then the whole is sent); `unsatisfiable` when it lies outside.
std::optional<std::pair<std::uint64_t, std::uint64_t>> ParseRange(std::string_view header,
                                                                  std::uint64_t size,
                                                                  bool& unsatisfiable);

}  // namespace thermoleak::service
