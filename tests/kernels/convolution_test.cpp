#include "kernels/convolution.h"

#include <gmock/gmock.h>

#include "kernels/convolution_matrix.h"
#include "kernels/convolution_warp.h"
#include "tests/kernels/references.h"

namespace flopprof::kernels {
namespace {

/// What a warp's tensor core does with what its lanes hold. Where the lanes' numbers belong stands
/// here in the words of NVIDIA's PTX ISA: `group` is groupID, `in_group` threadID_in_group.
template <class Matrix>
void multiply(std::vector<ConvolutionLane<Matrix>>& lanes) {
  double left[16][16] = {};
  double right[16][8] = {};
  const auto number = [](std::uint32_t pair, bool is_second) {
    return single_of_bfloat(static_cast<std::uint16_t>(is_second ? pair >> 16 : pair));
  };
  for (int lane = 0; lane < 32; ++lane) {
    const int group = lane >> 2;
    const int in_group = lane & 3;
    const auto& own = lanes[static_cast<std::size_t>(lane)];
    for (int second = 0; second < 2; ++second) {
      left[group][2 * in_group + second] = number(own.left[0], second == 1);
      left[group + 8][2 * in_group + second] = number(own.left[1], second == 1);
      left[group][2 * in_group + 8 + second] = number(own.left[2], second == 1);
      left[group + 8][2 * in_group + 8 + second] = number(own.left[3], second == 1);
      right[2 * in_group + second][group] = number(own.right[0], second == 1);
      right[2 * in_group + 8 + second][group] = number(own.right[1], second == 1);
    }
  }
  for (int lane = 0; lane < 32; ++lane) {
    for (int i = 0; i < 4; ++i) {
      const int row = (lane >> 2) + (i < 2 ? 0 : 8);
      const int column = 2 * (lane & 3) + (i & 1);
      float& sum = lanes[static_cast<std::size_t>(lane)].sums[i];
      for (int deep = 0; deep < 16; ++deep) {
        sum += static_cast<float>(left[row][deep] * right[deep][column]);
      }
    }
  }
}

/// As the kernel does it; answers how many matrices the tensor cores multiplied.
template <class Matrix>
int run(const Convolution& convolution, const ConvolutionMemory& memory) {
  const Matrix matrix(convolution, memory);
  int multiplied = 0;
  for (int tile = 0; tile < tiles_of(matrix); ++tile) {
    std::vector<ConvolutionLane<Matrix>> lanes(32);
    for (int lane = 0; lane < 32; ++lane) {
      lanes[static_cast<std::size_t>(lane)].lane = lane;
      lanes[static_cast<std::size_t>(lane)].tile = tile;
    }
    for (int step = 0; step < matrix.steps(); ++step) {
      for (auto& lane : lanes) lane.fetch(matrix, step);
      multiply(lanes);
      ++multiplied;
    }
    for (const auto& lane : lanes) lane.store(matrix);
  }
  return multiplied;
}

template <class Matrix>
void expect_the_reference(const Convolution& convolution, Direction direction) {
  const ConvolutionNumbers numbers = some_tensors(convolution);
  const auto images = bfloats(numbers.images);
  const auto filters = bfloats(numbers.filters);
  const auto results = bfloats(numbers.results);
  const std::vector<double> expected = convolved(convolution, direction, numbers);
  std::vector<float> written(expected.size(), -1e30F);
  const int multiplied = run<Matrix>(convolution, {.images = images.data(),
                                                   .filters = filters.data(),
                                                   .results = results.data(),
                                                   .written = written.data()});
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_NEAR(written[i], expected[i], 1e-4) << "number " << i;
  }
  EXPECT_EQ(std::int64_t{4096} * multiplied, work_of(convolution, direction).flops);
}

TEST(Convolution, GivesTheReferenceForwardAndDoesWhatItsFormulaSays) {
  for (const Convolution& convolution : tested_convolutions()) {
    SCOPED_TRACE(convolution.c);
    expect_the_reference<ForwardMatrix>(convolution, Direction::kForward);
  }
}

TEST(Convolution, GivesTheReferenceOfTheDataGradientAndDoesWhatItsFormulaSays) {
  for (const Convolution& convolution : tested_convolutions()) {
    SCOPED_TRACE(convolution.c);
    expect_the_reference<DataGradientMatrix>(convolution, Direction::kDataGradient);
  }
}

TEST(Convolution, GivesTheReferenceOfTheWeightGradientAndDoesWhatItsFormulaSays) {
  for (const Convolution& convolution : tested_convolutions()) {
    SCOPED_TRACE(convolution.c);
    expect_the_reference<WeightGradientMatrix>(convolution, Direction::kWeightGradient);
  }
}

TEST(Convolution, CountsWholeTiles) {
  const Convolution convolution{
      .n = 2, .h = 5, .w = 7, .c = 20, .k = 9, .r = 3, .s = 3, .pad_h = 1, .pad_w = 1};
  // 70 results in 5 tiles, 9 filters in 2; 9 places of 20 channels in 2 steps each.
  EXPECT_EQ(work_of(convolution, Direction::kForward).flops, 4096 * 10 * 18);
  // 70 image places in 5 tiles, 20 channels in 3; 9 places of 9 filters in 1 step each.
  EXPECT_EQ(work_of(convolution, Direction::kDataGradient).flops, 4096 * 15 * 9);
  // 9 filters in 1 tile, their 180 numbers in 23; 70 results in 5 steps.
  EXPECT_EQ(work_of(convolution, Direction::kWeightGradient).flops, 4096 * 23 * 5);
  EXPECT_EQ(work_of(convolution, Direction::kForward).required_flops, 226'800);  // 2·70·9·20·9
  EXPECT_EQ(work_of(convolution, Direction::kForward).bytes, 2 * 1400 + 2 * 1620 + 4 * 630);
}

TEST(WarpFragment, PutsNumbersWhereThePtxIsaSays) {
  // a6 of thread 5 (group 1, second in it) and b2 of thread 31, from the figures of m16n8k16.
  EXPECT_EQ(left_place(5, 6).row, 9);
  EXPECT_EQ(left_place(5, 6).column, 10);
  EXPECT_EQ(right_place(31, 2).row, 14);
  EXPECT_EQ(right_place(31, 2).column, 7);
  EXPECT_EQ(sum_place(4, 3).row, 9);
  EXPECT_EQ(sum_place(4, 3).column, 1);
}

}  // namespace
}  // namespace flopprof::kernels
