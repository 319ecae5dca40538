#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "profiler/capture/environment.h"
#include "profiler/capture/gpm.h"
#include "profiler/capture/gpu_probe.h"

namespace flopprof::doctor {

struct FoundLibTorch {
  std::string library;
  std::string root;      ///< what `flopprof build-observer` takes
  std::string observer;  ///< empty: none is built
  std::string problem;   ///< why none can be built; empty: one can
};

struct FoundPython {
  std::string command;  ///< empty: none
  bool hooked = false;  ///< it ran our start-up hook
};

/// What was found on this machine, before anybody judges it.
struct Machine {
  capture::ProbedDriver driver;
  capture::ProbedCupti cupti;
  capture::ProbedGpm gpm;  ///< not asked where the driver knows no GPU
  /// RmProfilingAdminOnly of the kernel module; nothing where that is not loaded.
  std::optional<bool> counters_for_admins_only;
  std::optional<int> driver_branch;  ///< 580 of 580.95.05
  std::uint64_t capabilities = 0;    ///< effective ones of this process, one bit each
  bool has_mig_instances = false;
  std::vector<std::string> programs;  ///< names of those that run, each once, sorted
  capture::Environment environment;
  std::string prefix;                      ///< of our installation
  std::vector<std::string> missing_files;  ///< of our installation
  std::vector<FoundLibTorch> libtorchs;
  FoundPython python;
  std::string folder;  ///< where run.db would be
  bool folder_can_be_written = false;
  std::uint64_t folder_free_bytes = 0;
};

}  // namespace flopprof::doctor
