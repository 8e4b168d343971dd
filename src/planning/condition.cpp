#include "thermoleak/planning/condition.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "thermoleak/core/error.hpp"

namespace thermoleak::planning {
namespace {

enum class Op {
  kConstant,
  kFact,
  kNot,
  kAnd,
  kOr,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kEqual,
  kUnequal,
  kContains,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide
};

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool ContainsAny(std::string_view text, std::string_view words) {
  const std::string low = Lower(text);
  const std::string wanted = Lower(words);
  for (std::size_t from = 0; from <= wanted.size();) {
    const std::size_t end = std::min(wanted.find('|', from), wanted.size());
    const std::string_view word = std::string_view(wanted).substr(from, end - from);
    if (!word.empty() && low.find(word) != std::string::npos) return true;
    from = end + 1;
  }
  return false;
}

}  // namespace

struct Condition::Node {
  Op op = Op::kConstant;
  FactType type = FactType::kFlag;
  Value constant;
  const FactDoc* fact = nullptr;
  std::shared_ptr<const Node> left, right;

  Value Evaluate(const Facts& facts, Evaluation& into, std::vector<std::string>& missing) const;
};

namespace {

void Merge(std::vector<std::string>& into, const std::vector<std::string>& more) {
  for (const std::string& name : more) {
    if (std::find(into.begin(), into.end(), name) == into.end()) into.push_back(name);
  }
}

Value Compare(Op op, const Value& a, const Value& b) {
  if (const auto* x = std::get_if<double>(&a)) {
    const double y = std::get<double>(b);
    switch (op) {
      case Op::kLess:
        return *x < y;
      case Op::kLessEqual:
        return *x <= y;
      case Op::kGreater:
        return *x > y;
      case Op::kGreaterEqual:
        return *x >= y;
      case Op::kEqual:
        return *x == y;
      case Op::kUnequal:
        return *x != y;
      case Op::kAdd:
        return *x + y;
      case Op::kSubtract:
        return *x - y;
      case Op::kMultiply:
        return *x * y;
      default:
        return y == 0 ? Value{} : Value{*x / y};
    }
  }
  if (op == Op::kContains) return ContainsAny(std::get<std::string>(a), std::get<std::string>(b));
  return op == Op::kEqual ? a == b : a != b;
}

}  // namespace

Value Condition::Node::Evaluate(const Facts& facts, Evaluation& into,
                                std::vector<std::string>& missing) const {
  if (op == Op::kConstant) return constant;
  if (op == Op::kFact) {
    const std::string name(fact->name);
    const Value& value = facts.Get(name);
    if (std::none_of(into.used.begin(), into.used.end(),
                     [&](const UsedFact& used) { return used.name == name; })) {
      into.used.push_back({name, ToText(value)});
    }
    if (std::holds_alternative<std::monostate>(value)) Merge(missing, {name});
    return value;
  }
  std::vector<std::string> left_missing;
  const Value a = left->Evaluate(facts, into, left_missing);
  if (op == Op::kNot) {
    Merge(missing, left_missing);
    return std::holds_alternative<bool>(a) ? Value{!std::get<bool>(a)} : Value{};
  }
  if (op == Op::kAnd || op == Op::kOr) {
    // The value that decides alone: false for `and`, true for `or`.
    const Value decides = op == Op::kOr;
    if (a == decides) return decides;
    std::vector<std::string> right_missing;
    const Value b = right->Evaluate(facts, into, right_missing);
    if (b == decides) return decides;
    Merge(missing, left_missing);
    Merge(missing, right_missing);
    return left_missing.empty() && right_missing.empty() ? Value{op == Op::kAnd} : Value{};
  }
  Merge(missing, left_missing);
  const Value b = right->Evaluate(facts, into, missing);
  if (a.index() == 0 || b.index() == 0) return {};
  return Compare(op, a, b);
}

Evaluation Condition::Evaluate(const Facts& facts) const {
  Evaluation out;
  std::vector<std::string> missing;
  out.value = root_->Evaluate(facts, out, missing);
  if (out.Unknown()) out.missing = std::move(missing);
  return out;
}

/// Recursive descent; every token knows its column.
class Condition::Parser {
 public:
  using NodePtr = std::shared_ptr<const Node>;

  Parser(std::string_view text, Place place) : text_(text), place_(std::move(place)) { Next(); }

  NodePtr Whole(bool number) {
    NodePtr node = Or();
    if (!token_.empty()) Fail(MessageId::kPlanRuleExpected, {"and, or, )", token_});
    Need(node, number, start_);
    return node;
  }

  /// A choice's pieces: conditions and words in turn.
  void Choose(std::vector<Condition>& conditions, std::vector<std::string>& words,
              const std::vector<std::string>& allowed) {
    while (true) {
      if (std::find(allowed.begin(), allowed.end(), token_) != allowed.end()) {
        words.push_back(token_);
        Next();
        if (!token_.empty()) Fail(MessageId::kPlanRuleExpected, {"\"", token_});
        return;
      }
      const std::size_t from = start_;
      NodePtr node = Or();
      Need(node, false, from);
      Condition condition;
      condition.root_ = std::move(node);
      conditions.push_back(std::move(condition));
      Take("?");
      if (std::find(allowed.begin(), allowed.end(), token_) == allowed.end()) {
        Fail(MessageId::kPlanRuleExpected, {fmt::format("{}", fmt::join(allowed, ", ")), Found()});
      }
      words.push_back(token_);
      Next();
      Take(":");
    }
  }

 private:
  std::string Found() const { return token_.empty() ? "\"" : token_; }

  [[noreturn]] void FailAt(std::size_t at, MessageId id, std::vector<std::string> args) const {
    int line = place_.line;
    int column = place_.column;
    for (std::size_t i = 0; i < at && i < text_.size(); ++i) {
      const auto c = static_cast<unsigned char>(text_[i]);
      if (c == '\n') {
        ++line;
        column = 1;
      } else if ((c & 0xC0u) != 0x80u) {  // columns count letters, not bytes
        ++column;
      }
    }
    args.insert(args.begin(), fmt::format("{}:{}:{}", place_.file, line, column));
    throw RunError(ExitCode::kUsage, id, std::move(args));
  }
  [[noreturn]] void Fail(MessageId id, std::vector<std::string> args) const {
    FailAt(start_, id, std::move(args));
  }

  void Next() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string::npos)
      ++at_;
    start_ = at_;
    quoted_ = false;
    token_.clear();
    if (at_ >= text_.size()) return;
    const char c = text_[at_];
    const auto letter = [](char l) {
      return (l >= 'a' && l <= 'z') || (l >= 'A' && l <= 'Z') || l == '_' || (l >= '0' && l <= '9');
    };
    if (c == '\'') {
      const std::size_t end = text_.find('\'', at_ + 1);
      if (end == std::string_view::npos) Fail(MessageId::kPlanRuleExpected, {"'", "\""});
      token_ = text_.substr(at_ + 1, end - at_ - 1);
      quoted_ = true;
      at_ = end + 1;
    } else if (letter(c) || c == '.') {
      while (at_ < text_.size() && (letter(text_[at_]) || text_[at_] == '.'))
        token_ += text_[at_++];
    } else {
      for (const std::string_view op :
           {"<=", ">=", "==", "!=", "<", ">", "~", "(", ")", "+", "-", "*", "/", "?", ":"}) {
        if (text_.substr(at_).starts_with(op)) {
          token_ = op;
          at_ += op.size();
          return;
        }
      }
      Fail(MessageId::kPlanRuleLetter, {std::string(text_.substr(at_, LetterSize(c)))});
    }
  }
  static std::size_t LetterSize(char first) {
    const auto c = static_cast<unsigned char>(first);
    return c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
  }

  bool Is(std::string_view token) const { return !quoted_ && token_ == token; }
  void Take(std::string_view token) {
    if (!Is(token)) Fail(MessageId::kPlanRuleExpected, {std::string(token), Found()});
    Next();
  }

  void Need(const NodePtr& node, bool number, std::size_t at) const {
    const FactType wanted = number ? FactType::kNumber : FactType::kFlag;
    if (node->type == wanted) return;
    FailAt(at, number ? MessageId::kPlanRuleNeedsNumber : MessageId::kPlanRuleNeedsFlag, {});
  }

  NodePtr Make(Op op, FactType type, NodePtr left, NodePtr right) {
    if (++operators_ > kMostOperators) Fail(MessageId::kPlanRuleTooDeep, {});
    auto node = std::make_shared<Node>();
    node->op = op;
    node->type = type;
    node->left = std::move(left);
    node->right = std::move(right);
    return node;
  }

  NodePtr Or() {
    std::size_t from = start_;
    NodePtr left = And();
    while (Is("or")) {
      Need(left, false, from);
      Next();
      from = start_;
      NodePtr right = And();
      Need(right, false, from);
      left = Make(Op::kOr, FactType::kFlag, std::move(left), std::move(right));
    }
    return left;
  }
  NodePtr And() {
    std::size_t from = start_;
    NodePtr left = Not();
    while (Is("and")) {
      Need(left, false, from);
      Next();
      from = start_;
      NodePtr right = Not();
      Need(right, false, from);
      left = Make(Op::kAnd, FactType::kFlag, std::move(left), std::move(right));
    }
    return left;
  }
  NodePtr Not() {
    if (!Is("not")) return Comparison();
    Next();
    const std::size_t from = start_;
    const Depth depth(*this);
    NodePtr inner = Not();
    Need(inner, false, from);
    return Make(Op::kNot, FactType::kFlag, std::move(inner), nullptr);
  }

  NodePtr Comparison() {
    static constexpr std::pair<std::string_view, Op> kOps[] = {
        {"<", Op::kLess},   {"<=", Op::kLessEqual}, {">", Op::kGreater}, {">=", Op::kGreaterEqual},
        {"==", Op::kEqual}, {"!=", Op::kUnequal},   {"~", Op::kContains}};
    const std::size_t from = start_;
    NodePtr left = Sum();
    for (const auto& [sign, op] : kOps) {
      if (!Is(sign)) continue;
      Next();
      const std::size_t right_at = start_;
      NodePtr right = Sum();
      CheckSides(*left, *right, op, from, right_at);
      return Make(op, FactType::kFlag, std::move(left), std::move(right));
    }
    return left;
  }

  void CheckSides(const Node& left, const Node& right, Op op, std::size_t left_at,
                  std::size_t right_at) const {
    const bool words = left.type == FactType::kWord || left.type == FactType::kText;
    if (op == Op::kContains || (words && (op == Op::kEqual || op == Op::kUnequal))) {
      if (!words) FailAt(left_at, MessageId::kPlanRuleNeedsText, {});
      if (right.op != Op::kConstant || right.type != FactType::kText) {
        FailAt(right_at, MessageId::kPlanRuleNeedsText, {});
      }
      if (op != Op::kContains && left.fact != nullptr && left.type == FactType::kWord) {
        const std::string& word = std::get<std::string>(right.constant);
        const auto& allowed = left.fact->words;
        if (std::find(allowed.begin(), allowed.end(), word) == allowed.end()) {
          FailAt(right_at, MessageId::kPlanRuleNoWord,
                 {word, std::string(left.fact->name), fmt::format("{}", fmt::join(allowed, ", "))});
        }
      }
      return;
    }
    if (left.type == FactType::kFlag && right.type == FactType::kFlag &&
        (op == Op::kEqual || op == Op::kUnequal)) {
      return;
    }
    if (left.type != FactType::kNumber) FailAt(left_at, MessageId::kPlanRuleNeedsNumber, {});
    if (right.type != FactType::kNumber) FailAt(right_at, MessageId::kPlanRuleNeedsNumber, {});
  }

  NodePtr Sum() {
    std::size_t from = start_;
    NodePtr left = Product();
    while (Is("+") || Is("-")) {
      const Op op = Is("+") ? Op::kAdd : Op::kSubtract;
      Need(left, true, from);
      Next();
      from = start_;
      NodePtr right = Product();
      Need(right, true, from);
      left = Make(op, FactType::kNumber, std::move(left), std::move(right));
    }
    return left;
  }
  NodePtr Product() {
    std::size_t from = start_;
    NodePtr left = Factor();
    while (Is("*") || Is("/")) {
      const Op op = Is("*") ? Op::kMultiply : Op::kDivide;
      Need(left, true, from);
      Next();
      from = start_;
      NodePtr right = Factor();
      Need(right, true, from);
      left = Make(op, FactType::kNumber, std::move(left), std::move(right));
    }
    return left;
  }

  NodePtr Factor() {
    auto node = std::make_shared<Node>();
    if (quoted_) {
      node->type = FactType::kText;
      node->constant = token_;
      Next();
      return node;
    }
    if (Is("(")) {
      Next();
      const Depth depth(*this);
      NodePtr inner = Or();
      Take(")");
      return inner;
    }
    if (Is("true") || Is("false")) {
      node->constant = Is("true");
      Next();
      return node;
    }
    if (!token_.empty() && (token_[0] == '.' || (token_[0] >= '0' && token_[0] <= '9'))) {
      double number = 0;
      const auto [end, error] =
          std::from_chars(token_.data(), token_.data() + token_.size(), number);
      if (error != std::errc() || end != token_.data() + token_.size()) {
        Fail(MessageId::kPlanRuleNeedsNumber, {});
      }
      node->type = FactType::kNumber;
      node->constant = number;
      Next();
      return node;
    }
    const bool word = !token_.empty() && (std::isalpha(static_cast<unsigned char>(token_[0])) != 0);
    if (!word || Is("and") || Is("or") || Is("not")) {
      Fail(MessageId::kPlanRuleExpected, {"fact, number, 'text', (", Found()});
    }
    node->fact = FindFact(token_);
    if (node->fact == nullptr) {
      std::vector<std::string_view> names;
      for (const FactDoc& doc : FactDocs()) names.push_back(doc.name);
      Fail(MessageId::kPlanRuleNoFact, {token_, fmt::format("{}", fmt::join(names, ", "))});
    }
    node->op = Op::kFact;
    node->type = node->fact->type;
    Next();
    return node;
  }

  /// Terms without brackets lie below each other, too: evaluating them and letting them go takes
  /// stack for each.
  static constexpr int kMostOperators = 1000;

  /// A file of nothing but brackets must not exhaust the stack.
  struct Depth {
    explicit Depth(Parser& p) : parser(p) {
      if (++parser.depth_ > 100) parser.Fail(MessageId::kPlanRuleTooDeep, {});
    }
    ~Depth() { --parser.depth_; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;
    Parser& parser;
  };

  std::string_view text_;
  Place place_;
  std::size_t at_ = 0, start_ = 0;
  std::string token_;
  bool quoted_ = false;
  int depth_ = 0, operators_ = 0;
};

Condition Condition::Parse(std::string_view text, const Place& place) {
  Condition condition;
  condition.root_ = Parser(text, place).Whole(false);
  return condition;
}

Condition Condition::ParseQuantity(std::string_view text, const Place& place) {
  Condition condition;
  condition.root_ = Parser(text, place).Whole(true);
  return condition;
}

Choice Choice::Parse(std::string_view text, const Place& place,
                     const std::vector<std::string>& words) {
  Choice choice;
  Condition::Parser(text, place).Choose(choice.conditions_, choice.words_, words);
  return choice;
}

Choice::Chosen Choice::Choose(const Facts& facts) const {
  Chosen chosen;
  std::size_t at = 0;
  for (; at < conditions_.size(); ++at) {
    const Evaluation step = conditions_[at].Evaluate(facts);
    for (const UsedFact& used : step.used) chosen.evaluation.used.push_back(used);
    Merge(chosen.evaluation.missing, step.missing);
    if (step.True()) break;
  }
  chosen.word = words_[at];
  chosen.evaluation.value = true;
  return chosen;
}

}  // namespace thermoleak::planning
