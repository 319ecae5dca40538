#include "profiler/exports/hatchet.h"

#include <array>
#include <map>
#include <string_view>
#include <utility>

#include "profiler/store/exchange_reader.h"
#include "profiler/store/gpu_reader.h"
#include "profiler/store/run_reader.h"
#include "profiler/views/json_writer.h"

namespace flopprof::exports {
namespace {

using views::JsonWriter;

/// Proton's metric is the width of the operands; TF32 is kept in 32 bits. It has none below 8.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kWidths = {{
    {"fp64", "flops64"},
    {"tensor_fp64", "flops64"},
    {"fp32", "flops32"},
    {"tensor_tf32", "flops32"},
    {"fp16", "flops16"},
    {"tensor_fp16", "flops16"},
    {"tensor_bf16", "flops16"},
    {"fp8", "flops8"},
    {"tensor_fp8", "flops8"},
    {"tensor_fp4_fp6_fp8", "flops8"},
    {"tensor_fp4_fp6", "flops_below_8"},
    {"tensor_fp4", "flops_below_8"},
}};

std::string_view metric_of(std::string_view flop_class) {
  for (const auto& [name, metric] : kWidths) {
    if (name == flop_class) return metric;
  }
  return "flops_of_unknown_width";
}

/// Opens a node up to its metrics.
JsonWriter& begin_node(JsonWriter& json, std::string_view name, std::string_view type) {
  json.begin_object().key("frame").begin_object();
  json.key("name").text(name).key("type").text(type).end_object();
  return json.key("metrics").begin_object();
}

JsonWriter& begin_children(JsonWriter& json) {
  return json.end_object().key("children").begin_array();
}

void end_node(JsonWriter& json) { json.end_array().end_object(); }

using ByWidth = std::map<std::string_view, Flops>;

/// Hatchet takes the metrics of the root for those that there are. A scope did nothing itself.
void begin_scope(JsonWriter& json, std::string_view name, std::string_view type,
                 const ByWidth& executed) {
  begin_node(json, name, type);
  for (const char* metric : {"count", "time (ns)", "cpu_time (ns)", "model_flops"}) {
    json.key(metric).integer(0);
  }
  for (const auto& [metric, flops] : executed) json.key(metric).integer(0);
  begin_children(json);
}

void write_phases(JsonWriter& json, const store::Database& run, const ByWidth& executed) {
  std::string phase;
  for (const store::PhaseOp& op : store::read_phase_ops(run)) {
    if (op.phase != phase) {
      if (!phase.empty()) end_node(json);
      begin_scope(json, op.phase, "phase", executed);
    }
    phase = op.phase;
    begin_node(json, op.op, "operator");
    json.key("count").integer(op.calls).key("cpu_time (ns)").integer(op.cpu_ns);
    json.key("model_flops").flops(op.model_flops);
    json.key("uncounted_calls").integer(op.uncounted_calls);
    end_node(begin_children(json));
  }
  if (!phase.empty()) end_node(json);
}

void write_kernel(JsonWriter& json, const KernelTotal& kernel, std::int64_t launches,
                  std::int64_t kernel_ns, const std::vector<DeviceTotal>& gpus) {
  if (launches == 0) return;
  begin_node(json, kernel.kernel, "kernel");
  json.key("count").integer(launches).key("time (ns)").integer(kernel_ns);
  json.key("device_type").text("CUDA");
  // The sums of a kernel are over all devices.
  if (gpus.size() == 1) json.key("device_id").text(std::to_string(gpus.front().device));
  end_node(begin_children(json));
}

void write_kernels(JsonWriter& json, const store::Database& run,
                   const std::vector<DeviceTotal>& gpus, const ByWidth& executed) {
  const std::vector<KernelTotal> kernels = store::read_kernels(run);
  if (kernels.empty()) return;
  begin_scope(json, "kernels in steps", "scope", executed);
  for (const KernelTotal& kernel : kernels) {
    write_kernel(json, kernel, kernel.launches, kernel.kernel_ns, gpus);
  }
  end_node(json);
  begin_scope(json, "kernels outside steps", "scope", executed);
  for (const KernelTotal& kernel : kernels) {
    write_kernel(json, kernel, kernel.other_launches, kernel.other_kernel_ns, gpus);
  }
  end_node(json);
}

ByWidth executed_by_width(const RunOverview& run) {
  ByWidth by_width;
  for (const ClassTotal& each : run.classes) {
    if (each.executed_flops)
      by_width[metric_of(each.flop_class)].count += each.executed_flops->count;
  }
  return by_width;
}

/// Which kernel executed them is not known: they stand in a node of their own.
void write_executed(JsonWriter& json, const ByWidth& executed) {
  if (executed.empty()) return;
  begin_node(json, "executed in steps", "scope");
  for (const auto& [metric, flops] : executed) json.key(metric).flops(flops);
  end_node(begin_children(json));
}

void write_devices(JsonWriter& json, const std::vector<DeviceTotal>& gpus) {
  json.begin_object();
  if (!gpus.empty()) json.key("CUDA").begin_object();
  std::int64_t number = 0;
  for (const DeviceTotal& gpu : gpus) {
    // Of several processes with a device 0 each, the later ones are numbered on.
    json.key(std::to_string(gpus.size() == 1 ? gpu.device : number++)).begin_object();
    json.key("name").text(gpu.name).key("uuid").text(gpu.uuid).key("host").text(gpu.host);
    json.end_object();
  }
  if (!gpus.empty()) json.end_object();
  json.end_object();
}

}  // namespace

void write_hatchet(store::Database& database, std::ostream& out) {
  const RunOverview run = store::read_overview(database);
  const ByWidth executed = executed_by_width(run);
  JsonWriter json(out);
  json.begin_array();
  begin_scope(json, "ROOT", "function", executed);
  write_phases(json, database, executed);
  write_kernels(json, database, run.gpus, executed);
  write_executed(json, executed);
  end_node(json);
  write_devices(json, run.gpus);
  json.end_array();
}

}  // namespace flopprof::exports
