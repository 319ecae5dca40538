#include "profiler/capture/launch_identity.h"

#include <initializer_list>

#include "profiler/capture/launch_arguments.h"

namespace flopprof::capture {
namespace {

/// The finaliser of MurmurHash3: what differs in one bit differs in half of them.
std::uint64_t mixed(std::uint64_t value) {
  value ^= value >> 33, value *= 0xff51afd7ed558ccdu;
  value ^= value >> 33, value *= 0xc4ceb9fe1a85ec53u;
  return value ^ (value >> 33);
}

std::uint64_t hash_of(std::initializer_list<std::uint64_t> parts) {
  std::uint64_t hash = 0;
  for (const std::uint64_t part : parts) hash = mixed(hash ^ part) + 0x9e3779b97f4a7c15u;
  return hash;
}

std::uint64_t pair_of(unsigned high, unsigned low) { return std::uint64_t{high} << 32 | low; }

std::uint64_t address(const void* handle) { return reinterpret_cast<std::uintptr_t>(handle); }

std::uint64_t hash_of_kernel(const LaunchArguments& launch) {
  const auto& [grid_x, grid_y, grid_z] = launch.grid;
  const auto& [block_x, block_y, block_z] = launch.block;
  const auto& [cluster_x, cluster_y, cluster_z] = launch.cluster;
  return hash_of({address(launch.function), pair_of(grid_x, grid_y),
                  pair_of(grid_z, launch.shared_memory), pair_of(block_x, block_y),
                  pair_of(block_z, cluster_x), pair_of(cluster_y, cluster_z)});
}

}  // namespace

std::optional<Launch> LaunchIdentities::of(CUpti_CallbackId id,
                                           const void* arguments) const noexcept {
  const auto launch = launch_arguments(id, arguments);
  if (!launch) return std::nullopt;
  const bool is_graph = launch->graph != nullptr;
  const std::uint64_t of_handle =
      is_graph ? hash_of({address(launch->graph)}) : hash_of_kernel(*launch);
  const std::uint64_t functions = functions_.load(std::memory_order_relaxed);
  const std::uint64_t epoch =
      is_graph ? hash_of({graphs_.load(std::memory_order_relaxed), functions}) : functions;
  return Launch{.graph = is_graph,
                .identity = hash_of({of_handle, epoch}),
                .of_handle = of_handle,
                .stream = launch->stream};
}

}  // namespace flopprof::capture
