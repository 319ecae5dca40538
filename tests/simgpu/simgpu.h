#pragma once

#include <cuda.h>
#include <cupti.h>

#include <cstddef>
#include <cstdint>

// Between the two stand-ins: libcuda.so.1, which has the devices, and libcupti.so.13, which watches
// them. A simulated GPU runs every kernel for one microsecond per block of its grid, and every copy
// for one microsecond per KiB, on the virtual clock of its stream. What was launched has ended when
// the host has waited for it. Nothing here is a measurement.

namespace simgpu {

struct Dim3 {
  unsigned x = 1;
  unsigned y = 1;
  unsigned z = 1;
};

/// What every piece of work on a device has.
struct Work {
  std::uint32_t device = 0;
  std::uint32_t context = 0;
  CUcontext context_handle = nullptr;
  std::uint32_t stream = 0;
  std::uint32_t correlation = 0;
  std::uint32_t graph = 0;
  std::uint64_t graph_node = 0;
  std::uint64_t started_at = 0;
  std::uint64_t ended_at = 0;
};

struct RunKernel {
  Work work;
  const char* name = "";
  std::uint64_t ordinal = 0;  ///< how many kernels were launched in this context before it
  Dim3 grid;
  Dim3 block;
  Dim3 cluster;
  unsigned shared_memory = 0;
  unsigned rounds = 1;  ///< so often each block does what it counts: the kernel's argument
};

struct RunCopy {
  Work work;
  std::size_t bytes = 0;
  bool sets = false;  ///< fills with a value
  CUpti_ActivityMemcpyKind kind = CUPTI_ACTIVITY_MEMCPY_KIND_UNKNOWN;
};

/// One launch of a graph, from its first node to its last.
struct RunGraph {
  Work work;
};

struct DriverCall {
  std::uint32_t callback_id = 0;
  CUpti_CallbackData details;
};

/// What the driver tells the library that watches it. Only `ended` is told with the driver's lock
/// held: what was told before a wait returns is known after it.
struct Watcher {
  void (*called)(const DriverCall& call);
  void (*resource)(CUpti_CallbackIdResource id, CUcontext context, void* descriptor);
  void (*ran)(const RunKernel& kernel);
  void (*copied)(const RunCopy& copy);
  void (*ran_graph)(const RunGraph& graph);
  void (*ended)(const RunKernel& kernel);
};

}  // namespace simgpu

extern "C" {
/// For good: the stand-in knows no end of watching.
void simgpu_watch(const simgpu::Watcher* watcher);
// What a tape says was called, told to whoever watches.
void simgpu_tell_call(const simgpu::DriverCall* call);
void simgpu_tell_resource(CUpti_CallbackIdResource id, CUcontext context, void* descriptor);
int simgpu_device_count();
/// "GH100", or what SIMGPU_CHIP says: names with a comma between, one a device, the last for all
/// that follow.
const char* simgpu_chip_of(int device);
/// Tens and ones, as 90 for 9.0; 0 for a chip that the stand-in does not know.
int simgpu_capability_of(int device);
/// "Simulated GPU", or what SIMGPU_NAME says.
const char* simgpu_device_name();
/// Whether `context` was made and is not destroyed; its number and device then.
bool simgpu_context(CUcontext context, std::uint32_t* id, int* device);
std::uint32_t simgpu_graph_exec_id(CUgraphExec instance);
/// Waits for all work of the context, without a callback.
void simgpu_wait(CUcontext context);
CUcontext simgpu_current_context();
}
