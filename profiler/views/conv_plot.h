#pragma once

#include <optional>

#include "profiler/views/conv_report.h"
#include "profiler/views/drawing.h"

namespace flopprof::views {

/// Every layer where the card bounds it, under the card's roofs: its algorithmic FLOPs and its
/// bytes are the same in every direction. Nothing where the card is unknown, or has no figure for
/// any of the formats.
std::optional<Drawing> conv_plot(const ConvReport& report);

}  // namespace flopprof::views
