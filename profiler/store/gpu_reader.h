#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "profiler/record/run_view.h"
#include "profiler/store/database.h"

namespace flopprof::store {

inline constexpr std::string_view kKernelQuery =
    "SELECT * FROM kernel_total ORDER BY kernel_ns DESC, other_kernel_ns DESC, kernel";

inline constexpr std::string_view kClassQuery =
    "SELECT * FROM executed_class_total ORDER BY length(executed_flops) DESC, executed_flops DESC,"
    " class";

/// Nothing where no GPU work was observed, as in runs from before schema 2.
std::optional<GpuTotal> read_gpu_total(const Database& run);
std::vector<DeviceTotal> read_gpus(const Database& run);
std::vector<KernelTotal> read_kernels(const Database& run);
/// Empty where nothing was counted, as in runs from before schema 3; so are phases and operators.
std::vector<ClassTotal> read_classes(const Database& run);
std::vector<PhaseGpuTotal> read_gpu_phases(const Database& run);
std::vector<OpGpuTotal> read_gpu_ops(const Database& run);

}  // namespace flopprof::store
