#pragma once

#include <cstdint>
#include <optional>

namespace flopprof {

/// The class of work that belongs to no step: before the first mark, after the last update.
inline constexpr std::int32_t kOutsideSteps = -1;
/// The class of steps that were counted while every step was: nothing is extrapolated over them.
inline constexpr std::int32_t kEveryStepCounted = 0;

/// One training step: one optimiser update, the host interval [began_at, began_at + wall).
struct Step {
  std::int64_t number = 0;
  std::int32_t step_class = kEveryStepCounted;  ///< steps of one class may stand in for each other
  std::int64_t began_after_ns = 0;              ///< since the process's start
  std::int64_t wall_ns = 0;
  /// FLOPs of the phases forward, backward and optimizer; nothing when the step was not observed.
  std::optional<std::int64_t> model_flops;
  std::uint32_t signature = 0;  ///< of the operators and their shapes; 0 when not observed
};

}  // namespace flopprof
