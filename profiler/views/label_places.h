#pragma once

#include <optional>
#include <string>
#include <vector>

#include "profiler/views/drawing.h"

namespace flopprof::views {

/// A rectangle, y downwards.
struct Box {
  double left = 0, top = 0, right = 0, bottom = 0;
};

bool overlap(const Box& a, const Box& b);

/// The room that `label` takes, estimated for the widest of the usual fonts.
Box box_of(const Label& label);

/// A point that wants its name beside it.
struct NamedPoint {
  double x = 0, y = 0;
  double radius = 4;
  Label name;  ///< its text, size and ink; the place is looked for
};

/// A place within `area` for the name of every point, those of the first points being the best: no
/// name lies on another one or on any of the points, and where it can be avoided none on `lines`.
/// Nothing for a name that has no such place.
std::vector<std::optional<Label>> label_places(const std::vector<NamedPoint>& points,
                                               const std::vector<Line>& lines, const Box& area);

}  // namespace flopprof::views
