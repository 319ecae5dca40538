#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "profiler/record/flop_class.h"
#include "profiler/record/run_view.h"

namespace flopprof::views {

/// The peaks of one GPU, in FLOP/s by class.
struct DevicePeaks {
  std::map<std::string, double> by_class;  ///< empty: the card is not known
  std::string source = "peak unknown";
};

/// What `flopprof calibrate` measured, by a GPU's UUID.
using MeasuredPeaks = std::map<std::string, DevicePeaks>;

/// What share of the machine's peak a run reached.
///
/// MFU is model FLOPs, HFU executed FLOPs, over (time of the steps x devices x peak), with one peak
/// for both: that of the class in which most FLOPs were executed, or of the class that was asked
/// for. Each is over the time of the steps whose FLOPs it has. One peak keeps the two comparable
/// and HFU / MFU equal to executed / model, but work in another class counts as if it could run at
/// that peak; peak_time_share is the other reading: each class at its own peak, so the share of the
/// time that the machine would have needed at best.
struct Utilisation {
  std::optional<double> mfu;
  std::optional<double> hfu;
  std::optional<double> mfu_peak_flops;  ///< what the machine could have done: MFU is a share of it
  std::optional<double> hfu_peak_flops;
  std::optional<double> peak_time_share;
  std::string peak_class;            ///< empty: not known
  double peak = 0;                   ///< FLOP/s, the mean over the devices; 0: not known
  std::string peak_source;           ///< of the first device
  std::vector<DevicePeaks> devices;  ///< in the order of run.gpus
  std::vector<std::string> notes;    ///< why something is missing, and what to do
};

/// `asked`: the class whose peak is to be used whatever was executed. Of a GPU in `measured` the
/// peaks that stand there, of others the dense ones of data sheets.
Utilisation utilisation_of(const RunOverview& run, std::optional<FlopClass> asked,
                           const MeasuredPeaks& measured = {});

}  // namespace flopprof::views
