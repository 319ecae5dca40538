#include <cairo/cairo.h>
#include <dlfcn.h>

#include <memory>
#include <stdexcept>

#include "profiler/views/drawing.h"
#include "profiler/views/palette.h"

namespace flopprof::views {
namespace {

/// `function` of cairo, found when a PNG is asked for: the program must start where there is none.
template <typename Function>
Function* in_cairo(const char* name) {
  static void* const library = dlopen("libcairo.so.2", RTLD_NOW | RTLD_LOCAL);  // stays loaded
  void* const symbol = library == nullptr ? nullptr : dlsym(library, name);
  if (symbol != nullptr) return reinterpret_cast<Function*>(symbol);
  throw std::runtime_error(
      "a PNG needs libcairo.so.2, which is not here; install cairo (Debian: libcairo2) or name the "
      "plot .svg");
}

/// Only the type of the declared function is used, so that the linker does not ask for it.
#define FLOPPROF_CAIRO(name) in_cairo<decltype(::cairo_##name)>("cairo_" #name)

/// A sheet of light paper and a pen.
class Sheet {
 public:
  Sheet(double width, double height, double scale)
      : surface_(FLOPPROF_CAIRO(image_surface_create)(CAIRO_FORMAT_RGB24, int(width * scale),
                                                      int(height * scale)),
                 FLOPPROF_CAIRO(surface_destroy)),
        pen_(FLOPPROF_CAIRO(create)(surface_.get()), FLOPPROF_CAIRO(destroy)) {
    take(kLightPalette.sheet);
    FLOPPROF_CAIRO(paint)(pen_.get());
    FLOPPROF_CAIRO(scale)(pen_.get(), scale, scale);
    FLOPPROF_CAIRO(select_font_face)
    (pen_.get(), "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  }

  void draw(const Line& line) {
    take(line.ink);
    FLOPPROF_CAIRO(set_line_width)(pen_.get(), line.width);
    FLOPPROF_CAIRO(set_dash)(pen_.get(), line.dashes.data(), int(line.dashes.size()), 0);
    FLOPPROF_CAIRO(move_to)(pen_.get(), line.x1, line.y1);
    FLOPPROF_CAIRO(line_to)(pen_.get(), line.x2, line.y2);
    FLOPPROF_CAIRO(stroke)(pen_.get());
  }

  void draw(const Disc& disc) {
    constexpr double kFullTurn = 6.283185307179586;
    take(disc.ink);
    FLOPPROF_CAIRO(new_path)(pen_.get());
    FLOPPROF_CAIRO(arc)(pen_.get(), disc.x, disc.y, disc.radius, 0, kFullTurn);
    FLOPPROF_CAIRO(fill)(pen_.get());
  }

  void draw(const Label& label) {
    take(label.ink);
    FLOPPROF_CAIRO(set_font_size)(pen_.get(), label.size);
    cairo_text_extents_t extents;
    FLOPPROF_CAIRO(text_extents)(pen_.get(), label.text.c_str(), &extents);
    const double before = label.anchor == Anchor::kStart ? 0
                          : label.anchor == Anchor::kEnd ? extents.x_advance
                                                         : extents.x_advance / 2;
    FLOPPROF_CAIRO(move_to)(pen_.get(), label.x - before, label.y);
    FLOPPROF_CAIRO(show_text)(pen_.get(), label.text.c_str());
  }

  std::string png() {
    std::string bytes;
    const auto append = [](void* to, const unsigned char* from, unsigned length) {
      static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(from), length);
      return CAIRO_STATUS_SUCCESS;
    };
    const cairo_status_t pen = FLOPPROF_CAIRO(status)(pen_.get());
    const cairo_status_t sheet =
        FLOPPROF_CAIRO(surface_write_to_png_stream)(surface_.get(), append, &bytes);
    const cairo_status_t status = pen == CAIRO_STATUS_SUCCESS ? sheet : pen;
    if (status != CAIRO_STATUS_SUCCESS) {
      throw std::runtime_error(std::string("cairo cannot draw the plot: ") +
                               FLOPPROF_CAIRO(status_to_string)(status));
    }
    return bytes;
  }

 private:
  void take(Ink ink) { take(kLightPalette.inks[static_cast<std::size_t>(ink)]); }
  void take(Colour c) {
    FLOPPROF_CAIRO(set_source_rgb)(pen_.get(), c.red / 255.0, c.green / 255.0, c.blue / 255.0);
  }

  std::unique_ptr<cairo_surface_t, decltype(&::cairo_surface_destroy)> surface_;
  std::unique_ptr<cairo_t, decltype(&::cairo_destroy)> pen_;
};

}  // namespace

std::string png_of(const Drawing& drawing, double scale) {
  Sheet sheet(drawing.width, drawing.height, scale);
  for (const Line& line : drawing.lines) sheet.draw(line);
  for (const Disc& disc : drawing.discs) sheet.draw(disc);
  for (const Label& label : drawing.labels) sheet.draw(label);
  return sheet.png();
}

}  // namespace flopprof::views
