#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "profiler/capture/counter_host.h"
#include "profiler/capture/cupti_library.h"
#include "profiler/capture/driver.h"
#include "profiler/capture/range_profiler.h"
#include "profiler/capture/tape_recorder.h"
#include "profiler/counters/counter_sets.h"

namespace flopprof::capture {

/// A chip's counter sets, as the range profiler takes them.
struct ChipCounters {
  std::string chip;
  std::vector<counters::CounterSet> sets;
  std::vector<std::vector<const char*>> metrics;   ///< of each set; views into it
  std::vector<std::vector<std::uint8_t>> configs;  ///< of each set; empty: not to be counted
};

/// What one set of counters counted on one device.
struct CountedRange {
  std::int64_t device = 0;
  const ChipCounters* chip = nullptr;
  std::size_t set = 0;
  std::vector<std::uint8_t> data;
};

/// Counts on all contexts of this process at once. Contexts come and go on any thread; the job's
/// thread at a step's boundary counts; the drain thread prepares and evaluates.
class RangeCounting {
 public:
  /// `tape`: where to keep what is counted, or null.
  RangeCounting(const CuptiLibrary& cupti, const RangeFunctions& functions, TapeRecorder* tape)
      : cupti_(cupti), functions_(functions), tape_(tape) {}

  void context_created(CUcontext context);
  void context_ends(CUcontext context) noexcept;

  /// At a boundary: asks the devices of new contexts what they have, which the drain thread needs
  /// to know. Quick where there are none.
  std::optional<Refusal> get_acquainted();
  /// The drain thread: builds what counting takes. The refusals of single sets are `problems`.
  void prepare(std::vector<std::string>& problems);
  /// One element a set, whether it patches kernels; nothing before all devices are prepared.
  std::optional<std::vector<bool>> sets();

  bool wait_until_idle(const Driver& driver, std::chrono::nanoseconds at_most);
  /// Begins to count with `set` wherever the chip has so many.
  std::optional<Refusal> begin(std::size_t set);
  std::optional<Refusal> end(std::vector<CountedRange>& counted);
  /// Gives the counters back.
  void release() noexcept;

  /// By context, its device.
  std::map<const void*, std::int64_t> devices();

  /// The drain thread: of each range, one value a metric of its set. Throws std::runtime_error.
  std::vector<CounterAnswer> values_of(std::span<const CountedRange> ranges,
                                       std::chrono::milliseconds at_most) const;

 private:
  struct Device {
    std::string chip;
    std::vector<std::uint8_t> availability;
    const ChipCounters* counters = nullptr;  // once prepared
  };
  struct Context {
    std::int64_t device = 0;
    std::unique_ptr<RangeProfiler> profiler;
    std::optional<std::size_t> counting;  // the set
  };

  std::unique_ptr<ChipCounters> built(const Device& device,
                                      std::vector<std::string>& problems) const;

  const CuptiLibrary& cupti_;
  const RangeFunctions& functions_;
  TapeRecorder* tape_;
  std::mutex mutex_;
  std::map<CUcontext, Context> contexts_;
  std::map<std::int64_t, Device> devices_;
  std::vector<std::unique_ptr<ChipCounters>> chips_;  // none is ever taken out
  bool initialised_ = false;
};

}  // namespace flopprof::capture
