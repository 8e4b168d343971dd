#pragma once
// Numbers and foreign strings on their way into text files: never locale dependent, always escaped.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "thermoleak/core/message.hpp"

namespace thermoleak {

/// Fixed decimals with '.', no negative zero; empty for NaN and infinities.
std::string Fixed(double value, int decimals);
/// A JSON number with at most `decimals` decimals, null for NaN and infinities.
nlohmann::ordered_json Rounded(double value, int decimals);
/// One line of JSON; bytes that are not UTF-8 become U+FFFD.
std::string Dump(const nlohmann::ordered_json& json, int indent = -1);

/// The text with every byte sequence that is not UTF-8, and every control character that HTML, JSON
/// readers or spreadsheets choke on, replaced by U+FFFD (line ends and tabs by a space).
std::string CleanUtf8(std::string_view text);
/// For HTML text and quoted attributes alike.
std::string HtmlEscape(std::string_view text);
/// JSON that may stand inside a <script> element: no "</", no U+2028 or U+2029 in it.
std::string JsonForScript(const nlohmann::ordered_json& json);
/// One field of RFC 4180. Text that a spreadsheet would run as a formula (= + - @ first) gets a
/// leading apostrophe, the spreadsheets' own mark for "this is text".
std::string CsvText(std::string_view text);

/// "2026-01-15T19:23:45.120" + "Z" when the zone is known; empty when the time is not.
std::string IsoTime(const std::optional<double>& time_s, bool is_local);

/// The catalogue in one language, escaped for HTML.
class Words {
 public:
  explicit Words(Lang lang) : lang_(lang) {}
  Lang lang() const { return lang_; }
  std::string operator()(MessageId id, std::vector<std::string> args = {}) const {
    return HtmlEscape(Message{id, std::move(args)}.In(lang_));
  }
  std::string operator()(const Message& message) const { return HtmlEscape(message.In(lang_)); }

 private:
  Lang lang_;
};

}  // namespace thermoleak
