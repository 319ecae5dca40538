#pragma once

#include <cuda.h>

#include <cstdint>

// Between the two stand-ins: libcuda.so.1, which has the devices, and libcupti.so.13, which watches
// them. A simulated GPU runs every kernel for one microsecond per block of its grid's x, on the
// virtual clock of its device. Nothing here is a measurement.

namespace simgpu {

struct RunKernel {
  const char* name = "";
  std::uint32_t device = 0;
  std::uint32_t context = 0;
  std::uint32_t stream = 0;
  std::uint32_t correlation = 0;
  std::uint32_t graph = 0;
  std::uint64_t graph_node = 0;
  unsigned grid_x = 1;
  std::uint64_t started_at = 0;
  std::uint64_t ended_at = 0;
};

/// What the driver tells the library that watches it.
struct Watcher {
  /// `result` is null when the call is entered.
  void (*called)(std::uint32_t callback_id, std::uint32_t correlation, CUcontext context,
                 const CUresult* result);
  void (*ran)(const RunKernel& kernel);
  void (*context_ends)(CUcontext context);
};

}  // namespace simgpu

extern "C" {
/// For good: the stand-in knows no end of watching.
void simgpu_watch(const simgpu::Watcher* watcher);
int simgpu_device_count();
}
