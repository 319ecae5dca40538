#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kernels/seeds.h"
#include "profiler/calibration/calibration.h"

namespace flopprof::tools {

using FlopsByClass = std::map<FlopClass, std::int64_t>;

/// The GPU that workloads are made for.
struct CalibratedGpu {
  int capability = 90;
  int processors = 1;
  int shared_bytes = 65536;      ///< of a processor
  std::size_t memory_bytes = 0;  ///< free
};

/// Of a library's function: which kernel of ours makes the same product, and which share of its
/// speed is wanted of that.
struct Rival {
  std::string of;
  double share_wanted = 0;
};

/// Work of a size that can be chosen: trips, or depth. Its FLOPs grow by the same number with each
/// unit of size, so that what a launch does besides falls out of the difference of two sizes.
struct GpuWorkload {
  std::string name;
  calibration::Promise promise = calibration::Promise::kEveryClass;
  std::optional<FlopClass> peak_of;
  std::optional<double> share_wanted;  ///< as of a calibration's Workload
  std::optional<Rival> rival;
  std::function<FlopsByClass(int size)> flops;
  std::function<std::int64_t(int size)> written_flops;  ///< of its source; none: the same
  std::function<std::int64_t(int size)> bytes;
  int counted_size = 1;  ///< counted with this one and with twice as much
  int timed_size = 0;    ///< 0: as takes some milliseconds; -1: is not timed
  std::vector<kernels::Operands> operands = {kernels::Operands::kRandom};

  std::string remark;  ///< what it does otherwise on this GPU; empty: nothing

  /// What launches it, up to twice `counted_size` or `timed_size`. It holds its memory. Throws
  /// std::runtime_error.
  using Run = std::function<void(cudaStream_t, int size)>;
  std::function<Run(kernels::Operands)> prepare;

  std::string skipped;  ///< why it does not run on this GPU; empty: it does
};

/// Told before each kernel: "counting 3 of 64: flopprof_ffma".
using Progress = std::function<void(const std::string&)>;

/// Every reference kernel, every kernel with a shape of its own, and the rivals of some.
std::vector<GpuWorkload> workloads_for(const CalibratedGpu& gpu);

/// Parts of it: those with a shape.
std::vector<GpuWorkload> shaped_workloads_for(const CalibratedGpu& gpu);

GpuWorkload sgemm_workload(const CalibratedGpu& gpu);
GpuWorkload gemm_workload(const CalibratedGpu& gpu);

/// The same products by cuBLAS. What is missing of it, the workloads say.
std::vector<GpuWorkload> cublas_workloads(const CalibratedGpu& gpu);

// What launches several kernels, which wait for each other themselves: it is counted, and not
// timed.
GpuWorkload overlap_workload(const CalibratedGpu& gpu);
GpuWorkload dependent_launch_workload(const CalibratedGpu& gpu);
GpuWorkload graph_workload(const CalibratedGpu& gpu);
GpuWorkload graph_loop_workload(const CalibratedGpu& gpu);

}  // namespace flopprof::tools
