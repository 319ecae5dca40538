#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace simgpu {

// What a collector saw of a job on a GPU, to be played to a collector without one. The file `tape`
// in a folder, little endian:
//
//   "floptape", u32 1, u32 the version of CUPTI, then events in the order in which they were seen:
//   u32 kind, u32 bytes, and so many bytes, with zeros up to a multiple of 8
//
// The structs below are what an event begins with. Handles and addresses are those of the job then.
// A tape that ends within an event ends before it: its job was killed.

enum class TapeKind : std::uint32_t {
  kStepBegins = 1,   ///< text: the step's name, or nothing
  kStepEnds = 2,     ///< nothing
  kContext = 3,      ///< TapeContext: it was made
  kContextEnds = 4,  ///< TapeContext
  kModule = 5,       ///< TapeModule, then its cubin: it was loaded
  kModuleEnds = 6,   ///< TapeModule, then its cubin
  kCall = 7,         ///< TapeCall, then the kernel's symbol
  kName = 8,         ///< u64 address, then the text there, before a record that points to it
  kRecords = 9,      ///< of each activity record of one buffer: u32 bytes, u32 0, the record
  kCounterData = 10  ///< TapeCounterData, the metrics with "\n" after each, the decoded image
};

struct TapeContext {
  std::uint64_t context = 0;
  std::uint32_t id = 0;
  std::uint32_t device = 0;
};
struct TapeModule {
  std::uint64_t context = 0;
  std::uint32_t id = 0;
  std::uint32_t zero = 0;
};
/// A callback of cuLaunchKernel, cuLaunchKernelEx, cuLaunchCooperativeKernel or cuGraphLaunch.
struct TapeCall {
  std::uint32_t callback_id = 0;
  std::uint32_t site = 0;  ///< 0 entered, 1 left
  std::uint32_t correlation = 0;
  std::int32_t result = 0;  ///< when it was left
  std::uint64_t context = 0;
  std::uint64_t function = 0;
  std::uint64_t graph = 0;
  std::uint64_t stream = 0;
  std::uint32_t grid[3] = {1, 1, 1};
  std::uint32_t block[3] = {1, 1, 1};
  std::uint32_t cluster[3] = {1, 1, 1};
  std::uint32_t shared_memory = 0;
};
/// What cuptiRangeProfilerDecodeData gave, in the order of its calls.
struct TapeCounterData {
  std::uint64_t context = 0;
  std::uint32_t was_last_pass = 1;
  std::uint32_t dropped = 0;
  std::uint32_t metrics_bytes = 0;
  std::uint32_t zero = 0;
};

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
