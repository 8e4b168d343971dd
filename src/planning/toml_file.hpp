#pragma once
// Files of tables that people edit: every fault is named with file, line and column.

#include <toml++/toml.h>

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "thermoleak/planning/rules.hpp"

namespace thermoleak::planning {

/// The whole file as text. Throws RunError: kInputMissing, kConfigUnreadable.
std::string ReadText(const std::filesystem::path& file);
std::string HashOf(std::string_view text);

[[noreturn]] void Refuse(const std::string& file, const toml::node& at, MessageId id,
                         std::vector<std::string> args = {});

/// One table; keys that nobody asked for are refused by Finish().
class TomlRow {
 public:
  TomlRow(const toml::table& table, std::string file) : table_(table), file_(std::move(file)) {}

  bool Has(std::string_view key) const { return table_.contains(key); }
  /// Null when absent.
  const toml::node* Node(std::string_view key);
  std::string Word(std::string_view key, bool needed = false);
  std::optional<double> Number(std::string_view key, double min, double max);
  double NeededNumber(std::string_view key, double min, double max);
  std::optional<MonthDay> Day(std::string_view key);
  std::optional<MonthDays> Days(std::string_view key);
  MonthDays DaysOf(const toml::node& node) const;
  Text2 Texts();
  std::string Origin();  ///< needed: nothing stands in a table without saying whence
  template <class Enum>
  std::optional<Enum> Choice(std::string_view key) {
    const std::string word = Word(key);
    if (word.empty()) return std::nullopt;
    const auto value = FromCode<Enum>(word);
    if (!value) {
      std::string codes;
      for (const Term& term : TermsOf<Enum>()) {
        codes += (codes.empty() ? "" : ", ") + std::string(term.code);
      }
      Refuse(file_, *table_.get(key), MessageId::kPlanFileValue, {std::string(key), codes});
    }
    return value;
  }
  /// Where the text of a value begins: behind its quotation mark.
  Place PlaceOf(std::string_view key) const;
  void Finish() const;
  const toml::table& table() const { return table_; }
  const std::string& file() const { return file_; }

 private:
  const toml::table& table_;
  std::string file_;
  std::set<std::string, std::less<>> asked_;
};

toml::table ParseToml(const std::string& text, const std::string& name);
/// The rows of [[key]]; empty when absent.
std::vector<const toml::table*> RowsOf(const toml::table& root, std::string_view key,
                                       const std::string& file);
/// Refuses top-level keys that are none of `known`.
void CheckTopKeys(const toml::table& root, const std::vector<std::string_view>& known,
                  const std::string& file);

}  // namespace thermoleak::planning
