#include "thermoleak/core/message.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace thermoleak {
namespace {

std::string Placeholders(std::string_view text) {
  std::string found;
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    if (text[i] == '{' && text[i + 2] == '}') found += text[i + 1];
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

TEST(Messages, BothLanguagesHaveTextAndTheSamePlaceholders) {
  for (int i = 0; i < MessageCount(); ++i) {
    const auto id = static_cast<MessageId>(i);
    const auto en = MessageTemplate(id, Lang::kEnglish);
    const auto zh = MessageTemplate(id, Lang::kChinese);
    EXPECT_FALSE(en.empty()) << MessageName(id);
    EXPECT_FALSE(zh.empty()) << MessageName(id);
    EXPECT_EQ(Placeholders(en), Placeholders(zh)) << MessageName(id);
  }
}

TEST(Messages, ArgumentsAreInsertedOnceAndNeverParsedAgain) {
  const Message m{MessageId::kFileUnreadable, {"{0} {1} %s"}};
  EXPECT_NE(m.In(Lang::kEnglish).find("({0} {1} %s)"), std::string::npos);
}

TEST(Messages, MissingArgumentShowsAsQuestionMark) {
  EXPECT_NE(Text(MessageId::kFileUnreadable, Lang::kChinese).find("?"), std::string::npos);
}

}  // namespace
}  // namespace thermoleak
