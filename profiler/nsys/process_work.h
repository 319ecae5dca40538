#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "profiler/nsys/step_ranges.h"
#include "profiler/record/drained.h"
#include "profiler/steps/interval_union.h"

namespace flopprof::nsys {

/// Adds up the kernels of one process by step, device and kernel.
class ProcessWork {
 public:
  explicit ProcessWork(std::span<const store::NsysRange> ranges) : ranges_(ranges) {}

  /// In the order of their launches, those without one first.
  void add(const store::NsysKernel& kernel);
  /// What is complete since the last time: rows that take no others' place. With `last`, all.
  Drained take(bool last);

  const StepRanges& ranges() const { return ranges_; }
  const std::map<std::int64_t, bool>& devices() const { return devices_; }
  std::int64_t kernels() const { return kernels_; }
  std::int64_t outside() const { return outside_; }
  std::int64_t without_launch() const { return without_launch_; }
  std::int64_t without_times() const { return without_times_; }
  std::int64_t whole_graphs() const { return whole_graphs_; }

 private:
  struct DeviceWork {
    std::int64_t kernels = 0;
    std::int64_t kernel_ns = 0;
    steps::IntervalUnion busy;
  };
  using KernelSums = std::map<std::pair<std::string, bool>, KernelWork>;

  void take_steps(std::int64_t before, Drained& drained);

  StepRanges ranges_;
  std::map<std::pair<std::int64_t, std::int64_t>, DeviceWork> open_;  // by step and device
  KernelSums by_kernel_;
  std::map<std::int64_t, bool> devices_;
  std::int64_t first_step_ = 0;  // not taken yet
  std::int64_t kernels_ = 0;
  std::int64_t outside_ = 0;
  std::int64_t without_launch_ = 0;
  std::int64_t without_times_ = 0;
  std::int64_t whole_graphs_ = 0;
};

}  // namespace flopprof::nsys
