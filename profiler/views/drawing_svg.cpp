#include <fmt/format.h>

#include <array>
#include <string_view>

#include "profiler/views/drawing.h"
#include "profiler/views/palette.h"

namespace flopprof::views {
namespace {

constexpr std::array<std::string_view, kInks> kClasses = {"text",  "muted",    "grid",
                                                          "other", "envelope", "comparator"};
constexpr std::array<std::string_view, 3> kAnchors = {"start", "middle", "end"};

std::string_view class_of(Ink ink) { return kClasses[static_cast<std::size_t>(ink)]; }

/// XML knows no control characters, not even escaped.
std::string escaped(std::string_view text) {
  std::string xml;
  for (const char c : text) {
    if (c == '&') {
      xml += "&amp;";
    } else if (c == '<') {
      xml += "&lt;";
    } else if (c == '>') {
      xml += "&gt;";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      xml += ' ';
    } else {
      xml += c;
    }
  }
  return xml;
}

std::string colour(Colour c) { return fmt::format("#{:02x}{:02x}{:02x}", c.red, c.green, c.blue); }

std::string rules(const Palette& palette) {
  std::string css = fmt::format(".sheet{{fill:{}}}", colour(palette.sheet));
  for (std::size_t i = 0; i < kInks; ++i) {
    css += fmt::format("line.{0}{{stroke:{1}}}circle.{0},text.{0}{{fill:{1}}}", kClasses[i],
                       colour(palette.inks[i]));
  }
  return css;
}

std::string style() {
  return fmt::format(
      "<style>text{{font-family:Helvetica,Arial,'DejaVu Sans',sans-serif}}{}\n"
      "@media screen and (prefers-color-scheme:dark){{{}}}</style>\n",
      rules(kLightPalette), rules(kDarkPalette));
}

std::string element(const Line& line) {
  std::string dashes;
  for (const double length : line.dashes) dashes += fmt::format("{:g} ", length);
  if (!dashes.empty()) dashes = fmt::format(" stroke-dasharray=\"{}\"", dashes);
  return fmt::format(
      "<line class=\"{}\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" "
      "stroke-width=\"{:g}\"{}/>\n",
      class_of(line.ink), line.x1, line.y1, line.x2, line.y2, line.width, dashes);
}

std::string element(const Disc& disc) {
  const std::string tooltip =
      disc.tooltip.empty() ? "" : fmt::format("<title>{}</title>", escaped(disc.tooltip));
  return fmt::format("<circle class=\"{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:g}\">{}</circle>\n",
                     class_of(disc.ink), disc.x, disc.y, disc.radius, tooltip);
}

std::string element(const Label& label) {
  return fmt::format(
      "<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"{:g}\" text-anchor=\"{}\">{}"
      "</text>\n",
      class_of(label.ink), label.x, label.y, label.size,
      kAnchors[static_cast<std::size_t>(label.anchor)], escaped(label.text));
}

}  // namespace

std::string svg_of(const Drawing& drawing) {
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:g}\" height=\"{1:g}\" "
      "viewBox=\"0 0 {0:g} {1:g}\" role=\"img\">\n<title>{2}</title>\n",
      drawing.width, drawing.height, escaped(drawing.title));
  svg += style();
  svg += "<rect class=\"sheet\" width=\"100%\" height=\"100%\"/>\n";
  for (const Line& line : drawing.lines) svg += element(line);
  for (const Disc& disc : drawing.discs) svg += element(disc);
  for (const Label& label : drawing.labels) svg += element(label);
  return svg + "</svg>\n";
}

}  // namespace flopprof::views
