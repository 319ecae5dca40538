#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "profiler/capture/cupti_library.h"

namespace flopprof::gpu {

struct KernelRecord {
  std::string kernel;
  std::uint32_t correlation = 0;
  double us = 0;
  bool without_time = false;
};

/// Records of kernels, while one of these is there. Of the whole process: one at a time. Throws
/// Refused.
class KernelRecords {
 public:
  explicit KernelRecords(const capture::CuptiLibrary& cupti);
  ~KernelRecords();
  KernelRecords(const KernelRecords&) = delete;
  KernelRecords& operator=(const KernelRecords&) = delete;

  /// Of the kernels that have ended since the last call.
  std::vector<KernelRecord> take();
  /// Records that did not come, for want of room.
  std::size_t dropped() const;

 private:
  const capture::CuptiLibrary& cupti_;
};

/// Throws Refused, naming `call`.
void check(const capture::CuptiLibrary& cupti, CUptiResult result, const char* call);

}  // namespace flopprof::gpu
