#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "profiler/to_accuracy/csv.h"
#include "profiler/to_accuracy/printed_figure.h"

namespace flopprof::to_accuracy {

/// "table3": all 16 points of Table 3 of "Measuring the Algorithmic Efficiency of Neural Networks";
/// "openai": efficiency_sota.csv of openai/ai-and-efficiency as of June 2020. Nothing for another
/// name.
std::optional<CsvTable> shipped_data_set(std::string_view name);

/// What the compute of a published row was made of.
struct PublishedParts {
  std::optional<PrintedFigure> epochs;
  std::optional<PrintedFigure> gmacs_per_image;        ///< as the publication counted
  std::optional<PrintedFigure> operations;             ///< of the run, where no parts are printed
  std::optional<PrintedFigure> exact_gmacs_per_image;  ///< of the convolutions and linear layers
};

/// The parts of the row of `level` and `publication` as `analysis` measured it: another measurement
/// of the same network is made of other parts. Nothing when we know none. Case and punctuation of
/// the publication do not count: "EfficientNet-b0" is "EfficientNet (b0)".
std::optional<PublishedParts> published_parts(std::string_view level, std::string_view publication,
                                              std::string_view analysis);

/// The arXiv number of the paper that `title` names or begins with; empty when we know none.
std::string arxiv_number_of_title(std::string_view title);

}  // namespace flopprof::to_accuracy
