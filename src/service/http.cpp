#include "service/http.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

namespace thermoleak::service {
namespace {

bool SameName(std::string_view a, std::string_view b) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::string_view Headers::Get(std::string_view name) const {
  for (const auto& [key, value] : list_) {
    if (SameName(key, name)) return value;
  }
  return {};
}

bool Headers::Has(std::string_view name) const {
  return std::any_of(list_.begin(), list_.end(),
                     [&](const auto& header) { return SameName(header.first, name); });
}

bool Headers::IsAmbiguous(std::string_view name) const {
  return std::count_if(list_.begin(), list_.end(),
                       [&](const auto& header) { return SameName(header.first, name); }) > 1;
}

std::uint64_t Response::Length() const {
  if (const auto* text = std::get_if<std::string>(&body)) return text->size();
  if (const auto* shared = std::get_if<std::shared_ptr<const std::string>>(&body))
    return *shared ? (*shared)->size() : 0;
  if (const auto* fixed = std::get_if<std::string_view>(&body)) return fixed->size();
  return std::get<FilePart>(body).length;
}

std::string_view ReasonPhrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 423:
      return "Locked";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 460:
      return "Checksum Mismatch";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 507:
      return "Insufficient Storage";
    default:
      return "Unknown";
  }
}

std::string HttpDate(std::int64_t seconds) {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S GMT}",
                     fmt::gmtime(static_cast<std::time_t>(seconds)));
}

}  // namespace thermoleak::service
