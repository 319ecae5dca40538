#pragma once

#include <cstddef>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "profiler/convolution/measured.h"
#include "profiler/convolution/shape_list.h"
#include "profiler/flops/peaks.h"
#include "profiler/views/drawing.h"

namespace flopprof::views {

/// What `flopprof conv` measured on a GPU.
struct ConvMeasuredReport {
  convolution::ShapeList list;
  std::string device;                 ///< the driver's name
  std::optional<flops::Peaks> peaks;  ///< nothing: the card is not in the table
  std::vector<std::string> about;     ///< versions, and what was not to be had
  std::vector<convolution::NumberFormat> formats;
  std::vector<convolution::Measured> rows;
};

void print_conv_measured_text(std::ostream& out, const ConvMeasuredReport& report,
                              std::size_t width);
void print_conv_measured_markdown(std::ostream& out, const ConvMeasuredReport& report);
void print_conv_measured_csv(std::ostream& out, const ConvMeasuredReport& report);
void print_conv_measured_json(std::ostream& out, const ConvMeasuredReport& report);

/// Rows with a time: executed FLOP/s in colour, effective ones in grey, which may lie above the
/// roof. Nothing without a roof or a time.
std::optional<Drawing> conv_measured_plot(const ConvMeasuredReport& report);

}  // namespace flopprof::views
