#pragma once
// One table of a TOML file, read key by key: wrong types, values out of range and keys that nobody
// asked for are collected and reported all at once.

#include <toml++/toml.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "thermoleak/core/geometry.hpp"

namespace thermoleak::simulation {

/// A random value's limits.
struct Span {
  double min = 0;
  double max = 0;
};

/// What is wrong with the file, in a form that needs no language: `weather.wind_m_s = 99 (0 ..
/// 40)`.
struct TomlProblems {
  std::vector<std::string> values;
  std::vector<std::string> unknown_keys;
};

class TomlSection {
 public:
  TomlSection(const toml::table* table, std::string path, TomlProblems& problems)
      : table_(table), path_(std::move(path)), problems_(&problems) {}

  bool Has(std::string_view key) const { return table_ != nullptr && table_->contains(key); }
  double Number(std::string_view key, double fallback, double min, double max);
  int Integer(std::string_view key, int fallback, int min, int max);
  bool Flag(std::string_view key, bool fallback);
  std::string Word(std::string_view key, std::string fallback);
  /// One of `allowed`; the first is the default.
  std::string Choice(std::string_view key, const std::vector<std::string>& allowed);
  /// [x, y]
  Vec2 Pair(std::string_view key, Vec2 fallback, double min, double max);
  /// [min, max], or one number for both.
  Span Range(std::string_view key, Span fallback, double min, double max);
  /// [[x, y], ...]
  std::vector<Vec2> Points(std::string_view key);
  TomlSection Table(std::string_view key);
  /// [[key]]: all tables of an array, named key[0], key[1] ...
  std::vector<TomlSection> Tables(std::string_view key);
  const toml::node* Raw(std::string_view key);
  /// The table's keys, for tables whose keys are data.
  std::vector<std::string> Keys() const;

  void Complain(std::string_view key, const std::string& value, const std::string& expected);
  /// Keys that were never asked for.
  void Finish();
  const std::string& path() const { return path_; }

 private:
  std::string NameOf(std::string_view key) const;
  const toml::table* table_;
  std::string path_;
  TomlProblems* problems_;
  std::set<std::string, std::less<>> asked_;
};

}  // namespace thermoleak::simulation
