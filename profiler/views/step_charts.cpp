#include "profiler/views/step_charts.h"

#include <fmt/format.h>

#include <algorithm>

#include "profiler/views/html_chart.h"
#include "profiler/views/html_table.h"
#include "profiler/views/units.h"

namespace flopprof::views {
namespace {

constexpr const char* kTable = "steps-table";
constexpr double kWideSpread = 8;  // beyond it, most of a linear axis would be empty

double number_of(Flops flops) { return static_cast<double>(flops.count); }
double number_of(std::int64_t nanoseconds) { return seconds_of(nanoseconds); }

template <typename Spread>
std::optional<ChartPoint> point_of(const std::optional<Spread>& spread) {
  if (!spread) return std::nullopt;
  return ChartPoint{number_of(spread->min), number_of(spread->median), number_of(spread->max)};
}

/// Of a step whose work is data-dependent: the interval that stands in place of a count.
std::optional<ChartPoint> executed_point(const StepBucket& bucket) {
  auto point = point_of(bucket.executed);
  if (point && bucket.steps == 1) {
    const double margin = number_of(bucket.first.executed_margin95);
    point->least = std::max(0.0, point->least - margin);
    point->most += margin;
  }
  return point;
}

Seen seen_of(const SourceCounts& counts) {
  if (counts.seen == 0) return counts.extrapolated > 0 ? Seen::kExtrapolated : Seen::kUnknown;
  return counts.extrapolated + counts.none > 0 ? Seen::kSome : Seen::kAll;
}

/// Quantities that no step has are no part of a chart.
void add_series(ChartSeries series, HtmlChart& chart) {
  if (std::any_of(series.points.begin(), series.points.end(),
                  [](const auto& point) { return point.has_value(); }))
    chart.series.push_back(std::move(series));
}

HtmlChart chart_of(const std::vector<StepBucket>& buckets, std::string title, std::string source) {
  HtmlChart chart{.title = std::move(title), .source = std::move(source), .table = kTable};
  for (const StepBucket& bucket : buckets)
    chart.places.push_back(fmt::format("step {}", grouped(bucket.first.step)));
  return chart;
}

HtmlChart flops_chart(const std::vector<StepBucket>& buckets) {
  const bool counted = std::any_of(buckets.begin(), buckets.end(), [](const StepBucket& each) {
    return each.executed.has_value();
  });
  HtmlChart chart =
      chart_of(buckets, "FLOPs per step",
               counted ? "model FLOPs from shapes; executed FLOPs from hardware counters"
                       : "model FLOPs from shapes");
  chart.number = [](double flops) {
    return flops_text(Flops{static_cast<unsigned __int128>(flops + 0.5)});
  };
  ChartSeries model{.name = "model FLOPs", .ink = "model", .seen_as = "modelled"};
  ChartSeries executed{.name = "executed FLOPs", .ink = "executed", .seen_as = "counted"};
  for (const StepBucket& bucket : buckets) {
    model.points.push_back(point_of(bucket.model));
    model.seen.push_back(seen_of(bucket.model_source));
    executed.points.push_back(executed_point(bucket));
    executed.seen.push_back(seen_of(bucket.executed_source));
  }
  add_series(std::move(model), chart);
  add_series(std::move(executed), chart);
  return chart;
}

HtmlChart time_chart(const std::vector<StepBucket>& buckets, const RunOverview& run) {
  HtmlChart chart =
      chart_of(buckets, "Time per step",
               run.gpu ? "host clock; GPU busy from the kernels' own times, sum of the devices"
                       : "host clock");
  chart.number = seconds_text;
  chart.logarithmic = run.wall_per_step && seconds_of(run.wall_per_step->max) >
                                               kWideSpread * seconds_of(run.wall_per_step->median);
  ChartSeries wall{.name = "wall time", .ink = "wall"};
  ChartSeries gpu{.name = "GPU busy", .ink = "gpu", .seen_as = "measured"};
  for (const StepBucket& bucket : buckets) {
    wall.points.push_back(point_of(std::optional(bucket.wall)));
    gpu.points.push_back(point_of(bucket.gpu));
    gpu.seen.push_back(seen_of(bucket.gpu_source));
  }
  add_series(std::move(wall), chart);
  add_series(std::move(gpu), chart);
  return chart;
}

std::string caption_of(const std::vector<StepBucket>& buckets) {
  std::int64_t most = 0;
  std::int64_t steps = 0;
  for (const StepBucket& bucket : buckets) {
    most = std::max(most, bucket.steps);
    steps += bucket.steps;
  }
  if (most == 1) return "By step; the sources stand in the rows";
  return fmt::format(
      "{} steps, {} in each row, with the least, the median and the most of them; "
      "`--by step --format csv` has each",
      grouped(steps), grouped(most));
}

}  // namespace

void print_html_steps(std::ostream& out, const Report& report) {
  print_html_chart(out, flops_chart(report.steps));
  print_html_chart(out, time_chart(report.steps, report.run));
  out << "<details class=\"as-table\"><summary>The steps as a table</summary>\n";
  print_html_table(
      out, {.id = kTable, .caption = caption_of(report.steps), .rows = rows_of(report.steps)});
  out << "</details>\n";
}

}  // namespace flopprof::views
