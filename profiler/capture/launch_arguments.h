#pragma once

#include <cupti.h>

#include <array>
#include <cstdint>
#include <optional>

namespace flopprof::capture {

/// What a call of the driver launches, a kernel or a graph.
struct LaunchArguments {
  CUfunction function = nullptr;
  CUgraphExec graph = nullptr;  ///< null: a kernel
  CUstream stream = nullptr;
  std::array<std::uint32_t, 3> grid = {1, 1, 1};
  std::array<std::uint32_t, 3> block = {1, 1, 1};
  std::array<std::uint32_t, 3> cluster = {1, 1, 1};
  std::uint32_t shared_memory = 0;  ///< dynamic, bytes
};

/// `arguments`: as a callback of the driver's call `id` gets them; null is allowed. Nothing for a
/// call that launches nothing.
std::optional<LaunchArguments> launch_arguments(CUpti_CallbackId id,
                                                const void* arguments) noexcept;

}  // namespace flopprof::capture
