#pragma once

#include <cupti.h>

#include <atomic>
#include <cstdint>
#include <optional>

namespace flopprof::capture {

struct Launch {
  bool graph = false;
  std::uint64_t identity = 0;
  /// Of the handle alone: the same after a graph was changed or a module unloaded, and so perhaps
  /// for another kernel with the same handle.
  std::uint64_t of_handle = 0;
  CUstream stream = nullptr;
};

/// Tells launches apart by what they launch: the function, by its handle, with its grid, block,
/// cluster and shared memory, or the graph, by its handle. Handles are used again after what they
/// stood for has gone; then all identities are new ones.
class LaunchIdentities {
 public:
  /// Nothing for a call that launches nothing.
  std::optional<Launch> of(CUpti_CallbackId id, const void* arguments) const noexcept;

  void module_unloaded() noexcept { functions_.fetch_add(1, std::memory_order_relaxed); }
  /// A graph was made ready, changed or destroyed.
  void graphs_changed() noexcept { graphs_.fetch_add(1, std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> functions_{1};
  std::atomic<std::uint64_t> graphs_{1};
};

}  // namespace flopprof::capture
