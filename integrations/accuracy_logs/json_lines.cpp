#include <fmt/format.h>

#include <algorithm>

#include "integrations/accuracy_logs/accuracy_log.h"
#include "integrations/accuracy_logs/log_lines.h"
#include "integrations/accuracy_logs/metric_name.h"
#include "integrations/accuracy_logs/python_json.h"

namespace flopprof::accuracy_logs {
namespace {

constexpr std::size_t kLongestLine = std::size_t{64} << 20;

bool recognises(std::string_view head) {
  const std::size_t first = head.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && head[first] == '{';
}

std::optional<double> first_of(const nlohmann::json& record, const std::string& asked,
                               std::initializer_list<const char*> usual) {
  if (!asked.empty()) return number_at(record, asked.c_str());
  for (const char* name : usual) {
    if (const auto value = number_at(record, name)) return value;
  }
  return {};
}

nlohmann::json record_in(const LogLines& lines) {
  if (lines.is_cut()) {
    throw LogError(
        fmt::format("line {} is longer than {} MiB", lines.number(), kLongestLine >> 20));
  }
  try {
    return parse_python_json(lines.text());
  } catch (const nlohmann::json::exception&) {
    throw LogError(
        fmt::format("line {} is no whole JSON object: was the file cut short?", lines.number()));
  }
}

/// One object a line, flat, under names of the job's choice.
to_accuracy::LogTraits read(std::istream& log, const LogRequest& request, const PointSink& sink) {
  to_accuracy::LogTraits traits;
  MetricChoice metric(request.metric);
  LogLines lines(log, kLongestLine);
  std::optional<double> learning_rate;
  while (lines.next()) {
    if (lines.text().find_first_not_of(" \t") == std::string_view::npos) continue;
    const nlohmann::json record = record_in(lines);
    if (!record.is_object())
      throw LogError(fmt::format("line {} is no JSON object", lines.number()));
    if (const auto rate = first_of(record, {}, {"lr", "learning_rate", "train_lr"}))
      learning_rate = rate;
    for (const auto& [key, value] : record.items()) {
      const auto number = number_in(value);
      if (!number || !metric.is(key)) continue;
      sink({.value = *number,
            .epoch = first_of(record, request.epoch_column, {"epoch", "epochs", "epoch_num"}),
            .step = first_of(record, request.step_column,
                             {"step", "global_step", "iteration", "iter", "steps"}),
            .images = first_of(record, {}, {"samples", "images", "samples_count"}),
            .learning_rate = learning_rate,
            .line = lines.number()});
    }
  }
  traits.metric = metric.found();
  return traits;
}

}  // namespace

const LogFormat kJsonLines{.name = "jsonl", .recognises = recognises, .read = read};

}  // namespace flopprof::accuracy_logs
