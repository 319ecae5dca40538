#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "profiler/cubin/cubin.h"

namespace flopprof::cubin {

/// What a file holds beside the kernels that were read.
struct GpuCode {
  int cubins = 0;
  int ptx_programs = 0;               ///< which a driver compiles; they hold no machine code
  std::vector<std::string> left_out;  ///< one sentence each
};

/// Hands every kernel of a cubin, a fat binary, an object, executable or shared library with fat
/// binaries in it, or an archive of such files to `take`, one at a time: a library may hold
/// gigabytes of code. Throws CubinError where the file is damaged, or has no machine code for a GPU
/// at all.
GpuCode read_gpu_code(std::string_view file, const std::function<void(const Kernel&)>& take);

}  // namespace flopprof::cubin
