#include "profiler/store/gpu_reader.h"

#include "profiler/store/rows.h"
#include "profiler/store/run_file.h"
#include "profiler/store/split_reader.h"

namespace flopprof::store {
namespace {

bool knows_gpus(const Database& run) { return schema_version(run) >= kFirstSchemaWithGpu; }

bool knows_executed(const Database& run) { return schema_version(run) >= kFirstSchemaWithExecuted; }

std::optional<Flops> maybe_flops(const Row& row, std::string_view name) {
  if (row.is_null(name)) return std::nullopt;
  return row.flops(name);
}

ExecutedTotal executed_of(const Row& row) {
  return {.flops = maybe_flops(row, "executed_flops"),
          .source = row.text("executed_source"),
          .counted_steps = row.integer("counted_steps"),
          .extrapolated_steps = row.integer("extrapolated_steps"),
          .steps_without = row.integer("steps_without_executed_flops"),
          .is_interval = row.integer("is_interval") != 0,
          .min = row.flops("executed_flops_min"),
          .max = row.flops("executed_flops_max"),
          .wall_ns = row.integer("wall_ns"),
          .executed_wall_ns = row.integer("executed_wall_ns"),
          .model_wall_ns = row.integer("model_wall_ns"),
          .compared_steps = row.integer("compared_steps"),
          .compared_executed = row.flops("compared_executed_flops"),
          .compared_model = row.flops("compared_model_flops"),
          .other_flops = maybe_flops(row, "other_executed_flops"),
          .other_intervals_without = row.integer("other_intervals_without")};
}

GpuTotal total_of(const Row& row) {
  GpuTotal total{.gpu_ns = row.integer("gpu_ns"),
                 .kernel_ns = row.integer("kernel_ns"),
                 .traced_kernel_ns = row.integer("kernel_ns"),
                 .kernels = row.integer("kernels"),
                 .allocated_ns = row.integer("allocated_ns"),
                 .steps_without_gpu_time = row.integer("steps_without_gpu_time")};
  if (!row.has("executed_flops")) return total;
  total.extrapolated_gpu_ns = row.integer("extrapolated_gpu_ns");
  total.traced_kernel_ns = row.integer("traced_kernel_ns");
  total.copies = row.integer("copies");
  total.copy_ns = row.integer("copy_ns");
  total.copied_bytes = row.integer("copied_bytes");
  total.steps_with_extrapolated_gpu_time = row.integer("steps_with_extrapolated_gpu_time");
  total.executed = executed_of(row);
  if (!row.has("steps_with_whole_graphs")) return total;
  total.steps_with_whole_graphs = row.integer("steps_with_whole_graphs");
  total.steps_without_kernels = row.integer("steps_without_kernels");
  total.other_whole_graphs = row.integer("other_whole_graphs");
  return total;
}

DeviceTotal device_of(const Row& row) {
  DeviceTotal device{.host = row.text("host"),
                     .device = row.integer("device"),
                     .name = row.text("name"),
                     .uuid = row.text("uuid"),
                     .kernels = row.integer("kernels"),
                     .kernel_ns = row.integer("kernel_ns"),
                     .gpu_ns = row.integer("gpu_ns"),
                     .other_kernels = row.integer("other_kernels"),
                     .other_kernel_ns = row.integer("other_kernel_ns"),
                     .other_gpu_ns = row.integer("other_gpu_ns")};
  if (!row.has("copies")) return device;
  device.extrapolated_gpu_ns = row.integer("extrapolated_gpu_ns");
  device.copies = row.integer("copies");
  device.copy_ns = row.integer("copy_ns");
  device.copied_bytes = row.integer("copied_bytes");
  device.executed_flops = maybe_flops(row, "executed_flops");
  if (device.executed_flops) device.executed_source = row.text("source");
  return device;
}

ClassTotal class_of(const Row& row) {
  return {.flop_class = row.text("class"),
          .executed_flops = maybe_flops(row, "executed_flops"),
          .source = row.text("source"),
          .counted_steps = row.integer("counted_steps"),
          .extrapolated_steps = row.integer("extrapolated_steps"),
          .steps_without = row.integer("steps_without"),
          .margin95 = row.flops("margin95_flops"),
          .other_flops = maybe_flops(row, "other_flops")};
}

PhaseGpuTotal phase_of(const Row& row) {
  return {.phase = row.text("phase"),
          .launches = row.integer("launches"),
          .kernel_ns = row.integer("kernel_ns")};
}

OpGpuTotal op_of(const Row& row) {
  return {.op = row.text("op"),
          .launches = row.integer("launches"),
          .kernel_ns = row.integer("kernel_ns"),
          .other_launches = row.integer("other_launches"),
          .other_kernel_ns = row.integer("other_kernel_ns")};
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
  GpuOutsideTotal total = rows_of(run, kGpuOutsideQuery, [](const Row& row) {
                            return GpuOutsideTotal{.kernels = row.integer("kernels"),
                                                   .kernel_ns = row.integer("kernel_ns"),
                                                   .gpu_ns = row.integer("gpu_ns")};
                          }).at(0);
  if (!knows_executed(run)) return total;
  constexpr std::string_view kIntervals =
      "SELECT coalesce(sum(intervals), 0) AS intervals, coalesce(sum(traced_intervals), 0) AS "
      "traced"
      " FROM outside_launches";
  rows_of(run, kIntervals, [&total](const Row& row) {
    total.intervals = row.integer("intervals");
    total.traced_intervals = row.integer("traced");
    return 0;
  });
  return total;
}

std::vector<DeviceTotal> read_gpus(const Database& run) {
  if (!knows_gpus(run)) return {};
  const char* query = knows_executed(run)
                          ? "SELECT * FROM device_total LEFT JOIN executed_device_total"
                            " USING (host, identity) ORDER BY host, device, uuid"
                          : "SELECT * FROM device_total ORDER BY host, device, uuid";
  return rows_of(run, query, device_of);
}

std::vector<KernelTotal> read_kernels(const Database& run) {
  if (!knows_gpus(run)) return {};
  auto kernels = rows_of(run, kKernelQuery, kernel_of);
  add_executed(run, kernels);
  return kernels;
}

std::vector<ClassTotal> read_classes(const Database& run) {
  if (!knows_executed(run)) return {};
  return rows_of(run, kClassQuery, class_of);
}

std::vector<PhaseGpuTotal> read_gpu_phases(const Database& run) {
  if (!knows_executed(run)) return {};
  return rows_of(run, "SELECT * FROM phase_gpu_total", phase_of);
}

std::vector<OpGpuTotal> read_gpu_ops(const Database& run) {
  if (!knows_executed(run)) return {};
  return rows_of(
      run, "SELECT * FROM op_gpu_total ORDER BY kernel_ns DESC, other_kernel_ns DESC, op", op_of);
}

}  // namespace flopprof::store
