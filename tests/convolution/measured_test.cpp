#include "profiler/convolution/measured.h"

#include <gtest/gtest.h>

namespace flopprof::convolution {
namespace {

const flops::Peaks kH100 = *flops::peaks_of("H100 SXM5");

TEST(Times, AreTheMedianTheLeastAndTheQuartiles) {
  const Times times = times_of({5, 1, 2, 4, 3});
  EXPECT_DOUBLE_EQ(times.median, 3);
  EXPECT_DOUBLE_EQ(times.least, 1);
  EXPECT_DOUBLE_EQ(times.greatest, 5);
  EXPECT_DOUBLE_EQ(times.spread, 2.0 / 3);
  EXPECT_DOUBLE_EQ(times_of({1, 2}).median, 1.5);
  EXPECT_DOUBLE_EQ(times_of({}).median, 0);
}

TEST(Rates, DivideAlgorithmicAndExecutedFlopsByTheMedian) {
  const Analysis analysis{.algorithmic_flops = 2'000'000'000};
  const Times times{.median = 1e-3};
  const Executed executed{
      .source = CountSource::kCounted,
      .by_class = {{FlopClass::kTensorBf16, {900'000'000}}, {FlopClass::kFp32, {100'000'000}}}};
  EXPECT_DOUBLE_EQ(*effective_flops_per_second(analysis, times), 2e12);
  EXPECT_DOUBLE_EQ(*executed_flops_per_second(executed, times), 1e12);
  EXPECT_FALSE(effective_flops_per_second(analysis, std::nullopt));
}

TEST(ShareOfPeak, AddsTheTimeThatEachClassNeedsAtItsOwnPeak) {
  const Executed executed{.source = CountSource::kCounted,
                          .by_class = {{FlopClass::kTensorBf16, {989'400'000'000}},
                                       {FlopClass::kFp32, {66'900'000'000}}}};
  EXPECT_DOUBLE_EQ(*share_of_peak(executed, Times{.median = 4e-3}, kH100), 0.5);
}

TEST(ShareOfPeak, IsUnknownWithoutACountOrAPeakOfAClassThatCountedSomething) {
  const Times times{.median = 1e-3};
  EXPECT_FALSE(share_of_peak({}, times, kH100));
  const Executed no_peak{.source = CountSource::kCounted,
                         .by_class = {{FlopClass::kTensorFp4, {1}}, {FlopClass::kFp32, {1}}}};
  EXPECT_FALSE(share_of_peak(no_peak, times, kH100));
  const Executed none_of_it{.source = CountSource::kCounted,
                            .by_class = {{FlopClass::kTensorFp4, {0}}, {FlopClass::kFp32, {669}}}};
  EXPECT_TRUE(share_of_peak(none_of_it, times, kH100));
  const Executed torn{.source = CountSource::kCounted,
                      .by_class = {{FlopClass::kFp32, {669}}},
                      .repeats_disagree = true};
  EXPECT_FALSE(share_of_peak(torn, times, kH100));
}

}  // namespace
}  // namespace flopprof::convolution
