#pragma once

#include "kernels/gemm.h"
#include "kernels/sgemm.h"

namespace flopprof::tools {

// The products that ours and a library's function make: the deeper, the longer.

constexpr int kSgemmTimed = 512;
constexpr kernels::Sgemm sgemm_of(int size) { return {.m = 4096, .n = 4096, .k = 8 * size}; }

constexpr int kGemmTimed = 128;
constexpr kernels::Gemm gemm_of(int size) { return {.m = 8192, .n = 8192, .k = 64 * size}; }

}  // namespace flopprof::tools
