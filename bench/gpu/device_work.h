#pragma once

#include <cuda.h>
#include <cuda_runtime_api.h>

#include <cstddef>
#include <functional>

#include "kernels/reference_kernel.h"

namespace flopprof::gpu {

/// Memory of the device, filled with one byte. Throws Refused.
class DeviceMemory {
 public:
  explicit DeviceMemory(std::size_t bytes, int value = 0x3c);
  ~DeviceMemory();
  DeviceMemory(const DeviceMemory&) = delete;
  DeviceMemory& operator=(const DeviceMemory&) = delete;
  void* get() const { return memory_; }

 private:
  void* memory_ = nullptr;
};

/// A stream that does not wait for the default one.
class Stream {
 public:
  Stream();
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  cudaStream_t get() const { return stream_; }

 private:
  cudaStream_t stream_ = nullptr;
};

/// What `work` launches on a stream, as a graph.
class Graph {
 public:
  Graph(const Stream& stream, const std::function<void()>& work);
  ~Graph();
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
  void launch(const Stream& stream) const;

 private:
  cudaGraphExec_t instance_ = nullptr;
};

/// Reference kernels of one size, with the memory that they need.
class KernelWork {
 public:
  KernelWork(const kernels::ReferenceKernel& kernel, const kernels::Launch& launch);
  void launch(cudaStream_t stream) const { launch(stream, launch_.trips); }
  void launch(cudaStream_t stream, int trips) const;
  const kernels::Launch& size() const { return launch_; }
  const kernels::ReferenceKernel& kernel() const { return kernel_; }

 private:
  kernels::ReferenceKernel kernel_;
  kernels::Launch launch_;
  DeviceMemory seeds_;
  DeviceMemory result_;
};

/// The reference kernel of that name. Throws Refused where there is none.
kernels::ReferenceKernel reference_kernel(const char* name);

/// Tens and ones, as 90 for 9.0.
int capability_of_device();
int multiprocessors();
void wait_for_device();
/// Of this thread. Throws Refused where there is none.
CUcontext current_context();

}  // namespace flopprof::gpu
