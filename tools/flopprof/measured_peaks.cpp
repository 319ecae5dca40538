#include "tools/flopprof/measured_peaks.h"

#include <iostream>

#include "profiler/calibration/peaks_file.h"
#include "profiler/capture/config.h"
#include "profiler/flops/peaks.h"

namespace flopprof::tools {

views::MeasuredPeaks measured_peaks(bool of_all) {
  views::MeasuredPeaks measured;
  const auto file = calibration::peaks_file_in(capture::read_config().user_data);
  try {
    for (const auto& [uuid, kept] : calibration::kept_peaks(file)) {
      if (!of_all && flops::peaks_of(kept.device.name)) continue;
      measured[uuid] = {
          .by_class = kept.flops_per_second,
          .source = "measured by flopprof calibrate, " + kept.device.measured_at.substr(0, 10)};
    }
  } catch (const std::runtime_error& error) {
    std::cerr << "flopprof: " << error.what() << '\n';
  }
  return measured;
}

}  // namespace flopprof::tools
