#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "profiler/record/flop_class.h"
#include "profiler/record/run_view.h"

namespace flopprof::views {

/// What the activity of tensor cores lets guess of a run whose counters were refused. Of whole
/// devices, steps or not: never a count, and no part of executed FLOPs.
///
/// FLOPs are the cycles in which tensor cores were active times what an SM does in a cycle at most.
/// Nobody says in which numbers they computed, so that a class is assumed; and instructions that
/// keep them active for longer than they need, as mma.sync does on Hopper and small shapes do
/// everywhere, make the true figure lower. So does 2:4 sparsity make it higher.
struct ActivityEstimate {
  struct Share {
    std::string unit;  ///< "sm", "tensor", "tensor_fp64", "fp32", ...
    double share = 0;  ///< of the time that was watched
  };
  std::int64_t devices = 0;
  double watched_seconds = 0;  ///< summed over devices
  double steps_share = 0;      ///< of that time: spent in steps
  std::vector<Share> shares;   ///< of the units that every device tells of
  std::string flop_class;      ///< assumed of the cycles that were not fp64
  std::optional<Flops> flops;  ///< at most so many, about
  std::string missing;         ///< why there are no FLOPs; empty: there are
};

/// Nothing where no device was watched. `asked`: a tensor class to assume in place of tensor_bf16.
std::optional<ActivityEstimate> estimate_of(const RunOverview& run, std::optional<FlopClass> asked);

}  // namespace flopprof::views
