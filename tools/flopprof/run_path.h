#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "profiler/capture/rank_variables.h"

namespace flopprof::tools {

/// A launcher that is itself one rank of several, as under `mpirun flopprof run`: each of them
/// writes a file of its own, to be merged into one.
struct RankFile {
  std::string merged;  ///< what -o says
  std::int64_t rank = 0;
  std::int64_t world_size = 0;
};

/// What -o asks for with the rank in it: run.db and 3 give run.rank3.db.
std::string rank_path(const std::string& output, std::int64_t rank);

/// Nothing unless this process is told that it is one rank of several, nor where `output` makes its
/// names unique itself.
std::optional<RankFile> rank_file(const std::string& output);

/// The path that this process's -o stands for: with what %r, %h, %p, %q{NAME} and %% stand for, and
/// else with the rank in its name where there is a RankFile. Throws ExitWith 2 for another %, and
/// for what is not known here.
std::string own_run_path(const std::string& output);

}  // namespace flopprof::tools
