#include "profiler/views/report_header.h"

#include <fmt/format.h>

#include "profiler/record/rank_list.h"
#include "profiler/views/report_formats.h"
#include "profiler/views/safe_text.h"
#include "profiler/views/units.h"

namespace flopprof::views {
namespace {

std::string ended_text(const RunOverview& run) {
  if (run.ended == "signalled" && run.exit_status) {
    return fmt::format("signalled, signal {}", *run.exit_status - 128);
  }
  if (run.exit_status) return fmt::format("{}, status {}", run.ended, *run.exit_status);
  return run.ended;
}

std::string overhead_text(const RunTotal& total) {
  const std::string seconds = seconds_text(seconds_of(total.overhead_ns));
  if (total.process_wall_ns <= 0) return seconds;
  return fmt::format(
      "{} = {:.2f} %", seconds,
      100 * static_cast<double>(total.overhead_ns) / static_cast<double>(total.process_wall_ns));
}

/// Exact where rounding would show two different numbers as one.
std::string range_text(Flops least, Flops most, std::string_view joint) {
  const std::string low = flops_text(least);
  const std::string high = flops_text(most);
  if (low != high) return fmt::format("{} {} {}", low, joint, high);
  return fmt::format("{} {} {} FLOP", grouped(least), joint, grouped(most));
}

std::string steps_text(const RunTotal& total) {
  if (total.observed_steps >= total.steps) return grouped(total.steps);
  return fmt::format("{}, of which counted {}", grouped(total.steps),
                     grouped(total.observed_steps));
}

/// "3 of 4, without rank 2"
std::string ranks_text(const RunOverview& run) {
  std::string text = grouped(run.total.ranks);
  if (run.worlds.size() != 1) return text;
  const std::vector<std::int64_t> missing = missing_ranks(run.worlds[0]);
  if (missing.empty()) return text;
  return fmt::format("{} of {}, without {}", text, grouped(run.worlds[0].size), rank_list(missing));
}

void add_training_lines(const RunOverview& run, std::vector<HeaderLine>& lines) {
  const RunTotal& total = run.total;
  const std::string source = fmt::format(" ({})", total.source);
  lines.push_back({"training model FLOPs", flops_text(total.model_flops) + source});
  lines.push_back({"  exactly", grouped(total.model_flops)});
  if (run.interval && run.interval->min < run.interval->max) {
    lines.push_back({"  between", range_text(run.interval->min, run.interval->max, "and")});
  }
  if (total.recomputed_flops.count > 0) {
    lines.push_back({"  recomputed, not in it", flops_text(total.recomputed_flops) + source});
  }
  if (run.flops_per_step) {
    lines.push_back({"per step, median", flops_text(run.flops_per_step->median) + source});
    if (run.flops_per_step->min < run.flops_per_step->max) {
      lines.push_back({"per step, least to most",
                       range_text(run.flops_per_step->min, run.flops_per_step->max, "to")});
    }
  }
  if (run.wall_per_step) {
    lines.push_back({"step time, median", seconds_text(seconds_of(run.wall_per_step->median))});
    lines.push_back({"step time, least to most",
                     fmt::format("{} to {}", seconds_text(seconds_of(run.wall_per_step->min)),
                                 seconds_text(seconds_of(run.wall_per_step->max)))});
    lines.push_back({"rate within steps",
                     rate_text(total.model_flops, seconds_of(total.step_wall_ns)) + source});
  }
}

void add_class_lines(const RunOverview& run, std::vector<HeaderLine>& lines) {
  for (const ClassTotal& each : run.classes) {
    if (!each.executed_flops || each.executed_flops->count == 0) continue;
    const std::string margin =
        each.margin95.count > 0 ? fmt::format(" ± {}", flops_text(each.margin95)) : std::string();
    lines.push_back(
        {"  in " + each.flop_class,
         fmt::format("{}{} ({})", flops_text(*each.executed_flops), margin, each.source)});
  }
}

/// Data-dependent work has no count: an interval stands in its place.
void add_executed_lines(const Report& report, std::vector<HeaderLine>& lines) {
  const RunOverview& run = report.run;
  if (!run.gpu || run.classes.empty()) return;
  const ExecutedTotal& executed = run.gpu->executed;
  const std::string source = fmt::format(" ({})", executed.source);
  if (!executed.flops) {
    lines.push_back({"executed FLOPs", "not known"});
  } else if (executed.is_interval) {
    lines.push_back(
        {"executed FLOPs, between", range_text(executed.min, executed.max, "and") + source});
  } else {
    lines.push_back({"executed FLOPs", flops_text(*executed.flops) + source});
    lines.push_back({"  exactly", grouped(*executed.flops)});
  }
  add_class_lines(run, lines);
  if (executed.steps_without > 0)
    lines.push_back({"  steps left out", grouped(executed.steps_without)});
  if (run.executed_per_step) {
    lines.push_back(
        {"executed per step, median", flops_text(run.executed_per_step->median) + source});
  }
  if (report.executed_to_model > 0) {
    lines.push_back(
        {"executed / model", fmt::format("{:.4f} over {} steps", report.executed_to_model,
                                         grouped(executed.compared_steps))});
  }
}

/// No part of the executed FLOPs: those are counted, or not known.
void add_estimate_lines(const Report& report, std::vector<HeaderLine>& lines) {
  if (!report.sources.empty() && report.run.classes.empty())
    lines.push_back({"executed FLOPs", "not counted"});
  const bool is_known = report.run.gpu && report.run.gpu->executed.flops;
  if (!report.estimate || is_known) return;
  const ActivityEstimate& found = *report.estimate;
  const double tensor = found.shares.front().share;
  lines.push_back({"tensor cores active",
                   fmt::format("{} of {} on {} GPU, all work on it", percent_text(tensor),
                               seconds_text(found.watched_seconds), grouped(found.devices))});
  lines.push_back(
      {"  FLOPs, estimate", found.flops ? fmt::format("at most about {} if in {}",
                                                      flops_text(*found.flops), found.flop_class)
                                        : found.missing});
}

std::string rate_of(double flops_per_second) {
  return rate_text(Flops{static_cast<unsigned __int128>(flops_per_second)}, 1);
}

void add_utilisation_lines(const Report& report, std::vector<HeaderLine>& lines) {
  const Utilisation& found = report.utilisation;
  if (found.peak <= 0) return;
  if (found.mfu) lines.push_back({"MFU", percent_text(*found.mfu)});
  if (found.hfu) lines.push_back({"HFU", percent_text(*found.hfu)});
  if (found.peak_time_share) {
    lines.push_back({"  each class at its own peak", percent_text(*found.peak_time_share)});
  }
  lines.push_back(
      {"  of a GPU's peak", fmt::format("{} in {}", rate_of(found.peak), found.peak_class)});
  lines.push_back({"  from", found.peak_source});
}

void add_gpu_lines(const RunOverview& run, std::vector<HeaderLine>& lines) {
  if (!run.gpu) return;
  const auto seconds = [](std::int64_t ns) { return seconds_text(seconds_of(ns)); };
  const GpuTotal& gpu = *run.gpu;
  const std::string of =
      fmt::format("{} of {} allocated", seconds(gpu.gpu_ns), seconds(gpu.allocated_ns));
  // A share of the time of all steps would be too low where some are left out.
  const bool whole = gpu.steps_without_gpu_time == 0 && gpu.allocated_ns > 0;
  const double share =
      whole ? static_cast<double>(gpu.gpu_ns) / static_cast<double>(gpu.allocated_ns) : 0;
  lines.push_back({"GPU-seconds", whole ? of + " = " + percent_text(share) : of});
  if (gpu.extrapolated_gpu_ns > 0) {
    lines.push_back(
        {"  of which extrapolated", fmt::format("{} in {} steps", seconds(gpu.extrapolated_gpu_ns),
                                                grouped(gpu.steps_with_extrapolated_gpu_time))});
  }
  lines.push_back(
      {"  kernels, plain sum", gpu.steps_without_kernels == 0
                                   ? seconds(gpu.kernel_ns)
                                   : fmt::format("{} without {} steps", seconds(gpu.kernel_ns),
                                                 grouped(gpu.steps_without_kernels))});
  if (gpu.copies > 0) lines.push_back({"  memory copies, apart", seconds(gpu.copy_ns)});
  if (gpu.steps_without_gpu_time > 0)
    lines.push_back({"  steps left out", grouped(gpu.steps_without_gpu_time)});
  if (run.gpu_per_step)
    lines.push_back({"GPU-seconds per step, median", seconds(run.gpu_per_step->median)});
}

void add_outside_lines(const RunOverview& run, std::vector<HeaderLine>& lines) {
  const GpuOutsideTotal& outside = run.gpu_outside;
  if (outside.kernels == 0) return;
  lines.push_back({"GPU-seconds outside steps",
                   fmt::format("{} in {} kernels", seconds_text(seconds_of(outside.gpu_ns)),
                               grouped(outside.kernels))});
}

std::string peak_text(const Report& report, std::size_t gpu) {
  const Utilisation& found = report.utilisation;
  const DevicePeaks& peaks = found.devices[gpu];
  if (peaks.by_class.empty()) return ", peak unknown";
  const auto peak = peaks.by_class.find(found.peak_class);
  if (peak == peaks.by_class.end()) return "";
  return fmt::format(", peak {} in {}", rate_of(peak->second), found.peak_class);
}

}  // namespace

std::vector<HeaderLine> header_of(const Report& report) {
  const RunOverview& run = report.run;
  std::vector<HeaderLine> lines;
  lines.push_back(
      {"command", run.command.empty() ? "attached by hand" : command_line(run.command)});
  lines.push_back({"host", printable(run.host)});
  for (const Device& device : run.devices) {
    if (device.name.empty()) continue;
    const std::string where = run.devices.size() > 1 ? " on " + printable(device.host) : "";
    lines.push_back({"CPU", printable(device.name) + where + ", peak unknown"});
  }
  for (std::size_t i = 0; i < run.gpus.size(); ++i) {
    const DeviceTotal& gpu = run.gpus[i];
    lines.push_back(
        {fmt::format("GPU {}", gpu.device),
         (gpu.name.empty() ? "not named" : printable(gpu.name)) + peak_text(report, i)});
  }
  lines.push_back({"started", iso_time(run.started_at_ns)});
  lines.push_back({"ended", ended_text(run)});
  lines.push_back({"wall time", seconds_text(seconds_of(run.wall_ns))});
  lines.push_back({"ranks", ranks_text(run)});
  lines.push_back({"steps", steps_text(run.total)});
  add_training_lines(run, lines);
  add_executed_lines(report, lines);
  add_estimate_lines(report, lines);
  add_gpu_lines(run, lines);
  add_outside_lines(run, lines);
  add_utilisation_lines(report, lines);
  lines.push_back({"flopprof's overhead", overhead_text(run.total)});
  return lines;
}

}  // namespace flopprof::views
