#pragma once

#include <cstdint>
#include <optional>

namespace flopprof {

/// What share of an interval the units of a GPU were active, averaged over its SMs, from 0 to 1.
/// Nothing: the driver does not say.
struct ActivityShares {
  std::optional<double> sm;
  std::optional<double> tensor;          ///< any tensor operation
  std::optional<double> tensor_integer;  ///< of it
  std::optional<double> tensor_fp64;     ///< of it
  std::optional<double> fp64;            ///< without tensor operations, as are:
  std::optional<double> fp32;
  std::optional<double> fp16;
  std::optional<double> clock_hz;  ///< of the SMs
};

/// The same summed over the time that a device was watched. Of the whole device: what other
/// processes ran on it is in here, as is work outside steps. No count of FLOPs.
struct GpuActivity {
  std::int64_t device = 0;  ///< CUDA's ordinal in the process
  std::int64_t began_at_ns = 0;
  std::int64_t ended_at_ns = 0;
  std::int64_t watched_ns = 0;  ///< less where samples failed in between
  std::optional<std::int64_t> sm_ns;
  std::int64_t tensor_ns = 0;
  std::optional<std::int64_t> tensor_integer_ns;
  std::optional<std::int64_t> tensor_fp64_ns;
  std::optional<std::int64_t> fp64_ns;
  std::optional<std::int64_t> fp32_ns;
  std::optional<std::int64_t> fp16_ns;
  /// Cycles of one SM in which its tensor cores worked on neither integers nor fp64; nothing where
  /// the clock is not known.
  std::optional<std::int64_t> tensor_cycles;
  std::optional<std::int64_t> tensor_fp64_cycles;
};

}  // namespace flopprof
