#include "simulation/toml_section.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sstream>

namespace thermoleak::simulation {
namespace {

std::string Show(const toml::node& node) {
  std::ostringstream text;
  node.visit([&](const auto& value) { text << value; });
  return text.str();
}

}  // namespace

std::string TomlSection::NameOf(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

void TomlSection::Complain(std::string_view key, const std::string& value,
                           const std::string& expected) {
  problems_->values.push_back(fmt::format("{} = {} ({})", NameOf(key), value, expected));
}

const toml::node* TomlSection::Raw(std::string_view key) {
  asked_.emplace(key);
  return table_ == nullptr ? nullptr : table_->get(key);
}

double TomlSection::Number(std::string_view key, double fallback, double min, double max) {
  const toml::node* node = Raw(key);
  if (node == nullptr) return fallback;
  const auto value = node->value<double>();
  if (!value || !(*value >= min && *value <= max)) {
    Complain(key, Show(*node), fmt::format("{} .. {}", min, max));
    return fallback;
  }
  return *value;
}

int TomlSection::Integer(std::string_view key, int fallback, int min, int max) {
  const toml::node* node = Raw(key);
  if (node == nullptr) return fallback;
  const auto value = node->value_exact<std::int64_t>();
  if (!value || *value < min || *value > max) {
    Complain(key, Show(*node), fmt::format("{} .. {}", min, max));
    return fallback;
  }
  return static_cast<int>(*value);
}

bool TomlSection::Flag(std::string_view key, bool fallback) {
  const toml::node* node = Raw(key);
  if (node == nullptr) return fallback;
  const auto value = node->value_exact<bool>();
  if (!value) Complain(key, Show(*node), "true, false");
  return value.value_or(fallback);
}

std::string TomlSection::Word(std::string_view key, std::string fallback) {
  const toml::node* node = Raw(key);
  if (node == nullptr) return fallback;
  const auto value = node->value_exact<std::string>();
  if (!value) Complain(key, Show(*node), "\"...\"");
  return value.value_or(fallback);
}

std::string TomlSection::Choice(std::string_view key, const std::vector<std::string>& allowed) {
  const std::string value = Word(key, allowed.front());
  if (std::find(allowed.begin(), allowed.end(), value) != allowed.end()) return value;
  Complain(key, fmt::format("\"{}\"", value), fmt::format("{}", fmt::join(allowed, ", ")));
  return allowed.front();
}

Vec2 TomlSection::Pair(std::string_view key, Vec2 fallback, double min, double max) {
  const toml::node* node = Raw(key);
  if (node == nullptr) return fallback;
  const toml::array* array = node->as_array();
  if (array != nullptr && array->size() == 2) {
    const auto x = array->get(0)->value<double>();
    const auto y = array->get(1)->value<double>();
    if (x && y && *x >= min && *x <= max && *y >= min && *y <= max) return {*x, *y};
  }
  Complain(key, Show(*node), fmt::format("[{} .. {}, {} .. {}]", min, max, min, max));
  return fallback;
}

Span TomlSection::Range(std::string_view key, Span fallback, double min, double max) {
  const toml::node* node = Raw(key);
  if (node == nullptr) return fallback;
  if (const auto single = node->value<double>(); single && *single >= min && *single <= max) {
    return {*single, *single};
  }
  if (const toml::array* array = node->as_array(); array != nullptr && array->size() == 2) {
    const auto low = array->get(0)->value<double>();
    const auto high = array->get(1)->value<double>();
    if (low && high && *low >= min && *low <= *high && *high <= max) return {*low, *high};
  }
  Complain(key, Show(*node), fmt::format("[a, b], {} <= a <= b <= {}", min, max));
  return fallback;
}

std::vector<Vec2> TomlSection::Points(std::string_view key) {
  constexpr double kFarthest = 1e5;
  std::vector<Vec2> points;
  const toml::node* node = Raw(key);
  if (node == nullptr) return points;
  if (const toml::array* array = node->as_array()) {
    for (const toml::node& item : *array) {
      const toml::array* pair = item.as_array();
      if (pair == nullptr || pair->size() != 2) break;
      const auto x = pair->get(0)->value<double>();
      const auto y = pair->get(1)->value<double>();
      if (!x || !y || !(std::abs(*x) <= kFarthest) || !(std::abs(*y) <= kFarthest)) break;
      points.emplace_back(*x, *y);
    }
    if (points.size() == array->size() && !points.empty()) return points;
  }
  Complain(key, Show(*node), "[[x, y], [x, y], ...]");
  return {};
}

TomlSection TomlSection::Table(std::string_view key) {
  const toml::node* node = Raw(key);
  if (node != nullptr && !node->is_table()) Complain(key, Show(*node), "[table]");
  return {node == nullptr ? nullptr : node->as_table(), NameOf(key), *problems_};
}

std::vector<TomlSection> TomlSection::Tables(std::string_view key) {
  std::vector<TomlSection> sections;
  const toml::node* node = Raw(key);
  if (node == nullptr) return sections;
  const toml::array* array = node->as_array();
  if (array == nullptr || !array->is_homogeneous<toml::table>()) {
    Complain(key, Show(*node), "[[table]]");
    return sections;
  }
  for (std::size_t i = 0; i < array->size(); ++i) {
    sections.emplace_back(array->get(i)->as_table(), fmt::format("{}[{}]", NameOf(key), i),
                          *problems_);
  }
  return sections;
}

std::vector<std::string> TomlSection::Keys() const {
  std::vector<std::string> keys;
  if (table_ != nullptr) {
    for (const auto& [key, value] : *table_) keys.emplace_back(key.str());
  }
  return keys;
}

void TomlSection::Finish() {
  for (const std::string& key : Keys()) {
    if (!asked_.contains(key)) problems_->unknown_keys.push_back(NameOf(key));
  }
}

}  // namespace thermoleak::simulation
