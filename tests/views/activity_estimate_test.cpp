#include "profiler/views/activity_estimate.h"

#include <gtest/gtest.h>

#include "profiler/views/flop_sources.h"

namespace flopprof::views {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

/// Ten seconds of an H100 SXM5, its tensor cores active for four of them at 1.5 GHz. An SM has 4096
/// FLOP a cycle in bf16, 8192 in fp8 and 256 in fp64, and there are 132.
RunOverview watched() {
  RunOverview run;
  run.activity = {{.name = "NVIDIA H100 80GB HBM3",
                   .sums = {.watched_ns = 10 * kSecond,
                            .sm_ns = 8 * kSecond,
                            .tensor_ns = 4 * kSecond,
                            .fp32_ns = kSecond,
                            .tensor_cycles = 6'000'000'000,
                            .tensor_fp64_cycles = 0},
                   .steps_ns = 9 * kSecond}};
  return run;
}

TEST(EstimateOf, IsActiveCyclesTimesWhatASmDoesInOne) {
  const auto found = estimate_of(watched(), {});
  ASSERT_TRUE(found && found->flops);
  EXPECT_EQ(found->flop_class, "tensor_bf16");
  // 6e9 x 132 x 4096
  EXPECT_EQ(found->flops->count, 3'244'032'000'000'000U);
  EXPECT_DOUBLE_EQ(found->watched_seconds, 10);
  EXPECT_DOUBLE_EQ(found->steps_share, 0.9);
  ASSERT_EQ(found->shares.size(), 3);
  EXPECT_EQ(found->shares[0].unit, "tensor");
  EXPECT_DOUBLE_EQ(found->shares[0].share, 0.4);
  EXPECT_EQ(found->shares[1].unit, "sm");
  EXPECT_EQ(found->shares[2].unit, "fp32");
}

TEST(EstimateOf, TakesTheTensorClassThatWasAskedFor) {
  const auto fp8 = estimate_of(watched(), FlopClass::kTensorFp8);
  EXPECT_EQ(fp8->flop_class, "tensor_fp8");
  EXPECT_EQ(fp8->flops->count, 6'488'064'000'000'000U);
  EXPECT_EQ(estimate_of(watched(), FlopClass::kFp32)->flop_class, "tensor_bf16");
}

TEST(EstimateOf, HasTheRateOfFp64ForItsCycles) {
  RunOverview run = watched();
  run.activity[0].sums.tensor_cycles = 0;
  run.activity[0].sums.tensor_fp64_cycles = 1'000'000'000;
  // 1e9 x 132 x 256
  EXPECT_EQ(estimate_of(run, {})->flops->count, 33'792'000'000'000U);
}

TEST(EstimateOf, IsOfAllDevicesOrNone) {
  RunOverview run = watched();
  run.activity.push_back(run.activity[0]);
  EXPECT_EQ(estimate_of(run, {})->flops->count, 6'488'064'000'000'000U);
  EXPECT_EQ(estimate_of(run, {})->devices, 2);
  run.activity[1].name = "NVIDIA H100 80GB HBM3 MIG 1g.10gb";
  const auto found = estimate_of(run, {});
  EXPECT_FALSE(found->flops);
  EXPECT_NE(found->missing.find("MIG 1g.10gb"), std::string::npos);
  EXPECT_DOUBLE_EQ(found->shares[0].share, 0.4);
}

TEST(EstimateOf, HasNoFlopsWithoutAClock) {
  RunOverview run = watched();
  run.activity[0].sums.tensor_cycles.reset();
  EXPECT_EQ(estimate_of(run, {})->missing, "the clock of NVIDIA H100 80GB HBM3 is not known");
}

TEST(EstimateOf, IsNothingWhereNothingWasWatched) { EXPECT_FALSE(estimate_of({}, {})); }

TEST(SourcesOf, AreNotToldWhereTheBestOneWorked) { EXPECT_TRUE(sources_of({}).empty()); }

TEST(SourcesOf, SayWhyTheCountersAreNotUsedAndWhatIs) {
  RunOverview run = watched();
  run.faults = {
      {.what = "executed FLOPs not counted", .detail = "no privileges", .remedy = "sudo"}};
  run.total.source = "modelled";
  const auto sources = sources_of(run);
  ASSERT_EQ(sources.size(), 3);
  EXPECT_EQ(text_of(sources[0]), "hardware counters: not used: no privileges; remedy: sudo");
  EXPECT_EQ(text_of(sources[1]),
            "tensor activity: used: an estimate, by GPM of the driver's management library");
  EXPECT_EQ(text_of(sources[2]), "model FLOPs: used: what operators require, from their shapes");
}

TEST(SourcesOf, SayThatTheCountersWereRefusedAtTimes) {
  RunOverview run = watched();
  run.gpu.emplace();
  run.gpu->executed.flops = Flops{1};
  run.faults = {{.what = "executed FLOPs not counted", .detail = "busy", .remedy = "stop ncu"}};
  EXPECT_EQ(text_of(sources_of(run)[0]),
            "hardware counters: used: now and then refused: busy; remedy: stop ncu");
  run.activity.clear();
  EXPECT_TRUE(sources_of(run).empty());
}

TEST(SourcesOf, SayWhyThereIsNoEstimateEither) {
  RunOverview run;
  run.total.source = "none";
  run.faults = {{.what = "tensor activity not measured", .detail = "too old", .remedy = "a Hopper"},
                {.what = "GPU work not counted", .detail = "no libcupti", .remedy = "install it"}};
  const auto sources = sources_of(run);
  ASSERT_EQ(sources.size(), 3);
  EXPECT_EQ(text_of(sources[0]), "hardware counters: not used: no libcupti; remedy: install it");
  EXPECT_EQ(text_of(sources[1]), "tensor activity: not used: too old; remedy: a Hopper");
  EXPECT_EQ(text_of(sources[2]), "model FLOPs: not used: no operator of a LibTorch was counted");
  run.faults.erase(run.faults.begin());
  EXPECT_NE(text_of(sources_of(run)[1]).find("before there were two samples"), std::string::npos);
}

}  // namespace
}  // namespace flopprof::views
