#include "profiler/capture/config.h"

#include <charconv>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace flopprof::capture {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

namespace {

RunLabels labels() {
  RunLabels labels;
  for (const auto& [label, name] :
       {std::pair{"project", "FLOPPROF_PROJECT"}, {"model", "FLOPPROF_MODEL"}, {"user", "USER"}}) {
    if (const std::string value = variable(name); !value.empty()) labels.emplace(label, value);
  }
  return labels;
}

std::int64_t number_or_0(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : 0;
}

/// The XDG base directory specification's place for a user's data.
std::string user_data_folder() {
  const std::string home = variable("XDG_DATA_HOME");
  return (home.empty() ? variable("HOME") + "/.local/share" : home) + "/flopprof";
}

double share(const std::string& text, double otherwise) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  return end != text.c_str() && *end == '\0' && value >= 0 && value <= 1 ? value : otherwise;
}

/// "10:12"
std::optional<steps::StepSpan> span(const std::string& text) {
  steps::StepSpan span;
  const char* const all = text.data() + text.size();
  const auto first = std::from_chars(text.data(), all, span.first);
  if (first.ec != std::errc() || first.ptr == all || *first.ptr != ':') return std::nullopt;
  const auto last = std::from_chars(first.ptr + 1, all, span.last);
  if (last.ec != std::errc() || last.ptr != all || span.first < 0 || span.last < span.first)
    return std::nullopt;
  return span;
}

}  // namespace

Config read_config() {
  return {.run_path = variable("FLOPPROF_RUN"),
          .run_id = variable("FLOPPROF_RUN_ID"),
          .overhead_budget = share(variable("FLOPPROF_BUDGET"), 0.01),
          .every_steps = number_or_0(variable("FLOPPROF_EVERY")),
          .step_range = variable("FLOPPROF_STEP_RANGE"),
          .timeline = span(variable("FLOPPROF_TRACE_STEPS")),
          .formulas_path = variable("FLOPPROF_FORMULAS"),
          .record_folder = variable("FLOPPROF_RECORD"),
          .layers = variable("FLOPPROF_LAYERS") == "1",
          .user_data = user_data_folder(),
          .user_observers = user_data_folder() + "/observers",
          .labels = labels(),
          .faults_path = variable("FLOPPROF_FAULTS"),
          .place = rank_place(variable)};
}

}  // namespace flopprof::capture
