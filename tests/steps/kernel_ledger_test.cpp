#include "profiler/steps/kernel_ledger.h"

#include <gtest/gtest.h>

namespace flopprof::steps {
namespace {

/// Step 3 launched the ids 10 and 11, step 4 the id 12; the interval after them is open.
std::vector<LaunchInterval> two_steps() {
  return {{.number = 0,
           .first = 10,
           .end = 12,
           .step = 3,
           .kernels = 2,
           .look = GpuLook::kTraced,
           .closed = true},
          {.number = 1,
           .first = 12,
           .end = 13,
           .step = 4,
           .kernels = 1,
           .look = GpuLook::kTraced,
           .closed = true},
          {.number = 2, .first = 13, .look = GpuLook::kTraced}};
}

class KernelLedgerTest : public ::testing::Test {
 protected:
  void SetUp() override { ledger_.know(two_steps()); }
  void ran(std::uint32_t correlation, std::int64_t began, std::int64_t ended,
           std::uint32_t device = 0) {
    ledger_.add({.kernel = ledger_.number_of("gemm"),
                 .device = device,
                 .correlation = correlation,
                 .started_at = began,
                 .ended_at = ended});
  }
  KernelLedger ledger_;
};

TEST_F(KernelLedgerTest, PlacesAKernelInTheStepThatLaunchedItNotTheOneItRanIn) {
  ran(10, 100, 200);
  ran(12, 300, 310);
  ran(11, 400, 500);  // launched by step 3, and run when step 4 was over
  ledger_.settle(false);
  const auto changes = ledger_.take_changes();
  ASSERT_EQ(changes.steps.size(), 2u);
  EXPECT_EQ(changes.steps[0].step, 3);
  EXPECT_EQ(changes.steps[0].kernels, 2);
  EXPECT_EQ(changes.steps[0].busy_ns, 200);
  EXPECT_EQ(changes.steps[1].step, 4);
  EXPECT_EQ(changes.steps[1].busy_ns, 10);
}

TEST_F(KernelLedgerTest, WaitsForTheRecordsOfAStep) {
  ran(10, 100, 200);
  ledger_.settle(false);
  EXPECT_TRUE(ledger_.take_changes().steps.empty());
  ran(11, 150, 250);
  ledger_.settle(false);
  const auto changes = ledger_.take_changes();
  ASSERT_EQ(changes.steps.size(), 1u);
  EXPECT_EQ(changes.steps[0].busy_ns, 150);
  EXPECT_EQ(changes.steps[0].kernel_ns, 200);
  EXPECT_EQ(changes.missing_records, 0);
}

TEST_F(KernelLedgerTest, AddsDevicesUpApart) {
  ran(10, 100, 200, 0);
  ran(11, 100, 200, 1);
  ledger_.settle(false);
  const auto changes = ledger_.take_changes();
  ASSERT_EQ(changes.steps.size(), 2u);
  EXPECT_EQ(changes.steps[1].device, 1);
  EXPECT_EQ(changes.steps[1].busy_ns, 100);
}

TEST_F(KernelLedgerTest, DoesNotUseAStepOfWhichARecordIsMissing) {
  ran(10, 100, 200);
  ran(12, 300, 310);
  ledger_.settle(true);
  const auto changes = ledger_.take_changes();
  EXPECT_EQ(changes.missing_records, 1);
  EXPECT_EQ(changes.unusable_steps, 1);
  ASSERT_EQ(changes.steps.size(), 2u);
  EXPECT_EQ(changes.steps[0].step, 3);
  EXPECT_FALSE(changes.steps[0].busy_ns);
  EXPECT_EQ(changes.steps[1].busy_ns, 10);
  ASSERT_EQ(changes.kernels.size(), 1u);
  EXPECT_EQ(changes.kernels[0].launches, 1);  // of step 4
}

TEST_F(KernelLedgerTest, DoesNotUseAStepWithAKernelThatWasNotTimed) {
  ran(10, 100, 200);
  ran(11, 0, 0);
  ledger_.settle(false);
  const auto changes = ledger_.take_changes();
  EXPECT_EQ(changes.untimed_records, 1);
  ASSERT_EQ(changes.steps.size(), 1u);
  EXPECT_FALSE(changes.steps[0].busy_ns);
}

TEST_F(KernelLedgerTest, VoidsAStepWhenARecordComesAfterItWasAddedUp) {
  ran(12, 300, 310);
  ledger_.settle(false);
  ledger_.take_changes();
  ran(12, 320, 330);
  const auto changes = ledger_.take_changes();
  EXPECT_EQ(changes.late_records, 1);
  ASSERT_EQ(changes.steps.size(), 1u);
  EXPECT_EQ(changes.steps[0].step, 4);
  EXPECT_FALSE(changes.steps[0].busy_ns);
}

/// Step 5 launched a graph with the id 20 and a kernel with the id 21.
std::vector<LaunchInterval> a_step_with_a_graph() {
  return {{.number = 0,
           .first = 20,
           .end = 22,
           .step = 5,
           .kernels = 1,
           .graphs = 1,
           .look = GpuLook::kTraced,
           .closed = true},
          {.number = 1, .first = 22, .look = GpuLook::kTraced}};
}

TEST(KernelLedgerWithGraphs, AddsAWholeGraphToTheBusyTimeAndNotToTheKernels) {
  KernelLedger ledger;
  ledger.know(a_step_with_a_graph());
  ledger.add(GraphRecord{.device = 0, .correlation = 20, .started_at = 100, .ended_at = 300});
  ledger.add(KernelRecord{
      .kernel = ledger.number_of("adam"), .correlation = 21, .started_at = 250, .ended_at = 340});
  ledger.settle(false);
  const auto changes = ledger.take_changes();
  ASSERT_EQ(changes.steps.size(), 1u);
  EXPECT_EQ(changes.steps[0].busy_ns, 240);
  EXPECT_EQ(changes.steps[0].kernels, 1);
  EXPECT_EQ(changes.steps[0].kernel_ns, 90);
  EXPECT_EQ(changes.steps[0].graphs, 1);
  EXPECT_EQ(changes.steps[0].graph_ns, 200);
  EXPECT_TRUE(changes.kernels.empty());  // adam's share would be too large
  EXPECT_EQ(changes.missing_records, 0);
}

TEST(KernelLedgerWithGraphs, DoesNotUseAStepWithAGraphThatIsNoSingleDevices) {
  KernelLedger ledger;
  ledger.know(a_step_with_a_graph());
  ledger.add(GraphRecord{.correlation = 20, .started_at = 100, .ended_at = 300});
  ledger.settle(true);
  const auto changes = ledger.take_changes();
  EXPECT_EQ(changes.undivided_graphs, 1);
  ASSERT_EQ(changes.steps.size(), 1u);
  EXPECT_FALSE(changes.steps[0].busy_ns);
}

TEST(KernelLedgerWithGraphs, SaysWhetherMostKernelsAreNodes) {
  KernelLedger ledger;
  ledger.know(a_step_with_a_graph());
  EXPECT_FALSE(ledger.nodes_dominate());
  const std::uint32_t gemm = ledger.number_of("gemm");
  for (int node = 0; node < 2; ++node) {
    ledger.add(KernelRecord{
        .kernel = gemm, .correlation = 20, .in_graph = true, .started_at = 100, .ended_at = 200});
  }
  ledger.add(KernelRecord{.kernel = gemm, .correlation = 21, .started_at = 250, .ended_at = 340});
  EXPECT_FALSE(ledger.nodes_dominate());
  ledger.settle(true);
  EXPECT_TRUE(ledger.nodes_dominate());
}

TEST_F(KernelLedgerTest, DoesNotUseStepsInWhichTheClockWasSet) {
  ran(12, 300, 310);
  ledger_.settle(false);
  ran(10, 100, 200);
  ledger_.clock_was_set();
  ran(11, 400, 500);
  ledger_.settle(false);
  const auto changes = ledger_.take_changes();
  ASSERT_EQ(changes.steps.size(), 2u);
  EXPECT_EQ(changes.steps[0].busy_ns, 10);  // step 4, which was settled before
  EXPECT_EQ(changes.steps[1].step, 3);
  EXPECT_FALSE(changes.steps[1].busy_ns);
}

TEST_F(KernelLedgerTest, KeepsWorkOutsideStepsApart) {
  ran(13, 100, 150);
  ledger_.settle(true);
  const auto changes = ledger_.take_changes();
  ASSERT_EQ(changes.kernels.size(), 1u);
  EXPECT_FALSE(changes.kernels[0].in_steps);
  EXPECT_EQ(changes.kernels[0].kernel_ns, 50);
  EXPECT_EQ(changes.steps.back().step, kOutsideSteps);
  EXPECT_EQ(changes.steps.back().busy_ns, 50);
}

TEST(KernelLedger, FollowsIdsThatBeginAnewAfter32Bits) {
  LaunchLog log;
  log.start(GpuLook::kTraced);
  log.kernel_launched(0xffff'fffe);
  log.kernel_launched(1);
  log.cut(0);
  KernelLedger ledger;
  ledger.know(log.known());
  const std::uint32_t kernel = ledger.number_of("gemm");
  ledger.add({.kernel = kernel, .correlation = 1, .started_at = 30, .ended_at = 40});
  ledger.add({.kernel = kernel, .correlation = 0xffff'fffe, .started_at = 10, .ended_at = 20});
  ledger.settle(false);
  const auto changes = ledger.take_changes();
  EXPECT_EQ(changes.late_records, 0);
  ASSERT_EQ(changes.steps.size(), 1u);
  EXPECT_EQ(changes.steps[0].busy_ns, 20);
}

TEST(KernelLedger, AStepThatLaunchedNothingWasBusyForNoTime) {
  KernelLedger ledger;
  const std::vector<LaunchInterval> known{
      {.number = 0, .first = 0, .end = 0, .step = 0, .closed = true}, {.number = 1, .first = 0}};
  ledger.know(known);
  ledger.settle(false);
  const auto changes = ledger.take_changes();
  ASSERT_EQ(changes.steps.size(), 1u);
  EXPECT_EQ(changes.steps[0].device, -1);
  EXPECT_EQ(changes.steps[0].busy_ns, 0);
}

TEST(KernelLedger, WaitsUntilTheKernelsOfAGraphHaveStoppedComing) {
  KernelLedger ledger;
  const std::vector<LaunchInterval> known{{.number = 0,
                                           .first = 0,
                                           .end = 6,
                                           .step = 0,
                                           .graphs = 1,
                                           .look = GpuLook::kTraced,
                                           .closed = true},
                                          {.number = 1, .first = 6}};
  ledger.know(known);
  const std::uint32_t kernel = ledger.number_of("node");
  const auto ran = [&](std::int64_t at) {
    ledger.add({.kernel = kernel,
                .correlation = 5,
                .in_graph = true,
                .started_at = at,
                .ended_at = at + 10});
  };
  ran(100);
  ledger.settle(false);
  EXPECT_TRUE(ledger.take_changes().steps.empty());
  ran(200);
  for (int round = 0; round < 2; ++round) ledger.settle(false);
  const auto changes = ledger.take_changes();
  ASSERT_EQ(changes.steps.size(), 1u);
  EXPECT_EQ(changes.steps[0].kernels, 2);
  EXPECT_EQ(changes.steps[0].busy_ns, 20);
}

TEST(KernelLedger, DoesNotTrustAStepWithAGraphWhenRecordsWereDropped) {
  KernelLedger ledger;
  const std::vector<LaunchInterval> known{{.number = 0,
                                           .first = 0,
                                           .end = 6,
                                           .step = 0,
                                           .graphs = 1,
                                           .look = GpuLook::kTraced,
                                           .closed = true},
                                          {.number = 1, .first = 6}};
  ledger.know(known);
  ledger.add({.kernel = ledger.number_of("node"),
              .correlation = 5,
              .in_graph = true,
              .started_at = 1,
              .ended_at = 2});
  ledger.records_dropped();
  ledger.settle(true);
  EXPECT_FALSE(ledger.take_changes().steps.at(0).busy_ns);
}

}  // namespace
}  // namespace flopprof::steps
