#pragma once

#include <array>
#include <cstdint>

#include "profiler/views/drawing.h"

namespace flopprof::views {

inline constexpr std::size_t kInks = 6;

struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;
};

struct Palette {
  Colour sheet;
  std::array<Colour, kInks> inks;  ///< in the order of Ink
};

/// The envelope differs from the other points in lightness too, so that it does in grey print.
inline constexpr Palette kLightPalette = {.sheet = {255, 255, 255},
                                          .inks = {{{27, 31, 36},
                                                    {87, 96, 106},
                                                    {226, 230, 234},
                                                    {154, 163, 173},
                                                    {5, 80, 174},
                                                    {154, 103, 0}}}};
inline constexpr Palette kDarkPalette = {.sheet = {13, 17, 23},
                                         .inks = {{{230, 237, 243},
                                                   {154, 164, 175},
                                                   {38, 45, 54},
                                                   {118, 127, 138},
                                                   {98, 172, 255},
                                                   {222, 164, 60}}}};

}  // namespace flopprof::views
