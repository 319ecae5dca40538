#pragma once

#include <string_view>
#include <vector>

#include "profiler/record/run_view.h"
#include "profiler/store/database.h"

namespace flopprof::store {

inline constexpr std::string_view kRankQuery =
    "SELECT * FROM rank_total ORDER BY world IS NULL, world, rank IS NULL, rank, process";

/// By rank, and the processes that are none. Runs from before schema 4 give a row for each process,
/// without what only the view knows.
std::vector<RankTotal> read_ranks(const Database& run);

/// Worlds of more than one rank, by name; of those that made steps, where any did: what launches
/// the ranks may be a rank of an outer world. Looks at /proc for the processes that wrote no end.
std::vector<World> read_worlds(const Database& run);

}  // namespace flopprof::store
