#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "profiler/store/nsys_export.h"

namespace flopprof::nsys {

struct Imported {
  std::int64_t processes = 0;
  std::int64_t steps = 0;
  std::int64_t kernels = 0;
  std::int64_t kernels_outside_steps = 0;
};

/// Writes GPU-seconds, kernels and steps of an Nsight Systems export as a run.db at `run_path`,
/// where there must be no file. `step_range` names the NVTX range that is a step, `*` at its end
/// stands for anything; empty: all work is outside steps. What the export lacks becomes a fault of
/// the run. Throws store::DatabaseError; what is half written is removed.
Imported import_run(const store::NsysExport& nsys, const std::string& step_range,
                    const std::filesystem::path& run_path);

}  // namespace flopprof::nsys
