#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "profiler/record/run_view.h"
#include "profiler/views/utilisation.h"

namespace flopprof::exports {

/// What a device can do, and how many there are.
struct Peak {
  double flops_per_second = 0;  ///< of one device
  std::int64_t devices = 1;
  std::string source;
};

/// The peak that a person gave, else the data sheet's; nothing: neither. The devices are those that
/// ran kernels; without any, each host's processor.
inline std::optional<Peak> peak_of(const RunOverview& run, std::optional<double> given) {
  const std::size_t found = run.gpus.empty() ? run.devices.size() : run.gpus.size();
  const auto devices = static_cast<std::int64_t>(std::max<std::size_t>(1, found));
  if (given) return Peak{*given, devices, "given"};
  const views::Utilisation known = views::utilisation_of(run, std::nullopt);
  if (known.peak <= 0) return std::nullopt;
  return Peak{known.peak, devices, known.peak_source + ", " + known.peak_class};
}

/// Of model FLOPs the MFU, of executed ones the HFU.
inline double share_of_peak(Flops flops, double seconds, const Peak& peak) {
  return static_cast<double>(flops.count) /
         (seconds * peak.flops_per_second * static_cast<double>(peak.devices));
}

}  // namespace flopprof::exports
