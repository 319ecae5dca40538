#pragma once

#include <cupti.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>

#include "profiler/record/gpu_work.h"
#include "profiler/steps/kernel_ledger.h"

namespace flopprof::capture {

/// Gives the record after `*record` in a buffer, the first for null, as the profiling library's
/// function does.
using NextRecord = CUptiResult (*)(std::uint8_t* buffer, std::size_t used, CUpti_Activity** record);

/// Where translated records go.
struct RecordSink {
  steps::KernelLedger& kernels;
  std::map<std::int64_t, GpuDevice>& devices;
  /// Since CUDA 13.0 the library describes devices and graphs in the forms that we know whole.
  bool has_forms_of_13 = true;
  /// Of the kernels of a full timeline; may be empty.
  std::function<void(TimelineKernel)> timeline = {};
};

/// Translates the records of one buffer. False when it could not be read to its end.
bool translate(NextRecord next, std::uint8_t* buffer, std::size_t used, const RecordSink& sink);

}  // namespace flopprof::capture
