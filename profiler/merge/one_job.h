#pragma once

#include <stdexcept>
#include <vector>

#include "profiler/merge/part.h"

namespace flopprof::merge {

/// The files are no ranks of one job. The message names them and says what would be right.
struct NotOneJob : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class Commands { kSame, kAny };

/// Throws NotOneJob unless the parts are of one run, or share a world of which each holds other
/// ranks, all of one command. A part of which no process was attached fits everywhere.
void check_one_job(const std::vector<Part>& parts, Commands commands);

}  // namespace flopprof::merge
