#include <algorithm>
#include <cmath>

#include "kernels/device_memory.h"
#include "kernels/timer.h"

namespace flopprof::kernels {
namespace {

/// Should the host never say go, the stream goes on: nothing of ours may hang.
constexpr unsigned long long kLongestBlockNs = 10'000'000'000;

__global__ void block_until(const volatile int* go) {
  unsigned long long began;
  unsigned long long now;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(began));
  do {
    asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(now));
  } while (*go == 0 && now - began < kLongestBlockNs);
}

/// Twice the L2 cache, so that nothing of it stays.
std::size_t bytes_to_flush() {
  int device = 0;
  int bytes = 0;
  check_cuda(cudaGetDevice(&device), "the current device");
  check_cuda(cudaDeviceGetAttribute(&bytes, cudaDevAttrL2CacheSize, device), "the L2 cache's size");
  return 2 * static_cast<std::size_t>(std::max(bytes, 1));
}

}  // namespace

struct Timer::Parts {
  explicit Parts(const GpuMonitor* of) : monitor(of), flush(bytes_to_flush()) {
    check_cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "a stream");
    check_cuda(cudaEventCreate(&began), "an event");
    check_cuda(cudaEventCreate(&ended), "an event");
    void* memory = nullptr;
    check_cuda(cudaHostAlloc(&memory, sizeof(int), cudaHostAllocMapped), "memory of the host's");
    go = static_cast<volatile int*>(memory);
    check_cuda(cudaHostGetDevicePointer(&go_on_device, memory, 0), "memory of the host's");
  }
  ~Parts() {
    if (go != nullptr) *go = 1;
    if (stream != nullptr) cudaStreamSynchronize(stream);
    cudaFreeHost(const_cast<int*>(go));
    if (ended != nullptr) cudaEventDestroy(ended);
    if (began != nullptr) cudaEventDestroy(began);
    if (stream != nullptr) cudaStreamDestroy(stream);
  }

  GpuState state() const { return monitor == nullptr ? GpuState{} : monitor->now(); }

  /// Seconds of one run.
  double sample(const TimerPlan& plan, const std::function<void(cudaStream_t)>& run,
                GpuState* during) {
    if (plan.cache == Cache::kCold) {
      check_cuda(cudaMemsetAsync(flush.get(), 0, flush.count(), stream), "flushing the L2 cache");
    }
    const int runs = std::clamp(plan.runs_a_sample, 1, kMostRunsASample);
    *go = 0;
    block_until<<<1, 1, 0, stream>>>(static_cast<const volatile int*>(go_on_device));
    check_cuda(cudaGetLastError(), "the kernel that blocks a stream");
    check_cuda(cudaEventRecord(began, stream), "an event");
    for (int i = 0; i < runs; ++i) run(stream);
    check_cuda(cudaEventRecord(ended, stream), "an event");
    *go = 1;
    check_cuda(cudaGetLastError(), "the launch of what is timed");
    if (during != nullptr) *during = state();
    check_cuda(cudaEventSynchronize(ended), "what is timed");
    float milliseconds = 0;
    check_cuda(cudaEventElapsedTime(&milliseconds, began, ended), "the time between two events");
    return static_cast<double>(milliseconds) / 1e3 / runs;
  }

  const GpuMonitor* monitor;
  DeviceArray<char> flush;
  cudaStream_t stream = nullptr;
  cudaEvent_t began = nullptr;
  cudaEvent_t ended = nullptr;
  volatile int* go = nullptr;
  void* go_on_device = nullptr;
};

Timer::Timer(const GpuMonitor* monitor) : parts_(std::make_unique<Parts>(monitor)) {}
Timer::~Timer() = default;

cudaStream_t Timer::stream() const { return parts_->stream; }

Timing Timer::time(const TimerPlan& plan, const std::function<void(cudaStream_t)>& run) {
  Timing timing;
  timing.before = parts_->state();
  // The first run of a kernel loads it, for which CUDA may wait for the stream: it must not be
  // blocked.
  run(parts_->stream);
  check_cuda(cudaStreamSynchronize(parts_->stream), "what is timed");
  for (int i = 0; i < plan.warm_ups; ++i) parts_->sample(plan, run, nullptr);
  std::vector<double> samples;
  for (int i = 0; i < plan.samples; ++i) {
    samples.push_back(parts_->sample(plan, run, i + 1 == plan.samples ? &timing.during : nullptr));
  }
  timing.after = parts_->state();
  timing.seconds = spread_of(samples);
  timing.doubts = doubts_of({timing.during, timing.after});
  return timing;
}

TimerPlan plan_for(double seconds_a_run, double seconds) {
  TimerPlan plan;
  if (!(seconds_a_run > 0)) return plan;
  const double runs = std::ceil(seconds / seconds_a_run);
  plan.runs_a_sample = static_cast<int>(std::clamp(runs, 1.0, double{kMostRunsASample}));
  return plan;
}

}  // namespace flopprof::kernels
