#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "profiler/views/report.h"

namespace flopprof::views {

/// What a kernel reached on one device.
struct KernelRate {
  std::string kernel;
  double flops_per_second = 0;
  double time_share = 0;  ///< of the kernel time of the run
};

/// Of the kernels whose executed FLOPs and times are known, those with the most time first, at most
/// 200. FLOPs are of all steps and times of the traced ones, which stand for all in proportion.
std::vector<KernelRate> kernel_rates(const Report& report);

/// The kernels below the peaks of the classes that were executed. Memory traffic is not counted, so
/// that the roof has no slope: the time that a kernel takes stands in place of FLOP/byte. Nothing
/// unless both a kernel's rate and a peak are known.
void print_html_roofline(std::ostream& out, const Report& report);

/// Whether it prints anything.
bool has_roofline(const Report& report);

}  // namespace flopprof::views
