#include <cstdlib>
#include <nlohmann/json.hpp>

#include "profiler/views/trend_report.h"

namespace flopprof::views {
namespace {

using nlohmann::ordered_json;
using to_accuracy::LevelTrend;

/// Six digits: more than the data have, and few enough to be the same on every machine.
ordered_json number(std::optional<double> value) {
  if (!value) return nullptr;
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", *value);
  return std::strtod(text, nullptr);
}

ordered_json interval(const LevelTrend& trend) {
  if (!trend.fit || !trend.fit->halving_months_ci95) return nullptr;
  const auto& ci95 = *trend.fit->halving_months_ci95;
  return ordered_json::array({number(ci95.from), number(ci95.until)});
}

const char* note(const LevelTrend& trend) {
  if (!trend.fit) return "no fit: one point on the low envelope";
  if (!trend.fit->halving_months_ci95) return "two points: the line meets both, no interval";
  if (!trend.fit->halving_months_ci95->until) return "no trend lies within the interval";
  return "";
}

ordered_json points(const LevelTrend& trend) {
  auto list = ordered_json::array();
  for (const auto& point : trend.points) {
    list.push_back({{"row", point.row.number},
                    {"date", to_accuracy::iso(point.row.date)},
                    {"publication", point.row.publication},
                    {"tfs_days", number(tfs_days(point.row))},
                    {"reduction_factor", number(point.reduction_factor)},
                    {"on_low_envelope", point.on_low_envelope}});
  }
  return list;
}

ordered_json level(const LevelTrend& trend) {
  const auto& fit = trend.fit;
  return {{"level", trend.level},
          {"points", trend.points.size()},
          {"low_envelope", low_envelope(trend).size()},
          {"reduction_factor", number(trend.reduction_factor)},
          {"halving_months", fit ? number(fit->halving_months) : ordered_json()},
          {"halving_months_ci95", interval(trend)},
          {"r_squared", fit ? number(fit->r_squared) : ordered_json()},
          {"end_point_months", number(trend.end_point_months)},
          {"moore_factor", number(trend.moore_factor)},
          {"months", number(trend.months)},
          {"note", note(trend)},
          {"rows", points(trend)}};
}

}  // namespace

std::string trend_json(const TrendReport& report) {
  ordered_json json;
  json["source"] = report.source;
  json["levels"] = ordered_json::array();
  for (const LevelTrend& trend : report.levels) json["levels"].push_back(level(trend));
  json["audit"] = ordered_json::array();
  if (report.audit) {
    for (const auto& problem : report.audit->problems) {
      json["audit"].push_back({{"row", problem.row},
                               {"problem", problem.problem},
                               {"printed", problem.printed},
                               {"expected", problem.expected}});
    }
  }
  return json.dump(2) + "\n";
}

}  // namespace flopprof::views
