#pragma once

#include <vector>

#include "profiler/convolution_timing/measure.h"

namespace flopprof::tools {

/// Our reference kernels that take a convolution: implicit GEMM of bf16 in every direction, and
/// Winograd F(2x2,3x3) of fp32 forward. They are for counting, not for speed; what they execute is
/// known by definition.
std::vector<convolution_timing::Candidate> own_candidates(
    const convolution::Analysis& analysis, const convolution_timing::Tensors& tensors);

}  // namespace flopprof::tools
