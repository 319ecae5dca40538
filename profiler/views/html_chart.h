#pragma once

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace flopprof::views {

/// What one place of a chart has of one quantity.
struct ChartPoint {
  double least = 0, median = 0, most = 0;
};

/// How much of a place was seen itself, and not extrapolated from elsewhere.
enum class Seen { kUnknown, kExtrapolated, kSome, kAll };

struct ChartSeries {
  std::string name;     ///< "executed FLOPs"
  std::string ink;      ///< class of the style sheet: model, executed, wall, gpu
  std::string seen_as;  ///< "counted"; empty: no strip of sources
  std::vector<std::optional<ChartPoint>> points;
  std::vector<Seen> seen;
};

/// Quantities of one unit over the same places, from left to right.
struct HtmlChart {
  std::string title;
  std::string source;                         ///< where the numbers come from
  std::string table;                          ///< id of the table whose rows are the places
  std::vector<std::string> places;            ///< what each is called on the axis
  std::function<std::string(double)> number;  ///< with its unit
  bool logarithmic = false;                   ///< where every value is positive
  std::vector<ChartSeries> series;
};

/// The values at which a linear axis from 0 to `most` has lines: 4 to 6 of them, round.
std::vector<double> linear_ticks(double most);
/// Of a logarithmic one: powers of ten, and between them 2 and 5 where there are few.
std::vector<double> logarithmic_ticks(double least, double most);

/// Drawn without a script, in any width. Nothing is printed of a chart without a value.
void print_html_chart(std::ostream& out, const HtmlChart& chart);

}  // namespace flopprof::views
