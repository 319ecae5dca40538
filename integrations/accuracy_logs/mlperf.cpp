#include <fmt/format.h>

#include "integrations/accuracy_logs/accuracy_log.h"
#include "integrations/accuracy_logs/log_lines.h"
#include "integrations/accuracy_logs/metric_name.h"
#include "integrations/accuracy_logs/python_json.h"

namespace flopprof::accuracy_logs {
namespace {

constexpr std::string_view kToken = ":::MLLOG";
constexpr std::size_t kLongestLine = 1 << 20;

bool recognises(std::string_view head) { return head.find(kToken) != std::string_view::npos; }

/// A value that belongs to a place in the training: an evaluation.
void read_event(const nlohmann::json& event, std::int64_t line, MetricChoice& metric,
                const PointSink& sink, to_accuracy::LogTraits& traits) {
  if (!event.is_object() || !event.contains("key") || !event["key"].is_string()) return;
  const auto& key = event["key"].get_ref<const std::string&>();
  const auto value = number_at(event, "value");
  if (!value) return;
  if (key == "train_samples" && *value > 0) traits.images_per_epoch = value;
  if (key == "global_batch_size" && *value > 0) traits.images_per_step = value;
  const auto metadata = event.find("metadata");
  if (metadata == event.end() || !metadata->is_object()) return;
  const auto epoch = number_at(*metadata, "epoch_num");
  const auto samples = number_at(*metadata, "samples_count");
  if ((!epoch && !samples) || !metric.is(key)) return;
  sink({.value = *value,
        .epoch = epoch,
        .step = number_at(*metadata, "step_num"),
        .images = samples,
        .line = line});
}

/// Lines carry any prefix, from launchers and ranks.
to_accuracy::LogTraits read(std::istream& log, const LogRequest& request, const PointSink& sink) {
  to_accuracy::LogTraits traits{.epochs_from = to_accuracy::CountsFrom::kOne};
  MetricChoice metric(request.metric);
  LogLines lines(log, kLongestLine);
  std::int64_t broken = 0;
  std::int64_t first_broken = 0;
  while (lines.next()) {
    const std::size_t at = lines.text().find(kToken);
    if (at == std::string_view::npos) continue;
    try {
      read_event(parse_python_json(lines.text().substr(at + kToken.size())), lines.number(), metric,
                 sink, traits);
    } catch (const nlohmann::json::exception&) {
      if (broken++ == 0) first_broken = lines.number();
    }
  }
  if (broken > 0) {
    traits.notes.push_back(
        fmt::format("{} :::MLLOG lines are no whole JSON and were left out, the first at line {}",
                    broken, first_broken));
  }
  traits.metric = metric.found();
  return traits;
}

}  // namespace

const LogFormat kMlperf{.name = "mlperf", .recognises = recognises, .read = read};

}  // namespace flopprof::accuracy_logs
