#include "profiler/capture/activity_buffers.h"

#include <new>
#include <utility>

namespace flopprof::capture {

std::uint8_t* ActivityBuffers::take() noexcept {
  try {
    const std::lock_guard lock(mutex_);
    if (!empty_.empty()) {
      std::uint8_t* data = empty_.back();
      empty_.pop_back();
      return data;
    }
    if (all_.size() == kMost) return nullptr;
    all_.reserve(kMost);
    empty_.reserve(kMost);
    full_.reserve(kMost);
    all_.push_back(std::make_unique_for_overwrite<std::uint8_t[]>(kBytes));
    return all_.back().get();
  } catch (const std::bad_alloc&) {
    return nullptr;  // the library drops records then, and says how many
  }
}

std::size_t ActivityBuffers::filled(const FullBuffer& buffer) noexcept {
  const std::lock_guard lock(mutex_);
  full_.push_back(buffer);
  return full_.size();
}

std::vector<FullBuffer> ActivityBuffers::take_full() {
  std::vector<FullBuffer> full;
  full.reserve(kMost);
  const std::lock_guard lock(mutex_);
  full.swap(full_);
  return full;
}

void ActivityBuffers::give_back(std::uint8_t* data) {
  const std::lock_guard lock(mutex_);
  empty_.push_back(data);
}

}  // namespace flopprof::capture
