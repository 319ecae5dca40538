// The stand-in's activity records, as a collector reads them.

#include <cupti.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "tests/simgpu/profiled.h"

namespace simgpu {
namespace {

using ::testing::ExitedWithCode;

std::mutex mutex;
std::vector<std::vector<std::uint8_t>> buffers;
std::map<std::uint8_t*, std::unique_ptr<std::uint8_t[]>> lent;

void CUPTIAPI on_wanted(std::uint8_t** data, std::size_t* size, std::size_t* most) {
  const std::lock_guard lock(mutex);
  auto memory = std::make_unique<std::uint8_t[]>(4096);
  *data = memory.get();
  *size = 4096;
  *most = 0;
  lent[*data] = std::move(memory);
}

void CUPTIAPI on_full(CUcontext, std::uint32_t, std::uint8_t* data, std::size_t, std::size_t used) {
  const std::lock_guard lock(mutex);
  buffers.emplace_back(data, data + used);
  lent.erase(data);
}

/// All records of all buffers; their memory is the buffers'.
std::vector<const CUpti_Activity*> records() {
  std::vector<const CUpti_Activity*> all;
  for (auto& buffer : buffers) {
    CUpti_Activity* record = nullptr;
    while (cuptiActivityGetNextRecord(buffer.data(), buffer.size(), &record) == CUPTI_SUCCESS)
      all.push_back(record);
  }
  return all;
}

const CUpti_ActivityKernel10& kernel(std::size_t number) {
  return *reinterpret_cast<const CUpti_ActivityKernel10*>(records().at(number));
}

void trace(const std::vector<CUpti_ActivityKind>& kinds) {
  check(cuInit(0));
  check(cuptiActivityRegisterCallbacks(on_wanted, on_full));
  for (const CUpti_ActivityKind kind : kinds) check(cuptiActivityEnable(kind));
}

/// Each looks in a process of its own: what is traced, and the variables, are the process's.
class Records : public ::testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
  void expect_in_a_process(const std::function<bool()>& holds) {
    EXPECT_EXIT(std::exit(holds() ? 0 : 1), ExitedWithCode(0), "");
  }
};

std::vector<std::uint32_t> columns() {
  std::vector<std::uint32_t> all;
  for (std::size_t number = 0; number < records().size(); ++number)
    all.push_back(static_cast<std::uint32_t>(kernel(number).gridX));
  return all;
}

TEST_F(Records, ComeForKernelsThatAreLaunchedWhileTheyAreTraced) {
  expect_in_a_process([] {
    const Context gpu;
    gpu.launch("gemm", {1, 1, 1});
    trace({CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL});
    gpu.launch("gemm", {2, 1, 1});
    check(cuptiActivityDisable(CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL));
    gpu.launch("gemm", {3, 1, 1});
    check(cuptiActivityEnable(CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL));
    gpu.launch("gemm", {4, 1, 1});
    check(cuptiActivityFlushAll(0));
    return columns() == std::vector<std::uint32_t>{2, 4};
  });
}

TEST_F(Records, HoldTheKernelsTimesAndItsLaunch) {
  expect_in_a_process([] {
    trace({CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL});
    const Context gpu;
    gpu.launch("gemm", {2, 3, 4});
    check(cuptiActivityFlushAll(0));
    const CUpti_ActivityKernel10& record = kernel(0);
    return record.end - record.start == 24'000 && record.gridZ == 4 && record.blockX == 32 &&
           std::string(record.name) == "gemm" && record.clusterX == 1 && record.graphId == 0;
  });
}

TEST_F(Records, ComeOfACapturedLaunchWhenItsGraphRuns) {
  expect_in_a_process([] {
    trace({CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL});
    const Context gpu;
    CUgraph graph = nullptr;
    CUgraphExec instance = nullptr;
    check(cuStreamBeginCapture(gpu.stream, CU_STREAM_CAPTURE_MODE_GLOBAL));
    gpu.launch("gemm", {7, 1, 1}, gpu.stream);
    check(cuStreamEndCapture(gpu.stream, &graph));
    check(cuGraphInstantiate(&instance, graph, 0));
    check(cuptiActivityFlushAll(0));
    const bool none = records().empty();
    check(cuGraphLaunch(instance, gpu.stream));
    check(cuptiActivityFlushAll(0));
    return none && columns() == std::vector<std::uint32_t>{7} && kernel(0).graphId == 1;
  });
}

TEST_F(Records, AreOneForAWholeGraphWhereGraphsAreTraced) {
  expect_in_a_process([] {
    trace({CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL, CUPTI_ACTIVITY_KIND_GRAPH_TRACE});
    const Context gpu;
    CUgraph graph = nullptr;
    CUgraphExec instance = nullptr;
    check(cuStreamBeginCapture(gpu.stream, CU_STREAM_CAPTURE_MODE_GLOBAL));
    for (unsigned blocks : {7u, 5u}) gpu.launch("gemm", {blocks, 1, 1}, gpu.stream);
    check(cuStreamEndCapture(gpu.stream, &graph));
    check(cuGraphInstantiate(&instance, graph, 0));
    check(cuGraphLaunch(instance, gpu.stream));
    check(cuptiActivityFlushAll(0));
    const auto& record = *reinterpret_cast<const CUpti_ActivityGraphTrace2*>(records().at(0));
    return records().size() == 1 && record.kind == CUPTI_ACTIVITY_KIND_GRAPH_TRACE &&
           record.end - record.start == 12'000;
  });
}

TEST_F(Records, ComeForCopiesAndFillsWhereTheyAreTraced) {
  expect_in_a_process([] {
    trace({CUPTI_ACTIVITY_KIND_MEMCPY, CUPTI_ACTIVITY_KIND_MEMSET});
    const Context gpu;
    std::vector<std::uint8_t> host(8192);
    CUdeviceptr memory = 0;
    check(cuMemAlloc(&memory, host.size()));
    check(cuMemcpyHtoD(memory, host.data(), 8192));
    check(cuMemsetD8(memory, 0, 1024));
    check(cuptiActivityFlushAll(0));
    const auto& copy = *reinterpret_cast<const CUpti_ActivityMemcpy6*>(records().at(0));
    const auto& fill = *reinterpret_cast<const CUpti_ActivityMemset4*>(records().at(1));
    return copy.copyKind == CUPTI_ACTIVITY_MEMCPY_KIND_HTOD && copy.bytes == 8192 &&
           copy.end - copy.start == 8'000 && fill.bytes == 1024 && fill.end - fill.start == 1'000;
  });
}

std::size_t bytes_of_a_kernel(const char* version) {
  setenv("SIMGPU_CUPTI_VERSION", version, 1);
  trace({CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL});
  const Context gpu;
  for (int launch = 0; launch < 2; ++launch) gpu.launch("gemm", {});
  check(cuptiActivityFlushAll(0));
  return static_cast<std::size_t>(reinterpret_cast<const std::uint8_t*>(records().at(1)) -
                                  reinterpret_cast<const std::uint8_t*>(records().at(0)));
}

TEST_F(Records, HaveTheFormOfTheLibrarysVersion) {
  expect_in_a_process([] { return bytes_of_a_kernel("120900") == 208; });
  expect_in_a_process([] { return bytes_of_a_kernel("130001") == 216; });
  expect_in_a_process([] { return bytes_of_a_kernel("130100") == 224; });
  expect_in_a_process([] { return bytes_of_a_kernel("130300") == 240; });
}

TEST_F(Records, ComeFlushesLateOnDemand) {
  expect_in_a_process([] {
    setenv("SIMGPU_RECORDS", "late=2", 1);
    trace({CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL});
    const Context gpu;
    gpu.launch("gemm", {1, 1, 1});
    std::vector<std::size_t> come;
    for (int flush = 0; flush < 3; ++flush) {
      check(cuptiActivityFlushAll(0));
      come.push_back(records().size());
    }
    gpu.launch("gemm", {2, 1, 1});
    check(cuptiActivityFlushAll(CUPTI_ACTIVITY_FLAG_FLUSH_FORCED));
    come.push_back(records().size());
    return come == std::vector<std::size_t>{0, 0, 1, 2};
  });
}

TEST_F(Records, ComeInABufferOfEachThreadOnDemand) {
  expect_in_a_process([] {
    setenv("SIMGPU_RECORDS", "thread_buffers", 1);
    trace({CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL});
    const Context gpu;
    gpu.launch("gemm", {1, 1, 1});
    std::thread([&] {
      check(cuCtxSetCurrent(gpu.context));
      gpu.launch("gemm", {1, 1, 1});
    }).join();
    check(cuptiActivityFlushAll(0));
    return buffers.size() == 2 && records().size() == 2;
  });
}

TEST_F(Records, OfAnUnknownKindAreRefused) {
  EXPECT_EQ(cuptiActivityEnable(CUPTI_ACTIVITY_KIND_PCIE), CUPTI_ERROR_INVALID_KIND);
}

}  // namespace
}  // namespace simgpu
