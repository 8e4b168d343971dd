#include "thermoleak/core/options.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace thermoleak {
namespace {

struct SampleOptions {
  double cell_m = 0.1;
  int views = 3;
  std::optional<double> air_c;
  void Describe(OptionVisitor& v) {
    v.Visit("cell", cell_m, {0.02, 1.0, "m", "cell", "像元"});
    v.Visit("views", views, {1, 99, "", "views", "视图"});
    v.Visit("air", air_c, {-60, 60, "C", "air", "气温"});
  }
};

TEST(Options, DefaultsPass) { EXPECT_TRUE(CheckOptions(SampleOptions{}, "sample").empty()); }

TEST(Options, EveryViolationIsReportedAtOnce) {
  const SampleOptions bad{std::numeric_limits<double>::quiet_NaN(), 0, 99.0};
  const auto violations = CheckOptions(bad, "sample");
  ASSERT_EQ(violations.size(), 3u);
  EXPECT_EQ(violations[1].In(Lang::kEnglish), "sample.views = 0 is outside 1 .. 99");
}

}  // namespace
}  // namespace thermoleak
