#pragma once

#include <cupti.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/simgpu/simgpu.h"

namespace simgpu {

/// One activity record, in the form that the library's version writes.
using Record = std::vector<std::uint8_t>;

Record kernel_record(const RunKernel& kernel);
Record copy_record(const RunCopy& copy);
Record graph_record(const RunGraph& graph);
Record device_record(int device);

/// What a tape holds goes into the buffers as it is.
void record_taped(Record record);

/// 0 for a kind without records here.
std::size_t size_of(CUpti_ActivityKind kind);

}  // namespace simgpu
