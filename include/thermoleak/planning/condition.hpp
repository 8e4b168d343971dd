#pragma once
// Conditions of the rule file, as an engineer writes them:
//
//   kind == 'leak' and age >= 20 and (verified or conf >= 0.8)
//   part ~ '集箱|header'                 contains any of the words
//   len_bad + 6                          a quantity
//   dn >= 300 ? major : medium           a choice
//
// Three-valued: a fact that nobody stated makes a condition unknown, unless the rest decides it.

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "thermoleak/planning/facts.hpp"

namespace thermoleak::planning {

/// Where a text begins in its file, for messages; lines and columns count from 1.
struct Place {
  std::string file;
  int line = 1, column = 1;
};

struct UsedFact {
  std::string name;
  std::string value;  ///< as it is written in conditions; "?" = unknown
};

struct Evaluation {
  Value value;                       ///< monostate = unknown
  std::vector<UsedFact> used;        ///< in the order in which they were asked, each once
  std::vector<std::string> missing;  ///< facts that would decide it; empty when it is known

  bool True() const { return std::holds_alternative<bool>(value) && std::get<bool>(value); }
  bool Unknown() const { return std::holds_alternative<std::monostate>(value); }
};

/// A parsed expression. Immutable, cheap to copy, thread-safe.
class Condition {
 public:
  /// An expression that is true or false. Throws RunError (kUsage) naming file, line and column.
  static Condition Parse(std::string_view text, const Place& place);
  /// An expression that is a number.
  static Condition ParseQuantity(std::string_view text, const Place& place);

  Evaluation Evaluate(const Facts& facts) const;

 private:
  friend class Choice;
  struct Node;
  class Parser;
  std::shared_ptr<const Node> root_;
};

/// `word`, or `condition ? word : choice`.
class Choice {
 public:
  /// `words`: what may be chosen. Throws as above.
  static Choice Parse(std::string_view text, const Place& place,
                      const std::vector<std::string>& words);

  struct Chosen {
    std::string word;
    Evaluation evaluation;  ///< of the conditions; `missing` names what was not known
  };
  /// Where a condition is unknown the last word holds: choices are written from the larger to the
  /// smaller, and what is not known must not make a repair larger.
  Chosen Choose(const Facts& facts) const;

 private:
  std::vector<Condition> conditions_;
  std::vector<std::string> words_;  ///< one more than conditions
};

}  // namespace thermoleak::planning
