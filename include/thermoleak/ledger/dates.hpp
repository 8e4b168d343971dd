#pragma once
// Days as people write them.

#include <optional>
#include <string>
#include <string_view>

#include "thermoleak/ledger/records.hpp"

namespace thermoleak {

/// "2026-04-03".
std::string IsoDate(Date day);
inline std::string IsoDate(const std::optional<Date>& day) { return day ? IsoDate(*day) : ""; }

/// 2026-04-03, 2026/4/3, 2026.4.3, 2026年4月3日, 20260403, Excel's serial number (46115), each with
/// or without a time of day behind it. Nothing for all else and for days that do not exist
/// (30 Feb). Full-width digits and signs count as narrow ones.
std::optional<Date> ParseDate(std::string_view text);

Date MakeDate(int year, unsigned month, unsigned day);
Date Today();

}  // namespace thermoleak
