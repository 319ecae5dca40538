#include "profiler/exports/chrome_trace.h"

#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

#include "profiler/exports/peak.h"
#include "profiler/exports/trace_events.h"
#include "profiler/store/exchange_reader.h"
#include "profiler/store/gpu_reader.h"
#include "profiler/store/run_reader.h"
#include "profiler/views/units.h"

namespace flopprof::exports {
namespace {

// Groups. Those of processes have the process's number in run.db.
constexpr std::int64_t kSums = 1'000'000;
constexpr std::int64_t kKernelSums = 1'000'001;
constexpr std::int64_t kTimelines = 2'000'000;
constexpr std::int64_t kDevicesAProcess = 1'000;

std::string name_of(const ProcessTotal& process) {
  return process.rank
             ? fmt::format("rank {} (pid {} on {})", *process.rank, process.pid, process.host)
             : fmt::format("pid {} on {}", process.pid, process.host);
}

std::vector<std::string> notes_of(const RunOverview& run, const std::optional<Peak>& peak,
                                  bool has_timeline) {
  std::vector<std::string> notes = {
      "run.db holds sums of phases, operators and kernels, not when each ran: their groups lay "
      "them end to end, and say so"};
  if (!peak)
    notes.emplace_back(
        "no MFU and HFU: the peak of the device is not known; give it with --peak-flops");
  if (peak) notes.push_back(fmt::format("MFU and HFU are of a peak: {}", peak->source));
  if (has_timeline) {
    notes.emplace_back(
        "kernels of the timeline have the GPU's clock: the first of a process is drawn where its "
        "step began");
  }
  if (run.total.steps == 0) notes.emplace_back("the run has no steps");
  notes.insert(notes.end(), run.notes.begin(), run.notes.end());
  return notes;
}

Arguments head_of(const RunOverview& run, const std::vector<ProcessTotal>& processes,
                  const std::vector<std::string>& what_to_know) {
  std::string notes;
  for (const std::string& note : what_to_know) {
    if (!notes.empty()) notes += ',';
    notes += json_string(note);
  }
  const std::int64_t rank = processes.empty() ? 0 : processes.front().rank.value_or(0);
  return {
      {"schemaVersion", "1"},
      {"displayTimeUnit", "\"ms\""},
      {"baseTimeNanoseconds", std::to_string(run.started_at_ns)},
      {"distributedInfo", fmt::format("{{\"rank\":{},\"world_size\":{}}}", rank, run.total.ranks)},
      {"flopprof",
       fmt::format("{{\"started_at\":{},\"host\":{},\"notes\":[{}]}}",
                   json_string(views::iso_time(run.started_at_ns)), json_string(run.host), notes)}};
}

/// Steps that overlap, of several threads, are drawn in rows of their own: a row must nest.
class Rows {
 public:
  std::int64_t row_for(std::int64_t began_at, std::int64_t ended_at) {
    std::size_t row = 0;
    while (row < free_at_.size() && free_at_[row] > began_at) ++row;
    if (row == free_at_.size()) free_at_.push_back(0);
    free_at_[row] = ended_at;
    return static_cast<std::int64_t>(row) + 1;
  }

 private:
  std::vector<std::int64_t> free_at_;
};

/// The steps of all processes, and what they did a second.
class StepWriter {
 public:
  StepWriter(TraceEvents& events, const RunOverview& run, const std::optional<Peak>& peak)
      : events_(events), base_ns_(run.started_at_ns), peak_(peak) {
    // A counter is of one process, which has its share of the devices.
    if (peak_) peak_->devices = std::max<std::int64_t>(1, peak_->devices / run.total.ranks);
  }

  void add(const store::ProcessStep& step) {
    if (process_ != step.process) finish_process();
    process_ = step.process;
    const std::int64_t at = step.began_at_ns - base_ns_;
    const std::int64_t row = rows_.row_for(at, at + step.wall_ns);
    if (ends_at_ && *ends_at_ < at) count(*ends_at_, {}, 0);
    Arguments arguments = {{"step", std::to_string(step.step)},
                           {"source", json_string(step.source)}};
    if (step.model_flops) arguments.emplace_back("model_flops", digits_of(*step.model_flops));
    if (step.executed_flops) {
      arguments.emplace_back("executed_flops", digits_of(*step.executed_flops));
      arguments.emplace_back("executed_source", json_string(step.executed_source));
    }
    if (step.gpu_ns) arguments.emplace_back("gpu_busy_ns", std::to_string(*step.gpu_ns));
    events_.slice({process_, row}, "step", fmt::format("step {}", step.step), at, step.wall_ns,
                  arguments);
    if (step.wall_ns > 0) count(at, step, views::seconds_of(step.wall_ns));
    ends_at_ = at + step.wall_ns;
  }

  void finish_process() {
    if (ends_at_) count(*ends_at_, {}, 0);
    ends_at_.reset();
    counted_flops_ = counted_executed_ = counted_gpu_ = false;
    rows_ = {};
  }

 private:
  /// What a step does a second; without one, nought.
  void count(std::int64_t at, const store::ProcessStep& step, double seconds) {
    count_flops(at, {"model FLOP/s", "MFU"}, step.model_flops, seconds, counted_flops_);
    count_flops(at, {"executed FLOP/s", "HFU"}, step.executed_flops, seconds, counted_executed_);
    counted_gpu_ |= step.gpu_ns.has_value();
    if (counted_gpu_ && (step.gpu_ns || seconds == 0)) {
      const double busy = seconds == 0 ? 0 : views::seconds_of(*step.gpu_ns) / seconds;
      events_.counter(process_, "GPUs busy", at, busy);
    }
  }

  struct FlopsCounters {
    const char* rate;
    const char* share;
  };

  /// A counter begins with the first step that has a value.
  void count_flops(std::int64_t at, FlopsCounters names, const std::optional<Flops>& flops,
                   double seconds, bool& counted) {
    counted |= flops.has_value();
    if (!counted || (!flops && seconds > 0)) return;
    const Flops done = seconds == 0 ? Flops{} : *flops;
    const double rate = seconds == 0 ? 0 : static_cast<double>(done.count) / seconds;
    events_.counter(process_, names.rate, at, rate);
    if (!peak_) return;
    events_.counter(process_, names.share, at,
                    seconds == 0 ? 0 : share_of_peak(done, seconds, *peak_));
  }

  TraceEvents& events_;
  std::int64_t base_ns_;
  std::optional<Peak> peak_;
  std::int64_t process_ = 0;
  Rows rows_;
  std::optional<std::int64_t> ends_at_;
  bool counted_flops_ = false;
  bool counted_executed_ = false;
  bool counted_gpu_ = false;
};

void write_phases(TraceEvents& events, const store::Database& run) {
  const std::vector<store::PhaseOp> ops = store::read_phase_ops(run);
  if (ops.empty()) return;
  events.name_group(kSums, "phases and operators: sums, not a timeline", kSums);
  events.name_row({kSums, 1}, "CPU time, end to end", 1);
  std::map<std::string, std::int64_t> phase_ns;
  for (const store::PhaseOp& op : ops) phase_ns[op.phase] += op.cpu_ns;
  std::int64_t at = 0;
  std::string phase;
  for (const store::PhaseOp& op : ops) {
    if (op.phase != phase) events.slice({kSums, 1}, "phase", op.phase, at, phase_ns[op.phase], {});
    phase = op.phase;
    events.slice({kSums, 1}, "operator", op.op, at, op.cpu_ns,
                 {{"calls", std::to_string(op.calls)},
                  {"uncounted_calls", std::to_string(op.uncounted_calls)},
                  {"model_flops", digits_of(op.model_flops)}});
    at += op.cpu_ns;
  }
}

void write_kernel_sums(TraceEvents& events, const store::Database& run) {
  const std::vector<KernelTotal> kernels = store::read_kernels(run);
  if (kernels.empty()) return;
  events.name_group(kKernelSums, "kernels: sums, not a timeline", kKernelSums);
  std::int64_t at[2] = {0, 0};
  const auto write = [&](int row, const KernelTotal& kernel, std::int64_t launches,
                         std::int64_t kernel_ns) {
    if (launches == 0) return;
    events.slice({kKernelSums, row + 1}, "kernel", kernel.kernel, at[row], kernel_ns,
                 {{"launches", std::to_string(launches)}});
    at[row] += kernel_ns;
  };
  events.name_row({kKernelSums, 1}, "in steps, end to end", 1);
  events.name_row({kKernelSums, 2}, "outside steps, end to end", 2);
  for (const KernelTotal& kernel : kernels) {
    write(0, kernel, kernel.launches, kernel.kernel_ns);
    write(1, kernel, kernel.other_launches, kernel.other_kernel_ns);
  }
}

/// Where --trace-steps kept one. Its clock is the profiling library's: the first kernel of a
/// process is drawn where the step that launched it began.
void write_timeline(TraceEvents& events, const store::Database& run,
                    const std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t>& steps_at) {
  std::map<std::int64_t, std::int64_t> offset;
  std::int64_t group = -1;
  std::int64_t stream = -1;
  store::each_timeline_kernel(run, [&](const store::TimelineKernel& kernel) {
    const auto began = steps_at.find({kernel.process, kernel.step});
    const std::int64_t at = began == steps_at.end() ? 0 : began->second;
    const std::int64_t shift =
        offset.try_emplace(kernel.process, at - kernel.started_at).first->second;
    const std::int64_t here = kTimelines + kernel.process * kDevicesAProcess + kernel.device;
    if (here != group) {
      events.name_group(here, fmt::format("GPU {} of process {}", kernel.device, kernel.process),
                        here);
      stream = -1;
    }
    group = here;
    if (kernel.stream != stream) {
      events.name_row({group, kernel.stream}, fmt::format("stream {}", kernel.stream),
                      kernel.stream);
    }
    stream = kernel.stream;
    events.slice({group, kernel.stream}, "kernel", kernel.name, kernel.started_at + shift,
                 kernel.ended_at - kernel.started_at,
                 {{"correlation", std::to_string(kernel.correlation)},
                  {"step", std::to_string(kernel.step)},
                  {"device", std::to_string(kernel.device)},
                  {"stream", std::to_string(kernel.stream)}});
  });
}

/// Where the steps of a timeline began: its own few, not all.
std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> steps_of_timeline(
    const store::Database& run) {
  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> steps;
  store::each_timeline_kernel(run, [&](const store::TimelineKernel& kernel) {
    steps.try_emplace({kernel.process, kernel.step}, 0);
  });
  return steps;
}

}  // namespace

void write_chrome_trace(store::Database& database, std::optional<double> peak_flops_per_second,
                        std::ostream& out) {
  const RunOverview run = store::read_overview(database);
  const std::vector<ProcessTotal> processes = store::read_processes(database);
  const std::optional<Peak> peak = peak_of(run, peak_flops_per_second);
  auto timeline_steps = steps_of_timeline(database);
  const auto notes = notes_of(run, peak, !timeline_steps.empty());
  TraceEvents events(out, head_of(run, processes, notes));
  for (const ProcessTotal& process : processes) {
    events.name_group(process.process, name_of(process), process.rank.value_or(process.process));
    events.name_row({process.process, 1}, "steps", 1);
  }
  StepWriter steps(events, run, peak);
  store::each_process_step(database, [&](const store::ProcessStep& step) {
    steps.add(step);
    const auto traced = timeline_steps.find({step.process, step.step});
    if (traced != timeline_steps.end()) traced->second = step.began_at_ns - run.started_at_ns;
  });
  steps.finish_process();
  write_phases(events, database);
  write_kernel_sums(events, database);
  write_timeline(events, database, timeline_steps);
  for (const Fault& fault : run.faults) {
    events.instant(fmt::format("fault: {}", fault.what), fault.since_ns - run.started_at_ns,
                   {{"count", std::to_string(fault.count)},
                    {"detail", json_string(fault.detail)},
                    {"remedy", json_string(fault.remedy)}});
  }
  events.finish();
}

}  // namespace flopprof::exports
