#include "profiler/capture/range_timing.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace flopprof::capture {
namespace {

CUptiResult refuse(CUpti_RangeProfiler_Start_Params*) { return CUPTI_ERROR_HARDWARE_BUSY; }

CUptiResult nap(CUpti_RangeProfiler_Stop_Params* params) {
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  params->isAllPassSubmitted = 1;
  return CUPTI_SUCCESS;
}

TEST(TimedRangeFunctions, DoWhatTheirOriginalsDo) {
  RangeCallTimes times;
  const RangeFunctions functions = timed({.start = refuse, .stop = nap}, times);
  CUpti_RangeProfiler_Start_Params start{};
  CUpti_RangeProfiler_Stop_Params stop{};
  EXPECT_EQ(functions.start(&start), CUPTI_ERROR_HARDWARE_BUSY);
  EXPECT_EQ(functions.stop(&stop), CUPTI_SUCCESS);
  EXPECT_EQ(stop.isAllPassSubmitted, 1);
}

TEST(TimedRangeFunctions, NoteEachCallUnderItsName) {
  RangeCallTimes times;
  const RangeFunctions functions = timed({.start = refuse, .stop = nap}, times);
  CUpti_RangeProfiler_Start_Params start{};
  CUpti_RangeProfiler_Stop_Params stop{};
  functions.start(&start);
  functions.stop(&stop);
  functions.stop(&stop);
  ASSERT_EQ(times.size(), 2);
  EXPECT_EQ(times["start"].size(), 1);
  ASSERT_EQ(times["stop"].size(), 2);
  EXPECT_GE(times["stop"][1], 5000);
}

}  // namespace
}  // namespace flopprof::capture
