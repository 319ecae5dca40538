#pragma once

#include <cuda.h>

#include <cstddef>
#include <functional>
#include <map>
#include <string>

#include "tests/simgpu/simgpu.h"

// What driver_job can do, by theme.

namespace simgpu::job {

using Jobs = std::map<std::string, std::function<void()>>;
const Jobs& step_jobs();
const Jobs& counted_jobs();
const Jobs& graph_jobs();
const Jobs& tape_jobs();
const Jobs& unmarked_jobs();  ///< that tell of no step, or late
const Jobs& crowded_jobs();   ///< threads, processes and other profilers

/// How many steps a job has that leaves it open: driver_job's second argument.
extern int steps_wanted;

/// Says what the driver answered and ends the job.
void check(CUresult result);

/// One context with two streams, current to the thread that made it.
struct Gpu {
  explicit Gpu(int ordinal = 0);
  CUfunction kernel(const std::string& name);
  /// Blocks of one thread, in a row.
  void launch(const std::string& name, unsigned blocks, std::size_t stream = 0);
  void launch(const std::string& name, Dim3 grid, std::size_t stream = 0);
  CUcontext context = nullptr;
  CUmodule module = nullptr;
  CUstream streams[2] = {};
  std::map<std::string, CUfunction> kernels;
};

}  // namespace simgpu::job
