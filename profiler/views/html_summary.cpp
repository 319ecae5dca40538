#include "profiler/views/html_summary.h"

#include <fmt/format.h>

#include <algorithm>

#include "profiler/views/html_text.h"
#include "profiler/views/report_header.h"
#include "profiler/views/units.h"

namespace flopprof::views {
namespace {

struct Card {
  std::string name;
  std::string value;
  std::string source;  ///< a word of ours: counted, modelled, ...; empty: measured by a clock
  std::string more;    ///< exact digits, what it is a share of
};

std::string exactly(Flops flops) { return flops.count < 1000 ? "" : grouped(flops) + " FLOP"; }

Card executed_card(const Report& report) {
  const ExecutedTotal& executed = report.run.gpu->executed;
  Card card{.name = "executed FLOPs", .source = executed.source};
  card.value = executed.flops ? flops_text(*executed.flops) : "not known";
  if (executed.is_interval) {
    card.value = fmt::format("{} to {}", flops_text(executed.min), flops_text(executed.max));
    card.more = "data-dependent: an interval in place of a count";
  } else if (executed.flops) {
    card.more = exactly(*executed.flops);
  }
  if (executed.steps_without > 0) {
    card.more += fmt::format("{}{} of {} steps left out", card.more.empty() ? "" : "; ",
                             grouped(executed.steps_without), grouped(report.run.total.steps));
  }
  return card;
}

Card model_card(const RunTotal& total) {
  if (total.source == "none") {
    return {.name = "model FLOPs",
            .value = "not known",
            .source = "none",
            .more = "they come from a LibTorch in the job"};
  }
  Card card{.name = "model FLOPs",
            .value = flops_text(total.model_flops),
            .source = total.source,
            .more = exactly(total.model_flops)};
  if (total.steps_without_flops > 0) {
    card.more += fmt::format("{}{} steps of processes left out", card.more.empty() ? "" : "; ",
                             grouped(total.steps_without_flops));
  }
  return card;
}

Card gpu_card(const GpuTotal& gpu) {
  Card card{.name = "GPU-seconds",
            .value = seconds_text(seconds_of(gpu.gpu_ns)),
            .source = gpu.extrapolated_gpu_ns > 0 ? "extrapolated" : "measured",
            .more = fmt::format("of {} allocated", seconds_text(seconds_of(gpu.allocated_ns)))};
  if (gpu.steps_without_gpu_time > 0) {
    card.more += fmt::format("; {} steps left out", grouped(gpu.steps_without_gpu_time));
  }
  return card;
}

void add_gpu_cards(const RunOverview& run, std::vector<Card>& cards) {
  if (run.gpu && run.total.steps > 0) cards.push_back(gpu_card(*run.gpu));
  const GpuOutsideTotal& outside = run.gpu_outside;
  if (outside.kernels == 0) return;
  cards.push_back({"GPU-seconds outside steps", seconds_text(seconds_of(outside.gpu_ns)),
                   "measured", fmt::format("in {} kernels", grouped(outside.kernels))});
}

void add_shares(const Report& report, std::vector<Card>& cards) {
  const Utilisation& found = report.utilisation;
  if (found.peak <= 0) return;
  const std::string of = fmt::format(
      "of {} in {}, {}", rate_text(Flops{static_cast<unsigned __int128>(found.peak)}, 1),
      found.peak_class, found.peak_source);
  if (found.mfu) cards.push_back({"MFU", percent_text(*found.mfu), report.run.total.source, of});
  if (found.hfu) {
    cards.push_back({"HFU", percent_text(*found.hfu), report.run.gpu->executed.source, of});
  }
}

std::string ended_text(const RunOverview& run) {
  if (run.ended == "running") return "still running: all figures are as of now";
  return run.exit_status ? fmt::format("{}, status {}", run.ended, *run.exit_status) : run.ended;
}

std::vector<Card> cards_of(const Report& report) {
  const RunOverview& run = report.run;
  std::vector<Card> cards;
  if (run.gpu && !run.classes.empty()) cards.push_back(executed_card(report));
  cards.push_back(model_card(run.total));
  add_gpu_cards(run, cards);
  add_shares(report, cards);
  if (run.wall_per_step) {
    cards.push_back({"step time, median", seconds_text(seconds_of(run.wall_per_step->median)),
                     "measured",
                     fmt::format("{} to {}", seconds_text(seconds_of(run.wall_per_step->min)),
                                 seconds_text(seconds_of(run.wall_per_step->max)))});
  }
  cards.push_back({"steps", grouped(run.total.steps), "",
                   run.total.steps == 0
                       ? "none was seen"
                       : fmt::format("model FLOPs seen in {}", grouped(run.total.observed_steps))});
  cards.push_back(
      {"wall time", seconds_text(seconds_of(run.wall_ns)), "measured", ended_text(run)});
  return cards;
}

/// Numbers of phases that add up to a whole.
struct Shares {
  std::string name;
  std::string whole;
  std::vector<double> parts;
};

std::string percent_of(double part, double whole) { return percent_text(part / whole); }

void print_shares(std::ostream& out, const Shares& shares, const std::vector<PhaseTotal>& phases) {
  double whole = 0;
  for (const double part : shares.parts) whole += part;
  if (whole <= 0) return;
  std::string bar;
  std::string words;
  for (std::size_t i = 0; i < phases.size(); ++i) {
    if (shares.parts[i] <= 0) continue;
    const std::string share = percent_of(shares.parts[i], whole);
    const std::string phase = html_of(phases[i].phase);
    bar += fmt::format("<i class=\"{}\" style=\"flex-grow:{:.4f}\" title=\"{} {}\"></i>", phase,
                       shares.parts[i] / whole, phase, share);
    words += fmt::format("<li><i class=\"{0}\"></i>{0} {1}</li>", phase, share);
  }
  out << fmt::format(
      "<div class=\"shares\"><h3>{} <span class=\"source\">{}</span></h3><div class=\"bar\" "
      "aria-hidden=\"true\">{}</div><ul class=\"legend\">{}</ul></div>\n",
      shares.name, shares.whole, bar, words);
}

struct Bar {
  std::string name;
  std::string value;
  std::string ink;
  double share = 0;  ///< of the widest bar
};

void print_bar(std::ostream& out, const Bar& bar) {
  out << fmt::format(
      "<div class=\"measure\"><span>{}</span><span>{}</span><div class=\"bar\" "
      "aria-hidden=\"true\"><i class=\"{}\" style=\"width:{:.2f}%\"></i></div></div>\n",
      html_of(bar.name), html_of(bar.value), bar.ink, bar.share * 100);
}

}  // namespace

void print_html_faults(std::ostream& out, const Report& report) {
  const RunOverview& run = report.run;
  if (run.faults.empty()) {
    out << "<p class=\"no-faults\">No faults.</p>\n";
  } else {
    out << "<ul class=\"faults\">\n";
    for (const Fault& fault : run.faults) {
      out << fmt::format("<li><strong>fault: {}</strong> <span>({} x, since {})</span>",
                         html_of(fault.what), grouped(fault.count), iso_time(fault.since_ns));
      if (!fault.detail.empty()) out << fmt::format("<p>{}</p>", html_of(fault.detail));
      if (!fault.remedy.empty())
        out << fmt::format("<p><b>Remedy:</b> {}</p>", html_of(fault.remedy));
      out << "</li>\n";
    }
    out << "</ul>\n";
  }
  if (run.notes.empty()) return;
  out << "<ul class=\"notes\">\n";
  for (const std::string& note : run.notes) out << "<li>" << html_of(note) << "</li>\n";
  out << "</ul>\n";
}

void print_html_cards(std::ostream& out, const Report& report) {
  out << "<dl class=\"cards\">\n";
  for (const Card& card : cards_of(report)) {
    out << fmt::format("<div><dt>{}", html_of(card.name));
    if (!card.source.empty()) {
      out << fmt::format(" <span class=\"badge {0}\">{0}</span>", html_of(card.source));
    }
    out << fmt::format("</dt><dd><strong>{}</strong>", html_of(card.value));
    if (!card.more.empty()) out << fmt::format("<small>{}</small>", html_of(card.more));
    out << "</dd></div>\n";
  }
  out << "</dl>\n";
}

void print_html_comparison(std::ostream& out, const Report& report) {
  if (report.executed_to_model <= 0) return;
  const ExecutedTotal& executed = report.run.gpu->executed;
  const double most = std::max(1.0, report.executed_to_model);
  out << fmt::format(
      "<p class=\"ratio\"><strong>{:.4f}</strong> executed FLOPs for each model FLOP, over the {} "
      "steps of which both are known.</p>\n",
      report.executed_to_model, grouped(executed.compared_steps));
  print_bar(out,
            {"model FLOPs",
             fmt::format("{} ({})", flops_text(executed.compared_model), report.run.total.source),
             "model", 1 / most});
  print_bar(out, {"executed FLOPs",
                  fmt::format("{} ({})", flops_text(executed.compared_executed), executed.source),
                  "executed", report.executed_to_model / most});
  if (report.causes.empty()) return;
  out << "<h3>Why they differ</h3>\n<ul class=\"causes\">\n";
  for (const Cause& each : report.causes) {
    const std::string_view certainty = each.proven ? "proven" : "hypothesis";
    out << fmt::format("<li><span class=\"badge {0}\">{0}</span> <strong>{1}</strong>: {2}</li>\n",
                       certainty, html_of(each.cause), html_of(each.detail));
  }
  out << "</ul>\n";
}

void print_html_phases(std::ostream& out, const Report& report) {
  const std::vector<PhaseTotal>& phases = report.run.phases;
  Shares model{"Model FLOPs", "from shapes", {}};
  Shares cpu{"CPU time", "of operators", {}};
  Shares kernels{"Kernel time", "of traced steps", {}};
  for (const PhaseTotal& phase : phases) {
    model.parts.push_back(static_cast<double>(phase.model_flops.count));
    cpu.parts.push_back(seconds_of(phase.cpu_ns));
    kernels.parts.push_back(seconds_of(phase.kernel_ns.value_or(0)));
  }
  for (const Shares& shares : {model, cpu, kernels}) print_shares(out, shares, phases);
}

void print_html_facts(std::ostream& out, const Report& report) {
  out << "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"The run\"><table "
         "class=\"facts\"><caption><span>What ran, on what, and all totals with their "
         "sources</span></caption><tbody>\n";
  for (const HeaderLine& line : header_of(report)) {
    const std::size_t indent = line.key.find_first_not_of(' ');
    out << fmt::format("<tr><th scope=\"row\"{}>{}</th><td>{}</td></tr>\n",
                       indent > 0 ? " class=\"part\"" : "", html_of(line.key), html_of(line.value));
  }
  out << "</tbody></table></div>\n";
}

}  // namespace flopprof::views
