#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "profiler/record/tape.h"

namespace simgpu {

using flopprof::TapeCall;
using flopprof::TapeContext;
using flopprof::TapeCounterData;
using flopprof::TapeKind;
using flopprof::TapeModule;

/// One event of a tape; profiler/record/tape.h has its form.
struct TapeEvent {
  TapeKind kind{};
  std::span<const std::uint8_t> payload;

  /// What the payload begins with; zeros where it is too short.
  template <typename Head>
  Head head() const {
    Head read{};
    const auto bytes = payload.first(std::min(sizeof read, payload.size()));
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<std::uint8_t*>(&read));
    return read;
  }
  /// What follows the first `bytes`.
  std::string_view text_after(std::size_t bytes) const;
};

class Tape {
 public:
  /// Throws std::runtime_error naming the file that is no tape.
  explicit Tape(const std::string& folder);
  std::uint32_t cupti_version() const { return cupti_version_; }
  const std::vector<TapeEvent>& events() const { return events_; }

 private:
  std::vector<std::uint8_t> bytes_;
  std::uint32_t cupti_version_ = 0;
  std::vector<TapeEvent> events_;
};

/// The one that SIMGPU_TAPE names, the folder of a tape; null without.
const Tape* tape();

}  // namespace simgpu

extern "C" {
/// In the stand-in for the profiling library: the records of an event go to whoever asked for
/// buffers, and its names are remembered.
void simgpu_play(const simgpu::TapeEvent* event);
}
