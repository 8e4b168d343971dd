#pragma once
// The one catalogue of every text that a user sees, in English and Chinese.
//
// To add a text: add one line to core/messages.def (id, English, Chinese; the same {0}, {1} in
// both), then use Message{MessageId::kYourId, {"argument"}}. A test checks both languages and their
// placeholders.

#include <string>
#include <string_view>
#include <vector>

namespace thermoleak {

enum class Lang { kEnglish, kChinese };

enum class MessageId {
#include "thermoleak/core/message_ids.inc"  // made from messages.def at build
};

/// A text with its arguments, not yet bound to a language. A value; thread-safe as such.
struct Message {
  MessageId id{};
  std::vector<std::string> args;

  /// The finished sentence. A missing argument shows as "?" rather than failing.
  std::string In(Lang lang) const;
};

/// An argument that is itself a word in two languages: the sentence takes the one it needs.
std::string InBoth(std::string_view en, std::string_view zh);

/// The catalogue's template for `id`, with its {0} placeholders.
std::string_view MessageTemplate(MessageId id, Lang lang);
/// The id's name without the leading k, for machine-readable files.
std::string_view MessageName(MessageId id);
/// Number of texts in the catalogue.
int MessageCount();

/// Shorthand for a text without arguments.
inline std::string Text(MessageId id, Lang lang) { return Message{id, {}}.In(lang); }

}  // namespace thermoleak
