#include "profiler/views/json_writer.h"
#include "profiler/views/report_formats.h"
#include "profiler/views/table.h"
#include "profiler/views/units.h"

namespace flopprof::views {
namespace {

constexpr std::int64_t kJsonSchemaVersion = 1;

void write_run(JsonWriter& json, const RunOverview& run) {
  json.key("run").begin_object().key("command").begin_array();
  for (const std::string& word : run.command) json.text(word);
  json.end_array();
  json.key("host").text(run.host);
  json.key("started_at").text(iso_time(run.started_at_ns));
  json.key("wall_seconds").real(seconds_of(run.wall_ns));
  json.key("ended").text(run.ended).key("exit_status");
  run.exit_status ? json.integer(*run.exit_status) : json.null();
  json.key("ranks").integer(run.total.ranks);
  json.key("devices").begin_array();
  for (const Device& device : run.devices) {
    json.begin_object().key("name").text(device.name).key("kind").text("cpu");
    json.key("host").text(device.host);
    json.key("peak_flops").begin_object().end_object();
    json.key("peak_source").text("peak unknown").end_object();
  }
  for (const DeviceTotal& gpu : run.gpus) {
    json.begin_object().key("name").text(gpu.name).key("kind").text("gpu");
    json.key("host").text(gpu.host).key("uuid").text(gpu.uuid);
    json.key("peak_flops").begin_object().end_object();
    json.key("peak_source").text("peak unknown").end_object();
  }
  json.end_array().end_object();
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
  json.key("kernel_seconds").real(seconds_of(gpu->kernel_ns));
  json.key("allocated_gpu_seconds").real(seconds_of(gpu->allocated_ns));
  json.key("kernels").integer(gpu->kernels);
  json.key("steps_without_gpu_seconds").integer(gpu->steps_without_gpu_time);
}

void write_outside_totals(JsonWriter& json, const RunOverview& run) {
  if (!run.gpu) return;
  json.key("other_kernels").integer(run.gpu_outside.kernels);
  json.key("other_kernel_seconds").real(seconds_of(run.gpu_outside.kernel_ns));
  json.key("other_gpu_seconds").real(seconds_of(run.gpu_outside.gpu_ns));
}

void write_seconds(JsonWriter& json, const std::optional<NsSpread>& spread) {
  if (!spread) {
    json.null();
    return;
  }
  json.begin_object().key("median").real(seconds_of(spread->median));
  json.key("min").real(seconds_of(spread->min)).key("max").real(seconds_of(spread->max));
  json.end_object();
}

void write_totals(JsonWriter& json, const RunOverview& run) {
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
  json.key("executed_flops").null().key("executed_flops_source").text("none");
  json.key("executed_by_class").begin_object().end_object();
  write_gpu_totals(json, run.gpu);
  write_outside_totals(json, run);
  json.key("mfu").null().key("hfu").null();
  json.key("step_seconds").real(seconds_of(total.step_wall_ns));
  json.key("flopprof_overhead_seconds").real(seconds_of(total.overhead_ns)).end_object();
}

void write_per_step(JsonWriter& json, const RunOverview& run) {
  json.key("per_step").begin_object().key("model_flops");
  if (const auto& spread = run.flops_per_step) {
    json.begin_object().key("median").flops(spread->median).key("min").flops(spread->min);
    json.key("max").flops(spread->max).end_object();
  } else {
    json.null();
  }
  json.key("executed_flops").null().key("wall_seconds");
  write_seconds(json, run.wall_per_step);
  json.key("gpu_seconds");
  write_seconds(json, run.gpu_per_step);
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
    default:
      return {};
  }
}

}  // namespace

void print_json(std::ostream& out, const Report& report, const ReportRequest& request,
                const EachStep& each_step) {
  JsonWriter json(out);
  json.begin_object().key("schema_version").integer(kJsonSchemaVersion);
  write_run(json, report.run);
  write_faults(json, report.run);
  write_totals(json, report.run);
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
    return request.by == By::kRank ? fields_of(ProcessTotal{}) : fields_of(PhaseTotal{});
  };
  print_csv_header(out, empty_row());
  for (const Fields& row : report.rows) print_csv_row(out, row);
}

}  // namespace flopprof::views
