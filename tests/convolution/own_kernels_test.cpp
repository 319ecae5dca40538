#include <gtest/gtest.h>

#include "kernels/convolution.h"
#include "kernels/winograd.h"
#include "profiler/convolution/work.h"

namespace flopprof {
namespace {

using convolution::Direction;
using convolution::Shape;

Shape shape_of(std::int64_t channels, std::int64_t filters, std::int64_t size,
               std::int64_t stride) {
  return {.images = 3,
          .channels = channels,
          .height = size,
          .width = size + 1,
          .filters = filters,
          .filter_height = 3,
          .filter_width = 3,
          .pad_height = 1,
          .pad_width = 1,
          .stride_height = stride,
          .stride_width = stride};
}

/// The kernels in kernels/ share no code with the formulas: each counts by itself.
TEST(OwnKernels, OfAnImplicitGemmExecuteWhatTheFormulaSaysForTheirTile) {
  const convolution::Tile tile = {.rows = 16, .columns = 8, .depth = 16};
  for (const Shape& shape :
       {shape_of(16, 8, 7, 1), shape_of(32, 24, 14, 1), shape_of(64, 5, 9, 2)}) {
    const kernels::Convolution convolution{.n = 3,
                                           .h = static_cast<int>(shape.height),
                                           .w = static_cast<int>(shape.width),
                                           .c = static_cast<int>(shape.channels),
                                           .k = static_cast<int>(shape.filters),
                                           .r = 3,
                                           .s = 3,
                                           .pad_h = 1,
                                           .pad_w = 1,
                                           .stride_h = static_cast<int>(shape.stride_height),
                                           .stride_w = static_cast<int>(shape.stride_width)};
    const kernels::Work work = work_of(convolution, kernels::Direction::kForward);
    EXPECT_EQ(work.flops, implicit_gemm_flops(shape, Direction::kForward, tile).value())
        << text_of(shape);
    EXPECT_EQ(work.required_flops, algorithmic_flops(shape).value()) << text_of(shape);
  }
}

TEST(OwnKernels, OfWinogradExecuteWhatTheFormulaSays) {
  for (const Shape& shape : {shape_of(3, 10, 7, 1), shape_of(64, 64, 56, 1)}) {
    const kernels::Winograd winograd{.n = 3,
                                     .h = static_cast<int>(shape.height),
                                     .w = static_cast<int>(shape.width),
                                     .c = static_cast<int>(shape.channels),
                                     .k = static_cast<int>(shape.filters),
                                     .pad = 1};
    EXPECT_EQ(work_of(winograd).flops, winograd_2x2(shape, Direction::kForward)->all().value())
        << text_of(shape);
  }
}

}  // namespace
}  // namespace flopprof
