#pragma once

#include <cupti.h>

#include <cstddef>

namespace simgpu {

/// The profiler's functions take a struct that tells its own size, and refuse another.
template <typename Params>
bool is_whole(const Params* params, std::size_t size) {
  return params != nullptr && params->structSize == size;
}

}  // namespace simgpu
