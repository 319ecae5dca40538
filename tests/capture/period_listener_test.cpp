#include "profiler/capture/period_listener.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace flopprof::capture {
namespace {

constexpr steps::PeriodDetector::Settings kUntimed{.least_periods = 20, .least_ns = 0};

void step(PeriodListener& listener) {
  for (const std::uint64_t identity : {1, 2, 3, 2, 3, 4})
    listener.returned(listener.launched(identity));
}

std::string faults_of(const Drained& drained) {
  std::string whats;
  for (const Fault& fault : drained.faults) whats += fault.what + ";";
  return whats;
}

TEST(PeriodListener, EndsTheStepsThatItFound) {
  Session session{Config{}};
  PeriodListener listener(session, kUntimed);
  for (int i = 0; i < 50; ++i) step(listener);
  const Drained drained = session.drain(false);
  EXPECT_EQ(drained.steps.size(), 29u);
  EXPECT_EQ(drained.overhead.step_source, "period");
  EXPECT_EQ(faults_of(drained), "steps found by the period of launches;");
}

TEST(PeriodListener, IsSilentWhereTheJobTellsOfItsSteps) {
  Session session{Config{}};
  PeriodListener listener(session, kUntimed);
  for (int i = 0; i < 50; ++i) {
    session.step_began("mark");
    step(listener);
    session.step_ended("mark");
  }
  const Drained drained = session.drain(false);
  EXPECT_EQ(drained.steps.size(), 50u);
  EXPECT_EQ(faults_of(drained), "");
}

TEST(PeriodListener, GivesWayToAnOptimiser) {
  Session session{Config{}};
  PeriodListener listener(session, kUntimed);
  for (int i = 0; i < 30; ++i) step(listener);
  EXPECT_EQ(session.drain(false).steps.size(), 9u);
  for (int i = 0; i < 5; ++i) {
    step(listener);
    session.end_update({});
  }
  const Drained drained = session.drain(false);
  // One was found before the first update, which ends none: it only takes over.
  EXPECT_EQ(drained.steps.size(), 1u + 4u);
  EXPECT_EQ(drained.overhead.step_source, "optimizer");
  EXPECT_EQ(faults_of(drained), "steps told late;");
}

TEST(PeriodListener, LeavesThemToTheObserverOfLibTorch) {
  Session session{Config{}};
  session.observer_started({}, 0);
  PeriodListener listener(session, kUntimed);
  for (int i = 0; i < 50; ++i) step(listener);
  EXPECT_TRUE(session.drain(false).steps.empty());
}

TEST(PeriodListener, SaysThatStepsMayBeMicroBatches) {
  Session session{Config{}};
  PeriodListener listener(session, kUntimed);
  for (int i = 1; i <= 200; ++i) {
    step(listener);
    if (i % 25 == 0) listener.returned(listener.launched(9));
  }
  EXPECT_EQ(faults_of(session.drain(false)),
            "steps found by the period of launches;steps may be micro-batches;");
}

/// One that launches something at each boundary, as a profiling library might.
struct LaunchingWatcher : StepWatcher {
  explicit LaunchingWatcher(PeriodListener& told) : listener(told) {}
  bool closes() noexcept override {
    listener.launched(1);
    return true;
  }
  bool opens(bool) noexcept override {
    listener.launched(1);
    ++boundaries;
    return false;
  }
  PeriodListener& listener;
  int boundaries = 0;
};

TEST(PeriodListener, IsNotMisledByWhatAWatcherLaunches) {
  Session session{Config{}};
  PeriodListener listener(session, kUntimed);
  LaunchingWatcher watcher(listener);
  session.watch_steps(watcher);
  for (int i = 0; i < 50; ++i) step(listener);
  EXPECT_EQ(watcher.boundaries, 30);
  EXPECT_EQ(session.drain(false).steps.size(), 29u);
}

TEST(PeriodListener, StandsThreadsThatLaunchAndMark) {
  Session session{Config{}};
  PeriodListener listener(session, kUntimed);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&listener] {
      for (int n = 0; n < 500; ++n) step(listener);
    });
  }
  for (int i = 0; i < 20; ++i) session.drain(false);
  session.step_began("mark");
  session.step_ended("mark");
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(session.drain(true).overhead.step_source, "mark");
}

}  // namespace
}  // namespace flopprof::capture
