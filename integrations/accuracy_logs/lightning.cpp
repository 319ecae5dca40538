#include "integrations/accuracy_logs/csv_points.h"

namespace flopprof::accuracy_logs {
namespace {

using to_accuracy::CountsFrom;

/// A row of training or of validation values leaves the other's cells empty.
bool has_empty_cells(std::string_view head) {
  const std::size_t rows = head.find('\n');
  if (rows == std::string_view::npos) return false;
  head.remove_prefix(rows);
  for (const std::string_view gap : {",,", "\n,", ",\n", ",\r"}) {
    if (head.find(gap) != std::string_view::npos) return true;
  }
  return false;
}

/// CSVLogger writes the columns in the order in which they were first logged, and always `step`.
bool recognises(std::string_view head) {
  const auto header = header_of(head, ',');
  return has_column(header, "step") && has_column(header, "epoch") && has_empty_cells(head);
}

/// Every log call is a row of its own: training and validation values never share one. `step` is
/// the last step before the evaluation, counted from 0.
to_accuracy::LogTraits read(std::istream& log, const LogRequest& request, const PointSink& sink) {
  to_accuracy::LogTraits traits{.epochs_from = CountsFrom::kZero, .steps_from = CountsFrom::kZero};
  read_csv_points(log, request, {}, sink, traits);
  return traits;
}

}  // namespace

const LogFormat kLightning{.name = "lightning", .recognises = recognises, .read = read};

}  // namespace flopprof::accuracy_logs
