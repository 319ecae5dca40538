#pragma once

#include <cupti.h>

#include <cstdint>
#include <optional>

namespace simgpu {

// What goes wrong, on demand:
//   SIMGPU_FAULT    name=code or #n=code, comma between: that function, or the n-th call of any,
//                   answers with that error
//   SIMGPU_RECORDS  drop=n, zero=n, reverse, comma between: each n-th kernel record is lost, or has
//                   no times; buffers come last one first, and only with a forced flush
//   SIMGPU_HOLDER   the name of a tool that has subscribed already
//   SIMGPU_CALLS    a file that holds the number of calls when the process has ended

/// Counts the call; the error that it is to answer with.
std::optional<CUptiResult> refused(const char* function);

struct RecordFaults {
  std::uint64_t drop_each = 0;
  std::uint64_t zero_each = 0;
  bool reverse = false;
};
RecordFaults record_faults();

}  // namespace simgpu
