#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "profiler/to_accuracy/entry_page.h"

namespace flopprof::to_accuracy {
namespace {

constexpr double kWidth = 640;
constexpr double kHeight = 320;
constexpr double kMargin = 48;
constexpr std::array<const char*, 6> kColours = {"#1b6ca8", "#c0504d", "#4f8f3a",
                                                 "#8064a2", "#d08a1e", "#4aa5a5"};

struct Frame {
  double last = 1;

  double x(double at) const { return kMargin + (kWidth - 2 * kMargin) * at / last; }
  double y(double percent) const {
    return kHeight - kMargin - (kHeight - 2 * kMargin) * percent / 100;
  }
};

std::string axes(const Frame& frame, const std::string& over, double target) {
  std::string svg = fmt::format(R"(<path d="M{0} {1}V{2}H{3}" fill="none" stroke="#444"/>)",
                                kMargin, kMargin, kHeight - kMargin, kWidth - kMargin);
  for (const int percent : {0, 20, 40, 60, 80, 100}) {
    svg += fmt::format(R"(<text x="{}" y="{:.1f}" text-anchor="end">{}</text>)", kMargin - 6,
                       frame.y(percent) + 4, percent);
  }
  for (const double share : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    svg += fmt::format(R"(<text x="{:.1f}" y="{}" text-anchor="middle">{:.6g}</text>)",
                       frame.x(share * frame.last), kHeight - kMargin + 18, share * frame.last);
  }
  svg += fmt::format(R"(<text x="{}" y="{}" text-anchor="middle">{}</text>)", kWidth / 2,
                     kHeight - 8, over);
  svg += fmt::format(R"(<path d="M{} {:.1f}H{}" stroke="#999" stroke-dasharray="4 3"/>)", kMargin,
                     frame.y(target), kWidth - kMargin);
  svg += fmt::format(R"(<text x="{}" y="{:.1f}" text-anchor="end">target {:.6g} %</text>)",
                     kWidth - kMargin, frame.y(target) - 5, target);
  return svg;
}

/// Where the target was reached, on the axis the curve is drawn over.
std::optional<double> reached_at(const TargetResult& result) {
  if (!result.reached) return {};
  if (result.drawn_over == "epochs") return result.position->epochs;
  if (result.drawn_over == "steps" && result.position->steps)
    return static_cast<double>(*result.position->steps);
  return {};
}

std::string line_of(const TargetResult& result, const Frame& frame, const char* colour) {
  std::string path;
  for (const DrawnPoint& point : result.drawn) {
    path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", frame.x(point.at),
                        frame.y(point.percent));
  }
  std::string svg =
      fmt::format(R"(<path d="{}" fill="none" stroke="{}" stroke-width="1.5"/>)", path, colour);
  if (const auto at = reached_at(result)) {
    svg += fmt::format(R"(<circle cx="{:.1f}" cy="{:.1f}" r="4" fill="{}"/>)", frame.x(*at),
                       frame.y(result.accuracy), colour);
  }
  return svg;
}

}  // namespace

std::string curve_svg(const std::vector<TargetResult>& results) {
  Frame frame{.last = 0};
  for (const TargetResult& result : results) {
    for (const DrawnPoint& point : result.drawn) frame.last = std::max(frame.last, point.at);
  }
  if (frame.last <= 0) frame.last = 1;
  std::string svg = fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" width="{0}" height="{1}" font-family="sans-serif" font-size="11">)",
      kWidth, kHeight);
  svg += fmt::format(R"(<rect width="{}" height="{}" fill="#fff"/>)", kWidth, kHeight);
  svg += axes(frame, results.front().drawn_over, results.front().target);
  for (std::size_t i = 0; i < results.size(); ++i)
    svg += line_of(results[i], frame, kColours[i % kColours.size()]);
  return svg + "</svg>\n";
}

}  // namespace flopprof::to_accuracy
