#include "network/attributes.hpp"

#include <gtest/gtest.h>

namespace thermoleak::network_internal {
namespace {

TEST(Attributes, NominalDiameters) {
  const std::pair<const char*, double> cases[] = {
      {"DN300", 300},    {"dn 300", 300},      {"300", 300},        {"300.0", 300},
      {"DN300", 300},    {"D219x6", 200},      {"D219×6", 200},     {"Φ219×6", 200},
      {"φ325*8", 300},   {"219x6", 200},       {"D426x7", 400},     {"d529×8", 500},
      {"Φ630x9", 600},   {"D720x10", 700},     {"720×10", 700},     {"D108×4", 100},
      {"D89x4", 80},     {"D1020x12", 1000},   {"D323.9x5.6", 300}, {"D57x3.5", 50},
      {"2×DN200", 200},  {"DN300/DN300", 300}, {"DN300mm", 300},    {"300mm", 300},
      {"2xD219x6", 200}, {"219", 200},         {"D300", 300},       {"275", 275},
      {"DN=150", 150},   {"D219×6", 200},
  };
  for (const auto& [text, dn] : cases) {
    ASSERT_TRUE(ParseDn(text)) << text;
    EXPECT_EQ(*ParseDn(text), dn) << text;
  }
  for (const char* text :
       {"", "无", "0", "-300", "1e9", "nan", "x", "DN", "D", "800x800", "D219x", "0.3", "PE-RT"}) {
    EXPECT_FALSE(ParseDn(text)) << text << " gave " << ParseDn(text).value_or(0);
  }
}

TEST(Attributes, Lengths) {
  EXPECT_EQ(ParseDepth("1.2", ""), 1.2);
  EXPECT_EQ(ParseDepth(" 1.2 m", ""), 1.2);
  EXPECT_EQ(ParseDepth("1.2米", ""), 1.2);
  EXPECT_EQ(ParseDepth("120", "cm"), 1.2);
  EXPECT_EQ(ParseDepth("1200mm", ""), 1.2);
  EXPECT_EQ(ParseDepth("1.2", ""), 1.2);
  for (const char* text : {"", "0", "-9999", "-1.2", "99", "deep", "1.2 ft", "nan", "inf"}) {
    EXPECT_FALSE(ParseDepth(text, "")) << text;
  }
  EXPECT_EQ(ParseHeight("18.5", ""), 18.5);
}

TEST(Attributes, Words) {
  EXPECT_EQ(ParseMedium("供水"), Medium::kSupply);
  EXPECT_EQ(ParseMedium("Return"), Medium::kReturn);
  EXPECT_EQ(ParseMedium("回水管"), Medium::kReturn);
  EXPECT_EQ(ParseMedium("supply/return"), Medium::kUnknown);
  EXPECT_EQ(ParseMedium("供回水"), Medium::kUnknown);
  EXPECT_EQ(ParseMedium("蒸汽"), Medium::kUnknown);
  EXPECT_EQ(ParseLevel("一次网"), NetworkLevel::kPrimary);
  EXPECT_EQ(ParseLevel("二级网"), NetworkLevel::kSecondary);
  EXPECT_EQ(ParseLevel("庭院网"), NetworkLevel::kSecondary);
  EXPECT_EQ(ParseLevel("primary"), NetworkLevel::kPrimary);
  EXPECT_EQ(ParseLevel("一次网/二次网"), NetworkLevel::kUnknown);
  EXPECT_EQ(ParseLaying("直埋"), Laying::kBuried);
  EXPECT_EQ(ParseLaying("直埋(无沟)"), Laying::kBuried);
  EXPECT_EQ(ParseLaying("不通行地沟"), Laying::kDuct);
  EXPECT_EQ(ParseLaying("架空"), Laying::kOverhead);
  EXPECT_EQ(ParseLaying("Overhead"), Laying::kOverhead);
  EXPECT_FALSE(ParseLaying("其他"));
  EXPECT_EQ(ParseYear("1998"), 1998);
  EXPECT_EQ(ParseYear("1998-05-01"), 1998);
  EXPECT_EQ(ParseYear("19980501"), 1998);
  EXPECT_EQ(ParseYear("投运于1998年"), 1998);
  EXPECT_FALSE(ParseYear("98"));
  EXPECT_FALSE(ParseYear("123456"));
  EXPECT_FALSE(ParseYear(""));
}

TEST(Attributes, NamesIgnoreCaseAndWidth) {
  EXPECT_EQ(ParseFieldName("DN_mm").name, "dn_mm");
  EXPECT_EQ(ParseFieldName("埋深(m)").name, "埋深");
  EXPECT_EQ(ParseFieldName("埋深(cm)").unit, "cm");
  EXPECT_EQ(ParseFieldName("埋深(cm)").name, "埋深");
  EXPECT_EQ(ParseFieldName("\uFEFFPipe_ID ").name, "pipe_id");
  EXPECT_TRUE(IsAlias("公称直", "公称直径", true));
  EXPECT_FALSE(IsAlias("公称直", "公称直径", false));
  EXPECT_FALSE(IsAlias("公称压", "公称直径", true));
  EXPECT_EQ(LayerKindOf("供热管线"), LayerKind::kPipes);
  EXPECT_EQ(LayerKindOf("Pipes"), LayerKind::kPipes);
  EXPECT_EQ(LayerKindOf("阀门井"), LayerKind::kChambers);
  EXPECT_EQ(LayerKindOf("检查室"), LayerKind::kChambers);
  EXPECT_EQ(LayerKindOf("建筑物"), LayerKind::kBuildings);
  EXPECT_EQ(LayerKindOf("道路"), LayerKind::kUnknown);
}

TEST(Attributes, Utf8) {
  EXPECT_TRUE(IsUtf8("供水 DN300"));
  EXPECT_TRUE(IsUtf8(std::string_view("供水").substr(0, 5)));  // cut by a field's width
  EXPECT_FALSE(IsUtf8("\xB9\xA9\xCB\xAE"));                    // 供水 in GBK
  EXPECT_FALSE(IsUtf8("\xED\xA0\x80"));                        // a surrogate
  EXPECT_FALSE(IsUtf8("\xC0\xAF"));                            // overlong
  EXPECT_EQ(WithoutCutCharacter(std::string_view("供水").substr(0, 5)), "供");
  EXPECT_EQ(WithoutCutCharacter("2\xE2\xA8\xE2"), "2");  // cut twice
  EXPECT_EQ(Normalise("\xFF\xFE"), "\xFF\xFE");
}

}  // namespace
}  // namespace thermoleak::network_internal
