#include "integrations/accuracy_logs/csv_points.h"

namespace flopprof::accuracy_logs {
namespace {

bool recognises(std::string_view head) {
  const auto header = header_of(head, '\t');
  return has_column(header, "epoch") && has_column(header, "hours");
}

/// Columns go by the header: some files have the hours first. Some count epochs from 0.
to_accuracy::LogTraits read(std::istream& log, const LogRequest& request, const PointSink& sink) {
  to_accuracy::LogTraits traits{.scale = to_accuracy::Scale::kPercent};
  read_csv_points(log, request, {.delimiter = '\t'}, sink, traits);
  return traits;
}

}  // namespace

const LogFormat kDawnBench{.name = "dawnbench", .recognises = recognises, .read = read};

}  // namespace flopprof::accuracy_logs
