#pragma once

#include <vector>

#include "kernels/reference_kernel.h"

namespace flopprof::gpu {

/// Kernels that tell what counters take for FLOPs: instructions of the floating-point pipes that
/// add and multiply nothing, products of matrices of which every other element is nothing, and fp8
/// products that the compiler makes of others. FLOPs of a trip by hand, as those of kernels/.
std::vector<kernels::ReferenceKernel> idioms();

}  // namespace flopprof::gpu
