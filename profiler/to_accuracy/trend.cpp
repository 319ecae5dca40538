#include "profiler/to_accuracy/trend.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>
#include <utility>

namespace flopprof::to_accuracy {
namespace {

struct MonthsAndBits {
  double months = 0;  ///< since the first point
  double bits = 0;    ///< log2 of the compute
};

void mark_low_envelope(std::vector<TrendPoint>& points_by_date) {
  double lowest = std::numeric_limits<double>::infinity();
  for (auto point = points_by_date.begin(); point != points_by_date.end();) {
    const Date date = point->row.date;
    const auto next_day = std::find_if(point, points_by_date.end(),
                                       [&](const auto& p) { return p.row.date != date; });
    const auto best = std::min_element(point, next_day, [](const auto& a, const auto& b) {
      return tfs_days(a.row) < tfs_days(b.row);
    });
    if (tfs_days(best->row) < lowest) {
      best->on_low_envelope = true;
      lowest = tfs_days(best->row);
    }
    point = next_day;
  }
}

/// Least squares of bits on months. The envelope's dates differ, so the line is never upright.
HalvingFit fitted(const std::vector<MonthsAndBits>& points) {
  const auto n = static_cast<double>(points.size());
  const auto sum = [&](auto term) {
    return std::transform_reduce(points.begin(), points.end(), 0.0, std::plus{}, term);
  };
  const double mean_months = sum([](auto p) { return p.months; }) / n;
  const double mean_bits = sum([](auto p) { return p.bits; }) / n;
  const auto square = [](double x) { return x * x; };
  const double sxx = sum([&](auto p) { return square(p.months - mean_months); });
  const double syy = sum([&](auto p) { return square(p.bits - mean_bits); });
  const double sxy = sum([&](auto p) { return (p.months - mean_months) * (p.bits - mean_bits); });
  const double slope = sxy / sxx;
  HalvingFit fit{.halving_months = -1 / slope, .intercept = mean_bits - slope * mean_months};
  if (points.size() < 3) return fit;
  const double residual =
      sum([&](auto p) { return square(p.bits - fit.intercept - slope * p.months); });
  fit.r_squared = 1 - residual / syy;
  const boost::math::students_t student(n - 2);
  const double margin = boost::math::quantile(student, 0.975) * std::sqrt(residual / (n - 2) / sxx);
  fit.halving_months_ci95 = Interval{.from = -1 / (slope - margin)};
  if (slope + margin < 0) fit.halving_months_ci95->until = -1 / (slope + margin);
  return fit;
}

void fit_envelope(LevelTrend& trend) {
  const std::vector<TrendPoint> envelope = low_envelope(trend);
  const TrendPoint& last = envelope.back();
  const Date began = envelope.front().row.date;
  trend.reduction_factor = last.reduction_factor;
  trend.months = months_between(began, last.row.date);
  trend.moore_factor = std::exp2(trend.months / kMooreDoublingMonths);
  if (envelope.size() < 2) return;
  trend.end_point_months = trend.months / std::log2(trend.reduction_factor);
  std::vector<MonthsAndBits> points;
  for (const TrendPoint& point : envelope) {
    points.push_back(
        {.months = months_between(began, point.row.date), .bits = std::log2(tfs_days(point.row))});
  }
  trend.fit = fitted(points);
}

}  // namespace

std::vector<TrendPoint> low_envelope(const LevelTrend& trend) {
  std::vector<TrendPoint> envelope;
  std::ranges::copy_if(trend.points, std::back_inserter(envelope), &TrendPoint::on_low_envelope);
  return envelope;
}

LevelTrend trend_of(const Dataset& dataset, const std::string& level) {
  LevelTrend trend{.level = level};
  for (const DatasetRow& row : dataset.rows) {
    if (std::ranges::find(row.levels, level) != row.levels.end()) trend.points.push_back({row});
  }
  if (trend.points.empty()) return trend;
  std::ranges::sort(trend.points, {},
                    [](const auto& p) { return std::pair(p.row.date, p.row.number); });
  mark_low_envelope(trend.points);
  const double first = tfs_days(low_envelope(trend).front().row);
  for (TrendPoint& point : trend.points) point.reduction_factor = first / tfs_days(point.row);
  fit_envelope(trend);
  return trend;
}

std::vector<LevelTrend> trends_of(const Dataset& dataset) {
  std::vector<LevelTrend> trends;
  for (const DatasetRow& row : dataset.rows) {
    for (const std::string& level : row.levels) {
      const bool seen = std::ranges::find(trends, level, &LevelTrend::level) != trends.end();
      if (!seen) trends.push_back(trend_of(dataset, level));
    }
  }
  return trends;
}

}  // namespace flopprof::to_accuracy
