#include "profiler/views/label_places.h"

#include <gtest/gtest.h>

namespace flopprof::views {
namespace {

constexpr Box kArea = {.left = 0, .top = 0, .right = 400, .bottom = 300};

NamedPoint point(double x, double y, const char* name) {
  return {.x = x, .y = y, .name = {.size = 12, .text = name}};
}

TEST(BoxOf, CountsCharactersNotBytes) {
  const Box accented = box_of(Label{.size = 10, .text = "\xC3\xA9\xC3\xA9"});
  const Box plain = box_of(Label{.size = 10, .text = "ee"});
  EXPECT_DOUBLE_EQ(accented.right, plain.right);
}

TEST(LabelPlaces, StandRightOfAFreePoint) {
  const auto places = label_places({point(100, 100, "GoogLeNet")}, {}, kArea);
  ASSERT_TRUE(places.at(0));
  EXPECT_EQ(places[0]->anchor, Anchor::kStart);
  EXPECT_DOUBLE_EQ(places[0]->x, 107) << "a radius of 4 and a gap of 3";
}

TEST(LabelPlaces, TurnToTheOtherSideAtTheEdge) {
  const auto places = label_places({point(390, 100, "GoogLeNet")}, {}, kArea);
  ASSERT_TRUE(places.at(0));
  EXPECT_EQ(places[0]->anchor, Anchor::kEnd);
}

TEST(LabelPlaces, LieOnNoOtherNameAndNoPoint) {
  const std::vector<NamedPoint> crowd = {point(100, 100, "ResNet-18"), point(110, 104, "ResNet-34"),
                                         point(106, 112, "ResNet-50"), point(96, 108, "VGG-11")};
  const auto places = label_places(crowd, {}, kArea);
  for (std::size_t i = 0; i < places.size(); ++i) {
    ASSERT_TRUE(places[i]);
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_FALSE(overlap(box_of(*places[i]), box_of(*places[j]))) << i << " on " << j;
    }
    for (const NamedPoint& p : crowd) {
      EXPECT_FALSE(overlap(box_of(*places[i]), {p.x - 4, p.y - 4, p.x + 4, p.y + 4}));
    }
  }
}

TEST(LabelPlaces, AvoidLinesWhereTheyCan) {
  const Line through{.x1 = 0, .y1 = 100, .x2 = 400, .y2 = 100, .ink = Ink::kEnvelope};
  const auto places = label_places({point(100, 100, "GoogLeNet")}, {through}, kArea);
  ASSERT_TRUE(places.at(0));
  const Box box = box_of(*places[0]);
  EXPECT_TRUE(box.bottom < 100 || box.top > 100);
}

TEST(LabelPlaces, LeaveOutANameWithoutRoom) {
  const auto places =
      label_places({point(20, 20, "a name as long as this has no room")}, {}, {0, 0, 40, 40});
  EXPECT_FALSE(places.at(0));
}

}  // namespace
}  // namespace flopprof::views
