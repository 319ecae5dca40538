#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace flopprof {

// What a collector saw of a job on a GPU, to be played to a collector without one. The file `tape`
// in a folder, little endian:
//
//   kTapeMagic, u32 kTapeForm, u32 the version of CUPTI, then events in the order in which they
//   were seen: u32 kind, u32 bytes, and so many bytes, with zeros up to a multiple of
//   kTapeAlignment
//
// The structs below are what an event begins with. Handles and addresses are those of the job then.
// A tape that ends within an event ends before it: its job was killed.

inline constexpr std::string_view kTapeMagic = "floptape";
inline constexpr std::uint32_t kTapeForm = 1;
inline constexpr std::size_t kTapeAlignment = 8;

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
  std::array<std::uint32_t, 3> grid = {1, 1, 1};
  std::array<std::uint32_t, 3> block = {1, 1, 1};
  std::array<std::uint32_t, 3> cluster = {1, 1, 1};
  std::uint32_t shared_memory = 0;
};
/// What the range profiler decoded, in the order of its calls.
struct TapeCounterData {
  std::uint64_t context = 0;
  std::uint32_t was_last_pass = 1;
  std::uint32_t dropped = 0;
  std::uint32_t metrics_bytes = 0;
  std::uint32_t zero = 0;
};

}  // namespace flopprof
