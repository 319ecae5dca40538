#include "profiler/convolution/shape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flopprof::convolution {
namespace {

using testing::HasSubstr;

TEST(Shape, HasAsManyOutputsAsTheFilterHasPlaces) {
  Shape shape{.height = 224, .width = 10, .filter_height = 7, .filter_width = 3};
  shape.pad_height = 3;
  shape.stride_height = 2;
  EXPECT_EQ(shape.output_height(), 112);
  EXPECT_EQ(shape.output_width(), 8);
  shape.dilation_width = 4;
  EXPECT_EQ(shape.output_width(), 2);
}

TEST(Shape, InWordsLeavesOutWhatIsUsual) {
  Shape shape{.images = 16, .channels = 64, .height = 56, .width = 56, .filters = 32};
  EXPECT_EQ(text_of(shape), "16x64x56x56 k32 1x1");
  shape.pad_width = 3;
  shape.stride_height = shape.stride_width = 2;
  shape.dilation_height = shape.dilation_width = 2;
  shape.groups = 32;
  EXPECT_EQ(text_of(shape), "16x64x56x56 k32 1x1 p0,3 s2 d2 g32");
}

TEST(Shape, ThatIsNoConvolutionIsNamedWithTheSizeThatIsWrong) {
  const auto problem = [](auto change) {
    Shape shape{.channels = 6, .height = 8, .width = 8, .filters = 4};
    change(shape);
    const auto found = problem_of(shape);
    return found ? found->size + ": " + found->problem : std::string();
  };
  EXPECT_EQ(problem([](Shape&) {}), "");
  EXPECT_EQ(problem([](Shape& s) { s.filters = 0; }), "K: 0 is not from 1 to 2147483647");
  EXPECT_EQ(problem([](Shape& s) { s.pad_width = -1; }), "pad_w: -1 is not from 0 to 1023");
  EXPECT_EQ(problem([](Shape& s) { s.groups = 4; }),
            "groups: 4 groups do not divide C = 6 and K = 4");
  EXPECT_THAT(problem([](Shape& s) { s.filter_height = 9; }),
              HasSubstr("R: a filter of 9 rows does not fit into H = 8"));
  EXPECT_THAT(problem([](Shape& s) { s.filter_width = s.dilation_width = 5; }),
              HasSubstr("S: a filter of 5 columns does not fit into W = 8"));
  EXPECT_EQ(problem([](Shape& s) { s.images = s.height = s.width = 2'000'000'000; }),
            "N: the FLOPs or bytes of this shape do not fit into 64 bits");
}

}  // namespace
}  // namespace flopprof::convolution
