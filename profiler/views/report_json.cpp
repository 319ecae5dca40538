#include "profiler/views/estimate_json.h"
#include "profiler/views/json_writer.h"
#include "profiler/views/report_formats.h"
#include "profiler/views/table.h"
#include "profiler/views/units.h"

namespace flopprof::views {
namespace {

constexpr std::int64_t kJsonSchemaVersion = 1;

void write_peaks(JsonWriter& json, const DevicePeaks& peaks) {
  json.key("peak_flops").begin_object();
  for (const auto& [flop_class, peak] : peaks.by_class) json.key(flop_class).real(peak);
  json.end_object().key("peak_source").text(peaks.source);
}

void write_devices(JsonWriter& json, const Report& report) {
  json.key("devices").begin_array();
  for (const Device& device : report.run.devices) {
    json.begin_object().key("name").text(device.name).key("kind").text("cpu");
    json.key("host").text(device.host);
    write_peaks(json, {});
    json.end_object();
  }
  for (std::size_t i = 0; i < report.run.gpus.size(); ++i) {
    const DeviceTotal& gpu = report.run.gpus[i];
    json.begin_object().key("name").text(gpu.name).key("kind").text("gpu");
    json.key("host").text(gpu.host).key("uuid").text(gpu.uuid);
    write_peaks(json, report.utilisation.devices[i]);
    json.end_object();
  }
  json.end_array();
}

/// Of runs of more than one rank.
void write_worlds(JsonWriter& json, const RunOverview& run) {
  if (run.worlds.empty()) return;
  json.key("worlds").begin_array();
  for (const World& world : run.worlds) {
    json.begin_object().key("name").text(world.name).key("size").integer(world.size);
    json.key("missing_ranks").begin_array();
    for (const std::int64_t rank : missing_ranks(world)) json.integer(rank);
    json.end_array().end_object();
  }
  json.end_array();
}

void write_run(JsonWriter& json, const Report& report) {
  const RunOverview& run = report.run;
  json.key("run").begin_object().key("command").begin_array();
  for (const std::string& word : run.command) json.text(word);
  json.end_array();
  json.key("host").text(run.host);
  json.key("started_at").text(iso_time(run.started_at_ns));
  json.key("wall_seconds").real(seconds_of(run.wall_ns));
  json.key("ended").text(run.ended).key("exit_status");
  run.exit_status ? json.integer(*run.exit_status) : json.null();
  json.key("ranks").integer(run.total.ranks);
  write_worlds(json, run);
  write_devices(json, report);
  json.end_object();
}

void write_faults(JsonWriter& json, const RunOverview& run) {
  json.key("faults").begin_array();
  for (const Fault& fault : run.faults) {
    json.begin_object().key("what").text(fault.what).key("count").integer(fault.count);
    json.key("since").text(iso_time(fault.since_ns)).key("detail").text(fault.detail);
    json.key("remedy").text(fault.remedy).end_object();
  }
  json.end_array().key("notes").begin_array();
  for (const std::string& note : run.notes) json.text(note);
  json.end_array();
}

void write_gpu_totals(JsonWriter& json, const std::optional<GpuTotal>& gpu) {
  if (!gpu) {
    json.key("gpu_seconds").null().key("kernel_seconds").null();
    json.key("allocated_gpu_seconds").null();
    return;
  }
  json.key("gpu_seconds").real(seconds_of(gpu->gpu_ns));
  json.key("extrapolated_gpu_seconds").real(seconds_of(gpu->extrapolated_gpu_ns));
  json.key("kernel_seconds").real(seconds_of(gpu->kernel_ns));
  json.key("steps_without_kernel_seconds").integer(gpu->steps_without_kernels);
  json.key("allocated_gpu_seconds").real(seconds_of(gpu->allocated_ns));
  json.key("kernels").integer(gpu->kernels);
  json.key("steps_without_gpu_seconds").integer(gpu->steps_without_gpu_time);
  json.key("steps_with_extrapolated_gpu_seconds").integer(gpu->steps_with_extrapolated_gpu_time);
  json.key("steps_with_whole_graphs").integer(gpu->steps_with_whole_graphs);
  json.key("copies").integer(gpu->copies).key("copy_seconds").real(seconds_of(gpu->copy_ns));
  json.key("copied_bytes").integer(gpu->copied_bytes);
}

void write_outside_totals(JsonWriter& json, const RunOverview& run) {
  if (!run.gpu) return;
  json.key("other_kernels").integer(run.gpu_outside.kernels);
  json.key("other_kernel_seconds").real(seconds_of(run.gpu_outside.kernel_ns));
  json.key("other_gpu_seconds").real(seconds_of(run.gpu_outside.gpu_ns));
}

JsonWriter& write_maybe(JsonWriter& json, const std::optional<Flops>& flops) {
  return flops ? json.flops(*flops) : json.null();
}

void write_classes(JsonWriter& json, const RunOverview& run) {
  json.key("executed_by_class").begin_object();
  for (const ClassTotal& each : run.classes) {
    json.key(each.flop_class);
    write_maybe(json, each.executed_flops);
  }
  json.end_object();
  if (run.classes.empty()) return;
  json.key("executed_by_class_source").begin_object();
  for (const ClassTotal& each : run.classes) json.key(each.flop_class).text(each.source);
  json.end_object();
}

void write_executed(JsonWriter& json, const RunOverview& run) {
  const ExecutedTotal executed = run.gpu ? run.gpu->executed : ExecutedTotal{};
  json.key("executed_flops");
  write_maybe(json, executed.flops).key("executed_flops_source").text(executed.source);
  if (executed.is_interval) {
    json.key("executed_flops_interval").begin_object().key("min").flops(executed.min);
    json.key("max").flops(executed.max).end_object();
  }
  write_classes(json, run);
  if (!run.gpu) return;
  json.key("steps_with_counted_executed_flops").integer(executed.counted_steps);
  json.key("steps_without_executed_flops").integer(executed.steps_without);
  json.key("other_executed_flops");
  write_maybe(json, executed.other_flops);
}

void write_comparison(JsonWriter& json, const Report& report) {
  if (report.executed_to_model == 0) return;
  const ExecutedTotal& executed = report.run.gpu->executed;
  json.key("executed_to_model").begin_object().key("ratio").real(report.executed_to_model);
  json.key("steps").integer(executed.compared_steps);
  json.key("executed_flops").flops(executed.compared_executed);
  json.key("model_flops").flops(executed.compared_model).key("causes").begin_array();
  for (const Cause& each : report.causes) {
    json.begin_object().key("cause").text(each.cause);
    json.key("certainty").text(each.proven ? "proven" : "hypothesis");
    json.key("detail").text(each.detail).end_object();
  }
  json.end_array().end_object();
}

void write_utilisation(JsonWriter& json, const Report& report) {
  const Utilisation& found = report.utilisation;
  const auto write = [&json](std::string_view key, const std::optional<double>& share) {
    json.key(key);
    share ? json.real(*share) : json.null();
  };
  write("mfu", found.mfu);
  write("hfu", found.hfu);
  if (!report.run.gpu) return;
  write("peak_time_share", found.peak_time_share);
  json.key("peak_class").text(found.peak_class).key("peak_flops_per_second");
  found.peak > 0 ? json.real(found.peak) : json.null();
  json.key("peak_source").text(found.peak > 0 ? found.peak_source : "peak unknown");
}

void write_totals(JsonWriter& json, const Report& report) {
  const RunOverview& run = report.run;
  const RunTotal& total = run.total;
  json.key("totals").begin_object();
  json.key("steps").integer(total.steps).key("observed_steps").integer(total.observed_steps);
  json.key("model_flops").flops(total.model_flops);
  json.key("model_flops_source").text(total.source);
  if (run.interval) {
    json.key("model_flops_interval").begin_object().key("min").flops(run.interval->min);
    json.key("max").flops(run.interval->max).end_object();
  }
  json.key("recomputed_flops").flops(total.recomputed_flops);
  json.key("uncounted_calls").integer(total.uncounted_calls);
  write_executed(json, run);
  write_comparison(json, report);
  write_estimate(json, report);
  write_gpu_totals(json, run.gpu);
  write_outside_totals(json, run);
  write_utilisation(json, report);
  json.key("step_seconds").real(seconds_of(total.step_wall_ns));
  json.key("flopprof_overhead_seconds").real(seconds_of(total.overhead_ns)).end_object();
}

/// `extrapolated`: how many of the steps have the value from others; nothing: not said.
void write_seconds(JsonWriter& json, const std::optional<NsSpread>& spread,
                   std::optional<std::int64_t> extrapolated = std::nullopt) {
  if (!spread) {
    json.null();
    return;
  }
  json.begin_object().key("median").real(seconds_of(spread->median));
  json.key("min").real(seconds_of(spread->min)).key("max").real(seconds_of(spread->max));
  if (extrapolated) json.key("extrapolated_steps").integer(*extrapolated);
  json.end_object();
}

void write_flops(JsonWriter& json, const std::optional<FlopsSpread>& spread,
                 std::optional<std::int64_t> extrapolated = std::nullopt) {
  if (!spread) {
    json.null();
    return;
  }
  json.begin_object().key("median").flops(spread->median).key("min").flops(spread->min);
  json.key("max").flops(spread->max);
  if (extrapolated) json.key("extrapolated_steps").integer(*extrapolated);
  json.end_object();
}

void write_per_step(JsonWriter& json, const RunOverview& run) {
  const GpuTotal gpu = run.gpu.value_or(GpuTotal{});
  json.key("per_step").begin_object().key("model_flops");
  write_flops(json, run.flops_per_step);
  json.key("executed_flops");
  write_flops(json, run.executed_per_step, gpu.executed.extrapolated_steps);
  json.key("wall_seconds");
  write_seconds(json, run.wall_per_step);
  json.key("gpu_seconds");
  write_seconds(json, run.gpu_per_step, gpu.steps_with_extrapolated_gpu_time);
  json.end_object();
}

std::string_view view_key(By by) {
  switch (by) {
    case By::kOp:
      return "by_op";
    case By::kLayer:
      return "by_layer";
    case By::kRank:
      return "by_rank";
    case By::kKernel:
      return "by_kernel";
    case By::kClass:
      return "by_class";
    default:
      return {};
  }
}

}  // namespace

void print_json(std::ostream& out, const Report& report, const ReportRequest& request,
                const EachStep& each_step) {
  JsonWriter json(out);
  json.begin_object().key("schema_version").integer(kJsonSchemaVersion);
  write_run(json, report);
  write_faults(json, report.run);
  write_totals(json, report);
  write_per_step(json, report.run);
  if (request.by == By::kStep) {
    json.key("by_step").begin_array();
    each_step([&](const StepTotal& step) { json.row(fields_of(step)); });
    json.end_array();
  }
  json.key("by_phase").begin_array();
  for (const PhaseTotal& phase : report.run.phases) json.row(fields_of(phase));
  json.end_array();
  if (!view_key(request.by).empty()) {
    json.key(view_key(request.by)).begin_array();
    for (const Fields& row : report.rows) json.row(row);
    json.end_array();
  }
  if (report.run.gpu) {
    json.key("by_device").begin_array();
    for (const DeviceTotal& gpu : report.run.gpus) json.row(fields_of(gpu));
    json.end_array();
  }
  json.end_object();
}

void print_csv(std::ostream& out, const Report& report, const ReportRequest& request,
               const EachStep& each_step) {
  if (request.by == By::kStep) {
    print_csv_header(out, fields_of(StepTotal{}));
    each_step([&](const StepTotal& step) { print_csv_row(out, fields_of(step)); });
    return;
  }
  const auto empty_row = [&] {
    if (request.by == By::kOp) return fields_of(OpTotal{}, {});
    if (request.by == By::kLayer) return fields_of(LayerTotal{}, {});
    if (request.by == By::kKernel) return fields_of(KernelTotal{}, 0);
    if (request.by == By::kClass) return fields_of(ClassTotal{}, {});
    return request.by == By::kRank ? fields_of(RankTotal{}) : fields_of(PhaseTotal{});
  };
  print_csv_header(out, empty_row());
  for (const Fields& row : report.rows) print_csv_row(out, row);
}

}  // namespace flopprof::views
