#include "profiler/capture/range_count.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <stdexcept>
#include <thread>

#include "tests/simgpu/profiled.h"

namespace flopprof::capture {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

// Before anything is counted, of the stand-in's kernels: a block of gemm counts 1000 FLOPs of the
// tensor cores, one of relu 7 fused multiply-adds and 3 adds.
const bool kCountsAreSet = [] {
  return setenv("SIMGPU_COUNTS",
                "gemm:sm__ops_path_tensor_op_hgmma_src_bf16_dst_fp32.sum=1000,"
                "dram__bytes_read.sum=64,dram__bytes_write.sum=32,"
                "dram__bytes_op_read.sum=16,dram__bytes_op_write.sum=8;"
                "relu:sm__sass_thread_inst_executed_op_ffma_pred_on.sum=7,"
                "sm__sass_thread_inst_executed_op_fadd_pred_on.sum=3",
                1) == 0;
}();

TEST(RangeCount, PutsTheClassesOfAllCounterSetsTogether) {
  ASSERT_TRUE(kCountsAreSet);
  const simgpu::Context gpu;
  RangeCount counter;
  int runs = 0;
  const WorkCount count = counter.count([&] {
    ++runs;
    gpu.launch("gemm", {2, 1, 1});
    gpu.launch("relu", {5, 1, 1});
    simgpu::check(cuCtxSynchronize());
  });
  EXPECT_THAT(count.problems, IsEmpty());
  EXPECT_EQ(runs, 5);  // as many as the chip has counter sets
  EXPECT_EQ(counter.chip(), "GH100");
  EXPECT_FALSE(count.repeats_disagree);
  EXPECT_EQ(count.flops.at(FlopClass::kTensorBf16), Flops{2000});
  EXPECT_EQ(count.flops.at(FlopClass::kFp32), Flops{5 * (2 * 7 + 3)});
  EXPECT_EQ(count.flops.at(FlopClass::kFp64), Flops{0});
}

TEST(RangeCount, NoticesWorkThatIsNotTheSameEachTime) {
  const simgpu::Context gpu;
  RangeCount counter;
  unsigned runs = 0;
  const WorkCount count = counter.count([&] {
    gpu.launch("gemm", {++runs, 1, 1});
    simgpu::check(cuCtxSynchronize());
  });
  EXPECT_TRUE(count.repeats_disagree);
}

TEST(RangeCount, CountsAgainAfterWorkThatFailed) {
  const simgpu::Context gpu;
  RangeCount counter;
  EXPECT_THROW(counter.count([] { throw std::invalid_argument("of the work's own"); }),
               std::invalid_argument);
  const WorkCount count = counter.count([&] {
    gpu.launch("gemm", {3, 1, 1});
    simgpu::check(cuCtxSynchronize());
  });
  EXPECT_EQ(count.flops.at(FlopClass::kTensorBf16), Flops{3000});
}

TEST(RangeCount, CountsTheBytesThatMemoryMoves) {
  const simgpu::Context gpu;
  RangeCount counter;
  int runs = 0;
  const MovedBytes bytes = counter.count_bytes([&] {
    ++runs;
    gpu.launch("gemm", {5, 1, 1});
    simgpu::check(cuCtxSynchronize());
  });
  EXPECT_EQ(bytes.read, 5 * 64);
  EXPECT_EQ(bytes.written, 5 * 32);
  EXPECT_EQ(runs, 1);
}

TEST(RangeCount, CountsTheBytesOfAChipThatCallsThemOtherwise) {
  setenv("SIMGPU_CHIP", "GB202", 1);
  const simgpu::Context gpu;
  RangeCount counter;
  // The stand-in looks once a process; CTest gives every test its own.
  if (counter.chip() != "GB202") GTEST_SKIP() << "another test has had its chip";
  const MovedBytes bytes = counter.count_bytes([&] {
    gpu.launch("gemm", {5, 1, 1});
    simgpu::check(cuCtxSynchronize());
  });
  EXPECT_EQ(bytes.read, 5 * 16);
  EXPECT_EQ(bytes.written, 5 * 8);
  unsetenv("SIMGPU_CHIP");
}

TEST(RangeCount, NeedsAContextOfItsThread) {
  const simgpu::Context gpu;
  std::thread([] {
    EXPECT_THAT([] { const RangeCount counter; },
                ThrowsMessage<CountersRefused>(HasSubstr("no CUDA context is current")));
  }).join();
}

}  // namespace
}  // namespace flopprof::capture
