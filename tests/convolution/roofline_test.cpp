#include "profiler/convolution/roofline.h"

#include <gtest/gtest.h>

namespace flopprof::convolution {
namespace {

Roofline h100(std::size_t format) {
  return roofline_of(*flops::peaks_of("NVIDIA H100 80GB HBM3"), kNumberFormats[format]);
}

TEST(Roofline, IsThePeakOfTheFormatsClass) {
  EXPECT_DOUBLE_EQ(h100(0).peak->flops_per_second, 66.9e12);
  EXPECT_DOUBLE_EQ(h100(1).peak->flops_per_second, 494.7e12);
  EXPECT_DOUBLE_EQ(h100(3).peak->flops_per_second, 989.4e12);
  EXPECT_NEAR(*h100(3).ridge(), 295.3, 0.05);
}

TEST(Roofline, BoundsLittleWorkPerByteByMemoryAndMuchByCompute) {
  const Attainable little = attainable(h100(3), 100);
  EXPECT_EQ(name_of(little.bound), "memory");
  EXPECT_DOUBLE_EQ(*little.flops_per_second, 335e12);
  const Attainable much = attainable(h100(3), 1000);
  EXPECT_EQ(name_of(much.bound), "compute");
  EXPECT_DOUBLE_EQ(*much.flops_per_second, 989.4e12);
}

TEST(Roofline, OfAFormatThatTheCardHasNoFigureForIsUnknown) {
  const auto v100 = roofline_of(*flops::peaks_of("Tesla V100-SXM2-16GB"), kNumberFormats[1]);
  EXPECT_FALSE(v100.ridge());
  EXPECT_EQ(name_of(attainable(v100, 100).bound), "unknown");
  EXPECT_FALSE(attainable(v100, 100).flops_per_second);
}

}  // namespace
}  // namespace flopprof::convolution
