#include <nvtx3/nvToolsExt.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>

#include "flopprof/mark.h"
#include "tests/simgpu/job/jobs.h"

namespace simgpu::job {
namespace {

/// Three steps, in each 100 us of gemm with 50 us of relu beside it; 10 us outside.
void steps() {
  Gpu gpu;
  gpu.launch("init", 10);
  check(cuCtxSynchronize());
  for (int number = 0; number < 3; ++number) {
    const flopprof::StepScope step;
    gpu.launch("gemm", 100, 0);
    gpu.launch("relu", 50, 1);
    check(cuCtxSynchronize());
  }
}

/// Steps of 100, 200 and 300 us that the host leaves before the device has begun them.
void run_ahead() {
  Gpu gpu;
  for (unsigned number = 1; number <= 3; ++number) {
    const flopprof::StepScope step;
    gpu.launch("gemm", 100 * number);
  }
  check(cuCtxSynchronize());
}

/// A step with a launch that the driver refuses.
void refused() {
  Gpu gpu;
  const flopprof::StepScope step;
  gpu.launch("gemm", 100);
  std::printf("refused %d\n", static_cast<int>(cuLaunchKernel(gpu.kernel("gemm"), 0, 1, 1, 1, 1, 1,
                                                              0, nullptr, nullptr, nullptr)));
}

void reset() {
  Gpu first;
  {
    const flopprof::StepScope step;
    first.launch("gemm", 100);
    check(cuCtxSynchronize());
  }
  check(cuCtxDestroy(first.context));
  Gpu second;
  const flopprof::StepScope step;
  second.launch("gemm", 200);
  check(cuCtxSynchronize());
}

/// More kernels than all buffers hold at once.
void many() {
  Gpu gpu;
  for (int number = 0; number < 20; ++number) {
    const flopprof::StepScope step;
    for (int launch = 0; launch < 20'000; ++launch) gpu.launch("tick", 1);
  }
}

/// Steps of one kernel of one microsecond each; driver_job's second argument says how many.
void ticks() {
  Gpu gpu;
  for (int number = 0; number < steps_wanted; ++number) {
    const flopprof::StepScope step;
    gpu.launch("tick", 1);
  }
  check(cuCtxSynchronize());
}

/// Two steps that NVTX ranges name, the second pushed within another range.
void ranges() {
  Gpu gpu;
  nvtxRangePushA("iteration");
  gpu.launch("gemm", 100);
  nvtxRangePop();
  gpu.launch("eval", 40);
  nvtxRangePushA("epoch");
  nvtxRangePushA("iteration");
  gpu.launch("gemm", 200);
  nvtxRangePop();
  nvtxRangePop();
}

void names() {
  Gpu gpu;
  const flopprof::StepScope step;
  gpu.launch("_Z4gemmPf", 2);
  gpu.launch("hostile\"';--\n" + std::string(10'000, 'x'), 1);
}

/// One step of 100 us, and one that is never ended, with 300 kernels of 1 us.
void endless() {
  Gpu gpu;
  {
    const flopprof::StepScope step;
    gpu.launch("gemm", 100);
  }
  flopprof_mark_step_begin(nullptr);
  for (int launch = 0; launch < 300; ++launch) {
    gpu.launch("tick", 1);
    check(cuCtxSynchronize());
  }
}

/// The job of `steps`, which then waits to be killed.
void hangs() {
  steps();
  for (;;) pause();
}

/// Steps of 64 blocks of gemm, one a millisecond or so, until it is killed. Tells the number of
/// each and when it was over.
void goes_on() {
  Gpu gpu;
  for (int number = 0;; ++number) {
    {
      const flopprof::StepScope step;
      gpu.launch("gemm", Dim3{4, 4, 4});
      check(cuCtxSynchronize());
    }
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    dprintf(STDOUT_FILENO, "%d %lld\n", number, now.tv_sec * 1'000'000'000LL + now.tv_nsec);
    usleep(1000);
  }
}

}  // namespace

const Jobs& step_jobs() {
  static const Jobs& jobs = *new Jobs{
      {"steps", steps},     {"run_ahead", run_ahead}, {"refused", refused}, {"reset", reset},
      {"many", many},       {"ticks", ticks},         {"ranges", ranges},   {"names", names},
      {"endless", endless}, {"hangs", hangs},         {"goes_on", goes_on}, {"nothing", [] {}}};
  return jobs;
}

}  // namespace simgpu::job
