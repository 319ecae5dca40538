#include "kernels/timer.h"

#include <gmock/gmock.h>

#include "kernels/gpu_state.h"
#include "kernels/spread.h"

namespace flopprof::kernels {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Spread, IsOfTheSamplesInAnyOrder) {
  const Spread spread = spread_of({4, 1, 5, 3, 2});
  EXPECT_EQ(spread.median, 3);
  EXPECT_EQ(spread.least, 1);
  EXPECT_EQ(spread.greatest, 5);
  EXPECT_DOUBLE_EQ(spread.share, 2.0 / 3);  // from 2 to 4
}

TEST(Spread, LiesBetweenTheTwoInTheMiddle) {
  const Spread spread = spread_of({10, 20});
  EXPECT_EQ(spread.median, 15);
  EXPECT_DOUBLE_EQ(spread.share, 5.0 / 15);  // from 12.5 to 17.5
}

TEST(Spread, OfNothingAndOfOneIsNone) {
  EXPECT_EQ(spread_of({}).median, 0);
  EXPECT_EQ(spread_of({7}).median, 7);
  EXPECT_EQ(spread_of({7}).share, 0);
  EXPECT_EQ(spread_of({0, 0, 0}).share, 0);
}

TEST(PlanFor, TimesShortRunsTogether) {
  EXPECT_EQ(plan_for(1e-5, 1e-3).runs_a_sample, 100);
  EXPECT_EQ(plan_for(3e-4, 1e-3).runs_a_sample, 4);
  EXPECT_EQ(plan_for(5e-3, 1e-3).runs_a_sample, 1);
  EXPECT_EQ(plan_for(1e-9, 1e-3).runs_a_sample, kMostRunsASample);
  EXPECT_EQ(plan_for(0, 1e-3).runs_a_sample, 1);
}

TEST(DoubtsOf, NamesWhatSlowedTheGpuDownOnce) {
  const GpuState capped{.slowed_by = 0x4};
  const GpuState hot{.slowed_by = 0x44};
  EXPECT_THAT(doubts_of({capped, hot}),
              ElementsAre("the power limit lowered the clock",
                          "the hardware slowed the clock down because it was hot"));
}

TEST(DoubtsOf, SaysThatTheClockWasLow) {
  EXPECT_THAT(doubts_of({{.clock_mhz = 1980, .most_clock_mhz = 1980},
                         {.clock_mhz = 1200, .most_clock_mhz = 1980}}),
              ElementsAre("the clock was 1200 MHz of 1980"));
  EXPECT_THAT(doubts_of({{.clock_mhz = 1485, .most_clock_mhz = 1980}}), IsEmpty());
}

TEST(DoubtsOf, HasNothingAgainstIdlingOrAgainstWhatIsNotKnown) {
  EXPECT_THAT(doubts_of({{.slowed_by = 0x1}, {}}), IsEmpty());
}

TEST(GpuMonitor, TakesWhatTheLibrarySaysAndNothingElse) {
  const GpuMonitor monitor("GPU-known", FLOPPROF_FAKE_NVML);
  EXPECT_EQ(monitor.error(), "");
  const GpuState state = monitor.now();
  EXPECT_EQ(state.clock_mhz, 1980);
  EXPECT_EQ(state.most_clock_mhz, 1980);
  EXPECT_EQ(state.memory_clock_mhz, 2619);
  EXPECT_EQ(state.watts, 698.5);
  EXPECT_EQ(state.celsius, std::nullopt);
  EXPECT_EQ(state.slowed_by, 4U);
  EXPECT_EQ(monitor.driver_version(), "580.65.06");
}

TEST(GpuMonitor, KnowsNothingOfAnotherGpuOrWithoutALibrary) {
  const GpuMonitor other("GPU-other", FLOPPROF_FAKE_NVML);
  EXPECT_THAT(other.error(), HasSubstr("knows no GPU GPU-other (error 6)"));
  EXPECT_EQ(other.now().clock_mhz, std::nullopt);
  const GpuMonitor none("GPU-known", "/no/such/library.so");
  EXPECT_THAT(none.error(), HasSubstr("/no/such/library.so"));
  const GpuMonitor wrong("GPU-known", "libm.so.6");
  EXPECT_EQ(wrong.error(), "libm.so.6 is no NVIDIA management library");
}

TEST(UuidText, IsWhatTheManagementLibraryTakes) {
  const char bytes[16] = {0, 1, 2, 3, 4, 5, 6, 7, '\x88', 9, 10, 11, 12, 13, 14, '\xff'};
  EXPECT_EQ(uuid_text(bytes), "GPU-00010203-0405-0607-8809-0a0b0c0d0eff");
}

}  // namespace
}  // namespace flopprof::kernels
