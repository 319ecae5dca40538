#pragma once

#include <cuda_runtime_api.h>

#include <array>
#include <cstdint>

#include "kernels/work.h"

namespace flopprof::kernels {

/// Two launches of the same work in two streams, each on half of the processors: while both run,
/// the device is busy once, and the sum of their times is twice that of their union.
struct Overlap {
  int processors = 2;        ///< of the device
  int shared_bytes = 65536;  ///< of a processor; a block takes more than half
  int trips = 1;
};

/// From when to when a launch ran, by the device's own clock.
struct Ran {
  std::uint64_t began_at_ns = UINT64_MAX;
  std::uint64_t ended_at_ns = 0;
};

/// 512 FLOPs a trip, thread and block, of both launches.
Work work_of(const Overlap& overlap);

constexpr int kOverlapThreads = 256;
int blocks_of_one(const Overlap& overlap);

/// How long at least one of two ran.
std::uint64_t union_ns(const Ran& one, const Ran& other);

/// `seeds` as of a ReferenceKernel, `results` 8 floats a thread of both launches, `ran` two, set as
/// Ran{}; all in device memory. Answers the first error.
cudaError_t launch(const Overlap& overlap, const float* seeds, float* results, Ran* ran,
                   const std::array<cudaStream_t, 2>& streams);

}  // namespace flopprof::kernels
