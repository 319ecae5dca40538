#include "profiler/views/report.h"

#include <algorithm>

#include "profiler/store/gpu_reader.h"
#include "profiler/store/rank_reader.h"
#include "profiler/store/run_reader.h"
#include "profiler/store/split_reader.h"
#include "profiler/views/part_causes.h"
#include "profiler/views/report_formats.h"

namespace flopprof::views {
namespace {

constexpr std::int64_t kTopOfOverview = 10;
constexpr std::int64_t kTopOfSteps = 100;
constexpr std::int64_t kTopOfPage = 10'000;  // of each table
constexpr std::int64_t kPlacesOfPage = 400;  // of its charts

bool is_for_people(Format format) { return format == Format::kText || format == Format::kMarkdown; }

std::int64_t top_of(const ReportRequest& request) {
  if (request.top) return *request.top;
  if (request.format == Format::kHtml) return kTopOfPage;
  if (!is_for_people(request.format)) return 0;
  if (request.by == By::kOverview) return kTopOfOverview;
  return request.by == By::kStep ? kTopOfSteps : 0;
}

bool names_layers(const std::vector<LayerTotal>& layers) {
  return std::any_of(layers.begin(), layers.end(),
                     [](const LayerTotal& layer) { return !layer.layer.empty(); });
}

void require_layers(const std::vector<LayerTotal>& layers) {
  if (names_layers(layers)) return;
  throw NothingToReport("this run recorded no layers; `flopprof run --layers` records them");
}

void require_kernels(const store::Database& run, By by) {
  if (by != By::kKernel || !store::read_kernels(run).empty()) return;
  throw NothingToReport(
      "this run has no kernel records: no GPU was observed, so there is nothing by kernel; "
      "--by op has the operators");
}

void require_classes(const store::Database& run, By by) {
  if (by != By::kClass || !store::read_classes(run).empty()) return;
  throw NothingToReport(
      "this run has no executed FLOPs, so there is nothing by class; --by op has the operators");
}

bool is_uncounted(const OpTotal& op) { return op.uncounted_calls + op.other_uncounted_calls > 0; }

void cut_to_top(Report& report, std::int64_t top) {
  const auto rows = static_cast<std::int64_t>(report.rows.size());
  if (top <= 0 || rows <= top) return;
  report.rows_left_out = rows - top;
  report.rows.resize(static_cast<std::size_t>(top));
}

Flops sum_of(const std::vector<ClassTotal>& classes) {
  Flops sum;
  for (const ClassTotal& each : classes) sum.count += each.executed_flops.value_or(Flops{}).count;
  return sum;
}

/// `part` / `whole` of `flops`; all of it, exactly, where the two are equal.
Flops scaled(Flops flops, Flops part, Flops whole) {
  if (part == whole || whole.count == 0) return flops;
  const auto share = static_cast<long double>(part.count) / static_cast<long double>(whole.count);
  return {static_cast<unsigned __int128>(static_cast<long double>(flops.count) * share)};
}

/// Of the steps of which both are known: what is known of all steps is taken in proportion.
ExecutedAndModel executed_and_model(const store::Database& run, const RunOverview& overview) {
  const ExecutedTotal& executed = overview.gpu->executed;
  ExecutedAndModel facts{.executed = executed.compared_executed,
                         .model = executed.compared_model,
                         .margin95 = {executed.max.count - executed.flops.value_or(Flops{}).count},
                         .recomputed = scaled(overview.total.recomputed_flops,
                                              executed.compared_model, overview.total.model_flops),
                         .uncounted_calls = overview.total.uncounted_calls,
                         .classes = overview.classes,
                         .kernels = store::read_kernels(run),
                         .ops = store::read_ops(run)};
  const Flops all = sum_of(overview.classes);
  for (ClassTotal& each : facts.classes) {
    if (each.executed_flops)
      each.executed_flops = scaled(*each.executed_flops, facts.executed, all);
  }
  return facts;
}

void compare_executed_and_model(const store::Database& run, Report& report) {
  if (!report.run.gpu || report.run.gpu->executed.compared_steps == 0) return;
  const ExecutedAndModel facts = executed_and_model(run, report.run);
  report.executed_to_model = ratio_of(facts.executed, facts.model);
  report.causes = causes_of(facts);
}

/// Of all steps, those that are told apart.
double told_share(const RunOverview& overview) {
  if (!overview.split) return 0;
  const auto told = static_cast<double>(overview.split->steps);
  return told / (told + static_cast<double>(overview.split->steps_without));
}

std::vector<OpTotal> read_ops(const store::Database& run, const RunOverview& overview) {
  std::vector<OpTotal> ops = store::read_ops(run);
  if (overview.split) find_causes(ops, store::read_op_kernels(run), told_share(overview));
  return ops;
}

std::vector<KernelTotal> read_kernels(const store::Database& run, const RunOverview& overview) {
  std::vector<KernelTotal> kernels = store::read_kernels(run);
  if (overview.split) find_causes(kernels, store::read_op_kernels(run));
  return kernels;
}

void find_causes_of_phases(const store::Database& run, RunOverview& overview) {
  if (!overview.split) return;
  find_causes(overview.phases, store::read_ops(run), store::read_op_kernels(run),
              told_share(overview));
}

void read_rows(store::Database& run, const ReportRequest& request, Report& report) {
  const Flops training = report.run.total.model_flops;
  if (request.by == By::kStep) store::set_steps_aside(run, top_of(request));
  if (request.by == By::kPhase || (request.by == By::kOverview && request.format == Format::kCsv)) {
    for (const PhaseTotal& phase : report.run.phases) report.rows.push_back(fields_of(phase));
  } else if (request.by == By::kOp || request.by == By::kOverview) {
    for (const OpTotal& op : read_ops(run, report.run)) {
      report.rows.push_back(fields_of(op, training));
      if (is_uncounted(op)) report.uncounted.push_back(uncounted_fields_of(op));
    }
  } else if (request.by == By::kLayer) {
    const std::vector<LayerTotal> layers = store::read_layers(run);
    require_layers(layers);
    for (const LayerTotal& layer : layers) report.rows.push_back(fields_of(layer, training));
  } else if (request.by == By::kKernel) {
    const std::vector<KernelTotal> kernels = read_kernels(run, report.run);
    const std::int64_t kernel_ns = report.run.gpu ? report.run.gpu->traced_kernel_ns : 0;
    for (const KernelTotal& kernel : kernels) report.rows.push_back(fields_of(kernel, kernel_ns));
  } else if (request.by == By::kClass) {
    const Flops executed = sum_of(report.run.classes);
    for (const ClassTotal& each : report.run.classes) {
      report.rows.push_back(fields_of(each, executed));
    }
  } else if (request.by == By::kRank) {
    for (const RankTotal& each : store::read_ranks(run)) report.rows.push_back(fields_of(each));
  }
}

/// A page has every view that the run has rows of, or the one that was asked for.
void read_views(store::Database& run, const ReportRequest& request, Report& report) {
  const bool all = request.by == By::kOverview;
  if (all || request.by == By::kStep) {
    report.steps = buckets_of([&run](const auto& take) { store::each_step(run, take); },
                              report.run.total.steps, kPlacesOfPage);
  }
  for (const By by : {By::kOp, By::kKernel, By::kLayer, By::kClass, By::kRank}) {
    if (!all && by != request.by) continue;
    if (all && by == By::kLayer && !names_layers(store::read_layers(run))) continue;
    read_rows(run, {.by = by}, report);
    cut_to_top(report, top_of(request));
    report.views.push_back({by, std::move(report.rows), report.rows_left_out});
    report.rows.clear();
    report.rows_left_out = 0;
  }
}

/// One read transaction: a job that is writing cannot come between the totals and the rows.
Report read_report(store::Database& run, const ReportRequest& request) {
  require_kernels(run, request.by);
  require_classes(run, request.by);
  run.execute("BEGIN");
  Report report;
  report.run = store::read_overview(run);
  find_causes_of_phases(run, report.run);
  const bool is_page = request.format == Format::kHtml;
  is_page ? read_views(run, request, report) : read_rows(run, request, report);
  compare_executed_and_model(run, report);
  run.execute("COMMIT");
  report.sources = sources_of(report.run);
  report.estimate = estimate_of(report.run, request.peak);
  report.utilisation = utilisation_of(report.run, request.peak, request.measured);
  for (std::string& note : report.utilisation.notes) report.run.notes.push_back(std::move(note));
  if (is_page) return report;
  cut_to_top(report, top_of(request));
  if (request.by == By::kStep && top_of(request) > 0) {
    report.rows_left_out = std::max<std::int64_t>(0, report.run.total.steps - top_of(request));
  }
  return report;
}

}  // namespace

void print_report(store::Database& run, const ReportRequest& request, std::ostream& out,
                  std::ostream& talk) {
  const Report report = read_report(run, request);
  const EachStep each_step = [&run](const std::function<void(const StepTotal&)>& take) {
    store::each_step_set_aside(run, take);
  };
  switch (request.format) {
    case Format::kText:
      return print_text(out, report, request, each_step);
    case Format::kMarkdown:
      return print_markdown(out, report, request, each_step);
    case Format::kJson:
      return print_json(out, report, request, each_step);
    case Format::kHtml:
      return print_html(out, report);
    case Format::kCsv:
      if (!report.run.faults.empty()) print_faults(talk, report, false);
      return print_csv(out, report, request, each_step);
  }
}

std::string query_of(const ReportRequest& request) {
  const std::int64_t top = request.top.value_or(0);
  switch (request.by) {
    case By::kStep:
      return store::limited(store::kStepQuery, top) + ";";
    case By::kPhase:
      return store::limited(store::kPhaseQuery, top) + ";";
    case By::kOp:
      return store::limited(store::kOpQuery, top) + ";";
    case By::kLayer:
      return store::limited(store::kLayerQuery, top) + ";";
    case By::kKernel:
      return store::limited(store::kKernelQuery, top) + ";";
    case By::kRank:
      return store::limited(store::kRankQuery, top) + ";";
    case By::kClass:
      return store::limited(store::kClassQuery, top) + ";";
    default:
      return std::string(store::kTotalQuery) + ";";
  }
}

}  // namespace flopprof::views
