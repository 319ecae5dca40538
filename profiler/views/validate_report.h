#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "profiler/to_accuracy/judge.h"

namespace flopprof::views {

/// A published figure and what came of it.
struct ValidateRow {
  to_accuracy::PublishedFigure figure;
  to_accuracy::MeasuredNetwork measured;
  std::string measured_by = "run";  ///< run; formula: for what no single machine runs
  to_accuracy::Judgement judgement;
};

void print_validate_text(std::ostream& out, const std::vector<ValidateRow>& rows,
                         std::size_t width);
void print_validate_markdown(std::ostream& out, const std::vector<ValidateRow>& rows);
void print_validate_csv(std::ostream& out, const std::vector<ValidateRow>& rows);

/// The keys of the product contract. `measured` is in MACs, exact; `ratio` is the measurement in
/// the unit that was claimed, to the figure.
void print_validate_json(std::ostream& out, const std::vector<ValidateRow>& rows);

}  // namespace flopprof::views
