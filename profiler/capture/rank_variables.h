#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace flopprof::capture {

/// Where a process stands among those that train together.
struct RankPlace {
  std::optional<std::int64_t> rank;
  std::optional<std::int64_t> local_rank;
  std::optional<std::int64_t> world_size;
  std::string world;  ///< the same for all processes of one world of more than one rank; else empty
};

/// The value of an environment variable, empty when it is not set.
using Variable = std::function<std::string(const char* name)>;

/// From what torchrun, Open MPI, other MPIs (PMI) and Slurm tell the processes that they start, in
/// this order: the innermost launcher comes first. What is no number counts as not set. Slurm's
/// variables stand in the batch script too, which is no rank: they count inside `srun` only.
RankPlace rank_place(const Variable& variable);

}  // namespace flopprof::capture
