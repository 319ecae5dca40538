#pragma once

#include <cupti.h>

#include <cstdint>
#include <optional>

namespace simgpu {

// What goes wrong, on demand:
//   SIMGPU_FAULT    name=code, name#n=code or #n=code, comma between: that function, its n-th call,
//                   or the n-th call of any, answers with that error. cupti_result.h has the codes:
//                   8 out of memory, 26 hardware busy, 27 not supported, 33 and 40 virtualised,
//                   35 insufficient privileges, 39 another subscriber, 41 confidential computing.
//                   By name the driver's functions too that the collector calls and the jobs do
//                   not, with the codes of cuda.h; #n counts those of the profiling library alone
//   SIMGPU_RECORDS  comma between:
//                     drop=n, zero=n      each n-th kernel record is lost, or has no times
//                     reverse             records come last one first, and only with a forced flush
//                     late=n              a flush hands over what was full n flushes before it
//                     thread_buffers      each thread that launches fills a buffer of its own
//                     split_graphs        graphs end on the device after that which they began on
//                     drop_range=n        each n-th counted range is lost
//   SIMGPU_SLOW_FLUSH_MS  how long a flush takes (0)
//   SIMGPU_CUPTI_VERSION  what cuptiGetVersion says (130001), and with it the form of the records:
//                         Kernel9 before 13.0, Kernel10 in it, Kernel11 in 13.1, Kernel12 after
//   SIMGPU_HOLDER   the name of a tool that has subscribed already
//   SIMGPU_CALLS    a file that holds the number of calls when the process has ended
//   SIMGPU_CALLED   a file to which the name of each function goes when it is called for the first
//                   time in a process

/// Counts the call; the error that it is to answer with.
std::optional<CUptiResult> refused(const char* function);

struct RecordFaults {
  std::uint64_t drop_each = 0;
  std::uint64_t zero_each = 0;
  std::uint64_t drop_range_each = 0;
  std::size_t late = 0;
  bool reverse = false;
  bool thread_buffers = false;
  bool split_graphs = false;
};
const RecordFaults& record_faults();

std::uint32_t cupti_version();

}  // namespace simgpu

extern "C" {
/// How often a function of the range profiler was called.
int simgpu_range_calls();
}
