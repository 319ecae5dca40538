#include "profiler/views/html_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "profiler/views/html_text.h"

namespace flopprof::views {
namespace {

// The drawing is stretched to the page's width: lines keep their width, and words stand outside.
constexpr double kSide = 1000;
constexpr std::size_t kMostDots = 60;
constexpr std::size_t kPlaceNames = 5;

struct Axis {
  double least = 0, most = 1;
  bool logarithmic = false;
  std::vector<double> ticks;

  /// 0 at the top.
  double at(double value) const {
    const double share = logarithmic ? std::log(value / least) / std::log(most / least)
                                     : (value - least) / (most - least);
    return kSide * (1 - std::clamp(share, 0.0, 1.0));
  }
};

std::optional<Axis> axis_of(const HtmlChart& chart) {
  double least = HUGE_VAL;
  double most = -HUGE_VAL;
  for (const ChartSeries& series : chart.series) {
    for (const auto& point : series.points) {
      if (!point) continue;
      least = std::min(least, point->least);
      most = std::max(most, point->most);
    }
  }
  if (most < least) return std::nullopt;
  Axis axis{.logarithmic = chart.logarithmic && least > 0};
  if (axis.logarithmic) {
    axis.least = least / 1.15;
    axis.most = most * 1.15;
    axis.ticks = logarithmic_ticks(axis.least, axis.most);
  } else {
    axis.most = most > 0 ? most * 1.08 : 1;
    axis.ticks = linear_ticks(axis.most);
  }
  return axis;
}

double middle_of(std::size_t place, std::size_t places) {
  return kSide * (static_cast<double>(place) + 0.5) / static_cast<double>(places);
}

/// Hands on [from, to) of each run of places that have a value.
template <typename Take>
void each_run(const ChartSeries& series, Take take) {
  std::size_t from = 0;
  while (from < series.points.size()) {
    std::size_t to = from;
    while (to < series.points.size() && series.points[to]) ++to;
    if (to > from) take(from, to);
    from = to + 1;
  }
}

/// Least to most of every place, in its whole width, so that a single one is seen.
std::string envelope_of(const ChartSeries& series, const Axis& axis) {
  std::string path;
  const double width = kSide / static_cast<double>(series.points.size());
  for (std::size_t i = 0; i < series.points.size(); ++i) {
    const auto& point = series.points[i];
    if (!point || point->least >= point->most) continue;
    const double left = width * static_cast<double>(i);
    path += fmt::format("M{:.1f} {:.1f}H{:.1f}V{:.1f}H{:.1f}Z", left, axis.at(point->most),
                        left + width, axis.at(point->least), left);
  }
  return path;
}

std::string medians_of(const ChartSeries& series, const Axis& axis) {
  std::string path;
  const std::size_t places = series.points.size();
  each_run(series, [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      path += fmt::format("{}{:.1f} {:.1f}", i == from ? 'M' : 'L', middle_of(i, places),
                          axis.at(series.points[i]->median));
    }
  });
  return path;
}

/// A line without length has round ends: a dot that stretching does not squeeze.
std::string dots_of(const ChartSeries& series, const Axis& axis) {
  std::string path;
  const std::size_t places = series.points.size();
  for (std::size_t i = 0; i < places; ++i) {
    if (!series.points[i]) continue;
    path +=
        fmt::format("M{:.1f} {:.1f}h0", middle_of(i, places), axis.at(series.points[i]->median));
  }
  return path;
}

void print_series(std::ostream& out, const ChartSeries& series, const Axis& axis) {
  const auto line = [&](std::string_view kind, const std::string& path) {
    if (path.empty()) return;
    out << fmt::format("<path class=\"{} {}\" d=\"{}\"/>\n", kind, series.ink, path);
  };
  line("envelope", envelope_of(series, axis));
  line("line", medians_of(series, axis));
  if (series.points.size() <= kMostDots) line("dots", dots_of(series, axis));
}

/// Full height: seen; half of it: some; a quarter: extrapolated; none: not known.
void print_strip(std::ostream& out, const ChartSeries& series) {
  if (series.seen_as.empty()) return;
  std::string path;
  const double places = static_cast<double>(series.seen.size());
  for (std::size_t from = 0, to = 0; from < series.seen.size(); from = to) {
    while (to < series.seen.size() && series.seen[to] == series.seen[from]) ++to;
    const double height = series.seen[from] == Seen::kAll            ? 12
                          : series.seen[from] == Seen::kSome         ? 7
                          : series.seen[from] == Seen::kExtrapolated ? 3
                                                                     : 0;
    if (height == 0) continue;
    path += fmt::format("M{:.1f} 12V{:g}H{:.1f}V12Z", kSide * static_cast<double>(from) / places,
                        12 - height, kSide * static_cast<double>(to) / places);
  }
  out << fmt::format(
      "<div class=\"strip\"><span>{0}</span><svg viewBox=\"0 0 1000 12\" "
      "preserveAspectRatio=\"none\" aria-hidden=\"true\"><path class=\"fill {1}\" "
      "d=\"{2}\"/></svg></div>\n",
      html_of(series.name), series.ink, path);
}

void print_legend(std::ostream& out, const HtmlChart& chart) {
  out << "<ul class=\"legend\">";
  bool strips = false;
  std::string seen;
  for (const ChartSeries& series : chart.series) {
    out << fmt::format("<li><i class=\"{}\"></i>{}</li>", series.ink, html_of(series.name));
    if (series.seen_as.empty()) continue;
    if (strips) seen += " or ";
    seen += series.seen_as;
    strips = true;
  }
  out << "</ul>\n";
  if (!strips) return;
  out << fmt::format(
      "<p class=\"strips\">Below the chart, the source: <b class=\"all\"></b> {0}, <b "
      "class=\"some\"></b> some {0}, <b class=\"low\"></b> extrapolated.</p>\n",
      html_of(seen));
}

void print_plot(std::ostream& out, const HtmlChart& chart, const Axis& axis) {
  out << "<div class=\"plot\">\n<svg viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\" "
         "aria-hidden=\"true\">\n";
  std::string grid;
  for (const double tick : axis.ticks) grid += fmt::format("M0 {:.1f}H1000", axis.at(tick));
  out << fmt::format("<path class=\"grid\" d=\"{}\"/>\n", grid);
  for (const ChartSeries& series : chart.series) print_series(out, series, axis);
  out << "</svg>\n";
  for (const double tick : axis.ticks) {
    out << fmt::format("<span class=\"y\" style=\"top:{:.2f}%\">{}</span>", axis.at(tick) / 10,
                       html_of(chart.number(tick)));
  }
  out << "<div class=\"cursor\" hidden></div></div>\n";
}

void print_places(std::ostream& out, const HtmlChart& chart) {
  const std::size_t places = chart.places.size();
  out << "<div class=\"places\">";
  const std::size_t names = std::min(kPlaceNames, places);
  for (std::size_t i = 0; i < names; ++i) {
    const std::size_t place = names == 1 ? 0 : i * (places - 1) / (names - 1);
    const double percent = middle_of(place, places) / 10;
    out << fmt::format("<span{} style=\"left:{:.2f}%\">{}</span>",
                       percent > 90 ? " class=\"end\"" : "", percent, html_of(chart.places[place]));
  }
  out << "</div>\n";
}

}  // namespace

std::vector<double> linear_ticks(double most) {
  const double power = std::pow(10, std::floor(std::log10(most / 4)));
  double step = power;
  for (const double factor : {1.0, 2.0, 5.0, 10.0}) {
    step = power * factor;
    if (most / step <= 5) break;
  }
  std::vector<double> ticks;
  for (int i = 0; i * step <= most; ++i) ticks.push_back(i * step);
  return ticks;
}

std::vector<double> logarithmic_ticks(double least, double most) {
  const bool few = most / least < 1000;
  std::vector<double> ticks;
  for (double power = std::pow(10, std::floor(std::log10(least))); power <= most; power *= 10) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      if (factor > 1 && !few) break;
      const double tick = power * factor;
      if (tick >= least && tick <= most) ticks.push_back(tick);
    }
  }
  return ticks;
}

void print_html_chart(std::ostream& out, const HtmlChart& chart) {
  const auto axis = axis_of(chart);
  if (!axis) return;
  out << fmt::format(
      "<figure class=\"chart\" data-table=\"{0}\" tabindex=\"0\" role=\"group\" "
      "aria-label=\"{1}. Left and right arrows read it place by place; the table below has all "
      "values.\">\n<figcaption><strong>{1}{2}</strong> <span class=\"source\">{3}</span>"
      "</figcaption>\n",
      chart.table, html_of(chart.title), axis->logarithmic ? ", log scale" : "",
      html_of(chart.source));
  print_legend(out, chart);
  print_plot(out, chart, *axis);
  print_places(out, chart);
  for (const ChartSeries& series : chart.series) print_strip(out, series);
  out << "<output class=\"tip\" hidden></output></figure>\n";
}

}  // namespace flopprof::views
