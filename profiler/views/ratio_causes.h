#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "profiler/record/flops.h"
#include "profiler/record/run_view.h"

namespace flopprof::views {

/// Why executed and model FLOPs differ.
struct Cause {
  std::string cause;    ///< "recomputation", "tile padding"
  bool proven = false;  ///< the numbers leave nothing else; otherwise a hypothesis
  std::string detail;   ///< what speaks for it
};

/// What is known of the two. `executed`, `model` and `recomputed` are of the same steps.
struct ExecutedAndModel {
  Flops executed;
  Flops model;
  Flops margin95;    ///< of `executed`, to either side; 0 unless the work is data-dependent
  Flops recomputed;  ///< model FLOPs of work that was done again, no part of `model`
  std::int64_t uncounted_calls = 0;
  std::vector<ClassTotal> classes;
  std::vector<KernelTotal> kernels;
  std::vector<OpTotal> ops;
};

/// executed / model; 0 without model FLOPs.
double ratio_of(Flops executed, Flops model);

/// The causes that the facts speak for, proven ones first. Empty where the two agree to 0.1 % or
/// within the margin, and where nothing known speaks for a cause.
std::vector<Cause> causes_of(const ExecutedAndModel& facts);

}  // namespace flopprof::views
