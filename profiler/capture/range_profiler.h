#pragma once

#include <cupti.h>
#include <cupti_range_profiler.h>
#include <cupti_target.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "profiler/capture/cupti_subscription.h"

namespace flopprof::capture {

/// The functions of CUPTI's range profiler, which CUDA 12.6 and later have.
struct RangeFunctions {
  decltype(&cuptiProfilerInitialize) initialize = nullptr;
  decltype(&cuptiProfilerGetCounterAvailability) get_availability = nullptr;
  decltype(&cuptiDeviceGetChipName) get_chip_name = nullptr;
  decltype(&cuptiGetDeviceId) get_device = nullptr;
  decltype(&cuptiRangeProfilerEnable) enable = nullptr;
  decltype(&cuptiRangeProfilerDisable) disable = nullptr;
  decltype(&cuptiRangeProfilerGetCounterDataSize) get_data_size = nullptr;
  decltype(&cuptiRangeProfilerCounterDataImageInitialize) initialize_data = nullptr;
  decltype(&cuptiRangeProfilerSetConfig) set_config = nullptr;
  decltype(&cuptiRangeProfilerStart) start = nullptr;
  decltype(&cuptiRangeProfilerStop) stop = nullptr;
  decltype(&cuptiRangeProfilerPushRange) push = nullptr;
  decltype(&cuptiRangeProfilerPopRange) pop = nullptr;
  decltype(&cuptiRangeProfilerDecodeData) decode = nullptr;
};

/// Nothing where `library`, a handle of dlopen(), lacks one of them.
std::optional<RangeFunctions> find_range_functions(void* library);

/// What is asked before the first range. `chip`: of the device, as "GH100".
std::optional<Refusal> initialize_profiler(const RangeFunctions& functions);
std::optional<Refusal> ask_chip(const RangeFunctions& functions, std::uint32_t device,
                                std::string& chip);
/// What the context's device says of its counters, for the scheduler.
std::optional<Refusal> ask_availability(const RangeFunctions& functions, CUcontext context,
                                        std::vector<std::uint8_t>& image);

/// Counts what one context executes between two moments: one range, set by the program and not by
/// kernel, and in one pass, so that nothing is replayed and kernels run beside each other as ever.
///
/// The context must be idle at both moments: what runs across them is counted in part.
class RangeProfiler {
 public:
  RangeProfiler(const RangeFunctions& functions, CUcontext context)
      : functions_(functions), context_(context) {}
  RangeProfiler(const RangeProfiler&) = delete;
  RangeProfiler& operator=(const RangeProfiler&) = delete;

  CUcontext context() const { return context_; }

  /// `config`: an image that counts `metrics`; both outlive the range. After a refusal nothing
  /// runs.
  std::optional<Refusal> begin(std::span<const std::uint8_t> config,
                               const std::vector<const char*>& metrics);

  /// The counters' data, to be evaluated wherever CUPTI's host library is. After a refusal there is
  /// none.
  std::optional<Refusal> end(std::vector<std::uint8_t>& counted);

  /// Gives the counters and the card's power features back. What runs is lost.
  void release() noexcept;

 private:
  std::optional<Refusal> enable();
  std::optional<Refusal> configure(std::span<const std::uint8_t> config,
                                   const std::vector<const char*>& metrics);

  const RangeFunctions& functions_;
  CUcontext context_;
  CUpti_RangeProfiler_Object* profiler_ = nullptr;
  std::vector<std::uint8_t> data_;
  bool running_ = false;
};

}  // namespace flopprof::capture
