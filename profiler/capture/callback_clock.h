#pragma once

#include <atomic>
#include <cstdint>

#include "profiler/capture/this_process.h"

namespace flopprof::capture {

/// Times one callback of many for all: a clock reading is a fair part of what one takes.
class CallbackClock {
 public:
  explicit CallbackClock(std::atomic<std::int64_t>& sum) : sum_(sum) {
    thread_local std::uint32_t turn = 0;
    if (++turn % kOneIn == 0) began_at_ = monotonic_ns();
  }
  ~CallbackClock() {
    if (began_at_ != 0) sum_.fetch_add(kOneIn * (monotonic_ns() - began_at_));
  }
  CallbackClock(const CallbackClock&) = delete;
  CallbackClock& operator=(const CallbackClock&) = delete;

 private:
  static constexpr std::uint32_t kOneIn = 512;
  std::atomic<std::int64_t>& sum_;
  std::int64_t began_at_ = 0;
};

}  // namespace flopprof::capture
