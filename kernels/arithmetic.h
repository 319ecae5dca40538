#pragma once

#include <cmath>

/// Of functions that a kernel and a test on the host both run.
#ifdef __CUDACC__
#define FLOPPROF_BOTH __host__ __device__
#else
#define FLOPPROF_BOTH
#endif

/// Before a loop of such a function. Only the compiler of the device knows the word.
#ifdef __CUDA_ARCH__
#define FLOPPROF_UNROLLED _Pragma("unroll")
#define FLOPPROF_NOT_UNROLLED _Pragma("unroll 1")
#else
#define FLOPPROF_UNROLLED
#define FLOPPROF_NOT_UNROLLED
#endif

namespace flopprof::kernels {

/// The operations of the kernels that are templates of their arithmetic, on the host.
template <class T>
struct HostArithmetic {
  using Number = T;
  static Number add(Number left, Number right) { return left + right; }
  static Number subtract(Number left, Number right) { return left - right; }
  static Number multiply(Number left, Number right) { return left * right; }
  static Number fuse(Number left, Number right, Number summand) {
    return std::fma(left, right, summand);
  }
};

}  // namespace flopprof::kernels
