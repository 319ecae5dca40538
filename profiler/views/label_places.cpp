#include "profiler/views/label_places.h"

#include <algorithm>
#include <array>
#include <limits>

namespace flopprof::views {
namespace {

/// Per character of the font's size: DejaVu Sans, the widest of the fonts that the plot names.
constexpr double kWidthPerCharacter = 0.61;
constexpr double kAscent = 0.78;
constexpr double kDescent = 0.24;
constexpr double kGap = 3;  ///< between a point and its name
/// Crossing a line costs as much as this many points of distance.
constexpr double kLineCost = 25;
constexpr double kGridLineCost = 3;

struct Direction {
  double x, y;
};
/// Where a name may stand, seen from its point; the best first.
constexpr std::array<Direction, 8> kDirections = {
    {{1, 0}, {-1, 0}, {0.7, -1}, {-0.7, 1}, {0.7, 1}, {-0.7, -1}, {0, -1}, {0, 1}}};
constexpr std::array<double, 4> kDistances = {0, 5, 11, 18};

double characters_in(const std::string& text) {
  return static_cast<double>(
      std::ranges::count_if(text, [](unsigned char byte) { return (byte & 0xC0u) != 0x80u; }));
}

Box box_of(const NamedPoint& point) {
  return {point.x - point.radius, point.y - point.radius, point.x + point.radius,
          point.y + point.radius};
}

bool within(const Box& inner, const Box& outer) {
  return inner.left >= outer.left && inner.right <= outer.right && inner.top >= outer.top &&
         inner.bottom <= outer.bottom;
}

/// Whether the line enters the box: Liang and Barsky's clipping.
bool crosses(const Line& line, const Box& box) {
  double from = 0;
  double until = 1;
  const auto clip = [&](double step, double room) {
    if (step == 0) return room >= 0;
    const double at = room / step;
    if (step < 0) {
      from = std::max(from, at);
    } else {
      until = std::min(until, at);
    }
    return from <= until;
  };
  const double dx = line.x2 - line.x1;
  const double dy = line.y2 - line.y1;
  return clip(-dx, line.x1 - box.left) && clip(dx, box.right - line.x1) &&
         clip(-dy, line.y1 - box.top) && clip(dy, box.bottom - line.y1);
}

double cost_of_crossing(const std::vector<Line>& lines, const Box& box) {
  double cost = 0;
  for (const Line& line : lines) {
    if (crosses(line, box)) cost += line.ink == Ink::kGrid ? kGridLineCost : kLineCost;
  }
  return cost;
}

Label placed(const NamedPoint& point, Direction towards, double distance) {
  Label label = point.name;
  const double reach = point.radius + kGap + distance;
  label.anchor = towards.x > 0 ? Anchor::kStart : towards.x < 0 ? Anchor::kEnd : Anchor::kMiddle;
  label.x = point.x + towards.x * reach;
  const double middle = (kAscent - kDescent) / 2 * label.size;
  const double half_height = (kAscent + kDescent) / 2 * label.size;
  label.y = point.y + middle + towards.y * (reach * 0.6 + half_height);
  return label;
}

}  // namespace

bool overlap(const Box& a, const Box& b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

Box box_of(const Label& label) {
  const double width = kWidthPerCharacter * label.size * characters_in(label.text);
  const double before = label.anchor == Anchor::kStart ? 0
                        : label.anchor == Anchor::kEnd ? width
                                                       : width / 2;
  const double left = label.x - before;
  return {left, label.y - kAscent * label.size, left + width, label.y + kDescent * label.size};
}

std::vector<std::optional<Label>> label_places(const std::vector<NamedPoint>& points,
                                               const std::vector<Line>& lines, const Box& area) {
  std::vector<std::optional<Label>> places;
  std::vector<Box> taken;
  for (const NamedPoint& point : points) taken.push_back(box_of(point));
  for (const NamedPoint& point : points) {
    std::optional<Label> best;
    double least_cost = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < kDirections.size() * kDistances.size(); ++i) {
      const double distance = kDistances[i / kDirections.size()];
      const Label label = placed(point, kDirections[i % kDirections.size()], distance);
      const Box box = box_of(label);
      const bool free = std::ranges::none_of(taken, [&](const Box& b) { return overlap(b, box); });
      if (!free || !within(box, area)) continue;
      const double cost = distance + cost_of_crossing(lines, box);
      if (cost >= least_cost) continue;
      least_cost = cost;
      best = label;
    }
    if (best) taken.push_back(box_of(*best));
    places.push_back(best);
  }
  return places;
}

}  // namespace flopprof::views
