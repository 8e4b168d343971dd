#include "thermoleak/simulation/picture.hpp"

#include <gtest/gtest.h>

namespace thermoleak::simulation {
namespace {

TEST(Picture, PlacesAreCellCentresWithYUp) {
  const auto picture = ParsePicture(R"(
..====..
A-----B.
..====|.
......C.
)",
                                    {2, 4});
  ASSERT_TRUE(picture) << picture.error().message.In(Lang::kEnglish);
  EXPECT_EQ(picture->rows, 4);
  EXPECT_EQ(picture->columns, 8);
  EXPECT_EQ(picture->places.size(), 3u);
  EXPECT_EQ(picture->places.at('A'), Vec2(1, 10));
  EXPECT_EQ(picture->places.at('B'), Vec2(13, 10));
  EXPECT_EQ(picture->places.at('C'), Vec2(13, 2));
}

TEST(Picture, MarksLieOnTheGroundBesideThem) {
  const auto picture = ParsePicture("....\n.==.\nA--B\n.==.\n....", {1, 1});
  ASSERT_TRUE(picture);
  EXPECT_EQ(picture->At(2, 1), '=');
  EXPECT_EQ(picture->At(2, 2), '=');
  EXPECT_EQ(picture->At(2, 0), '.');
}

TEST(Picture, AMarkBesideABuildingIsNotABuilding) {
  const auto picture = ParsePicture("###\n#A#\n##.", {1, 1});
  ASSERT_TRUE(picture);
  EXPECT_EQ(picture->At(1, 1), '.');
}

TEST(Picture, BlocksAreRectangles) {
  const auto picture = ParsePicture("##..\n####\n####", {2, 3});
  ASSERT_TRUE(picture);
  ASSERT_EQ(picture->blocks.size(), 2u);
  // An L: the left two columns over all three rows, then the right two over the lower two.
  EXPECT_DOUBLE_EQ(RingArea(picture->blocks[0]), 4 * 9);
  EXPECT_DOUBLE_EQ(RingArea(picture->blocks[1]), 4 * 6);
  EXPECT_EQ(picture->blocks[0][0], Vec2(0, 0));
  EXPECT_EQ(picture->blocks[0][2], Vec2(4, 9));
}

TEST(Picture, ShortRowsAreFilledWithNothing) {
  const auto picture = ParsePicture("...\n.", {1, 1});
  ASSERT_TRUE(picture);
  EXPECT_EQ(picture->At(1, 2), ' ');
}

TEST(Picture, RefusesALetterTwiceAndNothingAtAll) {
  const auto twice = ParsePicture("A..A", {1, 1});
  ASSERT_FALSE(twice);
  EXPECT_NE(twice.error().message.In(Lang::kEnglish).find("'A'"), std::string::npos);
  EXPECT_FALSE(ParsePicture("\n  \n", {1, 1}));
}

}  // namespace
}  // namespace thermoleak::simulation
