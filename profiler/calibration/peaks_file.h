#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "profiler/calibration/calibration.h"
#include "profiler/calibration/judge.h"

namespace flopprof::calibration {

/// What `flopprof calibrate` measured of one GPU, as it is kept for reports to come.
struct KeptPeaks {
  Device device;
  std::map<std::string, double> flops_per_second;  ///< by the class's name
  double bytes_per_second = 0;                     ///< of its memory; 0: not measured
  std::string counters;                            ///< "exact", "differs", "not counted" or "open"
};

/// "peaks.json" in the folder of a user's data.
std::filesystem::path peaks_file_in(const std::filesystem::path& user_data);

/// Puts the calibration in place of an older one of the same GPU; other GPUs' stay. The file is
/// whole at every moment. Throws std::runtime_error that names the file.
void keep_peaks(const std::filesystem::path& file, const Calibration& calibration);

/// Of every GPU that was calibrated, by its UUID; none where there is no file. Throws
/// std::runtime_error where the file is damaged, or of a later version.
std::map<std::string, KeptPeaks> kept_peaks(const std::filesystem::path& file);

}  // namespace flopprof::calibration
