#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "profiler/calibration/calibration.h"

namespace flopprof::calibration {

enum class Verdict {
  kExact,
  kDiffers,  ///< though it was promised to be exact
  kNotCounted,
  kOpen,  ///< there is a difference, or none; nothing was promised
};

std::string_view name_of(Verdict verdict);

/// One class of one kernel.
struct Comparison {
  FlopClass flop_class = FlopClass::kFp32;
  std::int64_t expected = 0;
  std::optional<std::int64_t> counted;
  Verdict verdict = Verdict::kNotCounted;
};

/// The classes that the formula has or that were counted, and fp32 where there is none of either.
std::vector<Comparison> comparisons_of(const Workload& workload);

/// The worst of its classes'.
Verdict verdict_of(const Workload& workload);

/// The same in all that ran; kNotCounted where nothing was.
Verdict verdict_of(const Calibration& calibration);

/// FLOPs of a processor and clock; nothing where the clock is not known.
std::optional<double> flops_a_clock(const Rate& rate, int processors);

/// What a calibration shows that a GPU can do in a class: the fastest with random numbers, because
/// zeros cost less power than any training does.
struct MeasuredPeak {
  FlopClass flop_class = FlopClass::kFp32;
  double flops_per_second = 0;
  std::string kernel;
  Rate rate;
};
std::vector<MeasuredPeak> peaks_of(const Calibration& calibration);

/// Of the device's memory, by the fastest kernel that only moves numbers; 0: none ran.
double bytes_per_second_of(const Calibration& calibration);

}  // namespace flopprof::calibration
