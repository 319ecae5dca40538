#include "profiler/exports/prometheus.h"

#include <algorithm>

#include "profiler/exports/peak.h"
#include "profiler/store/gpu_reader.h"
#include "profiler/store/run_reader.h"
#include "profiler/views/units.h"

namespace flopprof::exports {
namespace {

using views::seconds_of;

constexpr MetricKind kCounter = MetricKind::kCounter;
constexpr MetricKind kGauge = MetricKind::kGauge;

template <typename Row>
std::vector<Row> first_of(std::vector<Row> rows, std::int64_t top) {
  if (top > 0 && static_cast<std::int64_t>(rows.size()) > top) {
    rows.resize(static_cast<std::size_t>(top));
  }
  return rows;
}

std::string words_of(const std::vector<std::string>& command) {
  std::string words;
  for (const std::string& word : command) words += (words.empty() ? "" : " ") + word;
  return words;
}

void write_run(MetricFamilies& metrics, const RunOverview& run) {
  metrics.family("flopprof_run", kGauge, "The run: always 1");
  metrics.sample({{"command", words_of(run.command)}, {"host", run.host}}, std::int64_t{1});
  metrics.family("flopprof_running", kGauge, "1 while the job runs");
  metrics.sample({}, std::int64_t{run.ended == "running"});
  metrics.family("flopprof_wall_seconds", kGauge, "Since the job began, until it ended");
  metrics.sample({}, seconds_of(run.wall_ns));
  metrics.family("flopprof_ranks", kGauge, "Ranks that have reported");
  metrics.sample({}, run.total.ranks);
  metrics.family("flopprof_faults", kGauge, "What the run could not see, by kind");
  for (const Fault& fault : run.faults) {
    metrics.sample({{"what", fault.what}, {"detail", fault.detail}}, fault.count);
  }
}

void write_totals(MetricFamilies& metrics, const RunOverview& run) {
  const RunTotal& total = run.total;
  metrics.family("flopprof_steps", kCounter, "Training steps");
  metrics.sample({}, total.steps);
  metrics.family("flopprof_step_seconds", kCounter, "Time of the training steps");
  metrics.sample({}, seconds_of(total.step_wall_ns));
  if (total.source != "none") {
    metrics.family("flopprof_model_flops", kCounter, "Model FLOPs of the training steps");
    metrics.sample({{"source", total.source}}, total.model_flops);
  }
  metrics.family("flopprof_uncounted_calls", kCounter,
                 "Operator calls that no FLOP count includes");
  metrics.sample({}, total.uncounted_calls);
  metrics.family("flopprof_overhead_seconds", kCounter, "What flopprof cost the job");
  metrics.sample({}, seconds_of(total.overhead_ns));
  if (run.wall_per_step) {
    metrics.family("flopprof_step_seconds_median", kGauge, "Median time of a step");
    metrics.sample({}, seconds_of(run.wall_per_step->median));
  }
}

void write_rates(MetricFamilies& metrics, const RunOverview& run, const std::optional<Peak>& peak) {
  const auto write = [&](const char* rate, const char* share, Flops flops,
                         const std::string& source, double seconds) {
    if (seconds <= 0) return;
    metrics.family(rate, kGauge, "FLOPs a second within the steps whose FLOPs are known");
    metrics.sample({{"source", source}}, static_cast<double>(flops.count) / seconds);
    if (!peak) return;
    metrics.family(share, kGauge, "These FLOPs over what the devices could have done");
    metrics.sample({{"peak_source", peak->source}}, share_of_peak(flops, seconds, *peak));
  };
  if (run.total.source != "none") {
    write("flopprof_model_flops_per_second", "flopprof_mfu_ratio", run.total.model_flops,
          run.total.source, seconds_of(run.total.step_wall_ns));
  }
  if (run.gpu && run.gpu->executed.flops) {
    const ExecutedTotal& executed = run.gpu->executed;
    write("flopprof_executed_flops_per_second", "flopprof_hfu_ratio", *executed.flops,
          executed.source, seconds_of(executed.executed_wall_ns));
  }
}

void write_gpu(MetricFamilies& metrics, const RunOverview& run) {
  if (!run.gpu) return;
  metrics.family("flopprof_gpu_seconds", kCounter, "Busy time of the GPUs in steps");
  metrics.sample({}, seconds_of(run.gpu->gpu_ns));
  metrics.family("flopprof_kernel_seconds", kCounter, "Time of kernels in steps, plain sum");
  metrics.sample({}, seconds_of(run.gpu->kernel_ns));
  metrics.family("flopprof_allocated_gpu_seconds", kCounter, "Time of the steps times devices");
  metrics.sample({}, seconds_of(run.gpu->allocated_ns));
  metrics.family("flopprof_device_gpu_seconds", kCounter, "Busy time of a GPU");
  for (const DeviceTotal& gpu : run.gpus) {
    const auto sample = [&](const char* where, std::int64_t ns) {
      metrics.sample({{"host", gpu.host},
                      {"device", std::to_string(gpu.device)},
                      {"name", gpu.name},
                      {"uuid", gpu.uuid},
                      {"where", where}},
                     seconds_of(ns));
    };
    sample("steps", gpu.gpu_ns);
    sample("outside steps", gpu.other_gpu_ns);
  }
}

void write_parts(MetricFamilies& metrics, const store::Database& database, const RunOverview& run,
                 std::int64_t top) {
  metrics.family("flopprof_phase_model_flops", kCounter, "Model FLOPs by phase");
  for (const PhaseTotal& phase : run.phases) {
    metrics.sample({{"source", phase.source}, {"phase", phase.phase}}, phase.model_flops);
  }
  const auto ops = first_of(store::read_ops(database), top);
  metrics.family("flopprof_op_model_flops", kCounter, "Model FLOPs of the operators with the most");
  for (const OpTotal& op : ops) {
    metrics.sample({{"source", op.source}, {"op", op.op}}, op.model_flops);
  }
  metrics.family("flopprof_op_cpu_seconds", kCounter, "Host time of the same operators");
  for (const OpTotal& op : ops) metrics.sample({{"op", op.op}}, seconds_of(op.cpu_ns));
  metrics.family("flopprof_kernel_time_seconds", kCounter, "Time of the kernels with the most");
  for (const KernelTotal& kernel : first_of(store::read_kernels(database), top)) {
    metrics.sample({{"kernel", kernel.kernel}},
                   seconds_of(kernel.kernel_ns + kernel.other_kernel_ns));
  }
  metrics.family("flopprof_executed_flops", kCounter, "What the hardware did in steps, by class");
  for (const ClassTotal& each : run.classes) {
    if (!each.executed_flops) continue;
    metrics.sample({{"source", each.source}, {"class", each.flop_class}}, *each.executed_flops);
  }
}

}  // namespace

bool write_metrics(store::Database& database, const MetricsRequest& request, std::ostream& out) {
  database.execute("BEGIN");
  const RunOverview run = store::read_overview(database);
  MetricFamilies metrics(out, request.dialect);
  write_run(metrics, run);
  write_totals(metrics, run);
  write_rates(metrics, run, peak_of(run, request.peak_flops_per_second));
  write_gpu(metrics, run);
  write_parts(metrics, database, run, request.top);
  metrics.finish();
  database.execute("COMMIT");
  return run.ended == "running";
}

}  // namespace flopprof::exports
