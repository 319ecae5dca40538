#pragma once

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "profiler/capture/cupti_library.h"
#include "profiler/capture/driver.h"
#include "profiler/capture/range_counting.h"
#include "profiler/capture/range_timing.h"
#include "profiler/counters/executed.h"

namespace flopprof::gpu {

/// What one piece of work executed, as the counter sets of the chip said one after another.
struct Executed {
  std::map<std::string, std::int64_t> by_class;  ///< FLOPs; without classes of which all are 0
  std::int64_t flops = 0;
  std::int64_t missing = 0;  ///< counters that counted nothing
  nlohmann::json values;     ///< of each set, of each metric
  nlohmann::json refused;    ///< of each set that counted nothing, why
};

/// Counts on the current context as the collector in a job does, with its code.
class Counting {
 public:
  /// Throws Refused where this machine has no CUPTI, or no counter sets are known for the chip.
  Counting();
  Counting(const Counting&) = delete;
  Counting& operator=(const Counting&) = delete;

  const std::string& chip() const { return chip_; }
  const std::vector<counters::CounterSet>& sets() const { return sets_; }
  std::size_t set_named(const std::string& name) const;
  const std::vector<std::string>& problems() const { return problems_; }
  capture::CuptiLibrary& cupti() { return cupti_; }
  const capture::RangeCallTimes& call_times() const { return times_; }
  void forget_call_times() { times_.clear(); }

  enum class Boundaries { kIdle, kAsTheyCome };
  /// Counts `work` with one set; Refused where that is not possible.
  capture::CountedRange count(std::size_t set, const std::function<void()>& work,
                              Boundaries boundaries = Boundaries::kIdle);
  /// The values of each range, one a metric. Throws.
  std::vector<std::vector<double>> values_of(const std::vector<capture::CountedRange>& ranges);
  /// Runs `work` once a set.
  Executed count_all(const std::function<void()>& work);
  void release() noexcept { ranges_->release(); }

 private:
  std::string text_of(const capture::Refusal& refusal) const;

  capture::CuptiLibrary cupti_;
  capture::RangeCallTimes times_;
  capture::RangeFunctions functions_;
  std::unique_ptr<capture::RangeCounting> ranges_;
  std::string chip_;
  std::vector<counters::CounterSet> sets_;
  std::vector<std::string> problems_;
};

/// {metric: value} of one range.
nlohmann::json named(const counters::CounterSet& set, const std::vector<double>& values);

}  // namespace flopprof::gpu
