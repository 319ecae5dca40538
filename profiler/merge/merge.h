#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "profiler/merge/one_job.h"
#include "profiler/record/world.h"
#include "profiler/store/replaced_run.h"

namespace flopprof::merge {

struct Request {
  std::vector<std::filesystem::path> runs;
  std::filesystem::path output;
  store::Existing existing = store::Existing::kKeep;
  Commands commands = Commands::kSame;
};

struct Merged {
  std::int64_t runs = 0;              ///< files whose rows are in the output
  std::vector<std::string> kept_out;  ///< of each other file, why
  std::vector<World> worlds;
};

/// Makes one run of the files of its ranks, in memory that does not grow with them. They stay as
/// they are. A file that cannot be read is kept out and told, here and as a fault of the run. The
/// output is there whole or not at all. Throws NotOneJob, store::RunInTheWay when the output exists
/// and is to be kept or is no finished run, store::DatabaseError when no file can be read or the
/// output cannot be written.
Merged merge_runs(const Request& request);

}  // namespace flopprof::merge
