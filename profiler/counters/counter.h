#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "profiler/record/flop_class.h"

namespace flopprof::counters {

/// What one event of a hardware counter is worth.
struct Counter {
  FlopClass flop_class = FlopClass::kFp32;
  std::int64_t weight = 0;  ///< FLOPs an event: a fused multiply-add is 2, in each of its lanes
  bool operator==(const Counter&) const = default;
};

/// Of a metric's base name or its `.sum`. Nothing for what counts no FLOPs, integer work, sums over
/// several kinds of instruction, and the sampled `_realtime` twins.
std::optional<Counter> counter_of(std::string_view metric);

/// What the name of a tensor counter narrows it to; empty: any.
struct TensorCounterName {
  std::string instruction;  ///< "hgmma"
  std::string source;       ///< "fp16": always there
  std::string result;       ///< "fp32"
  std::string sparsity;     ///< "on" or "off"
  bool operator==(const TensorCounterName&) const = default;
};

/// Of sm__ops_path_tensor_[op_INSTRUCTION_]src_SOURCE[_dst_RESULT][_sparsity_on|off][.sum]; nothing
/// for other names.
std::optional<TensorCounterName> tensor_counter_name(std::string_view metric);

}  // namespace flopprof::counters
