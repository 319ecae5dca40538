#include <cupti.h>
#include <cupti_range_profiler.h>
#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <thread>
#include <vector>

#include "flopprof/mark.h"
#include "tests/simgpu/job/jobs.h"

namespace simgpu::job {
namespace {

/// In each step, 4 threads on each of 4 devices launch 250 kernels of 1 us on a stream of their
/// own.
void threads_for(int steps) {
  constexpr int kDevices = 4;
  constexpr int kThreads = 4;
  std::vector<Gpu> gpus;
  for (int device = 0; device < kDevices; ++device) gpus.emplace_back(device);
  for (int number = 0; number < steps; ++number) {
    const flopprof::StepScope step;
    std::vector<std::thread> all;
    for (int i = 0; i < kDevices * kThreads; ++i) {
      all.emplace_back([gpu = gpus[static_cast<std::size_t>(i) % kDevices]]() mutable {
        check(cuCtxSetCurrent(gpu.context));
        CUstream own = nullptr;
        check(cuStreamCreate(&own, 0));
        gpu.streams[0] = own;
        for (int launch = 0; launch < 250; ++launch) gpu.launch("tick", 1);
      });
    }
    for (std::thread& one : all) one.join();
    for (const Gpu& gpu : gpus) check(cuCtxSetCurrent(gpu.context)), check(cuCtxSynchronize());
  }
}

/// Two threads launch 20 times 16 blocks of gemm, and of relu, whenever they get to it.
void racing() {
  Gpu gpu;
  const CUfunction kernels[] = {gpu.kernel("gemm"), gpu.kernel("relu")};
  for (int number = 0; number < steps_wanted; ++number) {
    const flopprof::StepScope step;
    std::vector<std::thread> all;
    for (const CUfunction kernel : kernels) {
      all.emplace_back([&gpu, kernel] {
        check(cuCtxSetCurrent(gpu.context));
        for (int launch = 0; launch < 20; ++launch)
          check(cuLaunchKernel(kernel, 16, 1, 1, 1, 1, 1, 0, gpu.streams[0], nullptr, nullptr));
      });
    }
    for (std::thread& one : all) one.join();
    check(cuCtxSynchronize());
  }
}

template <typename Function>
bool find(const char* name, Function& function) {
  void* library = dlopen("libcupti.so.13", RTLD_NOW | RTLD_NOLOAD);
  if (library != nullptr) function = reinterpret_cast<Function>(dlsym(library, name));
  return library != nullptr && function != nullptr;
}

/// After the first step another profiler takes the records, as torch.profiler does, unasked.
void robbed() {
  Gpu gpu;
  for (int number = 0; number < 3; ++number) {
    const flopprof::StepScope step;
    gpu.launch("gemm", 100);
    if (number == 0) {
      static std::uint8_t buffer[1 << 20];
      decltype(&cuptiActivityFlushAll) flush = nullptr;
      decltype(&cuptiActivityRegisterCallbacks) take = nullptr;
      if (!find("cuptiActivityFlushAll", flush)) continue;  // not attached
      if (!find("cuptiActivityRegisterCallbacks", take)) continue;
      flush(0);
      take([](std::uint8_t** data, std::size_t* size,
              std::size_t* most) { *data = buffer, *size = sizeof buffer, *most = 0; },
           [](CUcontext, std::uint32_t, std::uint8_t*, std::size_t, std::size_t) {});
    }
  }
}

/// Another profiler holds the context's range profiler from the beginning; 64 blocks of gemm a
/// step.
void rival() {
  Gpu gpu;
  CUpti_Profiler_Initialize_Params initialize{.structSize =
                                                  CUpti_Profiler_Initialize_Params_STRUCT_SIZE};
  CUpti_RangeProfiler_Enable_Params enable{
      .structSize = CUpti_RangeProfiler_Enable_Params_STRUCT_SIZE, .ctx = gpu.context};
  decltype(&cuptiProfilerInitialize) begin = nullptr;
  decltype(&cuptiRangeProfilerEnable) take = nullptr;
  if (find("cuptiProfilerInitialize", begin) && find("cuptiRangeProfilerEnable", take)) {
    begin(&initialize);
    take(&enable);
  }
  for (int number = 0; number < steps_wanted; ++number) {
    const flopprof::StepScope step;
    gpu.launch("gemm", Dim3{4, 4, 4});
    check(cuCtxSynchronize());
    usleep(1000);
  }
}

/// CUDA is first used in the child of a fork.
void child_steps() {
  const pid_t child = fork();
  if (child == 0) {
    check(cuInit(0));
    step_jobs().at("steps")();
    std::exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  check(status == 0 ? CUDA_SUCCESS : CUDA_ERROR_UNKNOWN);
}

/// The child of a fork has no CUDA.
void forks() {
  step_jobs().at("steps")();
  const pid_t child = fork();
  if (child == 0) _exit(0);
  int status = 0;
  waitpid(child, &status, 0);
}

/// Every 20th step of 64 blocks of gemm forks a child that ends at once, by exit().
void forks_often() {
  Gpu gpu;
  for (int number = 0; number < steps_wanted; ++number) {
    {
      const flopprof::StepScope step;
      gpu.launch("gemm", Dim3{4, 4, 4});
      check(cuCtxSynchronize());
    }
    if (number % 20 != 0) continue;
    const pid_t child = fork();
    if (child == 0) std::exit(0);
    int status = 0;
    waitpid(child, &status, 0);
    check(status == 0 ? CUDA_SUCCESS : CUDA_ERROR_UNKNOWN);
  }
}

}  // namespace

const Jobs& crowded_jobs() {
  static const Jobs& jobs = *new Jobs{{"threads", [] { threads_for(2); }},
                                      {"more_threads", [] { threads_for(steps_wanted); }},
                                      {"racing", racing},
                                      {"robbed", robbed},
                                      {"rival", rival},
                                      {"child_steps", child_steps},
                                      {"forks", forks},
                                      {"forks_often", forks_often}};
  return jobs;
}

}  // namespace simgpu::job
