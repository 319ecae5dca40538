#include <fmt/format.h>

#include <algorithm>

#include "profiler/views/report_formats.h"
#include "profiler/views/report_header.h"
#include "profiler/views/safe_text.h"
#include "profiler/views/table.h"
#include "profiler/views/units.h"

namespace flopprof::views {
namespace {

constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kPlain = "\x1b[0m";
constexpr std::size_t kStepsATable = 1000;
constexpr const char* kSourcesTitle = "Where FLOPs of the GPU come from, the best source first";
constexpr const char* kCausesTitle = "Why executed and model FLOPs differ";

std::string in(std::string_view colour, const std::string& text, bool wanted) {
  return wanted ? fmt::format("{}{}{}", colour, text, kPlain) : text;
}

/// Keys to the left, values to the right of the widest one that is not a long name.
void print_header(std::ostream& out, const std::vector<HeaderLine>& lines, std::size_t width) {
  std::size_t keys = 0;
  std::size_t values = 0;
  for (const HeaderLine& line : lines) keys = std::max(keys, width_of(line.key) + 1);
  const std::size_t room = std::max<std::size_t>(width, keys + 30) - keys - 2;
  for (const HeaderLine& line : lines)
    values = std::max(values, std::min(room, width_of(line.value)));
  for (const HeaderLine& line : lines) {
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
    case By::kClass:
      return "By class";
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

std::string cause_text(const Cause& each) {
  return fmt::format("{}: {}: {}", each.proven ? "proven" : "hypothesis", each.cause,
                     printable(each.detail));
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
  print_header(out, header_of(report), request.width);
  if (!report.sources.empty()) heading(kSourcesTitle);
  for (const FlopSource& each : report.sources) out << text_of(each) << '\n';
  if (request.by == By::kOverview && !report.causes.empty()) {
    heading(kCausesTitle);
    for (const Cause& each : report.causes) out << cause_text(each) << '\n';
  }
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
  for (const HeaderLine& line : header_of(report)) {
    out << "| " << line.key << " | " << markdown_cell(fitted(line.value, 200)) << " |\n";
  }
  if (!report.sources.empty()) out << "\n### " << kSourcesTitle << "\n\n";
  for (const FlopSource& each : report.sources) out << "- " << markdown_cell(text_of(each)) << '\n';
  if (request.by == By::kOverview && !report.causes.empty()) {
    out << "\n### " << kCausesTitle << "\n\n";
    for (const Cause& each : report.causes) out << "- " << markdown_cell(cause_text(each)) << '\n';
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
