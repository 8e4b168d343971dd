#include "network/attributes.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <utility>

namespace thermoleak::network_internal {
namespace {

/// Length of the UTF-8 character at the front of `text`; 0 = not UTF-8, -1 = cut at the end of the
/// text.
int CharacterLength(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const int length = first >= 0xC2 && first <= 0xDF   ? 2
                     : first >= 0xE0 && first <= 0xEF ? 3
                     : first >= 0xF0 && first <= 0xF4 ? 4
                                                      : 0;
  if (length == 0) return 0;
  for (std::size_t i = 1; i < static_cast<std::size_t>(length); ++i) {
    if (i >= text.size()) return -1;
    if ((byte(i) & 0xC0) != 0x80) return 0;
    if (i == 1) {
      // Overlong forms, surrogates and values above U+10FFFF (RFC 3629, section 4).
      if ((first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F) ||
          (first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) > 0x8F)) {
        return 0;
      }
    }
  }
  return length;
}

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}
bool ContainsAny(std::string_view text, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view p) { return Contains(text, p); });
}
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// The number at the front of `text`, which is shortened by it.
std::optional<double> TakeNumber(std::string_view& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !std::isfinite(value)) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

struct OuterDiameter {
  double od_mm;
  int dn_mm;
};
// Steel pipes: EN 253 / EN 10220 beside GB/T 17395 (32 .. 478 seamless) and GB/T 9711 sizes.
constexpr OuterDiameter kOuterDiameters[] = {
    {21.3, 15},   {22, 15},     {26.9, 20},   {27, 20},     {33.7, 25},   {32, 25},
    {42.4, 32},   {38, 32},     {48.3, 40},   {45, 40},     {60.3, 50},   {57, 50},
    {76.1, 65},   {73, 65},     {88.9, 80},   {114.3, 100}, {108, 100},   {139.7, 125},
    {133, 125},   {168.3, 150}, {159, 150},   {219.1, 200}, {273, 250},   {323.9, 300},
    {325, 300},   {355.6, 350}, {377, 350},   {406.4, 400}, {426, 400},   {457, 450},
    {478, 450},   {508, 500},   {529, 500},   {610, 600},   {630, 600},   {711, 700},
    {720, 700},   {813, 800},   {820, 800},   {914, 900},   {920, 900},   {1016, 1000},
    {1020, 1000}, {1118, 1100}, {1120, 1100}, {1219, 1200}, {1220, 1200}, {1422, 1400},
    {1420, 1400}, {1626, 1600}, {1620, 1600}};

OuterDiameter NearestOuterDiameter(double od_mm) {
  return *std::min_element(std::begin(kOuterDiameters), std::end(kOuterDiameters),
                           [&](const OuterDiameter& a, const OuterDiameter& b) {
                             return std::abs(a.od_mm - od_mm) < std::abs(b.od_mm - od_mm);
                           });
}

bool IsStandardDn(double dn_mm) {
  return std::any_of(std::begin(kOuterDiameters), std::end(kOuterDiameters),
                     [&](const OuterDiameter& d) { return d.dn_mm == dn_mm; });
}

std::optional<double> PlausibleDn(double dn_mm) {
  if (dn_mm >= 10 && dn_mm <= 3000) return dn_mm;
  return std::nullopt;
}

/// A bare number: a nominal diameter, unless it is an outer diameter of the table and no nominal
/// one.
std::optional<double> DnOfNumber(double value) {
  const OuterDiameter nearest = NearestOuterDiameter(value);
  if (!IsStandardDn(value) && std::abs(nearest.od_mm - value) <= 1.0) return nearest.dn_mm;
  return PlausibleDn(value);
}

/// Metres of a number with an optional unit behind it.
std::optional<double> ParseLength(std::string_view utf8, std::string_view unit) {
  const std::string text = Normalise(utf8);
  std::string_view rest = text;
  const std::optional<double> value = TakeNumber(rest);
  if (!value) return std::nullopt;
  if (rest.empty()) rest = unit;
  if (rest.empty() || rest == "m" || rest == "米" || rest == "metres" || rest == "meters")
    return *value;
  if (rest == "cm" || rest == "厘米") return *value / 100;
  if (rest == "mm" || rest == "毫米") return *value / 1000;
  return std::nullopt;
}

using Names = std::span<const std::string_view>;
// "drawing_..." are what the names of a drawing's layers say; see drawing.hpp.
constexpr std::string_view kPipeId[] = {"pipe_id", "id", "管线编号", "管段编号", "drawing_id"};
constexpr std::string_view kDn[] = {"dn", "dn_mm", "diameter", "管径", "公称直径", "drawing_dn"};
constexpr std::string_view kDepth[] = {"depth", "depth_m", "埋深"};
constexpr std::string_view kMedium[] = {"medium", "介质", "供回水", "drawing_text"};
constexpr std::string_view kLevel[] = {"circuit", "level", "网级", "drawing_text"};
constexpr std::string_view kLaying[] = {"laying", "敷设方式", "drawing_text"};
constexpr std::string_view kYear[] = {"year", "built", "建成年份", "投运年份"};
constexpr std::string_view kInsulation[] = {"insulation", "保温"};
constexpr std::string_view kUnit[] = {"unit", "operator", "供热单位"};
constexpr std::string_view kDistrict[] = {"district", "行政区"};
constexpr std::string_view kChamberId[] = {"chamber_id", "id",   "井室编号",
                                           "井编号",     "编号", "drawing_id"};
constexpr std::string_view kChamberKind[] = {"kind", "type",   "类型",
                                             "类别", "附属物", "drawing_text"};
constexpr std::string_view kHeight[] = {"height", "height_m", "高度", "建筑高度"};

}  // namespace

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const int length = CharacterLength(text);
    if (length < 0) return true;
    if (length == 0) return false;
    text.remove_prefix(static_cast<std::size_t>(length));
  }
  return true;
}

std::string_view WithoutCutCharacter(std::string_view text) {
  // Bytes that follow never begin a character, so that the end alone tells; what comes to the end
  // then may be cut in its turn.
  for (bool cut = true; cut;) {
    cut = false;
    for (std::size_t n = 1; n <= 3 && n <= text.size() && !cut; ++n) {
      if (CharacterLength(text.substr(text.size() - n)) >= 0) continue;
      text.remove_suffix(n);
      cut = true;
    }
  }
  return text;
}

std::string Normalise(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  const auto add_ascii = [&out](char c) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '"' || c == '\'' || c == '\0')
      return;
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  while (!utf8.empty()) {
    const auto length = static_cast<std::size_t>(std::max(1, CharacterLength(utf8)));
    const std::string_view c = utf8.substr(0, length);
    utf8.remove_prefix(length);
    if (length == 1) {
      add_ascii(c[0]);
    } else if (c == "×" || c == "✕" || c == "⨯" || c == "Х" ||
               c == "х") {  // also the Cyrillic letter
      out += 'x';
    } else if (c == "\u3000" || c == "\u00A0" || c == "\uFEFF") {
      continue;
    } else if (length == 3 && c >= "\uFF01" && c <= "\uFF5E") {  // full-width forms of 0x21 .. 0x7E
      const unsigned code = ((static_cast<unsigned char>(c[1]) & 0x3Fu) << 6) |
                            (static_cast<unsigned char>(c[2]) & 0x3Fu);
      add_ascii(static_cast<char>(code - 0xF01u + 0x21u));
    } else {
      out += c;
    }
  }
  return out;
}

FieldName ParseFieldName(std::string_view utf8) {
  FieldName field{Normalise(utf8), ""};
  const std::size_t open = field.name.find_first_of("([");
  if (open != std::string::npos && open > 0 &&
      (field.name.back() == ')' || field.name.back() == ']')) {
    field.unit = field.name.substr(open + 1, field.name.size() - open - 2);
    field.name.resize(open);
  }
  return field;
}

Names Aliases(Role role) {
  switch (role) {
    case Role::kPipeId:
      return kPipeId;
    case Role::kDn:
      return kDn;
    case Role::kDepth:
      return kDepth;
    case Role::kMedium:
      return kMedium;
    case Role::kLevel:
      return kLevel;
    case Role::kLaying:
      return kLaying;
    case Role::kYear:
      return kYear;
    case Role::kInsulation:
      return kInsulation;
    case Role::kUnit:
      return kUnit;
    case Role::kDistrict:
      return kDistrict;
    case Role::kChamberId:
      return kChamberId;
    case Role::kChamberKind:
      return kChamberKind;
    case Role::kHeight:
      return kHeight;
  }
  return {};
}

bool IsAlias(std::string_view name, std::string_view alias, bool cut) {
  if (name == alias) return true;
  // Three Chinese characters are what ten bytes of UTF-8 hold of a name of four.
  return cut && name.size() == 9 && alias.size() > 9 &&
         static_cast<unsigned char>(name[0]) >= 0x80 && alias.substr(0, 9) == name;
}

LayerKind LayerKindOf(std::string_view utf8_name) {
  const std::string name = Normalise(utf8_name);
  // "管井", "管线井": a chamber though it names a pipe.
  if (ContainsAny(name, {"chamber", "manhole", "valve", "rlpoint", "井", "检查室", "阀门", "小室"}))
    return LayerKind::kChambers;
  if (ContainsAny(name, {"building", "建筑", "房屋", "楼栋"})) return LayerKind::kBuildings;
  if (ContainsAny(name, {"pipe", "rlline", "管线", "管段", "管网", "管道", "一次网", "二次网"}))
    return LayerKind::kPipes;
  return LayerKind::kUnknown;
}

std::optional<double> ParseDn(std::string_view utf8) {
  const std::string text = Normalise(utf8);
  std::string_view rest = text;
  if (const std::size_t dn = rest.find("dn"); dn != std::string_view::npos) {
    rest.remove_prefix(dn + 2);
    while (!rest.empty() && (rest[0] == '=' || rest[0] == ':')) rest.remove_prefix(1);
    const std::optional<double> value = TakeNumber(rest);
    return value ? PlausibleDn(*value) : std::nullopt;
  }
  bool marked = false;  // by a sign of diameter: d, Φ, φ, Ø, ø, ∅
  for (const std::string_view sign : {"d", "Φ", "φ", "ϕ", "Ø", "ø", "∅"}) {
    if (const std::size_t at = rest.find(sign); at != std::string_view::npos && at <= 2) {
      rest.remove_prefix(at + sign.size());
      marked = true;
      break;
    }
  }
  const std::optional<double> value = TakeNumber(rest);
  if (!value) return std::nullopt;
  if (!rest.empty() && (rest[0] == 'x' || rest[0] == '*')) {
    rest.remove_prefix(1);
    const std::optional<double> second = TakeNumber(rest);
    if (!second) return std::nullopt;
    if (*second > *value) return marked ? std::nullopt : DnOfNumber(*second);  // "2x200": two pipes
    // Outer diameter times wall; twice the same or nearly is a duct's section, not a pipe.
    const OuterDiameter nearest = NearestOuterDiameter(*value);
    if (*second > *value / 4 || std::abs(nearest.od_mm - *value) > 0.1 * *value)
      return std::nullopt;
    return nearest.dn_mm;
  }
  if (!rest.empty() && rest != "mm" && rest[0] != '/' && rest[0] != ',') return std::nullopt;
  return DnOfNumber(*value);
}

std::optional<double> ParseDepth(std::string_view utf8, std::string_view unit) {
  const std::optional<double> depth_m = ParseLength(utf8, unit);
  return depth_m && *depth_m > 0 && *depth_m <= 30 ? depth_m : std::nullopt;
}

std::optional<double> ParseHeight(std::string_view utf8, std::string_view unit) {
  const std::optional<double> height_m = ParseLength(utf8, unit);
  return height_m && *height_m > 0 && *height_m <= 1000 ? height_m : std::nullopt;
}

Medium ParseMedium(std::string_view utf8) {
  const std::string text = Normalise(utf8);
  const bool supply = ContainsAny(text, {"supply", "flow", "供"});
  const bool back = ContainsAny(text, {"return", "回"});
  if (supply == back) return Medium::kUnknown;  // neither, or one line for both
  return supply ? Medium::kSupply : Medium::kReturn;
}

NetworkLevel ParseLevel(std::string_view utf8) {
  const std::string text = Normalise(utf8);
  const bool primary =
      text == "1" || ContainsAny(text, {"primary", "一次", "一级", "高温", "1次", "1级"});
  const bool secondary =
      text == "2" || ContainsAny(text, {"secondary", "二次", "二级", "庭院", "2次", "2级"});
  if (primary == secondary) return NetworkLevel::kUnknown;
  return primary ? NetworkLevel::kPrimary : NetworkLevel::kSecondary;
}

std::optional<Laying> ParseLaying(std::string_view utf8) {
  const std::string text = Normalise(utf8);
  if (ContainsAny(text, {"架空", "地上", "overhead", "aboveground", "above_ground", "aerial"}))
    return Laying::kOverhead;
  if (ContainsAny(text, {"直埋", "无沟", "埋地", "套管", "buried", "underground"}))
    return Laying::kBuried;
  if (ContainsAny(text, {"沟", "管廊", "通行", "duct", "channel", "trench", "tunnel"}))
    return Laying::kDuct;
  return std::nullopt;
}

std::optional<int> ParseYear(std::string_view utf8) {
  const std::string text = Normalise(utf8);
  for (std::size_t i = 0; i + 4 <= text.size(); ++i) {
    if (!std::all_of(text.begin() + static_cast<std::ptrdiff_t>(i),
                     text.begin() + static_cast<std::ptrdiff_t>(i) + 4, IsDigit)) {
      continue;
    }
    if (i > 0 && IsDigit(text[i - 1])) continue;
    int year = 0;
    std::from_chars(text.data() + i, text.data() + i + 4, year);
    // Eight digits may be a date, 19980501; any other longer number is none.
    std::size_t digits = 4;
    while (i + digits < text.size() && IsDigit(text[i + digits])) ++digits;
    if (year >= 1900 && year <= 2100 && (digits == 4 || digits == 8)) return year;
  }
  return std::nullopt;
}

}  // namespace thermoleak::network_internal
