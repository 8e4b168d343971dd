#include "thermoleak/core/message.hpp"

#include <array>

namespace thermoleak {
namespace {

struct Entry {
  std::string_view name;
  std::string_view en;
  std::string_view zh;
};

constexpr Entry kCatalogue[] = {
#define THERMOLEAK_MESSAGE(id, en, zh) {std::string_view(#id).substr(1), en, zh},
#include "thermoleak/core/messages.def"
#undef THERMOLEAK_MESSAGE
};

/// Stands between the two languages of InBoth(); no text that people type has it.
constexpr char kBetweenLanguages = '\x1F';

std::string_view InLanguage(std::string_view argument, Lang lang) {
  const std::size_t between = argument.find(kBetweenLanguages);
  if (between == std::string_view::npos) return argument;
  return lang == Lang::kChinese ? argument.substr(between + 1) : argument.substr(0, between);
}

}  // namespace

std::string InBoth(std::string_view en, std::string_view zh) {
  return std::string(en) + kBetweenLanguages + std::string(zh);
}

std::string_view MessageTemplate(MessageId id, Lang lang) {
  const Entry& entry = kCatalogue[static_cast<std::size_t>(id)];
  return lang == Lang::kChinese ? entry.zh : entry.en;
}

std::string_view MessageName(MessageId id) { return kCatalogue[static_cast<std::size_t>(id)].name; }

int MessageCount() { return static_cast<int>(std::size(kCatalogue)); }

std::string Message::In(Lang lang) const {
  const std::string_view text = MessageTemplate(id, lang);
  std::string out;
  out.reserve(text.size() + 32);
  for (std::size_t i = 0; i < text.size(); ++i) {
    // "{n}" with one digit is all the catalogue uses; arguments are never parsed again.
    if (text[i] == '{' && i + 2 < text.size() && text[i + 2] == '}' && text[i + 1] >= '0' &&
        text[i + 1] <= '9') {
      const auto n = static_cast<std::size_t>(text[i + 1] - '0');
      out += n < args.size() ? InLanguage(args[n], lang) : "?";
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace thermoleak
