#pragma once

#include <cupti.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace flopprof::capture {

/// A buffer that the profiling library has filled.
struct FullBuffer {
  std::uint8_t* data = nullptr;
  std::size_t used = 0;
  CUcontext context = nullptr;
  std::uint32_t stream = 0;
};

/// The memory that the profiling library writes records into, at most 32 MiB of it, used again and
/// again. Its threads take and fill; the drain thread empties.
class ActivityBuffers {
 public:
  static constexpr std::size_t kBytes = 512 * 1024;
  static constexpr std::size_t kMost = 64;
  /// So many full ones should not wait for the drain thread's next second.
  static constexpr std::size_t kMany = 16;

  /// An empty buffer of kBytes, or null when all are in use.
  std::uint8_t* take() noexcept;
  /// How many are full now.
  std::size_t filled(const FullBuffer& buffer) noexcept;

  std::vector<FullBuffer> take_full();
  void give_back(std::uint8_t* data);

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<std::uint8_t[]>> all_;
  std::vector<std::uint8_t*> empty_;
  std::vector<FullBuffer> full_;
};

}  // namespace flopprof::capture
