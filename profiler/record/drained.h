#pragma once

#include <cstdint>
#include <vector>

#include "profiler/record/fault.h"
#include "profiler/record/gpu_activity.h"
#include "profiler/record/gpu_work.h"
#include "profiler/record/op_work.h"
#include "profiler/record/run_info.h"
#include "profiler/record/step.h"
#include "profiler/record/step_order.h"

namespace flopprof {

/// What a process has to say since it last wrote.
struct Drained {
  std::int64_t written_at_ns = 0;
  std::vector<Step> steps;         ///< new
  std::vector<OpWork> work;        ///< takes the place of rows with the same keys
  std::vector<GpuDevice> devices;  ///< take the place of rows with the same keys, as do:
  std::vector<GpuStep> gpu_steps;
  std::vector<KernelWork> kernels;
  std::vector<StepLaunches> launches;
  std::vector<OutsideLaunches> outside_launches;
  std::vector<ExecutedStep> executed_steps;
  std::vector<ExecutedSignature> executed_signatures;
  std::vector<ExecutedSplit> executed_splits;
  std::vector<OpGpuWork> op_gpu_work;
  std::vector<GpuActivity> activity;
  std::vector<TimelineKernel> timeline;  ///< new
  std::vector<Fault> faults;             ///< to be added to what is there
  OverheadInfo overhead;                 ///< takes the place of the old
  std::string libtorch;                  ///< version; empty: none seen so far
  bool last = false;                     ///< the process ends in good order
};

}  // namespace flopprof
