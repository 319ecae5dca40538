#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "kernels/work.h"

namespace flopprof::kernels {

/// Copies floats from one array to another.
struct Copy {
  std::int64_t floats = 4;  ///< a whole multiple of 4
};

/// sums = left + factor·right, of floats.
struct Triad {
  std::int64_t floats = 4;  ///< a whole multiple of 4
};

/// No FLOPs; a copy reads and writes each float once.
Work work_of(const Copy& copy);

/// A fused multiply-add a float; two are read and one is written.
Work work_of(const Triad& triad);

/// Arrays in device memory, aligned to 16 bytes. The caller asks for errors of the launches.
void launch(const Copy& copy, const float* from, float* to, cudaStream_t stream);
void launch(const Triad& triad, const float* left, const float* right, float* sums,
            cudaStream_t stream);

constexpr float kTriadFactor = 3.0F;

}  // namespace flopprof::kernels
