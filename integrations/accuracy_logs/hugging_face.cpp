#include <fmt/format.h>

#include <istream>
#include <iterator>

#include "integrations/accuracy_logs/accuracy_log.h"
#include "integrations/accuracy_logs/metric_name.h"
#include "integrations/accuracy_logs/python_json.h"

namespace flopprof::accuracy_logs {
namespace {

bool recognises(std::string_view head) {
  const std::size_t first = head.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && head[first] == '{' &&
         (head.find("\"log_history\"") != std::string_view::npos ||
          (head.find("\"global_step\"") != std::string_view::npos &&
           head.find("\"best_model_checkpoint\"") != std::string_view::npos));
}

nlohmann::json state_in(std::istream& log) {
  const std::string text{std::istreambuf_iterator<char>(log), {}};
  try {
    return parse_python_json(text);
  } catch (const nlohmann::json::parse_error& error) {
    throw LogError(
        fmt::format("is no whole JSON (broken at byte {} of {}): was the file cut short?",
                    error.byte, text.size()));
  } catch (const nlohmann::json::out_of_range&) {
    throw LogError("holds a number beyond what a double can hold (1.8e308)");
  }
}

/// `total_flos` is never used: for images it counts pixels as tokens.
to_accuracy::LogTraits read(std::istream& log, const LogRequest& request, const PointSink& sink) {
  using to_accuracy::CountsFrom;
  to_accuracy::LogTraits traits{.epochs_from = CountsFrom::kOne, .steps_from = CountsFrom::kOne};
  const nlohmann::json state = state_in(log);
  const auto history = state.is_object() ? state.find("log_history") : state.end();
  if (!state.is_object() || history == state.end() || !history->is_array()) {
    throw LogError(
        "has no list log_history: give the trainer_state.json of a Hugging Face Trainer");
  }
  MetricChoice metric(request.metric);
  std::optional<double> learning_rate;
  std::int64_t record = 0;
  for (const auto& entry : *history) {
    ++record;
    if (!entry.is_object()) continue;
    if (const auto rate = number_at(entry, "learning_rate")) learning_rate = rate;
    for (const auto& [key, value] : entry.items()) {
      const auto number = number_in(value);
      if (!number || key == "epoch" || key == "step" || !metric.is(key)) continue;
      sink({.value = *number,
            .epoch = number_at(entry, "epoch"),
            .step = number_at(entry, "step"),
            .learning_rate = learning_rate,
            .line = record});
    }
  }
  traits.metric = metric.found();
  return traits;
}

}  // namespace

const LogFormat kHuggingFace{.name = "huggingface", .recognises = recognises, .read = read};

}  // namespace flopprof::accuracy_logs
