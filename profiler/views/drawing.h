#pragma once

#include <string>
#include <vector>

namespace flopprof::views {

/// What a stroke is for; the painter chooses the colour for paper and for a dark page.
enum class Ink { kText, kMuted, kGrid, kOtherPoint, kEnvelope, kComparator };

enum class Anchor { kStart, kMiddle, kEnd };

struct Line {
  double x1 = 0, y1 = 0, x2 = 0, y2 = 0;
  double width = 1;
  Ink ink = Ink::kGrid;
  std::vector<double> dashes;  ///< on and off lengths; empty: solid
};

struct Disc {
  double x = 0, y = 0;
  double radius = 4;
  Ink ink = Ink::kOtherPoint;
  std::string tooltip;
};

struct Label {
  double x = 0, y = 0;  ///< on the base line, at `anchor`
  double size = 12;
  Ink ink = Ink::kText;
  Anchor anchor = Anchor::kStart;
  std::string text;  ///< UTF-8
};

/// A picture in points, y downwards; lines lie below discs, discs below labels.
struct Drawing {
  double width = 0;
  double height = 0;
  std::string title;  ///< for those who hear the picture
  std::vector<Line> lines;
  std::vector<Disc> discs;
  std::vector<Label> labels;
};

/// A standalone SVG: ink on a sheet of its own, dark where the reader prefers dark pages, light in
/// print. The same drawing gives the same bytes.
std::string svg_of(const Drawing& drawing);

/// A PNG of the light sheet, `scale` pixels a point. Needs libcairo.so.2, which is loaded here and
/// nowhere else; throws std::runtime_error where there is none.
std::string png_of(const Drawing& drawing, double scale = 2);

}  // namespace flopprof::views
