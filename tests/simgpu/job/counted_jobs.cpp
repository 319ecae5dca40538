// Jobs whose kernels count: what a block of gemm and of relu counts, SIMGPU_COUNTS says. Each has
// as many steps as driver_job's second argument wants.

#include <dlfcn.h>
#include <unistd.h>

#include <cstdint>
#include <vector>

#include "flopprof/mark.h"
#include "tests/simgpu/faults.h"
#include "tests/simgpu/job/jobs.h"

namespace simgpu::job {
namespace {

constexpr Dim3 kCube{4, 4, 4};   // 64 blocks
constexpr Dim3 kPlate{8, 2, 1};  // 16

/// Steps of 64 blocks of gemm and 16 of relu, 128 of gemm before the first, and 8 after each.
void cubes() {
  Gpu gpu;
  gpu.launch("gemm", Dim3{2, 8, 8});
  for (int number = 0; number < steps_wanted; ++number) {
    {
      const flopprof::StepScope step;
      gpu.launch("gemm", kCube, 0);
      gpu.launch("relu", kPlate, 1);
    }
    gpu.launch("gemm", Dim3{2, 2, 2});
    check(cuCtxSynchronize());
  }
}

/// How often the range profiler was called; 0 where none is loaded.
int range_calls() {
  void* library = dlopen("libcupti.so.13", RTLD_NOW | RTLD_NOLOAD);
  if (library == nullptr) return 0;
  void* found = dlsym(library, "simgpu_range_calls");
  dlclose(library);
  return found == nullptr ? 0 : reinterpret_cast<decltype(&simgpu_range_calls)>(found)();
}

/// Steps of 64 blocks of gemm and 16 of relu, with a millisecond between them, until the counters
/// have been prepared and used; at most 4000.
void paced() {
  constexpr int kEnough = 60;
  Gpu gpu;
  for (int number = 0; number < 4000 && range_calls() < kEnough; ++number) {
    {
      const flopprof::StepScope step;
      gpu.launch("gemm", kCube, 0);
      gpu.launch("relu", kPlate, 1);
      check(cuCtxSynchronize());
    }
    usleep(1000);
  }
}

/// The steps of `cubes`, in which the host never waits.
void cubes_run_ahead() {
  Gpu gpu;
  for (int number = 0; number < steps_wanted; ++number) {
    const flopprof::StepScope step;
    gpu.launch("gemm", kCube, 0);
    gpu.launch("relu", kPlate, 1);
  }
  check(cuCtxSynchronize());
}

/// Every third step has 512 blocks of gemm, the others 64.
void changing() {
  Gpu gpu;
  for (int number = 0; number < steps_wanted; ++number) {
    const flopprof::StepScope step;
    gpu.launch("gemm", number % 3 == 2 ? Dim3{8, 8, 8} : kCube);
    check(cuCtxSynchronize());
  }
}

/// No two steps are alike: the first has one block of gemm, each next one more.
void growing() {
  Gpu gpu;
  for (int number = 0; number < steps_wanted; ++number) {
    const flopprof::StepScope step;
    gpu.launch("gemm", static_cast<unsigned>(number + 1));
    check(cuCtxSynchronize());
  }
}

/// 64 blocks of gemm on the first device and 16 of relu on the second, in each step.
void two_devices() {
  std::vector<Gpu> gpus;
  for (int device = 0; device < 2; ++device) gpus.emplace_back(device);
  for (int number = 0; number < steps_wanted; ++number) {
    const flopprof::StepScope step;
    check(cuCtxSetCurrent(gpus[0].context));
    gpus[0].launch("gemm", kCube);
    check(cuCtxSetCurrent(gpus[1].context));
    gpus[1].launch("relu", kPlate);
  }
  for (const Gpu& gpu : gpus) check(cuCtxSetCurrent(gpu.context)), check(cuCtxSynchronize());
}

/// Two contexts on one device, and 64 blocks of gemm in each of them in each step.
void two_contexts() {
  std::vector<Gpu> gpus;
  for (int context = 0; context < 2; ++context) gpus.emplace_back(0);
  for (int number = 0; number < steps_wanted; ++number) {
    const flopprof::StepScope step;
    for (Gpu& gpu : gpus) check(cuCtxSetCurrent(gpu.context)), gpu.launch("gemm", kCube);
  }
  for (const Gpu& gpu : gpus) check(cuCtxSetCurrent(gpu.context)), check(cuCtxSynchronize());
}

/// Each step copies 64 KiB there, fills 16 KiB, launches 64 blocks of gemm and copies 8 KiB back.
void copies() {
  Gpu gpu;
  std::vector<std::uint8_t> host(64 * 1024);
  CUdeviceptr memory = 0;
  check(cuMemAlloc(&memory, host.size()));
  for (int number = 0; number < steps_wanted; ++number) {
    const flopprof::StepScope step;
    check(cuMemcpyHtoDAsync(memory, host.data(), host.size(), gpu.streams[0]));
    check(cuMemsetD8Async(memory, 1, 16 * 1024, gpu.streams[0]));
    gpu.launch("gemm", kCube);
    check(cuMemcpyDtoH(host.data(), memory, 8 * 1024));
  }
  check(cuMemFree(memory));
}

/// 64 blocks of gemm in clusters of 4, and 16 of relu that run together, by the other two calls.
void launches() {
  Gpu gpu;
  CUlaunchAttribute cluster{};
  cluster.id = CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION;
  cluster.value.clusterDim.x = 4;
  cluster.value.clusterDim.y = cluster.value.clusterDim.z = 1;
  const CUlaunchConfig config{.gridDimX = 4,
                              .gridDimY = 4,
                              .gridDimZ = 4,
                              .blockDimX = 128,
                              .blockDimY = 1,
                              .blockDimZ = 1,
                              .sharedMemBytes = 1024,
                              .hStream = gpu.streams[0],
                              .attrs = &cluster,
                              .numAttrs = 1};
  for (int number = 0; number < steps_wanted; ++number) {
    const flopprof::StepScope step;
    check(cuLaunchKernelEx(&config, gpu.kernel("gemm"), nullptr, nullptr));
    check(cuLaunchCooperativeKernel(gpu.kernel("relu"), 8, 2, 1, 32, 2, 1, 0, gpu.streams[1],
                                    nullptr));
    check(cuCtxSynchronize());
  }
}

/// A module is loaded, used for 64 blocks of gemm, and unloaded in each step.
void modules() {
  Gpu gpu;
  for (int number = 0; number < steps_wanted; ++number) {
    const flopprof::StepScope step;
    CUmodule module = nullptr;
    CUfunction gemm = nullptr;
    check(cuModuleLoadData(&module, "another module"));
    check(cuModuleGetFunction(&gemm, module, "gemm"));
    check(cuLaunchKernel(gemm, 4, 4, 4, 1, 1, 1, 0, nullptr, nullptr, nullptr));
    check(cuCtxSynchronize());
    check(cuModuleUnload(module));
  }
}

/// The primary context, which every library of a process shares.
void primary() {
  CUcontext context = nullptr;
  CUcontext same = nullptr;
  check(cuDevicePrimaryCtxRetain(&context, 0));
  check(cuDevicePrimaryCtxRetain(&same, 0));
  check(context == same ? CUDA_SUCCESS : CUDA_ERROR_UNKNOWN);
  check(cuCtxPushCurrent(context));
  CUmodule module = nullptr;
  CUfunction gemm = nullptr;
  check(cuModuleLoadData(&module, "a module"));
  check(cuModuleGetFunction(&gemm, module, "gemm"));
  for (int number = 0; number < steps_wanted; ++number) {
    const flopprof::StepScope step;
    check(cuLaunchKernel(gemm, 4, 4, 4, 1, 1, 1, 0, nullptr, nullptr, nullptr));
    check(cuCtxSynchronize());
  }
  check(cuCtxPopCurrent(&same));
}

}  // namespace

const Jobs& counted_jobs() {
  static const Jobs& jobs = *new Jobs{{"cubes", cubes},
                                      {"paced", paced},
                                      {"cubes_run_ahead", cubes_run_ahead},
                                      {"changing", changing},
                                      {"growing", growing},
                                      {"two_devices", two_devices},
                                      {"two_contexts", two_contexts},
                                      {"copies", copies},
                                      {"launches", launches},
                                      {"modules", modules},
                                      {"primary", primary}};
  return jobs;
}

}  // namespace simgpu::job
