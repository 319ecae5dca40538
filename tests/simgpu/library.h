#pragma once

#include <cupti.h>

#include "tests/simgpu/simgpu.h"

// What the parts of the stand-in for the profiling library have in common.

namespace simgpu {

/// To the subscriber, where it has asked for it.
void call_back(CUpti_CallbackDomain domain, std::uint32_t id, const void* details);

// What the driver tells becomes records, where they are enabled, and counts.
void record_kernel(const RunKernel& kernel);
void record_copy(const RunCopy& copy);
void record_graph(const RunGraph& graph);
void count_kernel(const RunKernel& kernel);

/// Whether cuptiProfilerInitialize has been called, and not been taken back.
bool is_initialized();

/// What the stand-in's counter availability images begin with; the chip's name follows.
inline constexpr const char* kAvailability = "simgpu:";

/// Begins to watch the driver. Done by whatever is called first.
void watch();

}  // namespace simgpu
