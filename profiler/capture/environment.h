#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "profiler/record/fault.h"

namespace flopprof::capture {

using Environment = std::map<std::string, std::string>;

/// What the processes of a job are to know of their run.
struct AttachOptions {
  std::string run_path;  ///< absolute
  std::string run_id;
  double overhead_budget = 0.01;
  std::int64_t every_steps = 0;
  std::string step_range;     ///< empty: not asked for
  std::string trace_steps;    ///< "10:12"; empty: no timeline is kept
  std::string formulas_path;  ///< absolute; empty: none
  bool layers = false;
  std::string faults_path;  ///< empty: no launcher listens
};

/// The change to a job's environment that attaches flopprof to its processes.
struct AttachedEnvironment {
  Environment set;
  std::vector<std::string> unset;  ///< left from a run around this one
  std::vector<Fault> faults;       ///< what stood in the way and was kept
};

/// LD_PRELOAD splits on spaces and colons, PYTHONPATH on colons: a prefix that holds one has to be
/// reached through a link.
bool fits_in_search_paths(const std::filesystem::path& prefix);

/// `search_prefix` is `prefix` or a link to it, and must fit in search paths. The user's own
/// LD_PRELOAD stays first, so that their allocator or sanitizer is; our hook is first in
/// PYTHONPATH.
AttachedEnvironment attached_environment(const std::filesystem::path& prefix,
                                         const std::filesystem::path& search_prefix,
                                         const AttachOptions& options, const Environment& current);

/// `current` with the change made to it.
Environment with_change(Environment current, const AttachedEnvironment& change);

}  // namespace flopprof::capture
