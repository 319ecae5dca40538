#pragma once

#include "kernels/arithmetic.h"

namespace flopprof::kernels {

/// Single precision on the GPU, one instruction an operation: the compiler fuses none of them.
struct DeviceArithmetic {
  using Number = float;
  static __device__ float add(float left, float right) { return __fadd_rn(left, right); }
  static __device__ float subtract(float left, float right) { return __fsub_rn(left, right); }
  static __device__ float multiply(float left, float right) { return __fmul_rn(left, right); }
  static __device__ float fuse(float left, float right, float summand) {
    return __fmaf_rn(left, right, summand);
  }
};

}  // namespace flopprof::kernels
