#include "profiler/views/top_frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>

#include "profiler/views/report_formats.h"
#include "profiler/views/safe_text.h"
#include "profiler/views/table.h"
#include "profiler/views/units.h"

namespace flopprof::views {
namespace {

constexpr std::array<std::string_view, 8> kBlocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::size_t kMostFaults = 3;
constexpr std::size_t kKeys = 12;  // columns of what stands before a value
constexpr std::size_t kStepsOfNow = 20;
constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kPlain = "\x1b[0m";

/// One line of a frame: what it says, and how.
struct Line {
  std::string text;
  std::string_view style;
};

using Lines = std::vector<Line>;

std::string keyed(std::string_view key, const std::string& value) {
  return fmt::format("{:<{}}{}", key, kKeys, value);
}

/// FLOPs a second over the last steps whose FLOPs are known.
std::string rate_now(const TopView& view, std::optional<Flops> StepTotal::* of_step) {
  Flops flops;
  std::int64_t wall_ns = 0;
  std::size_t steps = 0;
  for (auto at = view.last_steps.rbegin(); at != view.last_steps.rend(); ++at) {
    const std::optional<Flops>& known = *at.*of_step;
    if (!known) continue;
    flops.count += known->count;
    wall_ns += at->wall_ns;
    if (++steps == kStepsOfNow) break;
  }
  return steps == 0 ? "-" : rate_text(flops, seconds_of(wall_ns));
}

void add_head(const TopView& view, Lines& lines) {
  const RunOverview& run = view.run;
  const std::string ended =
      run.exit_status ? fmt::format("{}, status {}", run.ended, *run.exit_status) : run.ended;
  lines.push_back({fmt::format("{}  {} · {} · {} steps · {} ranks", printable(view.name), ended,
                               seconds_text(seconds_of(run.wall_ns)), grouped(run.total.steps),
                               grouped(run.total.ranks)),
                   kBold});
  lines.push_back({run.command.empty() ? "attached by hand" : command_line(run.command), {}});
  lines.push_back({});
}

void add_work(const TopView& view, Lines& lines) {
  const RunTotal& total = view.run.total;
  const auto share = [](const char* name, const std::optional<double>& value) {
    return value ? fmt::format(", {} {}", name, percent_text(*value)) : std::string();
  };
  const bool known = total.source != "none";
  lines.push_back({keyed("model FLOPs",
                         known ? fmt::format("{} ({})", flops_text(total.model_flops), total.source)
                               : "not known"),
                   {}});
  if (known) {
    lines.push_back(
        {keyed("FLOP/s",
               fmt::format("{} now, {} over all steps{}", rate_now(view, &StepTotal::model_flops),
                           rate_text(total.model_flops, seconds_of(total.step_wall_ns)),
                           share("MFU", view.mfu))),
         {}});
  }
  if (view.run.gpu && view.run.gpu->executed.flops) {
    const ExecutedTotal& executed = view.run.gpu->executed;
    const std::string flops =
        executed.is_interval
            ? fmt::format("{} to {}", flops_text(executed.min), flops_text(executed.max))
            : flops_text(*executed.flops);
    lines.push_back({keyed("executed", fmt::format("{} ({})", flops, executed.source)), {}});
    lines.push_back({keyed("FLOP/s", fmt::format("{} now, {} over all steps{}",
                                                 rate_now(view, &StepTotal::executed_flops),
                                                 rate_text(*executed.flops,
                                                           seconds_of(executed.executed_wall_ns)),
                                                 share("HFU", view.hfu))),
                     {}});
  }
  if (const auto& gpu = view.run.gpu) {
    lines.push_back(
        {keyed("GPU-seconds", fmt::format("{} in steps, {} outside, of {} allocated",
                                          seconds_text(seconds_of(gpu->gpu_ns)),
                                          seconds_text(seconds_of(view.run.gpu_outside.gpu_ns)),
                                          seconds_text(seconds_of(gpu->allocated_ns)))),
         {}});
  }
}

void add_steps(const TopView& view, std::size_t width, Lines& lines) {
  if (!view.run.wall_per_step || view.last_steps.empty()) {
    lines.push_back({keyed("step time", "no step yet"), {}});
    return;
  }
  const auto text = [](std::int64_t ns) { return seconds_text(seconds_of(ns)); };
  const NsSpread& spread = *view.run.wall_per_step;
  lines.push_back(
      {keyed("step time",
             fmt::format("last {}, median {}, {} to {}", text(view.last_steps.back().wall_ns),
                         text(spread.median), text(spread.min), text(spread.max))),
       {}});
  std::vector<std::optional<double>> times;
  std::vector<std::optional<double>> busy;
  for (const StepTotal& step : view.last_steps) {
    times.emplace_back(static_cast<double>(step.wall_ns));
    busy.push_back(step.gpu_ns ? std::optional(static_cast<double>(*step.gpu_ns)) : std::nullopt);
  }
  const std::size_t room = width > kKeys ? width - kKeys : 0;
  lines.push_back({keyed("", sparkline(times, room)), {}});
  if (view.run.gpu_per_step) lines.push_back({keyed("GPU busy", sparkline(busy, room)), {}});
}

void add_faults(const TopView& view, Lines& lines) {
  const std::vector<Fault>& faults = view.run.faults;
  if (faults.empty()) lines.push_back({"no faults", {}});
  for (std::size_t at = 0; at < std::min(kMostFaults, faults.size()); ++at) {
    lines.push_back({fmt::format("fault: {} ({} x) {}", printable(faults[at].what),
                                 grouped(faults[at].count), printable(faults[at].detail)),
                     kRed});
  }
  if (faults.size() > kMostFaults) {
    lines.push_back({fmt::format("… and {} more faults", faults.size() - kMostFaults), kRed});
  }
}

/// A frame has room for the columns that say most.
Fields short_row(const OpTotal& op, Flops training) {
  const double share = training.count == 0 ? 0
                                           : static_cast<double>(op.model_flops.count) /
                                                 static_cast<double>(training.count);
  return {{"", "operator", Name{op.op}},
          {"", "model FLOPs", op.model_flops},
          {"", "share", Share{share}},
          {"", "calls", Count{op.calls}},
          {"", "CPU time", Seconds{seconds_of(op.cpu_ns)}}};
}

Fields short_row(const KernelTotal& kernel) {
  return {{"", "kernel", Name{kernel.kernel}},
          {"", "launches", Count{kernel.launches + kernel.other_launches}},
          {"", "in steps", Seconds{seconds_of(kernel.kernel_ns)}},
          {"", "outside", Seconds{seconds_of(kernel.other_kernel_ns)}}};
}

void add_table(const TopView& view, const TopRequest& request, std::size_t rows, Lines& lines) {
  std::vector<Fields> table;
  if (request.table == TopTable::kKernels) {
    for (const KernelTotal& kernel : view.kernels) {
      if (table.size() < rows) table.push_back(short_row(kernel));
    }
  } else {
    for (const OpTotal& op : view.ops) {
      if (table.size() < rows) table.push_back(short_row(op, view.run.total.model_flops));
    }
  }
  std::ostringstream text;
  print_text_table(text, table, request.width);
  std::istringstream each(text.str());
  for (std::string line; std::getline(each, line);) lines.push_back({line, {}});
  if (table.empty()) {
    lines.push_back({request.table == TopTable::kKernels ? "no kernels" : "no operators", {}});
  }
}

/// What a full block stands for.
double top_of(const std::vector<std::optional<double>>& values, std::size_t first) {
  std::vector<double> known;
  for (std::size_t at = first; at < values.size(); ++at) {
    if (values[at]) known.push_back(*values[at]);
  }
  if (known.empty()) return 0;
  std::sort(known.begin(), known.end());
  return std::min(known.back(), 2 * known[known.size() / 2]);
}

std::string last_line(const TopView& view) {
  if (!view.message.empty()) return printable(view.message);
  return "q quits, o operators, k kernels";
}

}  // namespace

std::string sparkline(const std::vector<std::optional<double>>& values, std::size_t width) {
  const std::size_t first = values.size() > width ? values.size() - width : 0;
  const double top = top_of(values, first);
  std::string line;
  for (std::size_t at = first; at < values.size(); ++at) {
    if (!values[at]) {
      line += ' ';
      continue;
    }
    const double share = top > 0 ? std::max(0.0, *values[at]) / top : 0;
    line += kBlocks[static_cast<std::size_t>(std::min(7.0, share * 8))];
  }
  return line;
}

std::vector<std::string> top_frame(const TopView& view, const TopRequest& request) {
  Lines lines;
  add_head(view, lines);
  add_work(view, lines);
  add_steps(view, request.width, lines);
  lines.push_back({});
  add_faults(view, lines);
  lines.push_back({});
  const std::size_t below = request.live ? 1 : 0;
  constexpr std::size_t kHeadOfTable = 2;
  const std::size_t used = lines.size() + kHeadOfTable + below;
  const std::size_t rows = request.height == 0     ? 10
                           : request.height > used ? request.height - used
                                                   : 0;
  if (rows > 0) add_table(view, request, rows, lines);
  if (request.height > 0 && lines.size() + below > request.height) {
    lines.resize(request.height > below ? request.height - below : 0);
  }
  if (request.live) lines.push_back({last_line(view), {}});
  std::vector<std::string> frame;
  for (const Line& line : lines) {
    const std::string text = fitted(line.text, request.width);
    const bool styled = request.colour && !line.style.empty();
    frame.push_back(styled ? fmt::format("{}{}{}", line.style, text, kPlain) : text);
  }
  return frame;
}

}  // namespace flopprof::views
