#include <fmt/format.h>

#include <functional>

#include "kReportCss.h"
#include "kReportJs.h"
#include "profiler/views/html_roofline.h"
#include "profiler/views/html_summary.h"
#include "profiler/views/html_table.h"
#include "profiler/views/html_text.h"
#include "profiler/views/report_formats.h"
#include "profiler/views/safe_text.h"
#include "profiler/views/step_charts.h"
#include "profiler/views/units.h"

namespace flopprof::views {
namespace {

constexpr std::size_t kLongCommand = 300;  // columns, of the headline

/// A part of the page that the table of contents leads to.
struct Section {
  std::string title;
  std::function<void(std::ostream&)> print;
};

std::vector<Fields> phase_rows(const Report& report) {
  std::vector<Fields> rows;
  for (const PhaseTotal& phase : report.run.phases) rows.push_back(fields_of(phase));
  return rows;
}

std::vector<Fields> device_rows(const Report& report) {
  std::vector<Fields> rows;
  for (const DeviceTotal& gpu : report.run.gpus) rows.push_back(fields_of(gpu));
  return rows;
}

struct ViewWords {
  std::string_view title;
  std::string_view caption;
};

ViewWords words_of(By by) {
  switch (by) {
    case By::kOp:
      return {"Operators", "By operator, training work; model FLOPs from shapes"};
    case By::kLayer:
      return {"Layers", "By layer, training work; model FLOPs from shapes"};
    case By::kKernel:
      return {"Kernels", "By kernel; times as the GPU measured them in traced steps"};
    case By::kClass:
      return {"Classes", "Executed FLOPs by class, from hardware counters"};
    default:
      return {"Ranks", "By process; the sources stand in the rows"};
  }
}

std::string left_out_text(const View& view) {
  if (view.rows_left_out == 0) return {};
  return fmt::format("; {} more rows: `--top 0` has all", grouped(view.rows_left_out));
}

void add_view(const View& view, std::vector<Section>& sections) {
  if (view.rows.empty()) return;
  const ViewWords words = words_of(view.by);
  sections.push_back({std::string(words.title), [&view, words](std::ostream& out) {
                        print_html_table(
                            out, {.id = anchor_of(words.title) + "-table",
                                  .caption = std::string(words.caption) + left_out_text(view),
                                  .rows = view.rows});
                      }});
}

void add_steps(const Report& report, std::vector<Section>& sections) {
  if (report.steps.empty()) return;
  sections.push_back({"Steps", [&report](std::ostream& out) { print_html_steps(out, report); }});
}

void add_roofline(const Report& report, std::vector<Section>& sections) {
  if (!has_roofline(report)) return;
  sections.push_back(
      {"Roofline", [&report](std::ostream& out) { print_html_roofline(out, report); }});
}

void add_tables_of_run(const Report& report, std::vector<Section>& sections) {
  if (!report.run.gpus.empty()) {
    sections.push_back({"Devices", [&report](std::ostream& out) {
                          print_html_table(out, {.id = "devices-table",
                                                 .caption = "By device; times of training steps",
                                                 .rows = device_rows(report)});
                        }});
  }
  if (!report.uncounted.empty()) {
    sections.push_back({"Uncounted", [&report](std::ostream& out) {
                          print_html_table(
                              out, {.id = "uncounted-table",
                                    .caption = "Operators that compute in floating point and have "
                                               "no formula: no total includes them",
                                    .rows = report.uncounted});
                        }});
  }
}

std::vector<Section> sections_of(const Report& report) {
  std::vector<Section> sections;
  add_steps(report, sections);
  if (report.executed_to_model > 0) {
    sections.push_back({"Executed against model",
                        [&report](std::ostream& out) { print_html_comparison(out, report); }});
  }
  if (!report.run.phases.empty()) {
    sections.push_back({"Phases", [&report](std::ostream& out) {
                          print_html_phases(out, report);
                          print_html_table(out, {.id = "phases-table",
                                                 .caption = "By phase; model FLOPs from shapes",
                                                 .rows = phase_rows(report)});
                        }});
  }
  for (const View& view : report.views) {
    if (view.by == By::kKernel) add_roofline(report, sections);
    add_view(view, sections);
  }
  add_tables_of_run(report, sections);
  sections.push_back(
      {"All figures", [&report](std::ostream& out) { print_html_facts(out, report); }});
  return sections;
}

void print_head(std::ostream& out, const std::string& command) {
  out << "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src "
         "data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; "
         "form-action 'none'\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" "
         "href=\"data:,\">\n"
      << "<title>flopprof: " << html_of(fitted(command, 100)) << "</title>\n<style>\n"
      << kReportCss << "</style>\n</head>\n<body>\n";
}

void print_masthead(std::ostream& out, const Report& report, const std::string& command) {
  const RunOverview& run = report.run;
  out << "<header><div class=\"bar-top\"><span class=\"word\">flopprof</span><span "
         "class=\"switches\"><button type=\"button\" id=\"exact\" aria-pressed=\"false\">Exact "
         "numbers</button> <button type=\"button\" id=\"theme\">Theme</button></span></div>\n"
      << "<h1>" << html_of(fitted(command, kLongCommand)) << "</h1>\n"
      << fmt::format("<p>{} · started {} · <span class=\"badge {}\">{}</span></p>\n</header>\n",
                     html_of(run.host), iso_time(run.started_at_ns), html_of(run.ended),
                     html_of(run.ended));
}

}  // namespace

void print_html(std::ostream& out, const Report& report) {
  const std::string command =
      report.run.command.empty() ? "attached by hand" : command_line(report.run.command);
  const std::vector<Section> sections = sections_of(report);
  print_head(out, command);
  print_masthead(out, report, command);
  out << "<main>\n<section aria-label=\"Faults and totals\">\n";
  print_html_faults(out, report);
  print_html_cards(out, report);
  out << "</section>\n<nav aria-label=\"Contents\"><ul>";
  for (const Section& each : sections) {
    out << fmt::format("<li><a href=\"#{}\">{}</a></li>", anchor_of(each.title), each.title);
  }
  out << "</ul></nav>\n";
  for (const Section& each : sections) {
    out << fmt::format(
        "<section id=\"{0}\" aria-labelledby=\"{0}-title\"><h2 id=\"{0}-title\">{1}"
        "</h2>\n",
        anchor_of(each.title), each.title);
    each.print(out);
    out << "</section>\n";
  }
  out << "</main>\n<footer><p>FLOP: one floating-point add or multiply. Sources: counted by the "
         "hardware, modelled from shapes, extrapolated from other steps that did the same, none."
         "</p></footer>\n<script>\n"
      << kReportJs << "</script>\n</body>\n</html>\n";
}

}  // namespace flopprof::views
