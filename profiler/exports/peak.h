#pragma once

#include <algorithm>
#include <optional>

#include "profiler/record/run_view.h"

namespace flopprof::exports {

/// The peak that a person gave, and the devices that it is of.
struct Peak {
  double flops_per_second = 0;  ///< of one device
  std::int64_t devices = 1;
};

/// Of the devices that ran kernels; without any, of each host's processor.
inline std::optional<Peak> peak_of(const RunOverview& run, std::optional<double> flops_per_second) {
  if (!flops_per_second) return std::nullopt;
  const std::size_t devices = run.gpus.empty() ? run.devices.size() : run.gpus.size();
  return Peak{*flops_per_second, static_cast<std::int64_t>(std::max<std::size_t>(1, devices))};
}

inline double mfu(Flops flops, double seconds, const Peak& peak) {
  return static_cast<double>(flops.count) /
         (seconds * peak.flops_per_second * static_cast<double>(peak.devices));
}

}  // namespace flopprof::exports
