#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "profiler/convolution/analysis.h"
#include "profiler/convolution_timing/measure.h"

namespace flopprof::tools {

/// The GPU that is measured.
struct Gpu {
  std::string name;  ///< the driver's
  std::string uuid;  ///< as nvidia-smi prints it
};

/// Makes CUDA's device `index` the current one. Throws std::runtime_error where there is none.
Gpu use_gpu(int index);

/// Memory of the current GPU; freed with the pointer. Throws std::runtime_error where there is too
/// little. None for 0 bytes.
std::shared_ptr<void> gpu_bytes(std::size_t bytes);

/// The tensors of a convolution, filled with random numbers of its format.
std::shared_ptr<const convolution_timing::Tensors> gpu_tensors(
    const convolution::Analysis& analysis);

}  // namespace flopprof::tools
