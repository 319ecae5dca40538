#include "profiler/capture/layer_stack.h"

#include <array>
#include <cstddef>

namespace flopprof::capture {
namespace {

/// Deeper layers are attributed to the deepest that fits. No constructor runs, so no thread that
/// never enters a layer pays for one.
struct Layers {
  std::array<const char*, 64> paths;
  std::size_t depth;
};
thread_local Layers layers;

}  // namespace

void enter_layer(const char* path) noexcept {
  if (layers.depth < layers.paths.size()) layers.paths[layers.depth] = path;
  ++layers.depth;
}

void leave_layer() noexcept {
  if (layers.depth > 0) --layers.depth;
}

const char* current_layer() noexcept {
  if (layers.depth == 0) return nullptr;
  return layers
      .paths[layers.depth < layers.paths.size() ? layers.depth - 1 : layers.paths.size() - 1];
}

}  // namespace flopprof::capture
