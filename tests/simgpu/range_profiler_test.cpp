// The stand-in's range profiler, as a collector uses it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/simgpu/profiled.h"

namespace simgpu {
namespace {

using ::testing::ElementsAre;
using ::testing::ExitedWithCode;
using ::testing::IsNan;

const std::string kGemm = "sm__ops_path_tensor_op_hgmma_src_bf16_dst_fp32.sum";
const std::string kRelu = "sm__sass_thread_inst_executed_op_ffma_pred_on.sum";
const std::string kCycles = "sm__cycles_elapsed.max";
const std::string kTime = "gpu__time_duration.sum";

void with(const char* variable, const char* value) { setenv(variable, value, 1); }

// Before anything is counted: a block of gemm counts 1000, one of relu 7.
const bool kCountsAreSet = [] {
  with("SIMGPU_COUNTS", ("gemm:" + kGemm + "=1000;relu:" + kRelu + "=7").c_str());
  return true;
}();

TEST(RangeProfiler, CountsWhatIsLaunchedInsideTheRangeByTheBlock) {
  const Context gpu;
  Profiled profiled(gpu, {kGemm});
  gpu.launch("gemm", {2, 3, 4});
  check(cuCtxSynchronize());
  profiled.begin();
  gpu.launch("gemm", {2, 3, 4});
  gpu.launch("gemm", {1, 1, 1});
  gpu.launch("relu", {5, 1, 1});
  check(cuCtxSynchronize());
  profiled.end();
  gpu.launch("gemm", {2, 3, 4});
  EXPECT_THAT(profiled.values(), ElementsAre(25'000));
}

TEST(RangeProfiler, CountsAKernelThatStillRunsWhenTheRangeBegins) {
  const Context gpu;
  Profiled profiled(gpu, {kGemm});
  gpu.launch("gemm", {3, 1, 1});
  profiled.begin();
  check(cuCtxSynchronize());
  profiled.end();
  EXPECT_THAT(profiled.values(), ElementsAre(3'000));
}

TEST(RangeProfiler, LeavesOutAKernelThatStillRunsWhenTheRangeEnds) {
  const Context gpu;
  Profiled profiled(gpu, {kGemm});
  profiled.begin();
  gpu.launch("gemm", {1, 1, 1});
  check(cuCtxSynchronize());
  gpu.launch("gemm", {3, 1, 1});
  profiled.end();
  EXPECT_THAT(profiled.values(), ElementsAre(1'000));
}

TEST(RangeProfiler, CountsItsOwnContextAlone) {
  const Context first;
  const Context second;
  Profiled profiled(first, {kGemm});
  profiled.begin();
  second.launch("gemm", {9, 1, 1});
  check(cuCtxSynchronize());
  check(cuCtxSetCurrent(first.context));
  first.launch("gemm", {1, 1, 1});
  check(cuCtxSynchronize());
  profiled.end();
  EXPECT_THAT(profiled.values(), ElementsAre(1'000));
}

TEST(RangeProfiler, CountsTheKernelsOfGraphs) {
  const Context gpu;
  Profiled profiled(gpu, {kGemm});
  CUgraph graph = nullptr;
  check(cuStreamBeginCapture(gpu.stream, CU_STREAM_CAPTURE_MODE_GLOBAL));
  gpu.launch("gemm", {4, 1, 1}, gpu.stream);
  check(cuStreamEndCapture(gpu.stream, &graph));
  CUgraphExec instance = nullptr;
  check(cuGraphInstantiate(&instance, graph, 0));
  profiled.begin();
  check(cuGraphLaunch(instance, gpu.stream));
  check(cuGraphLaunch(instance, gpu.stream));
  check(cuCtxSynchronize());
  profiled.end();
  EXPECT_THAT(profiled.values(), ElementsAre(8'000));
}

TEST(RangeProfiler, TellsTheTimeAndTheCyclesOfItsKernels) {
  const Context gpu;
  Profiled profiled(gpu, {kTime, kCycles});
  profiled.begin();
  gpu.launch("gemm", {4, 1, 1});
  check(cuCtxSynchronize());
  profiled.end();
  EXPECT_THAT(profiled.values(), ElementsAre(4'000, 8'000));
}

TEST(RangeProfiler, NeedsASecondPassForWhatTheHardwareCannotCountTogether) {
  const Context gpu;
  Profiled profiled(gpu, {kRelu, kCycles});
  profiled.begin();
  gpu.launch("relu", {2, 1, 1});
  check(cuCtxSynchronize());
  profiled.end();
  EXPECT_FALSE(profiled.was_last_pass());
  EXPECT_THAT(profiled.values(), ElementsAre(IsNan(), IsNan()));
  profiled.begin();
  gpu.launch("relu", {2, 1, 1});
  check(cuCtxSynchronize());
  profiled.end();
  EXPECT_TRUE(profiled.was_last_pass());
  EXPECT_THAT(profiled.values(), ElementsAre(14, 4'000));
}

TEST(RangeProfiler, DoesNotCountWhatItsConfigurationDoesNot) {
  const Context gpu;
  Profiled profiled(gpu, {kGemm, kRelu}, {kGemm});
  profiled.begin();
  gpu.launch("relu", {2, 1, 1});
  check(cuCtxSynchronize());
  profiled.end();
  EXPECT_THAT(profiled.values(), ElementsAre(0, IsNan()));
}

TEST(RangeProfiler, RefusesWhatComesOutOfOrder) {
  const Context gpu;
  Profiled profiled(gpu, {kGemm});
  EXPECT_EQ(profiled.push(), CUPTI_ERROR_INVALID_OPERATION);
  EXPECT_EQ(profiled.pop(), CUPTI_ERROR_INVALID_OPERATION);
  EXPECT_EQ(profiled.stop(), CUPTI_ERROR_INVALID_OPERATION);
  EXPECT_EQ(profiled.decode(), CUPTI_ERROR_INVALID_OPERATION);
  EXPECT_EQ(profiled.start(), CUPTI_SUCCESS);
  EXPECT_EQ(profiled.start(), CUPTI_ERROR_INVALID_OPERATION);
  EXPECT_EQ(profiled.configure(), CUPTI_ERROR_INVALID_OPERATION);
  EXPECT_EQ(profiled.pop(), CUPTI_ERROR_INVALID_OPERATION);
  EXPECT_EQ(profiled.push(), CUPTI_SUCCESS);
  EXPECT_EQ(profiled.push(), CUPTI_ERROR_INVALID_OPERATION);  // one level was asked for
  EXPECT_EQ(profiled.stop(), CUPTI_ERROR_INVALID_OPERATION);
  EXPECT_EQ(profiled.decode(), CUPTI_ERROR_INVALID_OPERATION);
  EXPECT_EQ(profiled.pop(), CUPTI_SUCCESS);
  EXPECT_EQ(profiled.stop(), CUPTI_SUCCESS);
  EXPECT_EQ(profiled.decode(), CUPTI_SUCCESS);
  EXPECT_EQ(profiled.decode(), CUPTI_ERROR_INVALID_OPERATION);
  EXPECT_EQ(profiled.start(), CUPTI_ERROR_INVALID_OPERATION);  // all its passes are done
  EXPECT_EQ(profiled.configure(), CUPTI_SUCCESS);
}

TEST(RangeProfiler, NeedsAConfigurationToStart) {
  const Context gpu;
  Profiled profiled(gpu);
  EXPECT_EQ(profiled.start(), CUPTI_ERROR_INVALID_OPERATION);
}

TEST(RangeProfiler, IsOneForAContext) {
  const Context gpu;
  const Profiled profiled(gpu, {kGemm});
  CUpti_RangeProfiler_Enable_Params again{
      .structSize = CUpti_RangeProfiler_Enable_Params_STRUCT_SIZE, .ctx = gpu.context};
  EXPECT_EQ(cuptiRangeProfilerEnable(&again), CUPTI_ERROR_INVALID_OPERATION);
}

TEST(RangeProfiler, RefusesAStructOfAnotherSize) {
  const Context gpu;
  const Profiled profiled(gpu, {kGemm});
  CUpti_RangeProfiler_Start_Params start{.structSize = sizeof start + 8,
                                         .pRangeProfilerObject = profiled.object()};
  EXPECT_EQ(cuptiRangeProfilerStart(&start), CUPTI_ERROR_INVALID_PARAMETER);
}

TEST(RangeProfiler, EndsWithItsContext) {
  const Context gpu;
  Profiled profiled(gpu, {kGemm});
  check(cuCtxDestroy(gpu.context));
  EXPECT_EQ(profiled.start(), CUPTI_ERROR_INVALID_CONTEXT);
}

TEST(RangeProfiler, RefusesAConfigurationOfAnotherChip) {
  const Context gpu;
  Profiled profiled(gpu, {kGemm});
  profiled.take_config_of("GA100", {"sm__ops_path_tensor_src_bf16_dst_fp32.sum"});
  EXPECT_EQ(profiled.configure(), CUPTI_ERROR_INVALID_PARAMETER);
}

TEST(RangeProfiler, NeedsAsManyPassesAsTheRealLibrarySays) {
  const std::string tensor = "sm__ops_path_tensor_src_";
  const Context gpu;
  Profiled profiled(
      gpu, {tensor + "bf16_dst_fp32.sum", tensor + "fp16.sum", tensor + "tf32_dst_fp32.sum",
            tensor + "fp64.sum", tensor + "fp8.sum", tensor + "int8.sum"});
  for (int pass = 1; pass <= 6; ++pass) {
    EXPECT_FALSE(profiled.was_last_pass());
    profiled.begin();
    profiled.end();
  }
  EXPECT_TRUE(profiled.was_last_pass());
}

TEST(RangeProfiler, SaysThatARangeWasDroppedWhenTheImageIsFull) {
  const Context gpu;
  Profiled profiled(gpu, {kGemm});
  profiled.begin();
  profiled.end();
  EXPECT_EQ(profiled.dropped(), 0);
  EXPECT_EQ(profiled.configure(), CUPTI_SUCCESS);
  profiled.begin();
  profiled.end();
  EXPECT_EQ(profiled.dropped(), 1);
}

/// Runs a range with one gemm of a block in it; its count.
double counted_once() {
  const Context gpu;
  Profiled profiled(gpu, {kGemm});
  profiled.begin();
  gpu.launch("gemm", {1, 1, 1});
  gpu.launch("gemm", {1, 1, 1});
  check(cuCtxSynchronize());
  profiled.end();
  return profiled.dropped() == 0 ? profiled.values().at(0) : -1;
}

class InAProcessOfItsOwn : public ::testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(InAProcessOfItsOwn, CountsDependOnDataWithJitter) {
  // The first launch has no share of the 50 %, the second 761 thousandths of it: 380.5.
  EXPECT_EXIT((with("SIMGPU_JITTER", "50"), std::exit(counted_once() == 2'380.5 ? 0 : 1)),
              ExitedWithCode(0), "");
}

TEST_F(InAProcessOfItsOwn, ARangeIsDroppedOnDemand) {
  EXPECT_EXIT((with("SIMGPU_RECORDS", "drop_range=1"), std::exit(counted_once() == -1 ? 0 : 1)),
              ExitedWithCode(0), "");
}

int result_of_third_pop() {
  const Context gpu;
  Profiled profiled(gpu, {kGemm});
  profiled.start();
  for (int turn = 0; turn < 2; ++turn) profiled.push(), check(profiled.pop());
  profiled.push();
  return profiled.pop();
}

TEST_F(InAProcessOfItsOwn, ACallFailsWithAnyCodeByItsNameAndItsTurn) {
  EXPECT_EXIT(
      (with("SIMGPU_FAULT", "cuptiRangeProfilerPopRange#3=26"), std::exit(result_of_third_pop())),
      ExitedWithCode(26), "");
}

TEST_F(InAProcessOfItsOwn, DevicesHaveTheChipsThatAreAskedFor) {
  const auto chips = [] {
    with("SIMGPU_DEVICES", "3");
    with("SIMGPU_CHIP", "GA100,GB100");
    std::string all;
    for (std::size_t device = 0; device < 3; ++device) {
      CUpti_Device_GetChipName_Params params{
          .structSize = CUpti_Device_GetChipName_Params_STRUCT_SIZE, .deviceIndex = device};
      check(cuptiDeviceGetChipName(&params));
      all += params.pChipName;
    }
    return all;
  };
  EXPECT_EXIT(std::exit(chips() == "GA100GB100GB100" ? 0 : 1), ExitedWithCode(0), "");
}

}  // namespace
}  // namespace simgpu
