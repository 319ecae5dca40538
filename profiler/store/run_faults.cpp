#include "profiler/store/run_faults.h"

#include <fmt/format.h>

#include <algorithm>

#include "profiler/store/liveness.h"
#include "profiler/store/rank_faults.h"

namespace flopprof::store {
namespace {

/// A living process writes every second; the rest is for a slow shared file system.
constexpr std::int64_t kSilenceOfTheDeadNs = 30'000'000'000;

Fault killed_fault(const ProcessEnd& process) {
  const std::string who =
      process.rank ? fmt::format("rank {} (pid {} on {})", *process.rank, process.pid, process.host)
                   : fmt::format("pid {} on {}", process.pid, process.host);
  return {
      .what = "process killed",
      .since_ns = process.last_written_at_ns,
      .detail = who + " wrote no end; up to one second of its work is missing",
      .remedy =
          "let the job end by itself: a process that a signal ends cannot write its last words"};
}

Fault nothing_attached(const RunOverview& run) {
  return {.what = "nothing attached",
          .since_ns = run.started_at_ns,
          .detail = run.processes == 0
                        ? "no process of the job loaded flopprof"
                        : "no process of the job loaded LibTorch, and no step was seen",
          .remedy =
              "run the training command itself: a statically linked or set-uid program, a "
              "container or a remote shell in between drops LD_PRELOAD"};
}

Fault over_budget(const RunOverview& run, double share) {
  return {.what = "overhead above the budget",
          .since_ns = run.started_at_ns,
          .detail = fmt::format("{:.2f} % of the job's time, the budget was {:.2f} %", share * 100,
                                run.overhead_budget * 100),
          .remedy = "count fewer steps: `flopprof run --every N`"};
}

Fault steps_without_flops(const RunOverview& run) {
  return {.what = "steps without FLOPs",
          .count = run.total.steps_without_flops,
          .since_ns = run.started_at_ns,
          .detail = "no step of equal signature was counted; totals leave these steps out",
          .remedy = "count more steps: a smaller --every, or a larger --overhead-budget"};
}

Fault unseen_evaluation(const RunOverview& run) {
  return {
      .what = "evaluation not fully counted",
      .count = run.total.steps - run.total.observed_steps,
      .since_ns = run.started_at_ns,
      .detail =
          "evaluation passes and other work inside uncounted steps are not seen; training work is",
      .remedy = "count every step: `flopprof run --every 1`"};
}

/// From another tool, which says itself what it has not: counting more steps would not help.
bool is_imported(const RunOverview& run) {
  return std::any_of(run.faults.begin(), run.faults.end(),
                     [](const Fault& fault) { return fault.what.starts_with("imported"); });
}

void add_graph_notes(const GpuTotal& gpu, std::vector<std::string>& notes) {
  if (gpu.steps_with_whole_graphs > 0) {
    notes.push_back(fmt::format(
        "{} steps were traced with their CUDA graphs as a whole: their GPU-seconds hold "
        "the time between a graph's kernels, and what their kernels and copies took is "
        "the mean of steps that launched the same work and were traced kernel by kernel",
        gpu.steps_with_whole_graphs));
  }
  if (gpu.steps_without_kernels > 0) {
    notes.push_back(
        fmt::format("kernel seconds, kernels and copies leave {} steps out: no step that launched "
                    "the same work was traced kernel by kernel",
                    gpu.steps_without_kernels));
  }
  if (gpu.other_whole_graphs > 0) {
    notes.push_back(
        fmt::format("outside steps, {} launches of CUDA graphs were traced as a whole: their "
                    "kernels are in no sum of kernels",
                    gpu.other_whole_graphs));
  }
}

void add_gpu_notes(const RunOverview& run, std::vector<std::string>& notes) {
  const GpuTotal& gpu = *run.gpu;
  add_graph_notes(gpu, notes);
  const ExecutedTotal& executed = gpu.executed;
  if (gpu.steps_with_extrapolated_gpu_time > 0) {
    notes.push_back(
        fmt::format("GPU-seconds of {} of {} steps are the mean of traced steps that launched the "
                    "same work",
                    gpu.steps_with_extrapolated_gpu_time, run.total.steps));
    notes.emplace_back("by kernel, operator and phase, kernel time is that of the traced steps");
  }
  if (run.gpu_outside.traced_intervals < run.gpu_outside.intervals) {
    notes.push_back(fmt::format(
        "GPU-seconds outside steps are those of {} of the {} intervals between steps: the others "
        "were not traced",
        run.gpu_outside.traced_intervals, run.gpu_outside.intervals));
  }
  if (run.classes.empty()) {
    notes.emplace_back(
        "GPU-seconds are measured; no FLOP counter was read, so what the GPU "
        "executed is not known");
  } else if (executed.steps_without > 0) {
    notes.push_back(fmt::format(
        "executed FLOPs leave {} of {} steps out: of no step that launched the same work were all "
        "classes counted",
        executed.steps_without, run.total.steps));
  }
  if (executed.is_interval) {
    notes.emplace_back(
        "executed FLOPs are an interval: steps that launched the same work executed "
        "FLOPs that differ by more than 0.1 %");
  }
}

/// Phases, operators and kernels have no executed FLOPs where these are not told apart.
void add_split_note(const RunOverview& run, std::vector<std::string>& notes) {
  const ExecutedTotal& executed = run.gpu->executed;
  if (!executed.flops || executed.flops->count == 0) return;
  if (!run.split) {
    notes.push_back(fmt::format(
        "executed FLOPs are not told apart by phase, operator and kernel: {}",
        executed.is_interval ? "what a step executes depends on its data"
                             : "no step of known launches was counted with every set of counters"));
    return;
  }
  const SplitTotal& split = *run.split;
  const auto percent = [&](const Flops& part) {
    return split.executed.count == 0
               ? 100.0
               : 100 * static_cast<double>(part.count) / static_cast<double>(split.executed.count);
  };
  const bool all =
      std::min(split.by_op, split.by_kernel) == split.executed && split.by_phase == split.executed;
  if (all && split.steps_without == 0) return;
  notes.push_back(
      fmt::format("of the executed FLOPs, {:.1f} % are told apart by phase, {:.1f} % by operator "
                  "and {:.1f} % by kernel, over {} steps; {} more are not told apart",
                  percent(split.by_phase), percent(split.by_op), percent(split.by_kernel),
                  split.steps, split.steps_without));
}

}  // namespace

bool is_alive(const ProcessEnd& process, std::int64_t now_ns) {
  if (process.ended_at_ns) return false;
  if (process.host != this_host()) return now_ns - process.last_written_at_ns < kSilenceOfTheDeadNs;
  return start_ticks_of(process.pid) == process.start_ticks;
}

std::vector<Fault> derived_faults(const RunOverview& run, const std::vector<ProcessEnd>& processes,
                                  std::int64_t now_ns) {
  std::vector<Fault> faults;
  for (const ProcessEnd& process : processes) {
    if (!process.ended_at_ns && !is_alive(process, now_ns)) faults.push_back(killed_fault(process));
  }
  const bool unwritten = std::any_of(run.faults.begin(), run.faults.end(), [](const Fault& fault) {
    return fault.what.starts_with("run.db");  // somebody was attached, and says why nothing is here
  });
  if (!run.libtorch_seen && !run.gpu && run.total.steps == 0 && run.ended != "running" &&
      !unwritten && faults.empty()) {
    faults.push_back(nothing_attached(run));
  }
  for (Fault& fault : rank_faults(run)) faults.push_back(std::move(fault));
  if (!is_imported(run)) {
    if (run.total.steps_without_flops > 0) faults.push_back(steps_without_flops(run));
    if (run.total.observed_steps < run.total.steps) faults.push_back(unseen_evaluation(run));
  }
  if (run.total.process_wall_ns > 0) {
    const double share =
        static_cast<double>(run.total.overhead_ns) / static_cast<double>(run.total.process_wall_ns);
    if (share > run.overhead_budget) faults.push_back(over_budget(run, share));
  }
  return faults;
}

std::vector<std::string> notes_of(const RunOverview& run) {
  std::vector<std::string> notes;
  const RunTotal& total = run.total;
  if (run.ended == "running" && !run.libtorch_seen) {
    notes.emplace_back("no process of the job has loaded LibTorch yet");
  } else if (run.libtorch_seen && total.steps == 0) {
    notes.emplace_back("no training step was seen; what was computed stands by phase");
  }
  if (total.observed_steps < total.steps && !is_imported(run)) {
    notes.push_back(
        fmt::format("{} of {} steps were counted; the others are extrapolated from counted "
                    "steps of equal signature",
                    total.observed_steps, total.steps));
  }
  if (run.gpu) add_gpu_notes(run, notes), add_split_note(run, notes);
  return notes;
}

}  // namespace flopprof::store
