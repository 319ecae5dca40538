#pragma once

#include <map>
#include <string>
#include <vector>

#include "profiler/capture/range_profiler.h"

namespace flopprof::capture {

/// What each function of the range profiler took, in microseconds and in the order of its calls.
using RangeCallTimes = std::map<std::string, std::vector<double>>;

/// `functions`, which from here on note what they take in `times`. One set of functions at a time,
/// and calls of one thread: for measurements, not for jobs.
RangeFunctions timed(const RangeFunctions& functions, RangeCallTimes& times);

}  // namespace flopprof::capture
