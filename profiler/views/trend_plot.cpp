#include "profiler/views/trend_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "profiler/views/label_places.h"

namespace flopprof::views {
namespace {

using to_accuracy::Date;
using to_accuracy::LevelTrend;
using to_accuracy::TrendPoint;

constexpr double kWidth = 960;
constexpr double kHeight = 600;
constexpr Box kArea = {.left = 84, .top = 136, .right = 930, .bottom = 540};
constexpr std::size_t kMostYears = 10;  ///< on the axis, so that they do not touch

/// The axes: dates in months since the first year shown, compute in log10 of tf-s/days.
class Axes {
 public:
  explicit Axes(const LevelTrend& trend) {
    const auto [least, most] = std::ranges::minmax_element(
        trend.points, {}, [](const TrendPoint& p) { return tfs_days(p.row); });
    lowest_ = std::log10(tfs_days(least->row));
    highest_ = std::log10(tfs_days(most->row));
    if (trend.fit) take_in_fit(trend);
    const double margin = std::max(0.2, (1 - (highest_ - lowest_)) / 2);  // a decade at least
    lowest_ -= margin;
    highest_ += margin;
    first_year_ = int(trend.points.front().row.date.year());
    last_year_ = int(trend.points.back().row.date.year()) + 1;
  }

  double x(Date date) const {
    const double share = to_accuracy::months_between(new_year(first_year_), date) /
                         to_accuracy::months_between(new_year(first_year_), new_year(last_year_));
    return kArea.left + share * (kArea.right - kArea.left);
  }
  double y(double compute_tfs_days) const {
    const double share = (std::log10(compute_tfs_days) - lowest_) / (highest_ - lowest_);
    return kArea.bottom - share * (kArea.bottom - kArea.top);
  }

  std::vector<int> years() const {
    const int step = 1 + (last_year_ - first_year_) / int(kMostYears);
    std::vector<int> years;
    for (int year = first_year_; year <= last_year_; year += step) years.push_back(year);
    return years;
  }

  /// 1, 2 and 5 of every decade, or the decades alone where those would crowd.
  std::vector<double> computes() const {
    const double span = highest_ - lowest_;
    const int decade_step = 1 + int(span / 10);
    std::vector<double> computes;
    for (int decade = int(std::floor(lowest_)); decade <= highest_; decade += decade_step) {
      for (const double digit : {1.0, 2.0, 5.0}) {
        const double exponent = decade + std::log10(digit);
        const bool shown = digit == 1 || span < 3;
        if (shown && exponent >= lowest_ && exponent <= highest_) {
          computes.push_back(digit * std::pow(10.0, decade));
        }
      }
    }
    return computes;
  }

  static Date new_year(int year) { return std::chrono::year(year) / 1 / 1; }

 private:
  /// The fitted line may begin above every point, and end below.
  void take_in_fit(const LevelTrend& trend) {
    const double began = trend.fit->intercept * std::log10(2);
    const double ended = began - trend.months / trend.fit->halving_months * std::log10(2);
    lowest_ = std::min(lowest_, ended);
    highest_ = std::max(highest_, began);
  }

  double lowest_ = 0, highest_ = 0;
  int first_year_ = 0, last_year_ = 0;
};

void draw_axes(const Axes& axes, Drawing& drawing) {
  for (const double compute : axes.computes()) {
    const double y = axes.y(compute);
    drawing.lines.push_back({.x1 = kArea.left, .y1 = y, .x2 = kArea.right, .y2 = y});
    drawing.labels.push_back({.x = kArea.left - 10,
                              .y = y + 4,
                              .size = 13,
                              .ink = Ink::kMuted,
                              .anchor = Anchor::kEnd,
                              .text = fmt::format("{:.3g}", compute)});
  }
  drawing.lines.push_back({.x1 = kArea.left,
                           .y1 = kArea.bottom,
                           .x2 = kArea.right,
                           .y2 = kArea.bottom,
                           .ink = Ink::kMuted});
  for (const int year : axes.years()) {
    const double x = axes.x(Axes::new_year(year));
    drawing.lines.push_back(
        {.x1 = x, .y1 = kArea.bottom, .x2 = x, .y2 = kArea.bottom + 5, .ink = Ink::kMuted});
    drawing.labels.push_back({.x = x,
                              .y = kArea.bottom + 22,
                              .size = 13,
                              .ink = Ink::kMuted,
                              .anchor = Anchor::kMiddle,
                              .text = fmt::format("{}", year)});
  }
}

/// The fitted line and Moore's law, both over the envelope's time.
std::vector<Line> trend_lines(const LevelTrend& trend, const Axes& axes) {
  if (!trend.fit) return {};
  const auto envelope = low_envelope(trend);
  const auto& first = envelope.front().row;
  const double x1 = axes.x(first.date);
  const double x2 = axes.x(envelope.back().row.date);
  const double intercept = std::exp2(trend.fit->intercept);
  const double end = intercept * std::exp2(-trend.months / trend.fit->halving_months);
  return {{.x1 = x1,
           .y1 = axes.y(tfs_days(first)),
           .x2 = x2,
           .y2 = axes.y(tfs_days(first) / trend.moore_factor),
           .width = 1.5,
           .ink = Ink::kComparator,
           .dashes = {6, 5}},
          {.x1 = x1,
           .y1 = axes.y(intercept),
           .x2 = x2,
           .y2 = axes.y(end),
           .width = 2,
           .ink = Ink::kEnvelope}};
}

NamedPoint named_point(const TrendPoint& point, const Axes& axes) {
  const bool best = point.on_low_envelope;
  NamedPoint named{.x = axes.x(point.row.date), .y = axes.y(tfs_days(point.row))};
  named.radius = best ? 6 : 4.5;
  named.name = {.size = best ? 14.0 : 12.0,
                .ink = best ? Ink::kText : Ink::kMuted,
                .text = point.row.publication};
  return named;
}

std::size_t draw_points(const LevelTrend& trend, const Axes& axes, Drawing& drawing) {
  std::vector<TrendPoint> points = low_envelope(trend);  // first, for the best places
  std::ranges::copy_if(trend.points, std::back_inserter(points),
                       [](const TrendPoint& p) { return !p.on_low_envelope; });
  std::vector<NamedPoint> named;
  for (const TrendPoint& point : points) named.push_back(named_point(point, axes));
  const auto names = label_places(named, drawing.lines, kArea);
  std::size_t left_out = 0;
  for (std::size_t i = points.size(); i-- > 0;) {  // the envelope last, on top
    drawing.discs.push_back(
        {.x = named[i].x,
         .y = named[i].y,
         .radius = named[i].radius,
         .ink = points[i].on_low_envelope ? Ink::kEnvelope : Ink::kOtherPoint,
         .tooltip = fmt::format("{}, {}: {:.3g} tf-s/days, {:.3g}x", points[i].row.publication,
                                to_accuracy::iso(points[i].row.date), tfs_days(points[i].row),
                                points[i].reduction_factor)});
    if (names[i]) {
      drawing.labels.push_back(*names[i]);
    } else {
      ++left_out;
    }
  }
  return left_out;
}

std::string heading(const LevelTrend& trend) {
  if (!trend.fit) return fmt::format("{} level: training compute", trend.level);
  return fmt::format("{} level: {:.0f}x less training compute after {:.1f} years", trend.level,
                     trend.reduction_factor, trend.months / 12);
}

std::string subheading(const LevelTrend& trend) {
  if (!trend.fit) return "one point on the low envelope: no trend";
  std::string text = fmt::format("halves every {:.1f} months", trend.fit->halving_months);
  if (const auto& interval = trend.fit->halving_months_ci95) {
    text += interval->until
                ? fmt::format(" (95 % interval {:.1f} to {:.1f})", interval->from, *interval->until)
                : fmt::format(" (95 % interval {:.1f} to no end)", interval->from);
  } else {
    text += " (two points: no interval)";
  }
  return text + fmt::format("; Moore's law gives {:.0f}x in that time", trend.moore_factor);
}

/// What each mark means, in one row under the heading.
void draw_legend(const LevelTrend& trend, Drawing& drawing) {
  constexpr double kY = 96;
  double x = 40;
  const auto words = [&](double mark_width, const char* text) {
    const Label label{
        .x = x + mark_width + 8, .y = kY, .size = 13, .ink = Ink::kMuted, .text = text};
    drawing.labels.push_back(label);
    x = box_of(label).right + 12;
  };
  drawing.discs.push_back({.x = x + 6, .y = kY - 4.5, .radius = 6, .ink = Ink::kEnvelope});
  words(12, "lowest to date");
  if (low_envelope(trend).size() < trend.points.size()) {
    drawing.discs.push_back({.x = x + 4.5, .y = kY - 4.5, .radius = 4.5, .ink = Ink::kOtherPoint});
    words(9, "others");
  }
  if (!trend.fit) return;
  const auto stroke = [&](Line line) {
    line.x1 = x;
    line.x2 = x + 28;
    line.y1 = line.y2 = kY - 4.5;
    drawing.lines.push_back(line);
  };
  stroke({.width = 2, .ink = Ink::kEnvelope});
  words(28, "least squares");
  stroke({.width = 1.5, .ink = Ink::kComparator, .dashes = {6, 5}});
  words(28, "Moore's law, halving every 24 months");
}

void draw_words(const LevelTrend& trend, const std::string& source, Drawing& drawing) {
  drawing.labels.push_back({.x = 40, .y = 42, .size = 22, .text = heading(trend)});
  drawing.labels.push_back(
      {.x = 40, .y = 68, .size = 14, .ink = Ink::kMuted, .text = subheading(trend)});
  drawing.labels.push_back({.x = 40,
                            .y = kArea.top - 12,
                            .size = 12,
                            .ink = Ink::kMuted,
                            .text = "teraflop/s-days to the level, log scale"});
  drawing.labels.push_back({.x = 40,
                            .y = kHeight - 14,
                            .size = 11,
                            .ink = Ink::kMuted,
                            .text = fmt::format("{} point{} of {}", trend.points.size(),
                                                trend.points.size() == 1 ? "" : "s", source)});
}

}  // namespace

TrendPlot trend_plot(const LevelTrend& trend, const std::string& source) {
  TrendPlot plot{.drawing = {.width = kWidth, .height = kHeight, .title = heading(trend)}};
  const Axes axes(trend);
  draw_axes(axes, plot.drawing);
  std::ranges::copy(trend_lines(trend, axes), std::back_inserter(plot.drawing.lines));
  plot.names_left_out = draw_points(trend, axes, plot.drawing);
  draw_legend(trend, plot.drawing);
  draw_words(trend, source, plot.drawing);
  return plot;
}

}  // namespace flopprof::views
