#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "profiler/record/flop_class.h"

namespace flopprof::flops {

/// What a data sheet says that a GPU does at most, with dense operands. The file data/peaks.csv
/// holds some figures for 2:4 sparse operands too, marked as such: they are never read.
struct Peak {
  std::string class_name;         ///< as in kFlopClassNames, or "bf16": the scalar pipes in bf16
  double flops_per_second = 0;    ///< as printed, rounded
  double rounded_to = 0;          ///< FLOP/s: the last digit that is printed
  bool accumulates_fp16 = false;  ///< GeForce cards halve the rate for fp32 results
  std::optional<double> flops_per_clock_per_sm;
  std::optional<double> clock_hz;  ///< that the figure was made with
  std::string source;              ///< the data sheet or white paper
};

/// A GPU in the table of peaks. Where its documents give no figure, there is none.
struct Peaks {
  std::string card;  ///< "H100 SXM5"
  std::optional<double> sms;
  std::optional<double> boost_clock_hz;
  std::optional<double> bytes_per_second;  ///< of the device's memory
  std::string bytes_source;
  std::vector<Peak> dense;

  /// Of the tensor classes the rate with fp32 results, which training uses: work with fp16 results
  /// may come out above it.
  std::optional<Peak> of(std::string_view class_name) const;
  std::optional<Peak> of(FlopClass flop_class) const { return of(name_of(flop_class)); }
};

/// `device_name` is the driver's, whole, with or without the "NVIDIA " that old drivers leave out,
/// or the table's own ("H100 SXM5"). A card that is not in data/peaks.csv has no peaks; a part of
/// one (MIG) and a laptop's neither.
std::optional<Peaks> peaks_of(std::string_view device_name);

/// A driver's name of every card in data/peaks.csv.
std::vector<std::string> devices_with_peaks();

/// The table's own name of every card.
std::vector<std::string> cards_with_peaks();

}  // namespace flopprof::flops
