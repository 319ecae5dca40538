#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "profiler/record/flop_class.h"

namespace flopprof::calibration {

/// The GPU that was calibrated, and with what.
struct Device {
  std::string name;    ///< the driver's
  std::string uuid;    ///< "GPU-…", as nvidia-smi prints it
  int capability = 0;  ///< 90 is compute capability 9.0
  int processors = 0;
  std::string driver;       ///< its version; empty: not known
  int cuda_version = 0;     ///< that the driver serves: 13000 for 13.0
  std::string flopprof;     ///< its version
  std::string measured_at;  ///< ISO 8601, UTC
};

/// What the numbers are that a kernel computes with. Bits that change cost power, and power costs
/// clock.
enum class Operands { kZeros, kRandom, kToggling };

std::string_view name_of(Operands operands);

/// How fast a kernel ran, with one kind of numbers.
struct Rate {
  Operands operands = Operands::kRandom;
  double seconds = 0;  ///< the median of one run
  double least_seconds = 0;
  double spread = 0;             ///< between the quartiles, as a share of the median
  std::int64_t flops = 0;        ///< of one run, by the formula
  std::int64_t bytes = 0;        ///< of one run, by the formula; 0: not memory's kernel
  std::optional<int> clock_mhz;  ///< while it ran
  std::optional<int> clock_mhz_before;
  std::optional<int> clock_mhz_after;
  std::optional<double> watts;
  std::optional<double> watts_before;
  std::optional<double> watts_after;
  std::vector<std::string> doubts;  ///< what speaks against taking it for what the GPU can do
};

/// How far a counter has to agree with a formula.
enum class Promise {
  kEveryClass,  ///< no FLOP more or less, in any class
  kOwnClasses,  ///< in the classes of the formula; what the compiler adds in others is shown
  kNone,        ///< what the counter counts of this is documented nowhere
};

/// One kernel.
struct Workload {
  std::string name;
  Promise promise = Promise::kEveryClass;
  /// FLOPs of the part that is compared, by its formula and by hand.
  std::map<FlopClass, std::int64_t> expected;
  /// What the counters made of it; nothing: it was not counted.
  std::optional<std::map<FlopClass, std::int64_t>> counted;
  std::int64_t written_flops = 0;    ///< of its source, where the compiler makes more; 0: the same
  std::optional<FlopClass> peak_of;  ///< the class whose peak it can show
  /// What it is to reach of the data sheet's bytes a second where it only moves numbers, else of
  /// its FLOPs a clock and SM. Nothing: it was not made to be fast.
  std::optional<double> share_wanted;
  std::vector<Rate> rates;
  std::string skipped;  ///< why it did not run; empty: it ran
  std::vector<std::string> problems;
};

/// A kernel of ours and a library's function that make the same product of matrices, timed in turn:
/// what slows the GPU down slows both.
struct Contest {
  std::string kernel;      ///< ours
  std::string library;     ///< "cublasSgemm"
  std::int64_t flops = 0;  ///< of the product
  double seconds = 0;      ///< of ours, the median
  double library_seconds = 0;
  double ratio = 0;  ///< of our speed to the library's: the median of all turns
  double least_ratio = 0;
  double greatest_ratio = 0;
  double ratio_wanted = 0;
  std::optional<int> clock_mhz;  ///< of ours, the median
  std::optional<int> library_clock_mhz;
  std::vector<std::string> doubts;
  std::string skipped;  ///< why there was none; empty: there was
};

struct Calibration {
  Device device;
  std::string not_counted;  ///< why nothing was counted; empty: it was
  std::vector<Workload> workloads;
  std::vector<Contest> contests;
};

}  // namespace flopprof::calibration
