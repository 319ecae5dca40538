#include "profiler/steps/launch_log.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace flopprof::steps {
namespace {

TEST(LaunchLog, CutsTheIdsAtTheStepsEnd) {
  LaunchLog log;
  log.start(GpuLook::kTraced);
  log.kernel_launched(7);
  log.kernel_launched(9);
  log.cut(0);
  log.graph_launched(12);
  const auto known = log.known();
  ASSERT_EQ(known.size(), 2u);
  EXPECT_EQ(known[0].end, 10);
  EXPECT_EQ(known[0].step, 0);
  EXPECT_EQ(known[0].kernels, 2);
  EXPECT_TRUE(known[0].closed);
  EXPECT_EQ(known[1].first, 10);
  EXPECT_EQ(known[1].graphs, 1);
  EXPECT_FALSE(known[1].closed);
}

TEST(LaunchLog, CountsALaunchThatIsToldLateWhereItsIdBelongs) {
  LaunchLog log;
  log.start(GpuLook::kTraced);
  log.kernel_launched(5);
  log.cut(0);
  log.kernel_launched(4);
  EXPECT_EQ(log.known()[0].kernels, 2);
  EXPECT_EQ(log.known()[1].kernels, 0);
}

TEST(LaunchLog, TakesARefusedLaunchBack) {
  LaunchLog log;
  log.start(GpuLook::kTraced);
  log.kernel_launched(5);
  log.cut(0);
  log.kernel_refused(5);
  EXPECT_EQ(log.known()[0].kernels, 0);
}

TEST(LaunchLog, NotesNothingBeforeItIsStarted) {
  LaunchLog log;
  log.kernel_launched(5);
  log.cut(0);
  EXPECT_TRUE(log.known().empty());
}

TEST(LaunchLog, ForgetsWhatIsSettledButTheLastStepAndTheOpenInterval) {
  LaunchLog log;
  log.start(GpuLook::kTraced);
  log.cut(0);
  log.cut(1);
  log.cut(2);
  log.forget_before(2);
  ASSERT_EQ(log.known().size(), 2u);
  log.forget_before(9);
  EXPECT_EQ(log.known().size(), 2u);
  EXPECT_EQ(log.last_closed()->step, 2);
}

TEST(LaunchLog, SignsWhatWasLaunchedInWhateverOrder) {
  LaunchLog log;
  log.start(GpuLook::kTraced);
  log.kernel_launched(1, 0xabc);
  log.graph_launched(2, 0xdef);
  log.cut(0);
  log.graph_launched(3, 0xdef);
  log.kernel_launched(4, 0xabc);
  log.kernel_launched(5, 0x123);
  log.kernel_refused(5, 0x123);
  log.cut(1);
  log.kernel_launched(6, 0xabc);
  log.cut(2);
  const auto known = log.known();
  EXPECT_EQ(known[0].signature, known[1].signature);
  EXPECT_NE(known[0].signature, known[2].signature);
}

TEST(LaunchLog, LooksAtNoIntervalUnlessTold) {
  LaunchLog log;
  log.start(GpuLook::kTraced);
  log.cut(0);
  EXPECT_EQ(log.last_closed()->look, GpuLook::kTraced);
  EXPECT_EQ(log.open()->look, GpuLook::kNone);
  log.look(GpuLook::kCounted);
  log.cut(1);
  EXPECT_EQ(log.last_closed()->look, GpuLook::kCounted);
}

TEST(LaunchLog, TellsStepsApartNoLongerWhereNobodySettlesThem) {
  LaunchLog log;
  log.start(GpuLook::kTraced);
  constexpr auto kMost = static_cast<std::int64_t>(LaunchLog::kMost);
  for (std::int64_t step = 0; step < kMost + 4; ++step) {
    log.look(GpuLook::kTraced);
    log.kernel_launched(static_cast<std::uint32_t>(step + 1));
    log.cut(step);
  }
  EXPECT_EQ(log.known().size(), LaunchLog::kMost);
  EXPECT_EQ(log.open()->kernels, 5);  // of the last five steps
  EXPECT_EQ(log.take_merged(), 5);
  EXPECT_EQ(log.take_merged(), 0);
  log.forget_before(kMost - 1);
  log.look(GpuLook::kTraced);
  log.cut(kMost + 4);
  const auto merged = log.last_closed();
  EXPECT_EQ(merged->step, kOutsideSteps);
  EXPECT_EQ(merged->look, GpuLook::kNone);
  EXPECT_EQ(merged->kernels, 5);
}

TEST(LaunchLog, CarriesIdsOnPast32Bits) {
  EXPECT_EQ(widened(3, 0xffff'fff0), 0x1'0000'0003);
  EXPECT_EQ(widened(0xffff'fff0, 0x1'0000'0003), 0xffff'fff0);
}

TEST(LaunchLog, LosesNoLaunchOfManyThreads) {
  constexpr std::uint32_t kThreads = 8;
  constexpr std::uint32_t kLaunches = 10'000;
  LaunchLog log;
  log.start(GpuLook::kTraced);
  std::vector<std::thread> threads;
  for (std::uint32_t thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&log, thread] {
      for (std::uint32_t i = 0; i < kLaunches; ++i) log.kernel_launched(1 + i * kThreads + thread);
    });
  }
  for (int step = 0; step < 50; ++step) log.cut(step);
  for (std::thread& thread : threads) thread.join();
  std::int64_t kernels = 0;
  for (const LaunchInterval& interval : log.known()) kernels += interval.kernels;
  EXPECT_EQ(kernels, std::int64_t{kThreads} * kLaunches);
}

}  // namespace
}  // namespace flopprof::steps
