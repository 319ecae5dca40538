#include "integrations/accuracy_logs/csv_points.h"

namespace flopprof::accuracy_logs {
namespace {

bool recognises(std::string_view head) {
  const auto header = header_of(head, ',');
  return header.size() == 3 && header[0] == "Wall time" && header[1] == "Step" &&
         header[2] == "Value";
}

/// One file a tag, and the file does not say which.
to_accuracy::LogTraits read(std::istream& log, const LogRequest& request, const PointSink& sink) {
  to_accuracy::LogTraits traits;
  read_csv_points(log, request, {.step_names = {"Step"}, .metric_name = "Value"}, sink, traits);
  traits.notes.push_back("TensorBoard's CSV does not name its tag: its values are taken as " +
                         request.metric);
  return traits;
}

}  // namespace

const LogFormat kTensorBoardCsv{.name = "tensorboard-csv", .recognises = recognises, .read = read};

}  // namespace flopprof::accuracy_logs
