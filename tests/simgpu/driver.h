#pragma once

#include <cuda.h>
#include <cupti.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tests/simgpu/simgpu.h"

// What the parts of the stand-in for the driver have in common.

namespace simgpu {

struct KernelNode {
  CUfunction function = nullptr;
  Dim3 grid;
  Dim3 block;
  Dim3 cluster;
  unsigned shared_memory = 0;
  unsigned rounds = 1;
};

}  // namespace simgpu

struct CUfunc_st {
  std::string name;
  CUmodule module = nullptr;
};
struct CUmod_st {
  std::uint32_t id = 0;
  std::string image;
  std::deque<CUfunc_st> functions;
};
struct CUgraph_st {
  std::vector<simgpu::KernelNode> nodes;
};
struct CUgraphExec_st {
  std::uint32_t id = 0;
  std::vector<simgpu::KernelNode> nodes;
};
struct CUstream_st {
  std::uint32_t id = 0;
  CUcontext context = nullptr;
  std::uint64_t free_at = 0;
  std::deque<simgpu::RunKernel> running;
  CUgraph capturing = nullptr;
};
struct CUctx_st {
  std::uint32_t id = 0;
  int device = 0;
  bool ended = false;
  std::uint64_t kernels = 0;
  std::deque<CUstream_st> streams;  // the first is the default one
};

namespace simgpu {

/// Never destroyed, as a driver is not: the job's threads and exit handlers still call it.
struct Driver {
  std::mutex mutex;
  std::deque<CUctx_st> contexts;
  std::deque<CUmod_st> modules;  // their kernels' names outlive them in records
  std::vector<CUcontext> primary;
  std::uint32_t graphs = 0;
  std::atomic<std::uint32_t> correlation{0};
  std::atomic<const Watcher*> watcher{nullptr};
};
Driver& driver();

CUcontext current();
/// Where SIMGPU_FAULT says so, the error that the function is to answer with; see faults.h.
std::optional<CUresult> refused_by_driver(const char* function);
void tell_resource(CUpti_CallbackIdResource id, CUcontext context, void* descriptor);

/// One call of the driver, as its watcher sees it: entered when made, left with `ends`. `params`
/// is the struct that generated_cuda_meta.h has for the function.
class Call {
 public:
  Call(CUpti_driver_api_trace_cbid id, const char* function, const void* params,
       const char* symbol = nullptr);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  CUresult ends(CUresult result);
  std::uint32_t correlation() const { return call_.details.correlationId; }

 private:
  void tell();
  DriverCall call_{};
  std::uint64_t correlation_data_ = 0;
};

/// Puts the kernel into its stream, or into the graph that the stream is capturing.
CUresult run(const KernelNode& kernel, CUstream stream, Work work);

/// Time on a stream for work of the current context. `stream` null: the default one.
Work placed(CUstream stream, std::uint64_t ns, Work work);

// With the driver's lock held: everything in the stream, or the context, has ended.
void end_stream(CUstream_st& stream);
void end_all(CUctx_st& context);

}  // namespace simgpu
