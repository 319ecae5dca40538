#pragma once

#include <map>
#include <string>
#include <string_view>

#include "tests/simgpu/simgpu.h"

namespace simgpu {

// What the kernels of a context have counted:
//   SIMGPU_COUNTS  what each block of a kernel counts, as "gemm:fadd=2,ffma=1000;relu:fadd=7" with
//                  the names of metrics, rollup and all, for fadd and ffma
//   SIMGPU_JITTER  by how many per cent at most a launch counts more than that: other launches
//   other
//                  shares of it, as kernels do whose work depends on data (0)
// Beside these every kernel counts its nanoseconds as gpu__time_duration and two cycles for each as
// sm__cycles_elapsed.

/// By the metric's name without its rollup. Only kernels that have ended: one that is running when
/// a range begins is counted in it, and one that is running when it ends is not.
using Counts = std::map<std::string, double, std::less<>>;
Counts counts_of(CUcontext context);

/// "sm__cycles_elapsed" of "sm__cycles_elapsed.max"
std::string_view base_of(std::string_view metric);

}  // namespace simgpu
