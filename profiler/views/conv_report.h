#pragma once

#include <cstddef>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "profiler/convolution/analysis.h"
#include "profiler/flops/peaks.h"
#include "profiler/record/flops.h"
#include "profiler/views/fields.h"

namespace flopprof::views {

/// What `flopprof conv --analytic` says of a list of shapes.
struct ConvReport {
  convolution::ShapeList list;  ///< its layers are those of `rows`
  convolution::AnalysisRequest request;
  std::vector<convolution::Analysis> rows;
};

/// The sizes of a layer: its words for people, each size for programs.
Fields layer_fields(const convolution::Layer& layer, bool is_network);

/// What the card allows in one format, with its sources; "peak unknown" where the table is silent.
std::string roof_text(const flops::Peaks& peaks, const convolution::NumberFormat& format);

void print_conv_text(std::ostream& out, const ConvReport& report, std::size_t width);
void print_conv_markdown(std::ostream& out, const ConvReport& report);
void print_conv_csv(std::ostream& out, const ConvReport& report);
void print_conv_json(std::ostream& out, const ConvReport& report);

}  // namespace flopprof::views
