#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "profiler/convolution/analysis.h"
#include "profiler/flops/peaks.h"
#include "profiler/record/flop_class.h"
#include "profiler/record/flops.h"

namespace flopprof::convolution {

/// Repeats of one time, in seconds.
struct Times {
  double median = 0;
  double least = 0;
  double greatest = 0;
  double spread = 0;  ///< between the first and the third quartile, as a share of the median
  std::optional<double> clock_hz;   ///< of the processors, the least that was seen
  std::vector<std::string> doubts;  ///< why the times say less than they could: a throttled GPU
};

/// Zeros where there are no samples.
Times times_of(std::vector<double> seconds);

/// Where the executed FLOPs of a convolution come from.
enum class CountSource { kNone, kDefinition, kCounted };
constexpr std::string_view name_of(CountSource source) {
  constexpr std::array<std::string_view, 3> kNames = {"none", "definition", "counted"};
  return kNames[static_cast<std::size_t>(source)];
}

/// What all kernels of one call executed.
struct Executed {
  CountSource source = CountSource::kNone;
  std::map<FlopClass, Flops> by_class;
  bool repeats_disagree = false;      ///< two runs counted different work: no count
  std::vector<std::string> problems;  ///< what could not be counted
  Flops all() const;
};

/// What one call of a convolution launches and moves; nothing: not known.
struct Footprint {
  std::optional<std::int64_t> kernels;
  std::optional<std::int64_t> dram_bytes_read;  ///< with the L2 cache as the run before left it
  std::optional<std::int64_t> dram_bytes_written;
  std::vector<std::string> problems;  ///< why something is not known
};

/// One way to compute one convolution, as it was measured.
struct Measured {
  Analysis analysis;
  std::string engine;  ///< "cuDNN 27", "flopprof implicit GEMM"
  std::string layout;
  std::vector<std::string> notes;
  std::optional<std::int64_t> workspace_limit;  ///< that the engine was chosen under; nothing: none
  std::int64_t workspace_bytes = 0;
  std::optional<Times> warm;  ///< the L2 cache as the run before left it
  std::optional<Times> cold;  ///< nothing of the tensors in the L2 cache
  Executed executed;
  Footprint footprint;
  std::string problem;  ///< why something is missing; empty: nothing is
};

/// Algorithmic FLOPs over the median time: "effective", and free to exceed the peak.
std::optional<double> effective_flops_per_second(const Analysis& analysis,
                                                 const std::optional<Times>& times);
std::optional<double> executed_flops_per_second(const Executed& executed,
                                                const std::optional<Times>& times);

/// The time that the peaks of its classes would take for the executed FLOPs, as a share of the
/// median. Nothing without a count, or where a class that counted anything has no peak.
std::optional<double> share_of_peak(const Executed& executed, const std::optional<Times>& times,
                                    const flops::Peaks& peaks);

}  // namespace flopprof::convolution
