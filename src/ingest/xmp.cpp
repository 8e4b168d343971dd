#include "ingest/xmp.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace thermoleak::ingest {
namespace {

constexpr std::size_t kMaxProperties = 2048;
constexpr std::size_t kMaxValue = 4096;
constexpr std::string_view kBlank = " \t\r\n";

std::string_view Trim(std::string_view text) {
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

XmpSpace SpaceOfUri(std::string_view uri) {
  while (uri.ends_with('/')) uri.remove_suffix(1);
  struct Row {
    std::string_view uri;
    XmpSpace space;
  };
  static constexpr Row kRows[] = {
      {"http://www.dji.com/drone-dji/1.0", XmpSpace::kDji},
      {"http://www.dji.com", XmpSpace::kDji},
      {"http://www.dji.com/FLIR/1.0", XmpSpace::kFlir},
      {"http://ns.flir.com/xmp/1.0", XmpSpace::kFlir},
      {"http://pix4d.com/camera/1.0", XmpSpace::kCamera},
      {"http://ns.sensefly.com/Camera/1.0", XmpSpace::kCamera},
  };
  for (const Row& row : kRows) {
    if (uri == row.uri) return row.space;
  }
  if (uri.find("drone-parrot") != std::string_view::npos) return XmpSpace::kParrot;
  if (uri.find("drone-skydio") != std::string_view::npos) return XmpSpace::kSkydio;
  return XmpSpace::kOther;
}

/// Where a cut packet has lost its declarations, the usual prefixes are taken at their word.
XmpSpace SpaceOfBarePrefix(std::string_view prefix) {
  if (prefix == "drone-dji" || prefix == "DJI" || prefix == "drone") return XmpSpace::kDji;
  if (prefix == "FLIR") return XmpSpace::kFlir;
  if (prefix == "Camera") return XmpSpace::kCamera;
  if (prefix == "drone-parrot") return XmpSpace::kParrot;
  if (prefix == "drone-skydio") return XmpSpace::kSkydio;
  return XmpSpace::kOther;
}

std::pair<std::string_view, std::string_view> SplitName(std::string_view name) {
  const auto colon = name.find(':');
  if (colon == std::string_view::npos) return {{}, name};
  return {name.substr(0, colon), name.substr(colon + 1)};
}

/// The five entities; values of interest hold no others.
std::string Unescape(std::string_view raw) {
  std::string text;
  text.reserve(raw.size());
  static constexpr std::pair<std::string_view, char> kEntities[] = {
      {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
  while (!raw.empty()) {
    bool found = false;
    if (raw[0] == '&') {
      for (const auto& [entity, letter] : kEntities) {
        if (raw.starts_with(entity)) {
          text += letter;
          raw.remove_prefix(entity.size());
          found = true;
          break;
        }
      }
    }
    if (!found) {
      text += raw[0];
      raw.remove_prefix(1);
    }
  }
  return text;
}

struct Attribute {
  std::string_view name;
  std::string_view value;
};

/// Takes the next attribute from the front of a tag's inside; nothing at its end or at what is no
/// attribute.
std::optional<Attribute> TakeAttribute(std::string_view& rest) {
  const auto start = rest.find_first_not_of(" \t\r\n/");
  if (start == std::string_view::npos) return std::nullopt;
  rest.remove_prefix(start);
  const auto equals = rest.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  Attribute attribute{Trim(rest.substr(0, equals)), {}};
  rest.remove_prefix(equals + 1);
  const auto quote_at = rest.find_first_not_of(kBlank);
  if (quote_at == std::string_view::npos) return std::nullopt;
  const char quote = rest[quote_at];
  if (quote != '"' && quote != '\'') return std::nullopt;
  rest.remove_prefix(quote_at + 1);
  const auto end = rest.find(quote);
  if (end == std::string_view::npos) return std::nullopt;
  attribute.value = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return attribute;
}

/// End of the tag that starts at text[0] == '<': a '>' inside quotes does not count.
std::size_t TagEnd(std::string_view text) {
  char quote = 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      return i;
    }
  }
  return std::string_view::npos;
}

using Prefixes = std::vector<std::pair<std::string_view, XmpSpace>>;

XmpSpace SpaceOf(const Prefixes& prefixes, std::string_view prefix) {
  for (const auto& [name, space] : prefixes) {
    if (name == prefix) return space;
  }
  return SpaceOfBarePrefix(prefix);
}

/// All xmlns:prefix="uri" of the packet, wherever they stand.
Prefixes CollectPrefixes(std::string_view packet) {
  Prefixes prefixes;
  static constexpr std::string_view kDeclaration = "xmlns:";
  std::size_t at = 0;
  while ((at = packet.find(kDeclaration, at)) != std::string_view::npos && prefixes.size() < 64) {
    std::string_view rest = packet.substr(at, 512);
    if (const auto attribute = TakeAttribute(rest)) {
      prefixes.emplace_back(SplitName(attribute->name).second, SpaceOfUri(Trim(attribute->value)));
    }
    at += kDeclaration.size();
  }
  return prefixes;
}

}  // namespace

std::optional<double> ParseNumber(std::string_view text) {
  text = Trim(text);
  const auto slash = text.find('/');
  if (slash != std::string_view::npos) {
    const auto top = ParseNumber(text.substr(0, slash));
    const std::string_view below = text.substr(slash + 1);
    if (below.find('/') != std::string_view::npos) return std::nullopt;
    const auto bottom = ParseNumber(below);
    if (!top || !bottom || !std::isfinite(*top / *bottom)) return std::nullopt;
    return *top / *bottom;
  }
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

void Xmp::Store(XmpSpace space, std::string_view parent, std::string_view name,
                std::string_view raw) {
  raw = Trim(raw);
  if (space == XmpSpace::kOther || raw.empty() || raw.size() > kMaxValue ||
      properties_.size() >= kMaxProperties) {
    return;
  }
  properties_.push_back({space, std::string(parent), std::string(name), Unescape(raw)});
}

void Xmp::Add(std::string_view packet) {
  const Prefixes prefixes = CollectPrefixes(packet);
  // The names of the open elements; rdf:Seq, rdf:li and rdf:Description are transparent, so that a
  // list's first item is the value of the property that holds the list.
  std::vector<std::pair<XmpSpace, std::string_view>> open;
  const auto parent_of_top = [&](std::size_t skip) -> std::string_view {
    return open.size() > skip ? open[open.size() - 1 - skip].second : std::string_view();
  };
  while (!packet.empty()) {
    const auto less = packet.find('<');
    if (less == std::string_view::npos) return;
    if (less > 0 && !open.empty()) {
      Store(open.back().first, parent_of_top(1), open.back().second, packet.substr(0, less));
    }
    packet.remove_prefix(less);
    if (packet.starts_with("<!--")) {
      const auto end = packet.find("-->");
      if (end == std::string_view::npos) return;
      packet.remove_prefix(end + 3);
      continue;
    }
    const auto end = TagEnd(packet);
    // A packet that is cut inside a tag: the attributes that are whole still count.
    const std::string_view inside =
        packet.substr(1, end == std::string_view::npos ? std::string_view::npos : end - 1);
    const std::string_view tag = inside.substr(0, inside.find_first_of(" \t\r\n/>", 1));
    const auto [prefix, name] = SplitName(tag);
    if (inside.starts_with('/')) {
      const auto closed = SplitName(tag.substr(1));
      if (!open.empty() && open.back().second == closed.second) open.pop_back();
    } else if (!inside.starts_with('?') && !inside.starts_with('!')) {
      const bool transparent = prefix == "rdf" || prefix == "x";
      const std::string_view parent = transparent ? parent_of_top(0) : name;
      std::string_view rest = inside.substr(tag.size());
      while (const auto attribute = TakeAttribute(rest)) {
        const auto [attribute_prefix, attribute_name] = SplitName(attribute->name);
        if (attribute_prefix == "xmlns") continue;
        Store(SpaceOf(prefixes, attribute_prefix), parent, attribute_name, attribute->value);
      }
      if (!transparent && !inside.ends_with('/') && open.size() < 32) {
        open.emplace_back(SpaceOf(prefixes, prefix), name);
      }
    }
    if (end == std::string_view::npos) return;
    packet.remove_prefix(end + 1);
  }
}

std::optional<std::string_view> Xmp::Text(XmpSpace space, std::string_view name,
                                          std::string_view parent) const {
  for (const Property& property : properties_) {
    if (property.space == space && property.name == name &&
        (parent.empty() || property.parent == parent)) {
      return property.value;
    }
  }
  return std::nullopt;
}

std::optional<double> Xmp::Number(XmpSpace space, std::string_view name,
                                  std::string_view parent) const {
  const auto text = Text(space, name, parent);
  return text ? ParseNumber(*text) : std::nullopt;
}

}  // namespace thermoleak::ingest
