#include "profiler/steps/gpu_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

namespace flopprof::steps {
namespace {

constexpr std::int64_t kMs = 1'000'000;

/// A job whose steps take 100 ms, and longer where they are looked at.
struct Job {
  explicit Job(const GpuPlan::Settings& settings) : plan(settings) {}

  GpuPlan::Look step(std::int64_t signature = 1) {
    const GpuPlan::Look look = plan.next(number, true);
    std::int64_t ns = 100 * kMs;
    if (look.look == GpuLook::kTraced) ns += trace_ns;
    if (look.look == GpuLook::kCounted) ns += count_ns, ++counted[signature][look.set];
    if (look.look == GpuLook::kTraced) ++traced[signature];
    plan.ended(
        {.signature = signature, .look = look, .tried = look.look != GpuLook::kNone, .ns = ns});
    ++number;
    all_ns += ns;
    return look;
  }
  void steps(int count) {
    for (int i = 0; i < count; ++i) step();
  }
  std::int64_t looks() const {
    std::int64_t sum = 0;
    for (const auto& [signature, count] : traced) sum += count;
    for (const auto& [signature, sets] : counted)
      for (const auto& [set, count] : sets) sum += count;
    return sum;
  }

  GpuPlan plan;
  std::int64_t number = 0;
  std::int64_t all_ns = 0;
  std::int64_t trace_ns = 10 * kMs;
  std::int64_t count_ns = 50 * kMs;
  std::map<std::int64_t, std::int64_t> traced;
  std::map<std::int64_t, std::map<std::size_t, std::int64_t>> counted;
};

TEST(GpuPlan, TracesTheFirstStepsAndThenCountsWithEverySet) {
  Job job({});
  job.steps(4);
  EXPECT_EQ(job.traced[1], 4);
  job.plan.counters_ready({false, false, true});
  job.steps(3);
  EXPECT_EQ(job.counted[1], (std::map<std::size_t, std::int64_t>{{0, 1}, {1, 1}, {2, 1}}));
}

TEST(GpuPlan, TracesGraphsAsAWholeOnlyWhereStepsLikeThemWereTracedKernelByKernel) {
  Job job({.every = 1, .timeline = StepSpan{.first = 20, .last = 20}});
  EXPECT_FALSE(job.step(1).whole_graphs);
  job.plan.trace_whole_graphs(true);
  EXPECT_FALSE(job.step(1).whole_graphs);
  EXPECT_TRUE(job.step(1).whole_graphs);
  EXPECT_TRUE(job.step(2).whole_graphs);   // it was taken for another of the first kind
  EXPECT_FALSE(job.step(2).whole_graphs);  // of these nothing was known
  EXPECT_FALSE(job.step(2).whole_graphs);
  EXPECT_TRUE(job.step(2).whole_graphs);
  while (job.number < 20) job.step(2);
  EXPECT_FALSE(job.step(2).whole_graphs);  // on the timeline
}

TEST(GpuPlan, KeepsToTheBudgetOnceTheFirstStepsAreOver) {
  Job job({.budget = 0.01});
  job.plan.counters_ready({false, false});
  job.steps(10'000);
  const auto plain_ns = static_cast<double>(job.number * 100 * kMs);
  const double cost = static_cast<double>(job.all_ns) / plain_ns - 1;
  EXPECT_LT(cost, 0.0105);
  EXPECT_GT(cost, 0.007);  // and does not waste it either
  EXPECT_GT(job.traced[1], 100);
  EXPECT_GT(job.counted[1][0], 50);
}

TEST(GpuPlan, LooksRarelyAtStepsThatAreDearToLookAt) {
  Job job({.budget = 0.01});
  job.trace_ns = 5000 * kMs;
  job.steps(5000);
  EXPECT_LE(job.looks(), 32);  // a window of four costs 20 s, and 1 % of 500 s is 5 s
}

TEST(GpuPlan, LearnsOfEachSignatureWhatItNeeds) {
  Job job({.budget = 0.5});
  job.plan.counters_ready({false, false});
  for (int i = 0; i < 400; ++i) job.step(i / 20 % 2 == 0 ? 1 : 2);
  for (const std::int64_t signature : {1, 2}) {
    EXPECT_GE(job.traced[signature], 2);
    EXPECT_GE(job.counted[signature][0], 1);
    EXPECT_GE(job.counted[signature][1], 1);
  }
}

TEST(GpuPlan, LearnsOfStepsThatComeInAPattern) {
  Job job({.every = 2});
  job.plan.counters_ready({false, false, true});
  for (int i = 0; i < 600; ++i) job.step(i % 3 == 2 ? 2 : 1);
  EXPECT_EQ(job.counted[2].size(), 3u);
  EXPECT_GE(job.traced[2], 2);
}

TEST(GpuPlan, LearnsOfStepsThatComeWheneverTheyLike) {
  Job job({.every = 2});
  job.plan.counters_ready({false, false, true});
  std::minstd_rand random;
  for (int i = 0; i < 2000; ++i) job.step(random() % 5 == 0 ? 2 : 1);
  EXPECT_EQ(job.counted[2].size(), 3u);
  EXPECT_GE(job.traced[2], 2);
}

TEST(GpuPlan, LooksAtOneStepOfEachNThatWereAskedFor) {
  Job job({.every = 10});
  job.plan.counters_ready({false});
  job.steps(1000);
  EXPECT_EQ(job.looks(), 100);
  EXPECT_GT(job.traced[1], 40);
  EXPECT_GT(job.counted[1][0], 40);
}

TEST(GpuPlan, LooksAtEveryStepWhenAsked) {
  Job job({.every = 1});
  job.plan.counters_ready({false});
  job.steps(50);
  EXPECT_EQ(job.looks(), 50);
}

TEST(GpuPlan, LeavesSomeStepsAloneWhileTheCountersAreStillToBePrepared) {
  Job job({.every = 1});
  job.steps(40);
  EXPECT_LT(job.traced[1], 40);
  EXPECT_GE(job.traced[1], 30);
  job.plan.give_up_counters();
  const std::int64_t before = job.traced[1];
  job.steps(40);
  EXPECT_EQ(job.traced[1], before + 40);
}

TEST(GpuPlan, TracesTheTimelineThatWasAskedForInAnyCase) {
  Job job({.budget = 0, .timeline = StepSpan{.first = 300, .last = 302}});
  job.steps(300);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(job.step().look, GpuLook::kTraced);
  EXPECT_EQ(job.step().look, GpuLook::kNone);
}

TEST(GpuPlan, NeitherTracesNorCountsWithWhatWasGivenUp) {
  Job job({.budget = 1});
  job.plan.counters_ready({false, false});
  job.plan.give_up(1);
  job.plan.give_up_tracing();
  job.steps(500);
  EXPECT_EQ(job.traced[1], 0);
  EXPECT_GT(job.counted[1][0], 0);
  EXPECT_EQ(job.counted[1][1], 0);
  job.plan.give_up_counters();
  EXPECT_EQ(job.step().look, GpuLook::kNone);
}

TEST(GpuPlan, CutsStepsWhoseTotalsAreKnownAndCountsSomeWhole) {
  GpuPlan plan({.every = 1});
  plan.give_up_tracing();
  plan.counters_ready({false, false});
  std::vector<std::int64_t> cuts;  // -1: whole
  for (std::int64_t number = 0; number < 12; ++number) {
    const GpuPlan::Look look = plan.next(number, true);
    if (number == 2)
      plan.want_cuts(1, {{.set = 1, .cut = {.launches = 5, .hash = 7}},
                         {.set = 0, .cut = {.launches = 3, .hash = 8}}});
    cuts.push_back(look.cut ? look.cut->launches : -1);
    if (look.cut) {
      EXPECT_EQ(look.set, look.cut->launches == 5 ? 1u : 0u);
    }
    plan.ended({.signature = 1,
                .look = look,
                .tried = look.look != GpuLook::kNone,
                .cut_was_tried = look.cut.has_value(),
                .ns = kMs});
  }
  EXPECT_EQ(std::count(cuts.begin(), cuts.end(), 5), 1);
  EXPECT_EQ(std::count(cuts.begin(), cuts.end(), 3), 1);
  EXPECT_GT(std::count(cuts.begin(), cuts.end(), -1), 5);
  EXPECT_EQ(cuts[0], -1);
  EXPECT_EQ(cuts[1], -1);
  EXPECT_FALSE(plan.wants_cuts());
}

TEST(GpuPlan, CountsWorkOutsideStepsOnceItHasSeenSome) {
  GpuPlan plan({.budget = 1});
  plan.counters_ready({false});
  std::int64_t counted_outside = 0;
  for (std::int64_t number = 0; number < 200; ++number) {
    for (const bool in_step : {false, true}) {
      const GpuPlan::Look look = plan.next(number, in_step);
      counted_outside += !in_step && look.look == GpuLook::kCounted;
      plan.ended({.in_step = in_step,
                  .signature = in_step ? 1 : 2,
                  .look = look,
                  .tried = look.look != GpuLook::kNone,
                  .ns = kMs});
    }
  }
  EXPECT_GT(counted_outside, 0);
}

}  // namespace
}  // namespace flopprof::steps
