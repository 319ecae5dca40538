#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flopprof {

/// A rank as far as its world is concerned.
struct WorldRank {
  std::int64_t rank = 0;
  std::int64_t steps = 0;
  std::string ended;        ///< exited, killed, running
  std::string step_source;  ///< how its steps were told apart; empty: none was seen
};

/// The ranks that step together: torchrun's, or those of one MPI job.
struct World {
  std::string name;
  std::int64_t size = 0;         ///< how many ranks it should have
  std::vector<WorldRank> ranks;  ///< in order
};

/// The ranks that a world should have and has not, in order.
inline std::vector<std::int64_t> missing_ranks(const World& world) {
  std::vector<std::int64_t> missing;
  std::int64_t next = 0;
  for (const WorldRank& each : world.ranks) {
    for (; next < each.rank; ++next) missing.push_back(next);
    next = each.rank + 1;
  }
  for (; next < world.size; ++next) missing.push_back(next);
  return missing;
}

}  // namespace flopprof
