#pragma once

#include <optional>
#include <ostream>

#include "profiler/store/database.h"

namespace flopprof::exports {

/// The run in the Trace Event Format, which Perfetto and chrome://tracing read: the steps of each
/// process and their FLOP/s as they were in time; phases, operators and kernels as sums, laid end
/// to end in groups that say so; the kernels of a kept timeline; faults. With the peak of one
/// device the MFU of each step. Memory does not grow with the steps. Throws store::DatabaseError.
void write_chrome_trace(store::Database& run, std::optional<double> peak_flops_per_second,
                        std::ostream& out);

}  // namespace flopprof::exports
