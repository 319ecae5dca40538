#pragma once

#include <optional>
#include <string>
#include <vector>

#include "profiler/to_accuracy/dataset.h"

namespace flopprof::to_accuracy {

/// Moore's law as the paper compares it: twice the operations for the money every two years.
inline constexpr double kMooreDoublingMonths = 24;

struct TrendPoint {
  DatasetRow row;
  double reduction_factor = 1;   ///< the first point's compute over this one's
  bool on_low_envelope = false;  ///< needed less compute than every point before it
};

/// A 95 % confidence interval. No `until`: a slope of zero, no halving at all, lies in it.
struct Interval {
  double from = 0;
  std::optional<double> until;
};

/// log2(tf-s/days) = intercept - months / halving_months, months counted from the first point.
struct HalvingFit {
  double halving_months = 0;
  double intercept = 0;
  std::optional<Interval> halving_months_ci95;  ///< nothing for two points: no degree of freedom
  std::optional<double> r_squared;              ///< nothing for two points: the line meets both
};

/// How the compute to one level fell.
struct LevelTrend {
  std::string level;
  std::vector<TrendPoint> points;          ///< by date
  double reduction_factor = 1;             ///< from the first point to the last one of the envelope
  double months = 0;                       ///< between these two
  double moore_factor = 1;                 ///< what Moore's law gives in these months
  std::optional<HalvingFit> fit;           ///< nothing for an envelope of one point
  std::optional<double> end_point_months;  ///< the halving time by the envelope's ends alone
};

/// The points of the low envelope, by date.
std::vector<TrendPoint> low_envelope(const LevelTrend& trend);

/// The trend of every level of `dataset`, in the order in which the file names them.
std::vector<LevelTrend> trends_of(const Dataset& dataset);

/// The trend of `level` alone. A level that no row has gives no points.
LevelTrend trend_of(const Dataset& dataset, const std::string& level);

}  // namespace flopprof::to_accuracy
