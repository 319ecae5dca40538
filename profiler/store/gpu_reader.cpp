#include "profiler/store/gpu_reader.h"

#include "profiler/store/rows.h"
#include "profiler/store/run_file.h"

namespace flopprof::store {
namespace {

bool knows_gpus(const Database& run) { return schema_version(run) >= kFirstSchemaWithGpu; }

GpuTotal total_of(const Row& row) {
  return {.gpu_ns = row.integer("gpu_ns"),
          .kernel_ns = row.integer("kernel_ns"),
          .kernels = row.integer("kernels"),
          .allocated_ns = row.integer("allocated_ns"),
          .steps_without_gpu_time = row.integer("steps_without_gpu_time")};
}

DeviceTotal device_of(const Row& row) {
  return {.host = row.text("host"),
          .device = row.integer("device"),
          .name = row.text("name"),
          .uuid = row.text("uuid"),
          .kernels = row.integer("kernels"),
          .kernel_ns = row.integer("kernel_ns"),
          .gpu_ns = row.integer("gpu_ns"),
          .other_kernels = row.integer("other_kernels"),
          .other_kernel_ns = row.integer("other_kernel_ns"),
          .other_gpu_ns = row.integer("other_gpu_ns")};
}

KernelTotal kernel_of(const Row& row) {
  return {.kernel = row.text("kernel"),
          .launches = row.integer("launches"),
          .kernel_ns = row.integer("kernel_ns"),
          .other_launches = row.integer("other_launches"),
          .other_kernel_ns = row.integer("other_kernel_ns")};
}

}  // namespace

std::optional<GpuTotal> read_gpu_total(const Database& run) {
  if (!knows_gpus(run)) return std::nullopt;
  const auto totals = rows_of(run, "SELECT * FROM gpu_total", total_of);
  if (totals.empty()) return std::nullopt;
  return totals.front();
}

GpuOutsideTotal read_gpu_outside(const Database& run) {
  if (!knows_gpus(run)) return {};
  return rows_of(run, kGpuOutsideQuery,
                 [](const Row& row) {
                   return GpuOutsideTotal{.kernels = row.integer("kernels"),
                                          .kernel_ns = row.integer("kernel_ns"),
                                          .gpu_ns = row.integer("gpu_ns")};
                 })
      .at(0);
}

std::vector<DeviceTotal> read_gpus(const Database& run) {
  if (!knows_gpus(run)) return {};
  return rows_of(run, "SELECT * FROM device_total ORDER BY host, device, uuid", device_of);
}

std::vector<KernelTotal> read_kernels(const Database& run) {
  if (!knows_gpus(run)) return {};
  return rows_of(run, kKernelQuery, kernel_of);
}

}  // namespace flopprof::store
