// A condition, a quantity or a choice of the rule file, and what it comes to.

#include <string>

#include "fuzz/input_folder.hpp"
#include "thermoleak/planning/condition.hpp"

namespace {

using namespace thermoleak::planning;
using thermoleak::fuzz::Attempt;
using thermoleak::fuzz::Require;

const Facts& SomeFacts() {
  static const Facts facts = [] {
    Facts f;
    f.Set("kind", std::string("leak"));
    f.Set("part", std::string("左侧集箱"));
    f.Set("dn", 300.0);
    f.Set("age", 31.0);
    f.Set("verified", true);
    return f;
  }();
  return facts;
}

void Check(const Evaluation& evaluation, bool number) {
  if (evaluation.Unknown()) return;
  Require(evaluation.missing.empty(), "what is known misses nothing");
  Require(number ? std::holds_alternative<double>(evaluation.value)
                 : std::holds_alternative<bool>(evaluation.value),
          "of the type asked for");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = thermoleak::fuzz::TextOf(data, size);
  const Place place{"rules.toml", 3, 8};
  for (const Facts& facts : {Facts(), SomeFacts()}) {
    Attempt([&] { Check(Condition::Parse(text, place).Evaluate(facts), false); });
    Attempt([&] { Check(Condition::ParseQuantity(text, place).Evaluate(facts), true); });
    Attempt([&] {
      const std::vector<std::string> words = {"minor", "medium", "major"};
      const std::string word = Choice::Parse(text, place, words).Choose(facts).word;
      Require(std::find(words.begin(), words.end(), word) != words.end(), "one of the words");
    });
  }
  return 0;
}
