#pragma once

#include "profiler/doctor/findings.h"

namespace flopprof::doctor {

// Each judges one source of a GPU job's FLOPs, the best first. What is in the way of one stands in
// another finding with its remedy where there is one.

/// `others`: all findings of what counting needs.
Finding counted_flops(const Machine& machine, const std::vector<Finding>& others);
/// From the activity of tensor cores.
Finding estimated_flops(const Machine& machine);
Finding model_flops(const Machine& machine);

}  // namespace flopprof::doctor
