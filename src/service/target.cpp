#include "service/target.hpp"

#include <algorithm>
#include <charconv>

namespace thermoleak::service {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7F;
  });
}

std::optional<std::string> Decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const int high = i + 1 < text.size() ? HexDigit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  if (HasControl(out) || !IsUtf8(out)) return std::nullopt;
  return out;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t k) -> unsigned {
      return i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0u;
    };
    const unsigned c = byte(0);
    std::size_t length = 1;
    unsigned least = 0, code = c;
    if (c >= 0xF0 && c < 0xF8) {
      length = 4;
      least = 0x10000;
      code = c & 7u;
    } else if (c >= 0xE0 && c < 0xF0) {
      length = 3;
      least = 0x800;
      code = c & 15u;
    } else if (c >= 0xC0 && c < 0xE0) {
      length = 2;
      least = 0x80;
      code = c & 31u;
    } else if (c >= 0x80) {
      return false;
    }
    for (std::size_t k = 1; k < length; ++k) {
      if ((byte(k) & 0xC0u) != 0x80u) return false;
      code = code << 6 | (byte(k) & 0x3Fu);
    }
    if (code < least || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return false;
    i += length;
  }
  return true;
}

std::optional<std::string> Target::Find(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::optional<Target> ParseTarget(std::string_view raw) {
  const std::size_t mark = raw.find('?');
  std::string_view path = raw.substr(0, mark);
  if (path.empty() || path.front() != '/' || raw.find('#') != std::string_view::npos)
    return std::nullopt;
  Target target;
  path.remove_prefix(1);
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    auto segment = Decoded(path.substr(0, slash), false);
    if (!segment || segment->empty() || *segment == "." || *segment == ".." ||
        segment->find_first_of("/\\") != std::string::npos)
      return std::nullopt;
    target.path += "/" + *segment;
    target.segments.push_back(std::move(*segment));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  if (target.path.empty()) target.path.assign(1, '/');
  std::string_view query = mark == std::string_view::npos ? "" : raw.substr(mark + 1);
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = Decoded(pair.substr(0, equals), true);
    auto value = Decoded(equals < pair.size() ? pair.substr(equals + 1) : "", true);
    if (!name || !value) return std::nullopt;
    if (!name->empty()) target.query.emplace_back(std::move(*name), std::move(*value));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return target;
}

std::optional<std::uint64_t> ParseCount(std::string_view text) {
  if (text.empty() || text.size() > 18 ||
      !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }))
    return std::nullopt;
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::optional<std::pair<std::uint64_t, std::uint64_t>> ParseRange(std::string_view header,
                                                                  std::uint64_t size,
                                                                  bool& unsatisfiable) {
  unsatisfiable = false;
  constexpr std::string_view kUnit = "bytes=";
  if (!header.starts_with(kUnit)) return std::nullopt;
  header.remove_prefix(kUnit.size());
  const std::size_t dash = header.find('-');
  if (dash == std::string_view::npos || header.find(',') != std::string_view::npos)
    return std::nullopt;
  const std::string_view first = header.substr(0, dash), last = header.substr(dash + 1);
  if (first.empty()) {
    const auto count = ParseCount(last);
    if (!count) return std::nullopt;
    unsatisfiable = *count == 0 || size == 0;
    if (unsatisfiable) return std::nullopt;
    return std::pair(size - std::min(*count, size), size);
  }
  const auto from = ParseCount(first);
  const auto to = last.empty() ? std::optional<std::uint64_t>(size) : ParseCount(last);
  if (!from || !to || (!last.empty() && *to < *from)) return std::nullopt;
  unsatisfiable = *from >= size;
  if (unsatisfiable) return std::nullopt;
  return std::pair(*from, last.empty() ? size : std::min(*to + 1, size));
}

}  // namespace thermoleak::service
