#pragma once

#include <cstdint>

#include "kernels/flop_class.h"

namespace flopprof::kernels {

/// What a kernel does, from its definition and by hand: a yardstick takes no number from the
/// profiler.
struct Work {
  std::int64_t flops = 0;  ///< executed; a fused multiply-add is 2
  std::int64_t bytes = 0;  ///< read and written in device memory, each once
  FlopClass kind = FlopClass::kFp32;
  std::int64_t required_flops = 0;  ///< of the problem; 0: the same as `flops`
};

}  // namespace flopprof::kernels
