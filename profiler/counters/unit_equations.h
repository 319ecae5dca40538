#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace flopprof::counters {

/// What was counted over some launches: sum(launches x what one launch of the unit counts).
struct UnitEquation {
  struct Term {
    std::size_t unit = 0;
    std::int64_t launches = 0;
  };
  std::vector<Term> terms;  ///< each unit once
  std::int64_t count = 0;
};

struct UnitSolution {
  struct Unit {
    std::optional<std::int64_t> count;  ///< of one launch; nothing: the equations leave it open
    /// How many of the equations that it hangs together with are not needed, and hold all the same.
    std::int64_t checks = 0;
  };
  std::vector<Unit> units;
  /// An equation that the others contradict, if any is; then no unit has a count.
  std::optional<std::size_t> contradiction;
};

/// Which units the equations determine, in whole numbers that are not negative: no unit is guessed.
/// Takes a time that grows with the cube of the units that hang together; where they are more than
/// `most`, they stay open.
///
/// Reckons modulo 2^61 - 1, which is exact for counts below that, and puts what comes out into the
/// equations again.
UnitSolution solved(std::span<const UnitEquation> equations, std::size_t units,
                    std::size_t most = 256);

}  // namespace flopprof::counters
