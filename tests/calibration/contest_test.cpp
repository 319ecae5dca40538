#include "profiler/calibration/contest.h"

#include <gmock/gmock.h>

namespace flopprof::calibration {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Turn turn(double seconds, double library_seconds) {
  return {.seconds = seconds,
          .library_seconds = library_seconds,
          .clock_mhz = 1755,
          .library_clock_mhz = 1740};
}

TEST(Settle, TakesTheMedianOfTheRatiosAndNotTheRatioOfTheMedians) {
  Contest contest;
  settle({turn(2, 1), turn(1, 4), turn(4, 3)}, contest);  // ratios 0.5, 4 and 0.75
  EXPECT_DOUBLE_EQ(contest.seconds, 2);
  EXPECT_DOUBLE_EQ(contest.library_seconds, 3);
  EXPECT_DOUBLE_EQ(contest.ratio, 0.75);
  EXPECT_DOUBLE_EQ(contest.least_ratio, 0.5);
  EXPECT_DOUBLE_EQ(contest.greatest_ratio, 4);
  EXPECT_EQ(contest.clock_mhz, 1755);
  EXPECT_EQ(contest.library_clock_mhz, 1740);
  EXPECT_THAT(contest.doubts, IsEmpty());
}

TEST(Settle, TakesTheMiddleOfTwo) {
  Contest contest;
  settle({turn(1, 0.8), turn(1, 1)}, contest);
  EXPECT_DOUBLE_EQ(contest.ratio, 0.9);
}

TEST(Settle, DoubtsClocksThatDifferOrAreNotKnown) {
  Turn slowed = turn(1, 1);
  slowed.clock_mhz = 1600;
  Contest contest;
  settle({slowed}, contest);
  EXPECT_THAT(contest.doubts, ElementsAre("the clocks differ: 1600 MHz, and 1740 for the library"));
  slowed.clock_mhz.reset();
  Contest unknown;
  settle({slowed}, unknown);
  EXPECT_THAT(unknown.doubts, ElementsAre("the clocks are not known"));
}

TEST(DoubtClasses, NoticesAProductThatWasMadeInAnother) {
  Workload library{.expected = {{FlopClass::kFp32, 1000}},
                   .counted = {{{FlopClass::kFp32, 0}, {FlopClass::kTensorTf32, 1000}}}};
  Contest contest;
  doubt_classes(library, contest);
  EXPECT_THAT(contest.doubts, ElementsAre("the library executed only 0 of 1000 FLOP in fp32"));
}

TEST(DoubtClasses, LetsALibraryExecuteMore) {
  Contest contest;
  doubt_classes({.expected = {{FlopClass::kFp32, 1000}}, .counted = {{{FlopClass::kFp32, 1024}}}},
                contest);
  EXPECT_THAT(contest.doubts, IsEmpty());
  doubt_classes({.expected = {{FlopClass::kFp32, 1000}}}, contest);
  EXPECT_THAT(contest.doubts,
              ElementsAre("in which class the library made the product was not counted"));
}

}  // namespace
}  // namespace flopprof::calibration
