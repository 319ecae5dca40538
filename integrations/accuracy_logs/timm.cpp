#include <algorithm>

#include "integrations/accuracy_logs/csv_points.h"

namespace flopprof::accuracy_logs {
namespace {

using to_accuracy::CountsFrom;

bool recognises(std::string_view head) {
  const auto header = header_of(head, ',');
  return header.front() == "epoch" && has_column(header, "train_loss") &&
         std::any_of(header.begin(), header.end(),
                     [](std::string_view name) { return name.starts_with("eval_"); });
}

to_accuracy::LogTraits read(std::istream& log, const LogRequest& request, const PointSink& sink) {
  to_accuracy::LogTraits traits{.scale = to_accuracy::Scale::kPercent,
                                .epochs_from = CountsFrom::kZero};
  read_csv_points(log, request, {}, sink, traits);
  if (traits.metric.find("loss") != std::string::npos) traits.scale.reset();
  return traits;
}

}  // namespace

const LogFormat kTimm{.name = "timm", .recognises = recognises, .read = read};

}  // namespace flopprof::accuracy_logs
