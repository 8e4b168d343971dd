#include "service/json_body.hpp"

#include <gtest/gtest.h>

#include "service/api_error.hpp"

namespace thermoleak::service {
namespace {

TEST(JsonBody, DepthIsLimitedBeforeAnythingIsBuilt) {
  const auto nested = [](int levels) {
    return R"({"a":)" + std::string(static_cast<std::size_t>(levels), '[') +
           std::string(static_cast<std::size_t>(levels), ']') + "}";
  };
  EXPECT_TRUE(ParseJsonBody(nested(20)).fault.empty());
  for (const int levels : {40, 10000, 500000}) {
    const ParsedBody body = ParseJsonBody(nested(levels));
    EXPECT_FALSE(body.fault.empty()) << levels;
    EXPECT_TRUE(body.json.empty());
  }
}

TEST(JsonBody, FieldsHaveTypes) {
  const ParsedBody body = ParseJsonBody(
      R"({"text":"北","number":1.5,"whole":7,"big":18446744073709551615,"flag":true,"list":[1],"null":null})");
  ASSERT_EQ(body.fault, "");
  const Fields in(body.json);
  EXPECT_EQ(in.Text("text"), "北");
  EXPECT_EQ(in.Number("number", 0, 2), 1.5);
  EXPECT_EQ(in.Integer("whole", 0, 10), 7);
  EXPECT_TRUE(in.FlagOr("flag", false));
  EXPECT_EQ(in.List("list", 3).size(), 1U);
  EXPECT_FALSE(in.Has("null"));
  EXPECT_EQ(in.TextOr("nothing", "x"), "x");
  EXPECT_THROW(in.Text("number"), ApiError);
  EXPECT_THROW(in.Text("nothing"), ApiError);
  EXPECT_THROW(in.Text("text", 2), ApiError);
  EXPECT_THROW(in.Number("number", 2, 3), ApiError);
  EXPECT_THROW(in.Number("text", 0, 1), ApiError);
  EXPECT_THROW(in.Integer("number", 0, 10), ApiError);
  EXPECT_THROW(in.Integer("big", 0, INT64_MAX), ApiError);
  EXPECT_THROW(in.FlagOr("whole", false), ApiError);
  EXPECT_THROW(in.List("list", 0), ApiError);
  EXPECT_THROW(in.Object("list"), ApiError);
}

}  // namespace
}  // namespace thermoleak::service
