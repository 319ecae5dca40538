#include "profiler/steps/launch_log.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace flopprof::steps {
namespace {

TEST(LaunchLog, CutsTheIdsAtTheStepsEnd) {
  LaunchLog log;
  log.start();
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
  log.start();
  log.kernel_launched(5);
  log.cut(0);
  log.kernel_launched(4);
  EXPECT_EQ(log.known()[0].kernels, 2);
  EXPECT_EQ(log.known()[1].kernels, 0);
}

TEST(LaunchLog, TakesARefusedLaunchBack) {
  LaunchLog log;
  log.start();
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

TEST(LaunchLog, ForgetsWhatIsSettledButTheOpenInterval) {
  LaunchLog log;
  log.start();
  log.cut(0);
  log.cut(1);
  log.forget_before(2);
  ASSERT_EQ(log.known().size(), 1u);
  log.forget_before(9);
  EXPECT_EQ(log.known().size(), 1u);
}

TEST(LaunchLog, CarriesIdsOnPast32Bits) {
  EXPECT_EQ(widened(3, 0xffff'fff0), 0x1'0000'0003);
  EXPECT_EQ(widened(0xffff'fff0, 0x1'0000'0003), 0xffff'fff0);
}

TEST(LaunchLog, LosesNoLaunchOfManyThreads) {
  constexpr std::uint32_t kThreads = 8;
  constexpr std::uint32_t kLaunches = 10'000;
  LaunchLog log;
  log.start();
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
