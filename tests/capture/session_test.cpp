#include "profiler/capture/session.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace flopprof::capture {
namespace {

constexpr auto kForward = static_cast<std::uint8_t>(Phase::kForward);

/// What an observer does for one call.
void call(ObserverPort& port, ThreadCounters* thread, const char* op, std::uint64_t flops) {
  WorkCounters* counters = port.counters_of(&port, thread, op, kForward, nullptr);
  add_alone(counters->model_flops, flops);
  add_alone(counters->calls, 1, std::memory_order_release);
  add_alone(thread->signature, flops);
}

std::int64_t flops_in(const Drained& drained) {
  std::int64_t sum = 0;
  for (const OpWork& row : drained.work) sum += row.model_flops;
  return sum;
}

TEST(Session, SumsWhatTheThreadsCountedIntoTheStep) {
  Session session{Config{}};
  ObserverPort& port = session.port();
  ThreadCounters* forward = port.thread_began(&port);
  ThreadCounters* backward = port.thread_began(&port);
  call(port, forward, "aten::mm", 100);
  call(port, backward, "aten::mm", 200);
  const StepHints hints;
  port.update_ended(&port, &hints);
  const Drained drained = session.drain(false);
  ASSERT_EQ(drained.steps.size(), 1u);
  EXPECT_EQ(drained.steps[0].model_flops, 300);
  EXPECT_EQ(drained.overhead.step_source, "optimizer");
}

TEST(Session, LosesNothingWhileThreadsCountAndStepsEnd) {
  constexpr int kThreads = 8;
  constexpr int kCalls = 20'000;
  Session session{Config{}};
  ObserverPort& port = session.port();
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&port] {
      ThreadCounters* mine = port.thread_began(&port);
      WorkCounters* counters = port.counters_of(&port, mine, "aten::mm", kForward, nullptr);
      for (int n = 0; n < kCalls; ++n) {
        add_alone(counters->model_flops, 3);
        add_alone(counters->calls, 1, std::memory_order_release);
      }
      port.thread_ended(&port, mine);
    });
  }
  const StepHints hints;
  for (int i = 0; i < 100; ++i) port.update_ended(&port, &hints), session.drain(false);
  for (std::thread& thread : threads) thread.join();
  port.update_ended(&port, &hints);
  // The rows are running sums: the last drain after the last step holds all.
  session.step_began("mark");
  ThreadCounters* last = port.thread_began(&port);
  call(port, last, "aten::mm", 1);
  session.step_ended("mark");
  EXPECT_EQ(flops_in(session.drain(true)), std::int64_t{kThreads} * kCalls * 3 + 1);
}

TEST(Session, GivesAThreadThatEndedTheCountersOfTheNext) {
  Session session{Config{}};
  ObserverPort& port = session.port();
  ThreadCounters* first = port.thread_began(&port);
  port.thread_ended(&port, first);
  EXPECT_EQ(port.thread_began(&port), first);
  EXPECT_NE(port.thread_began(&port), first);
}

TEST(Session, LeavesWorkOutsideTheMarksOutsideTheSteps) {
  Session session{Config{}};
  ObserverPort& port = session.port();
  ThreadCounters* thread = port.thread_began(&port);
  call(port, thread, "aten::mm", 5);
  session.step_began("mark");
  call(port, thread, "aten::mm", 100);
  session.step_ended("mark");
  const Drained drained = session.drain(false);
  ASSERT_EQ(drained.steps.size(), 1u);
  EXPECT_EQ(drained.steps[0].model_flops, 100);
  for (const OpWork& row : drained.work) {
    if (row.step_class == kOutsideSteps) {
      EXPECT_EQ(row.model_flops, 5);
    }
  }
}

TEST(Session, TakesTheJobsOwnMarksForStepsInsteadOfItsOptimisers) {
  Session session{Config{}};
  ObserverPort& port = session.port();
  const StepHints hints;
  session.step_began("mark");
  port.update_ended(&port, &hints);
  port.update_ended(&port, &hints);
  session.step_ended("mark");
  EXPECT_EQ(session.drain(false).steps.size(), 1u);
}

TEST(Session, TakesOnlyTheRangeThatWasAskedFor) {
  Session session{Config{.step_range = "iteration"}};
  session.step_began("mark");
  session.step_ended("mark");
  session.step_began("nvtx");
  session.step_ended("nvtx");
  const Drained drained = session.drain(false);
  EXPECT_EQ(drained.steps.size(), 1u);
  EXPECT_EQ(drained.overhead.step_source, "nvtx");
}

TEST(Session, CountsAFaultOnceAndHowOftenItHappened) {
  Session session{Config{}};
  for (int i = 0; i < 3; ++i) session.add_fault("call not counted", "aten::mm", "");
  const Drained drained = session.drain(false);
  ASSERT_EQ(drained.faults.size(), 1u);
  EXPECT_EQ(drained.faults[0].count, 3);
  EXPECT_TRUE(session.drain(false).faults.empty());
}

TEST(Session, KeepsTheFlopsOfAStepThatWrapsAThreadsCounter) {
  Session session{Config{}};
  ObserverPort& port = session.port();
  ThreadCounters* thread = port.thread_began(&port);
  const StepHints hints;
  const std::uint64_t big = 6'000'000'000'000'000'000u;
  for (int i = 0; i < 5; ++i) call(port, thread, "aten::mm", big), port.update_ended(&port, &hints);
  const Drained drained = session.drain(false);
  ASSERT_EQ(drained.steps.size(), 5u);
  for (const Step& step : drained.steps) EXPECT_EQ(step.model_flops, 6'000'000'000'000'000'000);
}

}  // namespace
}  // namespace flopprof::capture
