#include "profiler/views/report.h"

#include <algorithm>

#include "profiler/store/gpu_reader.h"
#include "profiler/store/run_reader.h"
#include "profiler/views/report_formats.h"

namespace flopprof::views {
namespace {

constexpr std::int64_t kTopOfOverview = 10;
constexpr std::int64_t kTopOfSteps = 100;

bool is_for_people(Format format) { return format == Format::kText || format == Format::kMarkdown; }

std::int64_t top_of(const ReportRequest& request) {
  if (request.top) return *request.top;
  if (!is_for_people(request.format)) return 0;
  if (request.by == By::kOverview) return kTopOfOverview;
  return request.by == By::kStep ? kTopOfSteps : 0;
}

void require_layers(const std::vector<LayerTotal>& layers) {
  const auto named = [](const LayerTotal& layer) { return !layer.layer.empty(); };
  if (std::none_of(layers.begin(), layers.end(), named)) {
    throw NothingToReport("this run recorded no layers; `flopprof run --layers` records them");
  }
}

void require_kernels(const store::Database& run, By by) {
  if (by != By::kKernel || !store::read_kernels(run).empty()) return;
  throw NothingToReport(
      "this run has no kernel records: no GPU was observed, so there is nothing by kernel; "
      "--by op has the operators");
}

void refuse_classes(By by) {
  if (by != By::kClass) return;
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

void read_rows(store::Database& run, const ReportRequest& request, Report& report) {
  const Flops training = report.run.total.model_flops;
  if (request.by == By::kStep) store::set_steps_aside(run, top_of(request));
  if (request.by == By::kPhase || (request.by == By::kOverview && request.format == Format::kCsv)) {
    for (const PhaseTotal& phase : report.run.phases) report.rows.push_back(fields_of(phase));
  } else if (request.by == By::kOp || request.by == By::kOverview) {
    for (const OpTotal& op : store::read_ops(run)) {
      report.rows.push_back(fields_of(op, training));
      if (is_uncounted(op)) report.uncounted.push_back(uncounted_fields_of(op));
    }
  } else if (request.by == By::kLayer) {
    const std::vector<LayerTotal> layers = store::read_layers(run);
    require_layers(layers);
    for (const LayerTotal& layer : layers) report.rows.push_back(fields_of(layer, training));
  } else if (request.by == By::kKernel) {
    const std::vector<KernelTotal> kernels = store::read_kernels(run);
    const std::int64_t kernel_ns = report.run.gpu ? report.run.gpu->kernel_ns : 0;
    for (const KernelTotal& kernel : kernels) report.rows.push_back(fields_of(kernel, kernel_ns));
  } else if (request.by == By::kRank) {
    for (const ProcessTotal& each : store::read_processes(run)) {
      report.rows.push_back(fields_of(each));
    }
  }
}

/// One read transaction: a job that is writing cannot come between the totals and the rows.
Report read_report(store::Database& run, const ReportRequest& request) {
  refuse_classes(request.by);
  require_kernels(run, request.by);
  run.execute("BEGIN");
  Report report;
  report.run = store::read_overview(run);
  read_rows(run, request, report);
  run.execute("COMMIT");
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
    case Format::kCsv:
      if (!report.run.faults.empty()) print_faults(talk, report, false);
      return print_csv(out, report, request, each_step);
  }
}

std::string query_of(const ReportRequest& request) {
  refuse_classes(request.by);
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
      return store::limited(store::kProcessQuery, top) + ";";
    default:
      return std::string(store::kTotalQuery) + ";";
  }
}

}  // namespace flopprof::views
