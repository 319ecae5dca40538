// How many kernel records a second one core translates, places in their steps and adds up.

#include <benchmark/benchmark.h>

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "profiler/capture/activity_records.h"
#include "profiler/capture/launch_identity.h"
#include "profiler/steps/kernel_ledger.h"
#include "profiler/steps/launch_log.h"

namespace flopprof::capture {
namespace {

constexpr std::size_t kRecords = 100'000;
constexpr std::size_t kLaunchesAStep = 1000;

/// Walks a buffer of nothing but kernels, as the profiling library does.
CUptiResult next_kernel(std::uint8_t* buffer, std::size_t used, CUpti_Activity** record) {
  auto* next = *record == nullptr
                   ? buffer
                   : reinterpret_cast<std::uint8_t*>(*record) + sizeof(CUpti_ActivityKernel10);
  if (next >= buffer + used) return CUPTI_ERROR_MAX_LIMIT_REACHED;
  *record = reinterpret_cast<CUpti_Activity*>(next);
  return CUPTI_SUCCESS;
}

/// `distinct` kernels with names as long as those of a template library, on four devices of four
/// streams each, with gaps.
struct Buffer {
  explicit Buffer(std::size_t distinct) {
    for (std::size_t i = 0; i < distinct; ++i)
      names.push_back("_ZN7cutlass6Kernel" + std::string(120, 'x') + std::to_string(i));
    for (std::size_t i = 0; i < kRecords; ++i) {
      CUpti_ActivityKernel10 record{};
      record.kind = CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL;
      record.start = 1'700'000'000'000'000'000 + i / 4 * 1000;
      record.end = record.start + 900;
      record.deviceId = i % 4;
      record.streamId = i % 16;
      record.correlationId = static_cast<std::uint32_t>(i);
      record.name = names[i % distinct].c_str();
      std::memcpy(bytes.data() + i * sizeof record, &record, sizeof record);
    }
  }
  std::vector<std::string> names;
  std::vector<std::uint8_t> bytes =
      std::vector<std::uint8_t>(kRecords * sizeof(CUpti_ActivityKernel10));
};

/// What the job's threads note beforehand.
std::vector<steps::LaunchInterval> launched() {
  steps::LaunchLog log;
  log.start(GpuLook::kTraced);
  for (std::uint32_t id = 0; id < kRecords; ++id) {
    log.kernel_launched(id);
    if (id % kLaunchesAStep == kLaunchesAStep - 1) log.cut(id / kLaunchesAStep);
  }
  return log.known();
}

/// Argument: distinct kernels.
void BM_KernelRecords(benchmark::State& state) {
  Buffer buffer(static_cast<std::size_t>(state.range(0)));
  const auto intervals = launched();
  for (auto _ : state) {
    steps::KernelLedger kernels;
    std::map<std::int64_t, GpuDevice> devices;
    kernels.know(intervals);
    translate(next_kernel, buffer.bytes.data(), buffer.bytes.size(), {kernels, devices});
    kernels.settle(false);
    auto changes = kernels.take_changes();
    if (changes.late_records + changes.missing_records > 0) state.SkipWithError("records lost");
    benchmark::DoNotOptimize(changes);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kRecords));
}
BENCHMARK(BM_KernelRecords)->Arg(20)->Arg(200)->Arg(1000);

/// What one launch pays for being noted, the library's own part of the callback left out.
void BM_NoteALaunch(benchmark::State& state) {
  steps::LaunchLog log;
  log.start(GpuLook::kNone);
  const LaunchIdentities identities;
  const cuLaunchKernel_params call{.gridDimX = 100, .gridDimY = 1, .gridDimZ = 1, .blockDimX = 256};
  std::uint32_t id = 0;
  for (auto _ : state) {
    const auto launch = identities.of(CUPTI_DRIVER_TRACE_CBID_cuLaunchKernel, &call);
    log.kernel_launched(++id, launch->identity);
  }
}
BENCHMARK(BM_NoteALaunch);

}  // namespace
}  // namespace flopprof::capture
