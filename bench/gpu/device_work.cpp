#include "bench/gpu/device_work.h"

#include <cstring>
#include <string>

#include "bench/gpu/answer.h"

namespace flopprof::gpu {
namespace {

constexpr std::size_t kSeedBytes = 2048 * 8;  // of the widest type

int attribute(cudaDeviceAttr name) {
  int value = 0;
  check(cudaDeviceGetAttribute(&value, name, 0), "cudaDeviceGetAttribute");
  return value;
}

}  // namespace

DeviceMemory::DeviceMemory(std::size_t bytes, int value) {
  check(cudaMalloc(&memory_, bytes), "cudaMalloc");
  if (const cudaError_t error = cudaMemset(memory_, value, bytes); error != cudaSuccess) {
    cudaFree(memory_);
    check(error, "cudaMemset");
  }
}

DeviceMemory::~DeviceMemory() { cudaFree(memory_); }

Stream::Stream() {
  check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
}

Stream::~Stream() { cudaStreamDestroy(stream_); }

Graph::Graph(const Stream& stream, const std::function<void()>& work) {
  check(cudaStreamBeginCapture(stream.get(), cudaStreamCaptureModeThreadLocal),
        "cudaStreamBeginCapture");
  cudaGraph_t graph = nullptr;
  try {
    work();
  } catch (...) {
    cudaStreamEndCapture(stream.get(), &graph);
    if (graph != nullptr) cudaGraphDestroy(graph);
    throw;
  }
  check(cudaStreamEndCapture(stream.get(), &graph), "cudaStreamEndCapture");
  const cudaError_t error = cudaGraphInstantiate(&instance_, graph, 0);
  cudaGraphDestroy(graph);
  check(error, "cudaGraphInstantiate");
}

Graph::~Graph() {
  if (instance_ != nullptr) cudaGraphExecDestroy(instance_);
}

void Graph::launch(const Stream& stream) const {
  check(cudaGraphLaunch(instance_, stream.get()), "cudaGraphLaunch");
}

KernelWork::KernelWork(const kernels::ReferenceKernel& kernel, const kernels::Launch& launch)
    : kernel_(kernel),
      launch_(launch),
      seeds_(kSeedBytes),
      result_(static_cast<std::size_t>(kernel.result_bytes_a_thread) *
              static_cast<std::size_t>(launch.blocks) * static_cast<std::size_t>(launch.threads)) {}

void KernelWork::launch(cudaStream_t stream, int trips) const {
  kernels::Launch wanted = launch_;
  wanted.trips = trips;
  kernels::launch(kernel_, wanted, seeds_.get(), result_.get(), stream);
  check(cudaGetLastError(), kernel_.name);
}

kernels::ReferenceKernel reference_kernel(const char* name) {
  for (const kernels::ReferenceKernel& kernel : kernels::reference_kernels()) {
    if (std::strcmp(kernel.name, name) == 0) return kernel;
  }
  throw Refused(std::string("there is no reference kernel ") + name);
}

int capability_of_device() {
  return 10 * attribute(cudaDevAttrComputeCapabilityMajor) +
         attribute(cudaDevAttrComputeCapabilityMinor);
}

int multiprocessors() { return attribute(cudaDevAttrMultiProcessorCount); }

void wait_for_device() { check(cudaDeviceSynchronize(), "cudaDeviceSynchronize"); }

CUcontext current_context() {
  using GetCurrent = CUresult (*)(CUcontext*);
  void* entry = nullptr;
  cudaDriverEntryPointQueryResult status{};
  check(cudaGetDriverEntryPointByVersion("cuCtxGetCurrent", &entry, 12000, cudaEnableDefault,
                                         &status),
        "cudaGetDriverEntryPointByVersion");
  CUcontext context = nullptr;
  if (entry == nullptr || reinterpret_cast<GetCurrent>(entry)(&context) != CUDA_SUCCESS ||
      context == nullptr)
    throw Refused("cuCtxGetCurrent finds no context");
  return context;
}

}  // namespace flopprof::gpu
