// The stand-in for the driver. SIMGPU_DEVICES says how many devices there are (1), and
// SIMGPU_FIRST_CORRELATION the correlation id of the first call (1).

#include <cuda.h>
#include <cupti.h>
#include <dlfcn.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "tests/simgpu/simgpu.h"

struct CUstream_st {
  std::uint32_t id = 0;
  std::uint64_t free_at = 0;
};
struct CUctx_st {
  std::uint32_t id = 0;
  int device = 0;
  std::deque<CUstream_st> streams;  // the first is the default one
};
struct CUmod_st {
  std::deque<CUfunc_st> functions;
};
struct CUfunc_st {
  std::string name;
};
struct CUgraph_st {
  std::vector<CUDA_KERNEL_NODE_PARAMS> nodes;
};
struct CUgraphExec_st {
  std::uint32_t id = 0;
  std::vector<CUDA_KERNEL_NODE_PARAMS> nodes;
};

namespace {

constexpr std::uint64_t kClockBegins = 1'700'000'000'000'000'000;
constexpr std::uint64_t kBlockNs = 1000;
constexpr std::uint64_t kIdleNs = 1000;  // between a synchronisation and the next kernel

/// Never destroyed, as a driver is not: the job's threads and exit handlers still call it.
struct Driver {
  std::mutex mutex;
  std::deque<CUctx_st> contexts;
  std::uint32_t graphs = 0;
  std::atomic<std::uint32_t> correlation{0};
  std::atomic<const simgpu::Watcher*> watcher{nullptr};
  std::once_flag initialised;
};
Driver& driver() {
  static auto& the_driver = *new Driver;
  return the_driver;
}
thread_local CUcontext current = nullptr;

long number_in(const char* name, long otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::atol(text);
}

void load_injection() {
  const char* path = std::getenv("CUDA_INJECTION64_PATH");
  if (path == nullptr) return;
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return;
  if (auto* start = reinterpret_cast<int (*)()>(dlsym(library, "InitializeInjection"))) start();
}

/// One call of the driver, as its watcher sees it.
class Call {
 public:
  explicit Call(std::uint32_t callback_id)
      : callback_id_(callback_id), correlation_(++driver().correlation) {
    if (const auto* watcher = driver().watcher.load())
      watcher->called(callback_id_, correlation_, current, nullptr);
  }
  CUresult ends(CUresult result) const {
    if (const auto* watcher = driver().watcher.load())
      watcher->called(callback_id_, correlation_, current, &result);
    return result;
  }
  std::uint32_t correlation() const { return correlation_; }

 private:
  std::uint32_t callback_id_;
  std::uint32_t correlation_;
};

struct Work {
  CUfunction function;
  unsigned grid_x;
  std::uint32_t graph = 0;
  std::uint64_t node = 0;
};

CUresult run(const Work& work, CUstream stream, std::uint32_t correlation) {
  if (current == nullptr) return CUDA_ERROR_INVALID_CONTEXT;
  if (work.function == nullptr || work.grid_x == 0) return CUDA_ERROR_INVALID_VALUE;
  simgpu::RunKernel kernel{.name = work.function->name.c_str(), .grid_x = work.grid_x};
  kernel.device = static_cast<std::uint32_t>(current->device);
  kernel.context = current->id;
  kernel.correlation = correlation;
  kernel.graph = work.graph;
  kernel.graph_node = work.node;
  {
    const std::lock_guard lock(driver().mutex);
    CUstream_st& on = stream == nullptr ? current->streams.front() : *stream;
    kernel.stream = on.id;
    kernel.started_at = on.free_at;
    kernel.ended_at = on.free_at = on.free_at + kBlockNs * work.grid_x;
  }
  if (const auto* watcher = driver().watcher.load()) watcher->ran(kernel);
  return CUDA_SUCCESS;
}

}  // namespace

extern "C" {

void simgpu_watch(const simgpu::Watcher* watcher) { driver().watcher.store(watcher); }
int simgpu_device_count() { return static_cast<int>(number_in("SIMGPU_DEVICES", 1)); }

CUresult cuInit(unsigned) {
  std::call_once(driver().initialised, [] {
    driver().correlation = static_cast<std::uint32_t>(number_in("SIMGPU_FIRST_CORRELATION", 1) - 1);
    load_injection();
  });
  return CUDA_SUCCESS;
}

CUresult cuDriverGetVersion(int* version) {
  *version = 13000;
  return CUDA_SUCCESS;
}

CUresult cuDeviceGetCount(int* count) {
  *count = simgpu_device_count();
  return CUDA_SUCCESS;
}

CUresult cuDeviceGet(CUdevice* device, int ordinal) {
  *device = ordinal;
  return ordinal >= 0 && ordinal < simgpu_device_count() ? CUDA_SUCCESS : CUDA_ERROR_INVALID_DEVICE;
}

CUresult cuCtxCreate(CUcontext* context, CUctxCreateParams*, unsigned, CUdevice device) {
  const std::lock_guard lock(driver().mutex);
  auto& contexts = driver().contexts;
  auto& made = contexts.emplace_back();
  made.id = static_cast<std::uint32_t>(contexts.size());
  made.device = device;
  made.streams.push_back({.id = 1, .free_at = kClockBegins});
  *context = current = &made;
  return CUDA_SUCCESS;
}

CUresult cuCtxSetCurrent(CUcontext context) {
  current = context;
  return CUDA_SUCCESS;
}

CUresult cuCtxDestroy(CUcontext context) {
  if (const auto* watcher = driver().watcher.load()) watcher->context_ends(context);
  if (current == context) current = nullptr;
  return CUDA_SUCCESS;
}

CUresult cuCtxSynchronize() {
  const Call call(CUPTI_DRIVER_TRACE_CBID_cuCtxSynchronize);
  if (current == nullptr) return call.ends(CUDA_ERROR_INVALID_CONTEXT);
  const std::lock_guard lock(driver().mutex);
  std::uint64_t all_done = 0;
  for (const CUstream_st& stream : current->streams) all_done = std::max(all_done, stream.free_at);
  for (CUstream_st& stream : current->streams) stream.free_at = all_done + kIdleNs;
  return call.ends(CUDA_SUCCESS);
}

CUresult cuStreamCreate(CUstream* stream, unsigned) {
  if (current == nullptr) return CUDA_ERROR_INVALID_CONTEXT;
  const std::lock_guard lock(driver().mutex);
  auto& streams = current->streams;
  streams.push_back(
      {.id = static_cast<std::uint32_t>(streams.size() + 1), .free_at = streams.front().free_at});
  *stream = &streams.back();
  return CUDA_SUCCESS;
}

CUresult cuModuleLoadData(CUmodule* module, const void*) {
  *module = new CUmod_st;  // never unloaded
  return CUDA_SUCCESS;
}

/// A module has every kernel that it is asked for.
CUresult cuModuleGetFunction(CUfunction* function, CUmodule module, const char* name) {
  const std::lock_guard lock(driver().mutex);
  module->functions.push_back({.name = name});
  *function = &module->functions.back();
  return CUDA_SUCCESS;
}

CUresult cuLaunchKernel(CUfunction function, unsigned grid_x, unsigned, unsigned, unsigned,
                        unsigned, unsigned, unsigned, CUstream stream, void**, void**) {
  const Call call(CUPTI_DRIVER_TRACE_CBID_cuLaunchKernel);
  return call.ends(run({.function = function, .grid_x = grid_x}, stream, call.correlation()));
}

CUresult cuLaunchKernelEx(const CUlaunchConfig* config, CUfunction function, void**, void**) {
  const Call call(CUPTI_DRIVER_TRACE_CBID_cuLaunchKernelEx);
  return call.ends(
      run({.function = function, .grid_x = config->gridDimX}, config->hStream, call.correlation()));
}

CUresult cuLaunchCooperativeKernel(CUfunction function, unsigned grid_x, unsigned, unsigned,
                                   unsigned, unsigned, unsigned, unsigned, CUstream stream,
                                   void**) {
  const Call call(CUPTI_DRIVER_TRACE_CBID_cuLaunchCooperativeKernel);
  return call.ends(run({.function = function, .grid_x = grid_x}, stream, call.correlation()));
}

CUresult cuGraphCreate(CUgraph* graph, unsigned) {
  *graph = new CUgraph_st;  // as long as the process
  return CUDA_SUCCESS;
}

CUresult cuGraphAddKernelNode(CUgraphNode*, CUgraph graph, const CUgraphNode*, std::size_t,
                              const CUDA_KERNEL_NODE_PARAMS* node) {
  graph->nodes.push_back(*node);
  return CUDA_SUCCESS;
}

CUresult cuGraphInstantiate(CUgraphExec* instance, CUgraph graph, unsigned long long) {
  const std::lock_guard lock(driver().mutex);
  *instance = new CUgraphExec_st{.id = ++driver().graphs, .nodes = graph->nodes};
  return CUDA_SUCCESS;
}

CUresult cuGraphLaunch(CUgraphExec instance, CUstream stream) {
  const Call call(CUPTI_DRIVER_TRACE_CBID_cuGraphLaunch);
  std::uint64_t node = 0;
  for (const CUDA_KERNEL_NODE_PARAMS& kernel : instance->nodes) {
    const Work work{
        .function = kernel.func, .grid_x = kernel.gridDimX, .graph = instance->id, .node = ++node};
    if (const CUresult failed = run(work, stream, call.correlation())) return call.ends(failed);
  }
  return call.ends(CUDA_SUCCESS);
}
}
