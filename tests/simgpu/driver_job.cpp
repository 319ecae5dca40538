// A job that calls the driver itself and knows what it launches: a kernel runs one microsecond per
// block of its grid's x. Its argument names what it does; it prints what the driver answered.

#include <cuda.h>
#include <cupti.h>
#include <dlfcn.h>
#include <nvtx3/nvToolsExt.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "flopprof/mark.h"

namespace {

void check(CUresult result) {
  if (result == CUDA_SUCCESS) return;
  std::printf("error %d\n", static_cast<int>(result));
  std::exit(3);
}

/// One context with two streams.
struct Gpu {
  explicit Gpu(int ordinal = 0) {
    CUdevice device = 0;
    check(cuDeviceGet(&device, ordinal));
    check(cuCtxCreate(&context, nullptr, 0, device));
    check(cuModuleLoadData(&module, ""));
    for (CUstream& stream : streams) check(cuStreamCreate(&stream, 0));
  }
  CUfunction kernel(const std::string& name) {
    CUfunction& function = kernels[name];
    if (function == nullptr) check(cuModuleGetFunction(&function, module, name.c_str()));
    return function;
  }
  void launch(const std::string& name, unsigned us, int stream = 0) {
    check(cuLaunchKernel(kernel(name), us, 1, 1, 1, 1, 1, 0, streams[stream], nullptr, nullptr));
  }
  CUcontext context = nullptr;
  CUmodule module = nullptr;
  CUstream streams[2] = {};
  std::map<std::string, CUfunction> kernels;
};

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

/// Two steps; in each, 4 threads on each of 4 devices launch 250 kernels of 1 us on a stream of
/// their own.
void threads() {
  constexpr int kDevices = 4;
  constexpr int kThreads = 4;
  std::vector<Gpu> gpus;
  for (int device = 0; device < kDevices; ++device) gpus.emplace_back(device);
  for (int number = 0; number < 2; ++number) {
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

/// A step with a launch that the driver refuses.
void refused() {
  Gpu gpu;
  const flopprof::StepScope step;
  gpu.launch("gemm", 100);
  std::printf("refused %d\n", static_cast<int>(cuLaunchKernel(gpu.kernel("gemm"), 0, 1, 1, 1, 1, 1,
                                                              0, nullptr, nullptr, nullptr)));
}

/// Two steps, each a graph of 30 and 20 us.
void graph() {
  Gpu gpu;
  CUgraph made = nullptr;
  check(cuGraphCreate(&made, 0));
  for (const unsigned us : {30u, 20u}) {
    CUDA_KERNEL_NODE_PARAMS node{};
    node.func = gpu.kernel("node");
    node.gridDimX = us;
    node.gridDimY = node.gridDimZ = node.blockDimX = node.blockDimY = node.blockDimZ = 1;
    CUgraphNode added = nullptr;
    check(cuGraphAddKernelNode(&added, made, nullptr, 0, &node));
  }
  CUgraphExec instance = nullptr;
  check(cuGraphInstantiate(&instance, made, 0));
  for (int number = 0; number < 2; ++number) {
    const flopprof::StepScope step;
    check(cuGraphLaunch(instance, gpu.streams[0]));
    check(cuCtxSynchronize());
  }
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

/// After the first step another profiler takes the records, as torch.profiler does, unasked.
void robbed() {
  Gpu gpu;
  for (int number = 0; number < 3; ++number) {
    const flopprof::StepScope step;
    gpu.launch("gemm", 100);
    if (number == 0) {
      static std::uint8_t buffer[1 << 20];
      void* library = dlopen("libcupti.so.13", RTLD_NOW | RTLD_NOLOAD);
      if (library == nullptr) continue;  // not attached
      using Register =
          CUptiResult (*)(CUpti_BuffersCallbackRequestFunc, CUpti_BuffersCallbackCompleteFunc);
      using Flush = CUptiResult (*)(std::uint32_t);
      reinterpret_cast<Flush>(dlsym(library, "cuptiActivityFlushAll"))(0);
      reinterpret_cast<Register>(dlsym(library, "cuptiActivityRegisterCallbacks"))(
          [](std::uint8_t** data, std::size_t* size, std::size_t* most) {
            *data = buffer, *size = sizeof buffer, *most = 0;
          },
          [](CUcontext, std::uint32_t, std::uint8_t*, std::size_t, std::size_t) {});
    }
  }
}

/// CUDA is first used in the child of a fork.
int child_steps() {
  const pid_t child = fork();
  if (child == 0) {
    check(cuInit(0));
    steps();
    std::exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

/// The child of a fork has no CUDA.
void forks() {
  steps();
  const pid_t child = fork();
  if (child == 0) _exit(0);
  int status = 0;
  waitpid(child, &status, 0);
}

/// More kernels than all buffers hold at once.
void many() {
  Gpu gpu;
  for (int number = 0; number < 20; ++number) {
    const flopprof::StepScope step;
    for (int launch = 0; launch < 20'000; ++launch) gpu.launch("tick", 1);
  }
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

/// The job of `steps`, which then waits to be killed.
void hangs() {
  steps();
  for (;;) pause();
}

const std::map<std::string, std::function<void()>> kJobs = {
    {"steps", steps},   {"run_ahead", run_ahead}, {"threads", threads}, {"refused", refused},
    {"graph", graph},   {"reset", reset},         {"forks", forks},     {"many", many},
    {"robbed", robbed}, {"ranges", ranges},       {"names", names},     {"hangs", hangs},
    {"nothing", [] {}}};

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "steps";
  if (what == "child_steps") {
    if (child_steps() != 0) return 1;
  } else {
    check(cuInit(0));
    kJobs.at(what)();
  }
  std::puts("done");
  return 7;
}
