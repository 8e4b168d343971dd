#include "report/text_format.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>

namespace thermoleak {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

/// Length of the UTF-8 sequence that starts at `i`, 0 if there is none (RFC 3629: no overlong
/// forms, no surrogates, nothing above U+10FFFF).
std::size_t SequenceLength(std::string_view text, std::size_t i) {
  const auto byte = [&](std::size_t k) {
    return k < text.size() ? static_cast<unsigned char>(text[k]) : 0u;
  };
  const auto is_tail = [&](std::size_t k) { return (byte(k) & 0xC0u) == 0x80u; };
  const unsigned lead = byte(i);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return is_tail(i + 1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned second = byte(i + 1);
    const unsigned low = lead == 0xE0 ? 0xA0u : 0x80u;
    const unsigned high = lead == 0xED ? 0x9Fu : 0xBFu;
    return second >= low && second <= high && is_tail(i + 2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned second = byte(i + 1);
    const unsigned low = lead == 0xF0 ? 0x90u : 0x80u;
    const unsigned high = lead == 0xF4 ? 0x8Fu : 0xBFu;
    return second >= low && second <= high && is_tail(i + 2) && is_tail(i + 3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::string Fixed(double value, int decimals) {
  if (!std::isfinite(value)) return {};
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text.starts_with('-') && text.find_first_not_of("-0.") == std::string::npos) text.erase(0, 1);
  return text;
}

nlohmann::ordered_json Rounded(double value, int decimals) {
  if (!std::isfinite(value)) return nullptr;
  const double scale = std::pow(10.0, decimals);
  const double rounded = std::round(value * scale) / scale;
  return rounded == 0.0 ? 0.0 : rounded;  // no -0.0
}

std::string Dump(const nlohmann::ordered_json& json, int indent) {
  return json.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string CleanUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t n = SequenceLength(text, i);
    const auto c = static_cast<unsigned char>(text[i]);
    if (n == 0) {
      out += kReplacement;
    } else if (c == '\n' || c == '\r' || c == '\t') {
      out += ' ';
    } else if (c < 0x20 || c == 0x7F) {
      out += kReplacement;
    } else {
      out.append(text, i, n);
    }
    i += n == 0 ? 1 : n;
  }
  return out;
}

std::string HtmlEscape(std::string_view text) {
  const std::string clean = CleanUtf8(text);
  std::string out;
  out.reserve(clean.size() + clean.size() / 8);
  for (const char c : clean) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string JsonForScript(const nlohmann::ordered_json& json) {
  const std::string text = Dump(json);
  std::string out;
  out.reserve(text.size() + 64);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = std::string_view(text).substr(i);
    if (text[i] == '<') {
      out += "\\u003c";
    } else if (text[i] == '>') {
      out += "\\u003e";
    } else if (text[i] == '&') {
      out += "\\u0026";
    } else if (rest.starts_with("\xE2\x80\xA8")) {
      out += "\\u2028";
      i += 2;
    } else if (rest.starts_with("\xE2\x80\xA9")) {
      out += "\\u2029";
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string CsvText(std::string_view text) {
  std::string clean = CleanUtf8(text);
  if (!clean.empty() && std::string_view("=+-@").find(clean[0]) != std::string_view::npos) {
    clean = '\'' + std::move(clean);
  }
  if (clean.find_first_of("\",") == std::string::npos) return clean;
  std::string out = "\"";
  for (const char c : clean) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string IsoTime(const std::optional<double>& time_s, bool is_local) {
  // Outside the years 1900 .. 2200 a clock was never set: such a time is unknown, and would
  // overflow below.
  if (!time_s || !std::isfinite(*time_s) || std::abs(*time_s) > 7.3e9) return {};
  using namespace std::chrono;
  const auto milliseconds_since = static_cast<std::int64_t>(std::llround(*time_s * 1000.0));
  const sys_time<milliseconds> time{milliseconds(milliseconds_since)};
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}{}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count(), is_local ? "" : "Z");
}

}  // namespace thermoleak
