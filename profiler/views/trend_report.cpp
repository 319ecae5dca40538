#include "profiler/views/trend_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace flopprof::views {
namespace {

using to_accuracy::Audit;
using to_accuracy::HalvingFit;
using to_accuracy::LevelTrend;
using to_accuracy::RowProblem;
using to_accuracy::TrendPoint;

/// "15.68 (95 % interval 13.22 to 19.28), R² 0.9823"
std::string halving(const HalvingFit& fit) {
  std::string text = fmt::format("{:.2f} months", fit.halving_months);
  if (!fit.halving_months_ci95) return text + " (two points: the line meets both, no interval)";
  const auto& interval = *fit.halving_months_ci95;
  text +=
      interval.until
          ? fmt::format(" (95 % interval {:.2f} to {:.2f})", interval.from, *interval.until)
          : fmt::format(" (95 % interval {:.2f} to no end: no trend is possible)", interval.from);
  return text + fmt::format(", R² {:.4f}", *fit.r_squared);
}

/// Three digits, and never an exponent where a whole number is as short.
std::string figure(double value) {
  return value >= 100 && value < 1e6 ? fmt::format("{:.0f}", value) : fmt::format("{:.3g}", value);
}

/// The width of the longest publication, in bytes, so that the columns stand.
std::size_t widest(const LevelTrend& trend) {
  std::size_t width = 11;
  for (const TrendPoint& point : trend.points) {
    width = std::max(width, point.row.publication.size());
  }
  return width;
}

std::string points_text(const LevelTrend& trend) {
  const std::size_t width = widest(trend);
  std::string text = fmt::format("    {:10}  {:{}}  {:>10}  {:>9}\n", "date", "publication", width,
                                 "tf-s/days", "reduction");
  for (const TrendPoint& point : trend.points) {
    text += fmt::format("  {} {:10}  {:{}}  {:>10}  {:>8}x\n", point.on_low_envelope ? '*' : ' ',
                        to_accuracy::iso(point.row.date), point.row.publication, width,
                        figure(tfs_days(point.row)), figure(point.reduction_factor));
  }
  return text;
}

std::string level_text(const LevelTrend& trend) {
  const auto envelope = low_envelope(trend);
  std::string text =
      fmt::format("\n{}: {} point{}, {} on the low envelope (*)\n", trend.level,
                  trend.points.size(), trend.points.size() == 1 ? "" : "s", envelope.size());
  text += points_text(trend);
  if (!trend.fit)
    return text + "  no fit: one point on the low envelope, a halving time needs two\n";
  text += fmt::format("  reduction     {:.1f}x in {:.1f} months\n", trend.reduction_factor,
                      trend.months);
  text += fmt::format("  halving time  {}\n", halving(*trend.fit));
  text += fmt::format("  end points    {:.2f} months\n", *trend.end_point_months);
  return text + fmt::format("  Moore's law   {:.2f}x in that time (doubling every 24 months)\n",
                            trend.moore_factor);
}

std::string verdict(const Audit& audit) {
  std::set<std::int64_t> rows;
  for (const RowProblem& problem : audit.problems) rows.insert(problem.row);
  return fmt::format(
      "{} problem{} in {} of {} rows; the compute of {} could be recomputed from known parts\n",
      audit.problems.size(), audit.problems.size() == 1 ? "" : "s", rows.size(), audit.rows,
      audit.rows_with_known_parts);
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string if_any(std::optional<double> value) {
  return value ? fmt::format("{:.6g}", *value) : std::string();
}

std::string level_csv(const LevelTrend& trend) {
  std::optional<double> halving_months, from, until, r_squared;
  if (trend.fit) {
    halving_months = trend.fit->halving_months;
    r_squared = trend.fit->r_squared;
    if (const auto& interval = trend.fit->halving_months_ci95) {
      from = interval->from;
      until = interval->until;
    }
  }
  return fmt::format("{},{},{},{:.6g},{},{},{},{},{},{:.6g}\n", csv_field(trend.level),
                     trend.points.size(), low_envelope(trend).size(), trend.reduction_factor,
                     if_any(halving_months), if_any(from), if_any(until), if_any(r_squared),
                     if_any(trend.end_point_months), trend.moore_factor);
}

std::string markdown_cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) {
    text.insert(at, 1, '\\');
  }
  return text;
}

std::string audit_markdown(const Audit& audit) {
  std::string text = "\n| row | problem | printed | expected |\n|--:|---|---|---|\n";
  for (const RowProblem& p : audit.problems) {
    text += fmt::format("| {} | {} | {} | {} |\n", p.row, markdown_cell(p.problem),
                        markdown_cell(p.printed), markdown_cell(p.expected));
  }
  return text + "\n" + verdict(audit);
}

}  // namespace

std::string trend_text(const TrendReport& report) {
  std::string text = report.source + "\n";
  for (const LevelTrend& trend : report.levels) text += level_text(trend);
  if (!report.audit) return text;
  text += "\naudit\n";
  for (const RowProblem& p : report.audit->problems) {
    text += fmt::format("  row {}: {}\n    printed   {}\n    expected  {}\n", p.row, p.problem,
                        p.printed.empty() ? "(nothing)" : p.printed, p.expected);
  }
  return text + "  " + verdict(*report.audit);
}

std::string trend_markdown(const TrendReport& report) {
  std::string text =
      "| level | points | low envelope | reduction | halving time | end points | Moore's law |\n"
      "|---|--:|--:|--:|---|--:|--:|\n";
  for (const LevelTrend& trend : report.levels) {
    text += fmt::format(
        "| {} | {} | {} | {:.1f}x | {} | {} | {:.2f}x |\n", markdown_cell(trend.level),
        trend.points.size(), low_envelope(trend).size(), trend.reduction_factor,
        trend.fit ? halving(*trend.fit) : "no fit: one point",
        trend.end_point_months ? fmt::format("{:.2f} months", *trend.end_point_months) : "",
        trend.moore_factor);
  }
  return report.audit ? text + audit_markdown(*report.audit) : text;
}

std::string trend_csv(const TrendReport& report) {
  if (report.audit) {
    std::string text = "row,problem,printed,expected\n";
    for (const RowProblem& p : report.audit->problems) {
      text += fmt::format("{},{},{},{}\n", p.row, csv_field(p.problem), csv_field(p.printed),
                          csv_field(p.expected));
    }
    return text;
  }
  std::string text =
      "level,points,low_envelope,reduction_factor,halving_months,halving_months_ci95_from,"
      "halving_months_ci95_until,r_squared,end_point_months,moore_factor\n";
  for (const LevelTrend& trend : report.levels) text += level_csv(trend);
  return text;
}

}  // namespace flopprof::views
