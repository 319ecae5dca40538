#include "profiler/convolution/work.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "profiler/convolution/shape_list.h"

namespace flopprof::convolution {
namespace {

constexpr Tile kNoPadding = {.rows = 1, .columns = 1, .depth = 1};

// 16 images of ResNet-50's 3x3 convolution of 64 channels.
const Shape kThreeByThree = {.images = 16,
                             .channels = 64,
                             .height = 56,
                             .width = 56,
                             .filters = 64,
                             .filter_height = 3,
                             .filter_width = 3,
                             .pad_height = 1,
                             .pad_width = 1};

/// Every product of a convolution with a real element of the image, one by one.
std::int64_t products_with_the_image(const Shape& s) {
  std::int64_t count = 0;
  for (std::int64_t p = 0; p < s.output_height(); ++p) {
    for (std::int64_t q = 0; q < s.output_width(); ++q) {
      for (std::int64_t r = 0; r < s.filter_height; ++r) {
        for (std::int64_t t = 0; t < s.filter_width; ++t) {
          const std::int64_t h = p * s.stride_height + r * s.dilation_height - s.pad_height;
          const std::int64_t w = q * s.stride_width + t * s.dilation_width - s.pad_width;
          if (h >= 0 && h < s.height && w >= 0 && w < s.width) ++count;
        }
      }
    }
  }
  return count * s.images * s.filters * (s.channels / s.groups);
}

/// Every product of the data gradient's sum over taps, with an output that exists or not.
std::int64_t products_of_the_data_gradient(const Shape& s) {
  std::int64_t count = 0;
  for (std::int64_t h = 0; h < s.height; ++h) {
    for (std::int64_t w = 0; w < s.width; ++w) {
      for (std::int64_t r = 0; r < s.filter_height; ++r) {
        for (std::int64_t t = 0; t < s.filter_width; ++t) {
          const std::int64_t down = h + s.pad_height - r * s.dilation_height;
          const std::int64_t right = w + s.pad_width - t * s.dilation_width;
          if (down % s.stride_height == 0 && right % s.stride_width == 0) ++count;
        }
      }
    }
  }
  return count * s.images * s.filters * (s.channels / s.groups);
}

std::vector<Shape> small_shapes() {
  std::vector<Shape> shapes;
  for (const std::int64_t filter : {1, 2, 3, 5}) {
    for (const std::int64_t pad : {0, 1, 3}) {
      for (const std::int64_t stride : {1, 2, 3}) {
        for (const std::int64_t dilation : {1, 2}) {
          for (const std::int64_t groups : {1, 2}) {
            Shape shape{.images = 2, .channels = 4, .height = 7, .width = 9, .filters = 6};
            shape.filter_height = filter;
            shape.filter_width = filter == 5 ? 1 : filter;
            shape.pad_height = pad;
            shape.pad_width = 3 - pad;
            shape.stride_height = stride;
            shape.stride_width = 4 - stride;
            shape.dilation_height = dilation;
            shape.groups = groups;
            if (!problem_of(shape)) shapes.push_back(shape);
          }
        }
      }
    }
  }
  return shapes;
}

TEST(AlgorithmicFlops, CountTwoForEveryTapOfEveryOutput) {
  EXPECT_EQ(algorithmic_flops(kThreeByThree).value(), 3'699'376'128);
}

TEST(AlgorithmicFlops, OfGroupsSeeTheirOwnChannelsAlone) {
  Shape depthwise = kThreeByThree;
  depthwise.groups = 64;
  EXPECT_EQ(algorithmic_flops(depthwise).value(), 3'699'376'128 / 64);
}

TEST(ValidTapFlops, LeaveOutWhatMeetsPadding) {
  // 7x9 with a filter of 3x3 and padding 1, 3 channels, 10 filters: 19 x 25 of 21 x 27 taps.
  const Shape shape{.channels = 3,
                    .height = 7,
                    .width = 9,
                    .filters = 10,
                    .filter_height = 3,
                    .filter_width = 3,
                    .pad_height = 1,
                    .pad_width = 1};
  EXPECT_EQ(algorithmic_flops(shape).value(), 34'020);
  EXPECT_EQ(valid_tap_flops(shape).value(), 28'500);
}

TEST(ValidTapFlops, EqualACountOneByOne) {
  const auto shapes = small_shapes();
  EXPECT_EQ(shapes.size(), 138u);
  for (const Shape& shape : shapes) {
    EXPECT_EQ(valid_tap_flops(shape).value(), 2 * products_with_the_image(shape)) << text_of(shape);
  }
}

TEST(ImplicitGemmFlops, WithoutPaddedTilesAreTheAlgorithmicOnesForwardAndForTheWeights) {
  for (const Shape& shape : small_shapes()) {
    const std::int64_t algorithmic = algorithmic_flops(shape).value();
    EXPECT_EQ(implicit_gemm_flops(shape, Direction::kForward, kNoPadding).value(), algorithmic);
    EXPECT_EQ(implicit_gemm_flops(shape, Direction::kWeightGradient, kNoPadding).value(),
              algorithmic);
  }
}

TEST(ImplicitGemmFlops, OfADataGradientAreThoseOfTheTapsThatItsStrideReaches) {
  for (const Shape& shape : small_shapes()) {
    EXPECT_EQ(implicit_gemm_flops(shape, Direction::kDataGradient, kNoPadding).value(),
              2 * products_of_the_data_gradient(shape))
        << text_of(shape);
  }
}

TEST(ImplicitGemmFlops, RoundEachSizeUpToWholeTiles) {
  const Tile tile = {.rows = 128, .columns = 128, .depth = 64};
  // Forward: 50,176 x 64 -> 128 x 576; weight gradient: 64 -> 128 x 576 -> 640 x 50,176.
  EXPECT_EQ(implicit_gemm_flops(kThreeByThree, Direction::kForward, tile).value(),
            std::int64_t{2} * 50'176 * 128 * 576);
  EXPECT_EQ(implicit_gemm_flops(kThreeByThree, Direction::kWeightGradient, tile).value(),
            std::int64_t{2} * 128 * 640 * 50'176);
}

TEST(Winograd, OfSmallTilesCountsTransformsAndProducts) {
  // 7x9, 3 channels, 10 filters: 20 tiles. 20*3*32 + 3*10*42 + 20*10*24 + 2*16*20*3*10.
  const Shape shape{.channels = 3,
                    .height = 7,
                    .width = 9,
                    .filters = 10,
                    .filter_height = 3,
                    .filter_width = 3,
                    .pad_height = 1,
                    .pad_width = 1};
  const auto flops = winograd_2x2(shape, Direction::kForward);
  ASSERT_TRUE(flops);
  EXPECT_EQ(flops->transforms.value(), 1'920 + 1'260 + 4'800);
  EXPECT_EQ(flops->products.value(), 19'200);
  EXPECT_EQ(flops->all().value(), 27'180);
  EXPECT_EQ(winograd_4x4_product(shape, Direction::kForward)->value(), 2 * 36 * 6 * 3 * 10);
}

TEST(Winograd, OfADataGradientReadsOutputsAndWritesImages) {
  Shape shape = kThreeByThree;
  shape.filters = 128;
  shape.pad_height = shape.pad_width = 0;
  const std::int64_t tiles = 16 * 28 * 28;
  const auto flops = winograd_2x2(shape, Direction::kDataGradient);
  ASSERT_TRUE(flops);
  EXPECT_EQ(flops->transforms.value(), tiles * 128 * 32 + 128 * 64 * 42 + tiles * 64 * 24);
  EXPECT_EQ(flops->products.value(), 32 * tiles * 128 * 64);
}

TEST(Winograd, AppliesToThreeByThreeFiltersWithoutStrideDilationOrGroups) {
  const auto applies = [](auto change, Direction direction) {
    Shape shape = kThreeByThree;
    change(shape);
    return winograd_2x2(shape, direction).has_value() &&
           winograd_4x4_product(shape, direction).has_value();
  };
  const auto keep = [](Shape&) {};
  EXPECT_TRUE(applies(keep, Direction::kForward));
  EXPECT_TRUE(applies(keep, Direction::kDataGradient));
  EXPECT_FALSE(applies(keep, Direction::kWeightGradient));
  EXPECT_FALSE(applies([](Shape& s) { s.filter_width = 1; }, Direction::kForward));
  EXPECT_FALSE(applies([](Shape& s) { s.stride_height = 2; }, Direction::kForward));
  EXPECT_FALSE(applies([](Shape& s) { s.dilation_width = 2; }, Direction::kForward));
  EXPECT_FALSE(applies([](Shape& s) { s.groups = 2; }, Direction::kForward));
  EXPECT_TRUE(applies([](Shape& s) { s.pad_width = 3; }, Direction::kForward));
  EXPECT_FALSE(applies([](Shape& s) { s.pad_width = 3; }, Direction::kDataGradient));
}

TEST(CompulsoryBytes, AreThoseOfTheThreeTensors) {
  EXPECT_EQ(compulsory_bytes(kThreeByThree, 2).value(), 2 * (3'211'264 + 36'864 + 3'211'264));
  EXPECT_EQ(compulsory_bytes(kThreeByThree, 4).value(), 4 * (3'211'264 + 36'864 + 3'211'264));
}

TEST(Work, ThatLeaves64BitsIsNoNumber) {
  Shape shape = kThreeByThree;
  shape.images = shape.filters = 2'000'000'000;
  EXPECT_TRUE(algorithmic_flops(shape).overflow());
  EXPECT_TRUE(implicit_gemm_flops(shape, Direction::kDataGradient, {}).overflow());
}

/// A row of the table of DeepBench's distinct training convolutions, as published with it.
struct Expected {
  std::string row;
  double valid_share, flops_per_byte, implicit_gemm, winograd_2x2, winograd_4x4;
  Shape shape;
};

std::vector<Expected> deepbench_expected() {
  std::ifstream file(FLOPPROF_DEEPBENCH_EXPECTED);
  std::vector<Expected> all;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::vector<std::string> field(17);
    for (std::string& one : field) std::getline(fields, one, ',');
    const auto ratio = [&](std::size_t at) { return field[at].empty() ? 0 : std::stod(field[at]); };
    Expected expected{field[0], ratio(1), ratio(2), ratio(3), ratio(4), ratio(5), {}};
    for (std::size_t i = 0; i < 11; ++i) {
      expected.shape.*kSizes[i].size = std::stoll(field[6 + i]);
    }
    all.push_back(expected);
  }
  return all;
}

TEST(Work, OfTheDistinctDeepBenchShapesIsAsTabulated) {
  const auto all = deepbench_expected();
  ASSERT_EQ(all.size(), 90u);
  for (const auto& [row, valid, intensity, gemm, small, large, shape] : all) {
    const auto algorithmic = static_cast<double>(algorithmic_flops(shape).value());
    const auto ratio = [&](flops::Checked flops) {
      return static_cast<double>(flops.value()) / algorithmic;
    };
    EXPECT_NEAR(ratio(valid_tap_flops(shape)), valid, 0.00051) << row;
    EXPECT_NEAR(1 / ratio(compulsory_bytes(shape, 2)), intensity, 0.051) << row;
    EXPECT_NEAR(ratio(implicit_gemm_flops(shape, Direction::kForward, {})), gemm, 0.0051) << row;
    const auto small_tiles = winograd_2x2(shape, Direction::kForward);
    EXPECT_NEAR(small_tiles ? ratio(small_tiles->all()) : 0, small, 0.00051) << row;
    const auto large_tiles = winograd_4x4_product(shape, Direction::kForward);
    EXPECT_NEAR(large_tiles ? ratio(*large_tiles) : 0, large, 0.00051) << row;
  }
}

}  // namespace
}  // namespace flopprof::convolution
