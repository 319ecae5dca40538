#include "integrations/accuracy_logs/csv_points.h"

namespace flopprof::accuracy_logs {
namespace {

bool recognises(std::string_view head) {
  const auto header = header_of(head, ',');
  return has_column(header, "_step") &&
         (has_column(header, "_runtime") || has_column(header, "_timestamp"));
}

/// `_step` counts calls of wandb.log, no training steps; a trainer's own step is taken where it is.
to_accuracy::LogTraits read(std::istream& log, const LogRequest& request, const PointSink& sink) {
  to_accuracy::LogTraits traits;
  const CsvLayout layout{.epoch_names = {"epoch", "train/epoch", "trainer/epoch"},
                         .step_names = {"trainer/global_step", "train/global_step", "global_step"}};
  read_csv_points(log, request, layout, sink, traits);
  traits.notes.push_back(
      "W&B's _step counts log calls and was not used; an export of the history may leave rows out");
  return traits;
}

}  // namespace

const LogFormat kWandb{.name = "wandb", .recognises = recognises, .read = read};

}  // namespace flopprof::accuracy_logs
