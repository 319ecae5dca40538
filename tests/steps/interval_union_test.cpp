#include "profiler/steps/interval_union.h"

#include <gtest/gtest.h>

namespace flopprof::steps {
namespace {

TEST(IntervalUnion, CountsWhatOverlapsOnce) {
  IntervalUnion busy;
  busy.add(0, 100);
  busy.add(50, 150);
  busy.add(60, 70);
  EXPECT_EQ(busy.covered_ns(), 150);
}

TEST(IntervalUnion, LeavesGapsOut) {
  IntervalUnion busy;
  busy.add(0, 10);
  busy.add(20, 30);
  EXPECT_EQ(busy.covered_ns(), 20);
}

TEST(IntervalUnion, TakesIntervalsInAnyOrder) {
  IntervalUnion busy;
  busy.add(40, 50);
  busy.add(0, 10);
  busy.add(5, 45);
  EXPECT_EQ(busy.covered_ns(), 50);
}

TEST(IntervalUnion, IgnoresAnIntervalWithoutLength) {
  IntervalUnion busy;
  busy.add(10, 10);
  busy.add(20, 15);
  EXPECT_EQ(busy.covered_ns(), 0);
}

TEST(IntervalUnion, GoesOnAddingUpAfterItWasAsked) {
  IntervalUnion busy;
  busy.add(0, 10);
  EXPECT_EQ(busy.covered_ns(), 10);
  busy.add(5, 20);
  EXPECT_EQ(busy.covered_ns(), 20);
}

TEST(IntervalUnion, IsExactOverAMillionIntervalsInOrder) {
  IntervalUnion busy;
  for (std::int64_t i = 0; i < 1'000'000; ++i) busy.add(10 * i, 10 * i + 3);
  EXPECT_EQ(busy.covered_ns(), 3'000'000);
}

}  // namespace
}  // namespace flopprof::steps
