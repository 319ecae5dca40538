#include <fmt/format.h>

#include <algorithm>

#include "profiler/views/report_formats.h"
#include "profiler/views/safe_text.h"
#include "profiler/views/table.h"
#include "profiler/views/units.h"

namespace flopprof::views {
namespace {

constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kPlain = "\x1b[0m";
constexpr std::size_t kStepsATable = 1000;

std::string in(std::string_view colour, const std::string& text, bool wanted) {
  return wanted ? fmt::format("{}{}{}", colour, text, kPlain) : text;
}

struct Line {
  std::string key;
  std::string value;
};

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

void add_training_lines(const RunOverview& run, std::vector<Line>& lines) {
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

void add_gpu_lines(const RunOverview& run, std::vector<Line>& lines) {
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
  lines.push_back({"  kernels, plain sum", seconds(gpu.kernel_ns)});
  if (gpu.steps_without_gpu_time > 0)
    lines.push_back({"  steps left out", grouped(gpu.steps_without_gpu_time)});
  if (run.gpu_per_step)
    lines.push_back({"GPU-seconds per step, median", seconds(run.gpu_per_step->median)});
}

void add_outside_lines(const RunOverview& run, std::vector<Line>& lines) {
  const GpuOutsideTotal& outside = run.gpu_outside;
  if (outside.kernels == 0) return;
  lines.push_back({"GPU-seconds outside steps",
                   fmt::format("{} in {} kernels", seconds_text(seconds_of(outside.gpu_ns)),
                               grouped(outside.kernels))});
}

std::vector<Line> header_of(const RunOverview& run) {
  std::vector<Line> lines;
  lines.push_back(
      {"command", run.command.empty() ? "attached by hand" : command_line(run.command)});
  lines.push_back({"host", printable(run.host)});
  for (const Device& device : run.devices) {
    if (device.name.empty()) continue;
    const std::string where = run.devices.size() > 1 ? " on " + printable(device.host) : "";
    lines.push_back({"CPU", printable(device.name) + where + ", peak unknown"});
  }
  for (const DeviceTotal& gpu : run.gpus) {
    lines.push_back({fmt::format("GPU {}", gpu.device),
                     (gpu.name.empty() ? "not named" : printable(gpu.name)) + ", peak unknown"});
  }
  lines.push_back({"started", iso_time(run.started_at_ns)});
  lines.push_back({"ended", ended_text(run)});
  lines.push_back({"wall time", seconds_text(seconds_of(run.wall_ns))});
  lines.push_back({"ranks", grouped(run.total.ranks)});
  lines.push_back({"steps", steps_text(run.total)});
  add_training_lines(run, lines);
  add_gpu_lines(run, lines);
  add_outside_lines(run, lines);
  lines.push_back({"flopprof's overhead", overhead_text(run.total)});
  return lines;
}

/// Keys to the left, values to the right of the widest one that is not a long name.
void print_header(std::ostream& out, const std::vector<Line>& lines, std::size_t width) {
  std::size_t keys = 0;
  std::size_t values = 0;
  for (const Line& line : lines) keys = std::max(keys, width_of(line.key) + 1);
  const std::size_t room = std::max<std::size_t>(width, keys + 30) - keys - 2;
  for (const Line& line : lines) values = std::max(values, std::min(room, width_of(line.value)));
  for (const Line& line : lines) {
    const std::string value = fitted(line.value, values);
    out << line.key << ':' << std::string(keys - width_of(line.key) - 1, ' ') << "  "
        << std::string(values - width_of(value), ' ') << value << '\n';
  }
}

void print_left_out(std::ostream& out, std::int64_t rows) {
  if (rows > 0) out << fmt::format("… and {} more; --top 0 prints all\n", grouped(rows));
}

std::string title_of(const ReportRequest& request, std::size_t rows) {
  switch (request.by) {
    case By::kStep:
      return "By step";
    case By::kPhase:
      return "By phase";
    case By::kLayer:
      return "By layer";
    case By::kRank:
      return "By rank";
    case By::kKernel:
      return "By kernel";
    case By::kOp:
      return "By operator";
    default:
      return fmt::format("By operator, top {}", rows);
  }
}

void print_steps(std::ostream& out, std::size_t width, const EachStep& each_step) {
  std::vector<Fields> rows;
  each_step([&](const StepTotal& step) {
    rows.push_back(fields_of(step));
    if (rows.size() < kStepsATable) return;
    print_text_table(out, rows, width);
    rows.clear();
  });
  print_text_table(out, rows, width);
}

std::vector<Fields> phase_rows(const RunOverview& run) {
  std::vector<Fields> rows;
  for (const PhaseTotal& phase : run.phases) rows.push_back(fields_of(phase));
  return rows;
}

std::vector<Fields> device_rows(const RunOverview& run) {
  std::vector<Fields> rows;
  for (const DeviceTotal& gpu : run.gpus) rows.push_back(fields_of(gpu));
  return rows;
}

}  // namespace

std::string command_line(const std::vector<std::string>& command) {
  std::string line;
  for (const std::string& word : command) {
    const bool plain =
        !word.empty() && word.find_first_of(" \t\n'\"\\$`|&;<>()*?[]#~{}!") == std::string::npos;
    if (!line.empty()) line += ' ';
    if (plain) {
      line += word;
      continue;
    }
    line += '\'';
    for (const char byte : word) line += byte == '\'' ? std::string("'\\''") : std::string(1, byte);
    line += '\'';
  }
  return printable(line);
}

void print_faults(std::ostream& out, const Report& report, bool colour) {
  if (report.run.faults.empty()) out << "no faults\n";
  for (const Fault& fault : report.run.faults) {
    out << in(kRed, "fault: " + printable(fault.what), colour) << " (" << grouped(fault.count)
        << " x, since " << iso_time(fault.since_ns) << ')';
    if (!fault.detail.empty()) out << ": " << printable(fault.detail);
    out << '\n';
    if (!fault.remedy.empty()) out << "       remedy: " << printable(fault.remedy) << '\n';
  }
}

void print_text(std::ostream& out, const Report& report, const ReportRequest& request,
                const EachStep& each_step) {
  const auto heading = [&](const std::string& text) {
    out << '\n' << in(kBold, text, request.colour) << '\n';
  };
  print_faults(out, report, request.colour);
  for (const std::string& note : report.run.notes) out << "note: " << note << '\n';
  out << '\n';
  print_header(out, header_of(report.run), request.width);
  if (request.by == By::kOverview && !report.run.phases.empty()) {
    heading("By phase");
    print_text_table(out, phase_rows(report.run), request.width);
  }
  if (request.by == By::kOverview && report.run.gpus.size() > 1) {
    heading("By device");
    print_text_table(out, device_rows(report.run), request.width);
  }
  if (request.by == By::kStep && report.run.total.steps > 0) {
    heading(title_of(request, 0));
    print_steps(out, request.width, each_step);
  } else if (!report.rows.empty()) {
    heading(title_of(request, report.rows.size()));
    print_text_table(out, report.rows, request.width);
  }
  print_left_out(out, report.rows_left_out);
  if (!report.uncounted.empty()) {
    heading("Uncounted: these compute in floating point, and no total above includes them");
    print_text_table(out, report.uncounted, request.width);
  }
}

void print_markdown(std::ostream& out, const Report& report, const ReportRequest& request,
                    const EachStep& each_step) {
  for (const Fault& fault : report.run.faults) {
    out << "- **fault: " << markdown_cell(fault.what) << "** (" << grouped(fault.count)
        << " x, since " << iso_time(fault.since_ns) << "): " << markdown_cell(fault.detail);
    if (!fault.remedy.empty()) out << " Remedy: " << markdown_cell(fault.remedy);
    out << '\n';
  }
  if (report.run.faults.empty()) out << "No faults.\n";
  out << '\n';
  for (const std::string& note : report.run.notes) out << "Note: " << note << "\n\n";
  out << "| run | |\n| --- | ---: |\n";
  for (const Line& line : header_of(report.run)) {
    out << "| " << line.key << " | " << markdown_cell(fitted(line.value, 200)) << " |\n";
  }
  if (request.by == By::kOverview && !report.run.phases.empty()) {
    out << "\n### By phase\n\n";
    print_markdown_table(out, phase_rows(report.run));
  }
  if (request.by == By::kOverview && report.run.gpus.size() > 1) {
    out << "\n### By device\n\n";
    print_markdown_table(out, device_rows(report.run));
  }
  std::vector<Fields> rows = report.rows;
  if (request.by == By::kStep) {
    each_step([&](const StepTotal& step) { rows.push_back(fields_of(step)); });
  }
  if (!rows.empty()) {
    out << "\n### " << title_of(request, rows.size()) << "\n\n";
    print_markdown_table(out, rows);
  }
  if (report.rows_left_out > 0) out << '\n';
  print_left_out(out, report.rows_left_out);
  if (!report.uncounted.empty()) {
    out << "\n### Uncounted operators\n\n";
    print_markdown_table(out, report.uncounted);
  }
}

}  // namespace flopprof::views
