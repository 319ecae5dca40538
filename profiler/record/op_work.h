#pragma once

#include <cstdint>
#include <string>

#include "profiler/record/phase.h"

namespace flopprof {

/// What the calls of one operator, in one phase and layer, added up to.
struct OpWork {
  std::string op;     ///< "aten::convolution"
  std::string layer;  ///< "layer1.0.conv1"; empty when not known
  Phase phase = Phase::kOther;
  std::int32_t step_class = 0;
  std::int32_t part = 0;  ///< a sum that would leave 64 bits goes on in the next part
  std::int64_t calls = 0;
  std::int64_t uncounted_calls = 0;  ///< floating-point work that `model_flops` leaves out
  std::int64_t model_flops = 0;
  std::int64_t recomputed_flops = 0;  ///< activation checkpointing; not in `model_flops`
  std::int64_t cpu_ns = 0;  ///< host time inside the operator, less that of operators in it
};

}  // namespace flopprof
