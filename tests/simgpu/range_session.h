#pragma once

#include <cupti.h>
#include <cupti_range_profiler.h>

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tests/simgpu/config_image.h"
#include "tests/simgpu/counter_image.h"
#include "tests/simgpu/counts.h"

namespace simgpu {

/// The range profiler of one context: which calls it takes in which state, and what its ranges
/// have counted, or a tape says. Not guarded: the library's lock is held.
class RangeSession {
 public:
  explicit RangeSession(CUcontext context) : context_(context) {}

  CUcontext context() const { return context_; }
  bool is_started() const { return started_; }

  CUptiResult size_image(const CUpti_RangeProfiler_GetCounterDataSize_Params& params,
                         std::size_t& bytes);
  CUptiResult make_image(std::uint8_t* memory, std::size_t bytes) const;

  /// `chip` is that of the context's device.
  CUptiResult configure(const CUpti_RangeProfiler_SetConfig_Params& params, std::string_view chip);
  CUptiResult start();
  CUptiResult push(const char* name);
  CUptiResult pop();
  /// Says which pass comes next, and whether there is none.
  CUptiResult stop(std::size_t& next_pass, bool& was_last);
  CUptiResult decode(std::size_t& dropped);

 private:
  struct Open {
    std::string name;
    Counts before;
  };
  CountedRange difference(const Open& range) const;
  void put_counted();
  void put_taped();

  CUcontext context_;
  std::vector<std::string> metrics_;  // of the last image that was asked for
  std::size_t most_ranges_ = 0;
  std::optional<ConfigImage> config_;
  std::optional<CounterImage> image_;
  std::span<std::uint8_t> memory_;  // of the image, where a tape has its content
  std::size_t most_of_pass_ = 0;
  std::size_t most_nested_ = 0;
  std::size_t pass_ = 0;
  std::size_t first_range_ = 0;  // in the image, of this configuration
  bool started_ = false;
  bool stopped_ = false;
  std::vector<Open> open_;
  std::vector<CountedRange> done_;
  std::size_t lost_ = 0;
};

}  // namespace simgpu
