#include "thermoleak/planning/rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "planning/random_season.hpp"
#include "thermoleak/core/error.hpp"

namespace thermoleak::planning {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Value Eval(const std::string& text, const Facts& facts = {}) {
  return Condition::Parse(text, {"t.toml", 1, 1}).Evaluate(facts).value;
}

TEST(Condition, IsThreeValued) {
  Facts f;
  f.Set("dn", 300.0);
  f.Set("verified", true);
  EXPECT_EQ(Eval("dn >= 300 and verified", f), Value{true});
  EXPECT_EQ(Eval("age >= 30 and verified", f), Value{});           // unknown and true
  EXPECT_EQ(Eval("age >= 30 and not verified", f), Value{false});  // false decides
  EXPECT_EQ(Eval("age >= 30 or verified", f), Value{true});        // true decides
  EXPECT_EQ(Eval("not (age >= 30)", f), Value{});
  EXPECT_EQ(Eval("dn / 2 + 50 == 200", f), Value{true});
  EXPECT_EQ(Eval("dn / (dn - 300) > 1", f), Value{});  // no division by zero
}

TEST(Condition, NamesOnlyTheFactsThatWouldDecide) {
  Facts f;
  f.Set("verified", false);
  const auto e =
      Condition::Parse("(dn > 1 and verified) or age > 3 or leaks3y > 1", {"t", 1, 1}).Evaluate(f);
  EXPECT_TRUE(e.Unknown());
  EXPECT_THAT(e.missing, ElementsAre("age", "leaks3y"));
}

TEST(Condition, WordsAndTexts) {
  Facts f;
  f.Set("kind", std::string("leak"));
  f.Set("part", std::string("左侧集箱"));
  f.Set("defect", std::string("Crack"));
  EXPECT_EQ(Eval("kind == 'leak'", f), Value{true});
  EXPECT_EQ(Eval("part ~ 'header|集箱'", f), Value{true});
  EXPECT_EQ(Eval("defect ~ 'crack'", f), Value{true});
  EXPECT_EQ(Eval("defect ~ '裂纹|'", f), Value{false});
}

std::string ErrorOf(const std::string& text) {
  try {
    Condition::Parse(text, {"r.toml", 7, 10});
  } catch (const RunError& e) {
    return e.message().In(Lang::kEnglish);
  }
  return "";
}

// Each term lies one level deeper in the tree: a line of nothing but terms must not exhaust the
// stack when it is evaluated or goes.
TEST(Condition, ALineOfTermsHasAnEnd) {
  std::string fits = "verified", endless = "verified";
  for (int i = 0; i < 400; ++i) fits += " and verified";
  for (int i = 0; i < 300000; ++i) endless += " and verified";
  EXPECT_EQ(ErrorOf(fits), "");
  EXPECT_EQ(ErrorOf(endless).find("r.toml:7:"), 0u);
}

TEST(Condition, ErrorsNameFileLineAndColumn) {
  EXPECT_THAT(ErrorOf("dn >="), HasSubstr("r.toml:7:15"));
  EXPECT_THAT(ErrorOf("dn >= 3 and dm > 1"), HasSubstr("r.toml:7:22: 'dm' is no fact"));
  EXPECT_THAT(ErrorOf("kind == 'laek'"), HasSubstr("r.toml:7:18: 'laek' is no value of kind"));
  EXPECT_THAT(ErrorOf("dn and verified"), HasSubstr("r.toml:7:10"));
  EXPECT_THAT(ErrorOf("part ~ '集箱' and %"), HasSubstr("r.toml:7:26: '%'"));  // letters, not bytes
  EXPECT_THAT(ErrorOf("verified\nand (dn > 3"), HasSubstr("r.toml:8:"));
  EXPECT_THAT(ErrorOf(std::string(500, '(')), HasSubstr("brackets"));
  EXPECT_THAT(ErrorOf(""), HasSubstr("r.toml:7:10"));
}

/// Whatever stands in a rule file is a condition or a fault with its place, never a crash.
TEST(Condition, AnyBytesAreReadOrRefused) {
  const std::vector<std::string> seeds = {"(dn > 1 and verified) or age > 3 or leaks3y > 1",
                                          "kind == 'leak' and not verified",
                                          "part ~ 'header|集箱' and conclusion != 'fit'",
                                          "dn / 2 + 50 == 200 or -age < 3 * (dn - 1)",
                                          "depth < 0.7 or road_cut and depth < 0.8",
                                          "dn >= 300 ? major : medium"};
  const std::string signs = "()<>=!+-*/~'?:|.0123456789 andorntdepthkind\n\t\xff\xe9";
  Facts facts;
  facts.Set("dn", 300.0);
  facts.Set("kind", std::string("leak"));
  facts.Set("verified", true);
  std::mt19937 engine(11);
  int read = 0, refused = 0;
  for (int i = 0; i < 30000; ++i) {
    std::string text = seeds[engine() % seeds.size()];
    for (std::size_t n = 1 + engine() % 5; n > 0; --n) {
      const std::size_t at = text.empty() ? 0 : engine() % text.size();
      const char sign = signs[engine() % signs.size()];
      if (engine() % 3 == 0 && !text.empty()) {
        text.erase(at, 1 + engine() % 6);
      } else if (engine() % 2 == 0) {
        text.insert(at, 1, sign);
      } else if (!text.empty()) {
        text[at] = sign;
      }
    }
    try {
      Condition::Parse(text, {"t", 1, 1}).Evaluate(facts);
      ++read;
    } catch (const RunError&) {
      ++refused;
    }
    try {
      Choice::Parse(text, {"t", 1, 1}, {"major", "medium"}).Choose(facts);
    } catch (const RunError&) {
    }
  }
  EXPECT_GT(read, 300);
  EXPECT_GT(refused, 1000);
}

TEST(Condition, EndlessNestingIsRefused) {
  for (const char* piece : {"(", "not ", "-", "verified and (", "1 + ("}) {
    std::string text;
    for (int i = 0; i < 200000; ++i) text += piece;
    EXPECT_NE(ErrorOf(text), "") << piece;
    EXPECT_NE(ErrorOf(text + "verified"), "") << piece;
  }
  // What somebody might write is none.
  std::string many = "verified";
  for (int i = 0; i < 200; ++i) many += " or dn > " + std::to_string(i);
  EXPECT_EQ(ErrorOf(many), "");
}

TEST(RuleFile, FaultsAreNamedWithTheirPlace) {
  const auto error = [](const std::string& text) -> std::string {
    try {
      RuleBook::Parse(text, "mine.toml");
    } catch (const RunError& e) {
      return e.message().In(Lang::kEnglish);
    }
    return "";
  };
  EXPECT_THAT(error("[[rule]]\nid = \"X\"\nwhen = \"dn > 'a'\"\n"), HasSubstr("mine.toml:3:14"));
  EXPECT_THAT(error("[[rule]]\nid = \"X\"\nwhen = \"dn > 1\"\nclass = \"huge\"\n"),
              HasSubstr("mine.toml:4:"));
  EXPECT_THAT(error("[[rule\n"), HasSubstr("mine.toml:1:"));
  EXPECT_THAT(error("[[rules]]\nid = \"X\"\n"), HasSubstr("unknown key rules"));
}

/// One hazard a row of the built-in rules, and what must come out.
struct Row {
  const char* rule;
  RepairClass repair_class;
  Hazard hazard;
};

Hazard Leak(AssetKind kind, std::optional<int> year, bool verified, double conf) {
  Hazard h;
  h.kind = HazardKind::kLeak;
  h.asset.kind = kind;
  h.asset.year_built = year;
  h.verified = verified;
  h.probability = conf;
  h.collapse_sign = false;
  h.heat_stopped = false;
  h.leak_flow_m3_h = 0.5;
  h.leaks_3_years = 0;
  return h;
}
Hazard Boiler(const char* part, const char* defect) {
  Hazard h;
  h.kind = HazardKind::kDefect;
  h.asset.kind = AssetKind::kBoiler;
  h.asset.scrap_listed = false;
  h.verified = true;
  h.asset.part = part;
  h.asset.defect = defect;
  h.conclusion = "basically fit";
  return h;
}
template <class F>
Hazard With(Hazard h, F change) {
  change(h);
  return h;
}

std::vector<Row> Rows() {
  using enum RepairClass;
  constexpr auto k1 = AssetKind::kPrimaryPipe;
  constexpr auto k2 = AssetKind::kSecondaryPipe;
  const Hazard chamber = With(Hazard{}, [](Hazard& h) {
    h.asset.kind = AssetKind::kChamber;
    h.kind = HazardKind::kInstallation;
    h.verified = true;
  });
  const Hazard insulation =
      With(Leak(k2, 2010, true, 0.9), [](Hazard& h) { h.kind = HazardKind::kInsulation; });
  const auto device = [](AssetKind kind, const char* defect) {
    return With(Boiler("风机", defect), [&](Hazard& h) { h.asset.kind = kind; });
  };
  return {
      {"P0", kMinor, Leak(k2, 2010, false, 0.49)},
      {"P1", kMajor,
       With(Leak(k1, 2010, false, 0.3),
            [](Hazard& h) {
              h.collapse_sign = true;
              h.asset.dn_mm = 300;
              h.verified = true;
            })},
      {"P1", kMedium,
       With(Leak(k2, 2010, true, 0.9),
            [](Hazard& h) {
              h.leak_flow_m3_h = 10;
              h.asset.dn_mm = 250;
            })},
      {"P2", kMajor,
       With(Leak(k2, 1996, false, 0.8), [](Hazard& h) { h.state = HazardState::kSuspect; })},
      {"P7", kMinor, Leak(k2, 1996, false, 0.8)},  // nobody has looked yet
      {"P3", kMajor, With(Leak(k2, 2006, true, 0.6), [](Hazard& h) { h.leaks_3_years = 2; })},
      {"P4", kMajor, Leak(k1, 2011, true, 0.6)},
      {"P4", kMedium, Leak(k2, 2011, true, 0.6)},
      {"P5", kMedium, Leak(k1, 2012, true, 0.6)},
      {"P6", kMinor,
       With(Leak(k2, 2012, true, 0.6),
            [](Hazard& h) {
              h.asset.dn_mm = 150;
              h.length_m = 3;
            })},
      {"P6", kMedium,
       With(Leak(k2, 2012, true, 0.6),
            [](Hazard& h) {
              h.asset.dn_mm = 200;
              h.length_m = 3;
            })},
      {"P7", kMinor, Leak(k2, 2012, false, 0.5)},
      {"P8", kMinor, With(chamber, [](Hazard& h) { h.asset.part = "盘根"; })},
      {"P8", kMedium, With(chamber, [](Hazard& h) { h.asset.part = "补偿器"; })},
      {"P8", kMajor,
       With(chamber,
            [](Hazard& h) {
              h.asset.part = "井室重建";
              h.asset.dn_mm = 500;
            })},
      {"P9", kMinor, With(insulation, [](Hazard& h) { h.length_m = 19.9; })},
      {"P9", kMedium, With(insulation, [](Hazard& h) { h.length_m = 200; })},
      {"P9", kMajor, With(insulation, [](Hazard& h) { h.length_m = 201; })},
      {"P10", kMedium,
       With(Leak(k1, 2010, true, 0.9), [](Hazard& h) { h.kind = HazardKind::kChannelWater; })},
      {"P11", kMedium,
       With(Hazard{},
            [](Hazard& h) {
              h.asset.kind = AssetKind::kRiser;
              h.asset.part = "整单元";
              h.verified = true;
              h.kind = HazardKind::kDefect;
            })},
      {"B0", kMajor,
       With(Boiler("水冷壁", "裂纹"), [](Hazard& h) { h.asset.scrap_listed = true; })},
      {"B1", kMajor, Boiler("锅筒", "裂纹")},
      {"B1", kMajor,
       With(Boiler("水冷壁", "减薄"),
            [](Hazard& h) {
              h.measured_value = 2.9;
              h.limit_value = 3;
              h.limit_origin = "manual";
            })},
      {"B1", kMajor, With(Boiler("炉墙", "脱落"), [](Hazard& h) { h.conclusion = "unfit"; })},
      {"B2", kMajor, Boiler("炉排", "断裂")},
      {"B2", kMajor,
       With(Boiler("水冷壁", "变形"), [](Hazard& h) { h.tubes_replaced_percent = 10; })},
      {"B3", kMedium,
       With(Boiler("水冷壁", "变形"), [](Hazard& h) { h.tubes_replaced_percent = 9.9; })},
      {"B4", kMinor,
       With(Boiler("安全阀", "超期"), [](Hazard& h) { h.tubes_replaced_percent.reset(); })},
      {"B5", kMinor, device(AssetKind::kAuxiliary, "漏油")},
      {"B5", kMedium, device(AssetKind::kAuxiliary, "解体检修")},
      {"B5", kMajor, device(AssetKind::kAuxiliary, "报废")},
      {"B6", kMedium, device(AssetKind::kFlueGas, "破袋")},
      {"B7", kMinor,
       With(Boiler("本体", "到期"),
            [](Hazard& h) { h.last_internal_inspection = Day(2024, 4, 14); })},
  };
}

TEST(Rules, EachRowOfTheBook) {
  const RuleBook book = RuleBook::BuiltIn();
  std::set<std::string> seen;
  for (const Row& row : Rows()) {
    Facts facts = FactsOf(row.hazard, 2026, Day(2026, 4, 15));
    const Verdict verdict = ApplyRules(book, facts);
    ASSERT_NE(verdict.rule, nullptr) << row.rule;
    EXPECT_EQ(verdict.rule->id, row.rule);
    EXPECT_EQ(verdict.repair_class, row.repair_class) << row.rule;
    EXPECT_EQ(verdict.trace.back().id, row.rule);
    EXPECT_TRUE(verdict.trace.back().fired);
    EXPECT_FALSE(verdict.rule->origin.empty());
    seen.insert(row.rule);
  }
  for (const Rule& rule : book.rules)
    EXPECT_TRUE(seen.contains(rule.id)) << "no row for " << rule.id;
}

TEST(Rules, AgesAtTheirBoundaries) {
  const RuleBook book = RuleBook::BuiltIn();
  const auto rule = [&](int built) {
    Facts facts =
        FactsOf(Leak(AssetKind::kSecondaryPipe, built, true, 0.9), 2026, Day(2026, 3, 31));
    return ApplyRules(book, facts).rule->id;
  };
  EXPECT_EQ(rule(1996), "P2");
  EXPECT_EQ(rule(1997), "P4");
  EXPECT_EQ(rule(2011), "P4");
  EXPECT_EQ(rule(2012), "P6");
}

TEST(Rules, InspectionIsDueAfterTwoYearsToTheDay) {
  const auto years = [](Date then, Date now) {
    Hazard h;
    h.last_internal_inspection = then;
    return std::get<double>(FactsOf(h, 2026, now).Get("years_since_internal"));
  };
  EXPECT_DOUBLE_EQ(years(Day(2024, 4, 15), Day(2026, 4, 15)), 2.0);
  EXPECT_GT(years(Day(2024, 4, 14), Day(2026, 4, 15)), 2.0);
  EXPECT_LT(years(Day(2024, 4, 16), Day(2026, 4, 15)), 2.0);
  EXPECT_DOUBLE_EQ(years(Day(2024, 2, 29), Day(2026, 2, 28)), 2.0);  // leap day
  EXPECT_DOUBLE_EQ(years(Day(2024, 2, 29), Day(2028, 2, 29)), 4.0);
}

TEST(Rules, UnknownAgeFiresNothingAndIsNamed) {
  const RuleBook book = RuleBook::BuiltIn();
  Facts facts =
      FactsOf(Leak(AssetKind::kPrimaryPipe, std::nullopt, true, 0.9), 2026, Day(2026, 3, 31));
  const Verdict verdict = ApplyRules(book, facts);
  EXPECT_EQ(verdict.rule->id, "P5");
  EXPECT_THAT(verdict.missing, ElementsAre("age"));
}

TEST(Rules, LimitWithoutOriginIsNone) {
  Hazard h;
  h.measured_value = 2;
  h.limit_value = 3;
  EXPECT_EQ(FactsOf(h, 2026, Day(2026, 4, 15)).Get("below_limit"), Value{});
}

Verdict Modified(double cost, std::optional<double> ratio, const Hazard& hazard, const char* rule) {
  static const RuleBook kBook = RuleBook::BuiltIn();
  Facts facts = FactsOf(hazard, 2026, Day(2026, 4, 15));
  Verdict verdict = ApplyRules(kBook, facts);
  EXPECT_EQ(verdict.rule->id, rule);
  facts.Set("cost", cost);
  if (ratio) facts.Set("cost_ratio", *ratio);
  ApplyModifiers(kBook, facts, verdict);
  return verdict;
}

TEST(Modifiers, OnlyRaise) {
  const Hazard plain = Leak(AssetKind::kSecondaryPipe, 2012, true, 0.9);
  using enum RepairClass;
  EXPECT_EQ(Modified(19999, {}, plain, "P6").repair_class, kMinor);
  EXPECT_EQ(Modified(20000, {}, plain, "P6").repair_class, kMedium);
  EXPECT_EQ(Modified(200000, {}, plain, "P6").repair_class, kMajor);
  EXPECT_EQ(Modified(100, 0.29, plain, "P6").repair_class, kMinor);
  EXPECT_EQ(Modified(100, 0.3, plain, "P6").repair_class, kMajor);
  EXPECT_EQ(Modified(100, 0.6, plain, "P6").measure, Measure::kRepair);
  EXPECT_EQ(Modified(100, 0.61, plain, "P6").measure, Measure::kReplace);
  EXPECT_EQ(
      Modified(100, {}, With(plain, [](Hazard& h) { h.critical_place = true; }), "P6").urgency,
      Urgency::kImmediate);
  EXPECT_EQ(
      Modified(100, {}, With(plain, [](Hazard& h) { h.seasons_seen = 2; }), "P6").repair_class,
      kMedium);
  // Cheap, but a rule's major stays major.
  EXPECT_EQ(Modified(100, {}, Leak(AssetKind::kSecondaryPipe, 1990, true, 0.9), "P2").repair_class,
            kMajor);
  const Verdict shallow =
      Modified(100, {}, With(plain, [](Hazard& h) { h.asset.depth_m = 0.69; }), "P6");
  EXPECT_TRUE(std::any_of(shallow.trace.begin(), shallow.trace.end(),
                          [](const RuleStep& s) { return s.id == "M5" && s.fired; }));
}

TEST(Grades, AreSuggestedOnly) {
  EXPECT_EQ(Modified(1, {}, Boiler("锅筒", "裂纹"), "B1").suggested, Grade::kMajor);
  EXPECT_EQ(Modified(1, {}, Boiler("安全阀", "超期"), "B4").suggested, Grade::kLarger);
  const Hazard leak = Leak(AssetKind::kSecondaryPipe, 2012, true, 0.9);
  EXPECT_EQ(Modified(1, {}, leak, "P6").suggested, Grade::kGeneral);
  EXPECT_EQ(Modified(1, {}, With(leak, [](Hazard& h) { h.households = 1000; }), "P6").suggested,
            Grade::kLarger);
}

TEST(Prices, UnknownDiameterIsAssumedAndSaid) {
  const PriceTable table = PriceTable::BuiltIn();
  const RuleBook book = RuleBook::BuiltIn();
  Hazard h = Leak(AssetKind::kSecondaryPipe, 1990, true, 0.9);
  h.asset.length_m = 100;
  Facts facts = FactsOf(h, 2026, Day(2026, 3, 31));
  const Verdict verdict = ApplyRules(book, facts);
  Cost cost = CostOf(table, verdict.rule->works, facts, verdict.repair_class);
  EXPECT_DOUBLE_EQ(cost.yuan, 160000);  // 100 m, DN150 assumed: 1600 yuan/m
  EXPECT_THAT(cost.assumed, ElementsAre("dn"));
  facts.Set("dn", 80.0);
  cost = CostOf(table, verdict.rule->works, facts, verdict.repair_class);
  EXPECT_DOUBLE_EQ(cost.yuan, 110000);
  EXPECT_TRUE(cost.assumed.empty());
}

}  // namespace
}  // namespace thermoleak::planning
