#include "profiler/views/roofline_plot.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace flopprof::views {
namespace {

RooflinePicture picture() {
  return {.title = "a list",
          .points_are = "forward",
          .roofs = {{.name = "100", .flops_per_second = 100e12, .bytes_per_second = 1e12}},
          .points = {{.flops_per_byte = 10, .flops_per_second = 5e12},
                     {.flops_per_byte = 1000, .flops_per_second = 50e12, .above_all = true}}};
}

TEST(RooflinePlot, RisesWithMemoryToTheRidgeAndStaysLevelAfterIt) {
  const auto drawing = roofline_plot(picture());
  ASSERT_TRUE(drawing);
  std::vector<Line> roof;
  std::ranges::copy_if(drawing->lines, std::back_inserter(roof),
                       [](const Line& line) { return line.ink == Ink::kComparator; });
  ASSERT_EQ(roof.size(), 2u);
  EXPECT_LT(roof[0].x1, roof[0].x2);
  EXPECT_GT(roof[0].y1, roof[0].y2) << "y grows downwards";
  EXPECT_EQ(roof[0].x2, roof[1].x1);
  EXPECT_EQ(roof[1].y1, roof[1].y2);
}

TEST(RooflinePlot, PutsAPointADecadeBelowTheRoofADecadeBelowIt) {
  RooflinePicture one = picture();
  one.points = {{.flops_per_byte = 100, .flops_per_second = 10e12}};
  const auto drawing = roofline_plot(one);
  const auto grid = [&](double decade) {
    const auto label =
        std::ranges::find(drawing->labels, decade == 10 ? "10" : "100", &Label::text);
    return label->y - 4;
  };
  EXPECT_NEAR(drawing->discs[0].y, grid(10), 1e-6);
  const auto level = std::ranges::find(drawing->lines, Ink::kComparator, &Line::ink);
  EXPECT_NEAR(level->y2, grid(100), 1e-6);
  EXPECT_NEAR(drawing->discs[0].x, level->x2, 1e-6) << "100 FLOP/byte is the ridge";
}

TEST(RooflinePlot, DrawsWhatItIsAboutOnTop) {
  const auto drawing = roofline_plot(picture());
  ASSERT_GE(drawing->discs.size(), 2u);
  EXPECT_EQ(drawing->discs[0].ink, Ink::kOtherPoint);
  EXPECT_EQ(drawing->discs[1].ink, Ink::kEnvelope);
}

TEST(RooflinePlot, NeedsARoofAndAPoint) {
  RooflinePicture bare = picture();
  bare.roofs.clear();
  EXPECT_FALSE(roofline_plot(bare));
  RooflinePicture empty = picture();
  empty.points.clear();
  EXPECT_FALSE(roofline_plot(empty));
}

}  // namespace
}  // namespace flopprof::views
