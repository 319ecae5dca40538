#pragma once

#include <cstdint>

#include "profiler/record/phase.h"

// The stand-in for LibTorch: operators that are observed as those of the real one are, and do
// nothing of themselves.

namespace simgpu {

/// An operator that runs while this lives. `name` is valid for ever.
class RunningOp {
 public:
  RunningOp(const char* name, flopprof::Phase phase, std::uint64_t model_flops = 0);
  ~RunningOp();
  RunningOp(const RunningOp&) = delete;
  RunningOp& operator=(const RunningOp&) = delete;

 private:
  const char* name_;
  flopprof::Phase phase_;
  std::uint64_t model_flops_;
};

/// An optimiser's update is complete.
void end_update();

}  // namespace simgpu
