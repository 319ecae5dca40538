#include "tools/flopprof/rank_files.h"

#include <fmt/format.h>
#include <unistd.h>

#include "profiler/merge/merge.h"
#include "profiler/store/run_file.h"

namespace flopprof::tools {
namespace {

bool has_ended_since(const std::string& path, std::int64_t at_ns) {
  try {
    const store::Database run = store::read_run(path);
    store::Statement end = run.prepare("SELECT 1 FROM run WHERE ended_at_ns >= ?");
    return end.bind(0, at_ns).step();
  } catch (const store::DatabaseError&) {
    return false;  // not there, or at this moment not to be read: another will be the last
  }
}

void say_merged(const merge::Merged& merged, const RankFile& file) {
  if (isatty(STDERR_FILENO) != 1) return;
  fmt::print(stderr, "flopprof: {} ranks in {}; `flopprof report {} --by rank` has them\n",
             merged.runs, file.merged, file.merged);
}

void say_unmerged(const RankFile& file, const std::exception& error) {
  fmt::print(stderr, "flopprof: the files of the ranks were not merged into {}: {}\n", file.merged,
             error.what());
}

}  // namespace

void merge_if_last(const RankFile& file, std::int64_t began_at_ns, store::Existing existing) {
  merge::Request request{.output = file.merged, .existing = existing};
  for (std::int64_t rank = 0; rank < file.world_size; ++rank) {
    const std::string path = rank_path(file.merged, rank);
    if (!has_ended_since(path, began_at_ns)) return;
    request.runs.emplace_back(path);
  }
  // The launcher knows that it is one world: an MPI job may be of several programs.
  request.commands = merge::Commands::kAny;
  try {
    say_merged(merge::merge_runs(request), file);
  } catch (const store::RunInTheWay& error) {
    // Two may see at once that they are the last.
    if (!has_ended_since(file.merged, began_at_ns)) say_unmerged(file, error);
  } catch (const std::exception& error) {
    say_unmerged(file, error);
  }
}

}  // namespace flopprof::tools
