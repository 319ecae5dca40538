#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "profiler/record/run_view.h"
#include "profiler/views/fields.h"

namespace flopprof::views {

/// Hands on the steps of a report by step, in order.
using EachStep = std::function<void(const std::function<void(const StepTotal&)>&)>;

/// Of how many steps a quantity was seen (modelled, counted, measured), extrapolated or is unknown.
struct SourceCounts {
  std::int64_t seen = 0;
  std::int64_t extrapolated = 0;
  std::int64_t none = 0;
};

/// Consecutive steps that share a place on a chart: the least, the lower median and the most of
/// each quantity, over the steps where it is known.
struct StepBucket {
  StepTotal first;
  StepTotal last;
  std::int64_t steps = 0;
  std::optional<FlopsSpread> model;     ///< nothing: known of none
  std::optional<FlopsSpread> executed;  ///< nothing: known of none
  NsSpread wall;
  std::optional<NsSpread> gpu;  ///< nothing: known of none
  SourceCounts model_source;
  SourceCounts executed_source;
  SourceCounts gpu_source;
};

/// `steps` steps in `most` buckets at most, in flat memory. Each step has its own where they fit.
std::vector<StepBucket> buckets_of(const EachStep& each_step, std::int64_t steps,
                                   std::int64_t most);

/// The same columns as of a step, where each bucket has one.
std::vector<Fields> rows_of(const std::vector<StepBucket>& buckets);

/// "modelled"; "3 counted, 247 extrapolated". `seen` is the word for the first.
std::string source_text(const SourceCounts& counts, std::string_view seen);

}  // namespace flopprof::views
