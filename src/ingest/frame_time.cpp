// When a frame was exposed: which of the file's clocks is believed.

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>

#include "ingest/facts.hpp"

namespace thermoleak::ingest {
namespace {

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// "2021:07:01 13:47:48.991" of seconds since 1970.
std::string ClockText(double local_s) {
  namespace chrono = std::chrono;
  const auto total_ms = static_cast<std::int64_t>(std::llround(local_s * 1000));
  const chrono::sys_time<chrono::milliseconds> time{chrono::milliseconds(total_ms)};
  const auto day = chrono::floor<chrono::days>(time);
  const chrono::year_month_day date(day);
  const chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}:{:02}:{:02} {:02}:{:02}:{:02}.{:03}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

/// Takes digits from the front of `text`, after any that are none.
std::optional<int> TakeNumber(std::string_view& text, std::size_t max_digits) {
  while (!text.empty() && !IsDigit(text.front())) text.remove_prefix(1);
  int value = 0;
  std::size_t digits = 0;
  while (digits < max_digits && digits < text.size() && IsDigit(text[digits])) {
    value = value * 10 + (text[digits] - '0');
    ++digits;
  }
  if (digits == 0) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

/// "+08:00", "-0330", "Z".
std::optional<double> ParseOffset(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  if (text.front() == 'Z' || text.front() == 'z') return 0.0;
  const char sign = text.front();
  if (sign != '+' && sign != '-') return std::nullopt;
  const auto hours = TakeNumber(text, 2);
  const auto minutes = TakeNumber(text, 2);
  if (!hours || *hours > 15 || minutes.value_or(0) > 59) return std::nullopt;
  const double seconds = *hours * 3600 + minutes.value_or(0) * 60;
  return sign == '-' ? -seconds : seconds;
}

double FractionOf(std::string_view digits) {
  double value = 0;
  double unit = 0.1;
  for (const char c : digits) {
    if (!IsDigit(c)) break;
    value += (c - '0') * unit;
    unit /= 10;
  }
  return value;
}

/// GPS time of day tells the zone of a local clock to a quarter of an hour. Nothing when they do
/// not agree within two minutes of one: then either clock may be wrong.
std::optional<double> OffsetFromGps(const ExifFacts& exif, double local_s, bool has_fix) {
  if (!has_fix || !exif.gps_second_of_day || exif.gps_date.empty()) return std::nullopt;
  const auto day = ParseClock(exif.gps_date + " 00:00:00");
  if (!day || !(*exif.gps_second_of_day >= 0) || !(*exif.gps_second_of_day <= 86401)) {
    return std::nullopt;
  }
  const double difference = local_s - (day->local_s + *exif.gps_second_of_day);
  const double offset = std::round(difference / 900) * 900;
  if (std::abs(offset) > 15 * 3600 || std::abs(difference - offset) > 120) return std::nullopt;
  return offset;
}

}  // namespace

std::optional<ClockTime> ParseClock(std::string_view text) {
  constexpr std::size_t kEpochDigits = 16;
  if (text.size() == kEpochDigits &&
      text.find_first_not_of("0123456789") == std::string_view::npos) {
    std::int64_t microseconds = 0;
    std::from_chars(text.data(), text.data() + text.size(), microseconds);
    return ClockTime{static_cast<double>(microseconds) * 1e-6, 0.0};
  }
  std::array<int, 6> part{};
  for (std::size_t i = 0; i < part.size(); ++i) {
    const auto value = TakeNumber(text, i == 0 ? 4 : 2);
    if (!value) return std::nullopt;
    part[i] = *value;
  }
  const auto& [year, month, day, hour, minute, second] = part;
  // Below 1980 (0000:00:00, 1970) the clock was never set.
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (year < 1980 || year > 2200 || !date.ok() || hour > 23 || minute > 59 || second > 60) {
    return std::nullopt;
  }
  ClockTime time;
  time.local_s =
      86400.0 * static_cast<double>(std::chrono::sys_days(date).time_since_epoch().count()) +
      hour * 3600 + minute * 60 + second;
  if (!text.empty() && (text.front() == '.' || text.front() == ',')) {
    text.remove_prefix(1);
    time.local_s += FractionOf(text);
    while (!text.empty() && IsDigit(text.front())) text.remove_prefix(1);
  }
  time.offset_s = ParseOffset(text);
  return time;
}

void FillTime(const ExifFacts& exif, const Xmp& xmp, const std::optional<RecordTime>& record,
              FrameMeta& meta) {
  if (const auto exposure = xmp.Text(XmpSpace::kDji, "UTCAtExposure")) {
    if (const auto time = ParseClock(*exposure)) {
      meta.time_utc_s = time->local_s - time->offset_s.value_or(0);
      meta.time_text = std::string(*exposure);
      return;
    }
  }
  std::optional<ClockTime> clock = ParseClock(exif.date_time);
  if (clock) {
    meta.time_text = exif.date_time;
    if (!exif.offset_time.empty()) clock->offset_s = ParseOffset(exif.offset_time);
    if (!exif.sub_seconds.empty() && clock->local_s == std::floor(clock->local_s)) {
      clock->local_s += FractionOf(exif.sub_seconds);
      meta.time_text += "." + exif.sub_seconds;
    }
    meta.time_text += exif.offset_time;
  }
  if (record) {
    const double record_local_s = record->utc_s + record->offset_s;
    // The record counts milliseconds where Exif often has whole seconds. Its zone is a setting of
    // hand cameras; in drones it is the factory's (a flight at UTC+7 says +08:00), so it is not
    // believed there.
    const bool same_clock =
        !clock || (exif.sub_seconds.empty() && std::abs(record_local_s - clock->local_s) < 1.5);
    if (same_clock) {
      std::optional<double> offset_s = clock ? clock->offset_s : std::nullopt;
      if (!offset_s && record->offset_s != 0 && meta.make != "DJI") offset_s = record->offset_s;
      if (!clock) meta.time_text = ClockText(record_local_s);
      clock = ClockTime{record_local_s, offset_s};
    }
  }
  if (!clock) return;
  if (!clock->offset_s) {
    clock->offset_s = OffsetFromGps(exif, clock->local_s, meta.pose.position.has_value());
  }
  meta.time_utc_s = clock->local_s - clock->offset_s.value_or(0);
  meta.time_is_local = !clock->offset_s.has_value();
}

}  // namespace thermoleak::ingest
