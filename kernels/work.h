#pragma once

#include <cstdint>

namespace flopprof::kernels {

/// What a kernel does, from its definition and by hand: a yardstick takes no number from the
/// profiler.
struct Work {
  std::int64_t flops = 0;  ///< a fused multiply-add is 2
  std::int64_t bytes = 0;  ///< read and written in device memory
};

}  // namespace flopprof::kernels
