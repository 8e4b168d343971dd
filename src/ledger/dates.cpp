#include "thermoleak/ledger/dates.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace thermoleak {
namespace {

using std::chrono::day;
using std::chrono::days;
using std::chrono::month;
using std::chrono::year;
using std::chrono::year_month_day;

/// Narrow digits and signs for full-width ones (U+FF01 .. U+FF5E and the ideographic space).
std::string Narrow(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = [&](std::size_t k) {
      return i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0u;
    };
    if (byte(0) == 0xEF && (byte(1) == 0xBC || byte(1) == 0xBD) && byte(2) >= 0x80) {
      const unsigned code =
          ((byte(0) & 0x0Fu) << 12) | ((byte(1) & 0x3Fu) << 6) | (byte(2) & 0x3Fu);
      if (code >= 0xFF01 && code <= 0xFF5E) {
        out += static_cast<char>(code - 0xFF01 + '!');
        i += 2;
        continue;
      }
    }
    if (byte(0) == 0xE3 && byte(1) == 0x80 && byte(2) == 0x80) {
      out += ' ';
      i += 2;
      continue;
    }
    out += text[i];
  }
  return out;
}

std::optional<Date> Existing(int y, int m, int d) {
  if (y < 1900 || y > 2200 || m < 1 || d < 1) return std::nullopt;
  const year_month_day date{year(y), month(static_cast<unsigned>(m)),
                            day(static_cast<unsigned>(d))};
  if (!date.ok()) return std::nullopt;
  return Date(date);
}

/// What may follow a day: nothing, or a time after a space or a T.
bool IsTime(std::string_view rest) {
  if (rest.empty()) return true;
  if (rest[0] != ' ' && rest[0] != 'T') return false;
  return rest.find_first_not_of("0123456789:.+-TZ ") == std::string_view::npos;
}

std::optional<int> Number(std::string_view& text, std::size_t most_digits) {
  std::size_t n = 0;
  while (n < text.size() && n < most_digits && text[n] >= '0' && text[n] <= '9') ++n;
  if (n == 0) return std::nullopt;
  int value = 0;
  std::from_chars(text.data(), text.data() + n, value);
  text.remove_prefix(n);
  return value;
}

bool Take(std::string_view& text, std::string_view sign) {
  if (!text.starts_with(sign)) return false;
  text.remove_prefix(sign.size());
  return true;
}

}  // namespace

Date MakeDate(int y, unsigned m, unsigned d) {
  return Date(year_month_day{year(y), month(m), day(d)});
}

Date Today() { return std::chrono::floor<days>(std::chrono::system_clock::now()); }

std::string IsoDate(Date date) {
  const year_month_day ymd(date);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(ymd.year()),
                     static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()));
}

std::optional<Date> ParseDate(std::string_view raw) {
  const std::string narrow = Narrow(raw);
  std::string_view text = narrow;
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (text.empty()) return std::nullopt;

  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits == 8 && IsTime(text.substr(8))) {
    std::string_view rest = text;
    const int y = *Number(rest, 4), m = *Number(rest, 2), d = *Number(rest, 2);
    return Existing(y, m, d);
  }
  if (digits == 5 && (text.size() == 5 || text[5] == '.')) {
    // Day 1 is 1900-01-01, and Excel believes in 29 Feb 1900: from March on, day 0 is 1899-12-30.
    if (text.find_first_not_of("0123456789.") != std::string_view::npos) return std::nullopt;
    std::string_view rest = text;
    const int serial = *Number(rest, 5);
    if (serial < 20000 || serial > 80000) return std::nullopt;  // 1954 .. 2119: else no date
    return MakeDate(1899, 12, 30) + days(serial);
  }
  const auto y = Number(text, 4);
  if (!y) return std::nullopt;
  constexpr std::array<std::array<std::string_view, 3>, 4> kSigns = {
      {{"-", "-", ""}, {"/", "/", ""}, {".", ".", ""}, {"年", "月", "日"}}};
  for (const auto& signs : kSigns) {
    std::string_view rest = text;
    if (!Take(rest, signs[0])) continue;
    const auto m = Number(rest, 2);
    if (!m || !Take(rest, signs[1])) return std::nullopt;
    const auto d = Number(rest, 2);
    if (!d || !Take(rest, signs[2]) || !IsTime(rest)) return std::nullopt;
    return Existing(*y, *m, *d);
  }
  return std::nullopt;
}

Season DefaultSeason(int y) {
  Season season;
  season.year = y;
  season.operating = {MakeDate(y, 1, 1), MakeDate(y, 3, 31)};
  season.shutdown = {MakeDate(y, 4, 1), MakeDate(y, 4, 15)};
  season.implementation = {MakeDate(y, 4, 16), MakeDate(y, 9, 30)};
  season.cold_trial = MakeDate(y, 10, 20);
  season.heat_on = MakeDate(y, 11, 1);
  return season;
}

int SeasonYear(Date date) {
  const int y = static_cast<int>(year_month_day(date).year());
  return date >= DefaultSeason(y).cold_trial ? y + 1 : y;
}

}  // namespace thermoleak
