#include "profiler/capture/config.h"

#include <charconv>
#include <cstdlib>
#include <initializer_list>
#include <string_view>

namespace flopprof::capture {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

namespace {

std::optional<std::int64_t> number(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const std::string text = variable(name);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (!text.empty() && error == std::errc() && end == text.data() + text.size()) return value;
  }
  return std::nullopt;
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

std::string world_name() {
  for (const char* name :
       {"TORCHELASTIC_RUN_ID", "SLURM_STEP_ID", "OMPI_MCA_ess_base_jobid", "PMI_ID"}) {
    const std::string value = variable(name);
    if (!value.empty())
      return std::string(name) + "=" + value + " " + variable("MASTER_ADDR") + ":" +
             variable("MASTER_PORT");
  }
  return variable("MASTER_ADDR") + ":" + variable("MASTER_PORT");
}

}  // namespace

Config read_config() {
  Config config{.run_path = variable("FLOPPROF_RUN"),
                .run_id = variable("FLOPPROF_RUN_ID"),
                .overhead_budget = share(variable("FLOPPROF_BUDGET"), 0.01),
                .every_steps = number({"FLOPPROF_EVERY"}).value_or(0),
                .step_range = variable("FLOPPROF_STEP_RANGE"),
                .timeline = span(variable("FLOPPROF_TRACE_STEPS")),
                .formulas_path = variable("FLOPPROF_FORMULAS"),
                .record_folder = variable("FLOPPROF_RECORD"),
                .layers = variable("FLOPPROF_LAYERS") == "1",
                .user_data = user_data_folder(),
                .user_observers = user_data_folder() + "/observers",
                .faults_path = variable("FLOPPROF_FAULTS")};
  config.rank = number({"RANK", "OMPI_COMM_WORLD_RANK", "PMI_RANK", "SLURM_PROCID"});
  config.local_rank =
      number({"LOCAL_RANK", "OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "SLURM_LOCALID"});
  config.world_size = number({"WORLD_SIZE", "OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_NTASKS"});
  if (config.rank && config.world_size.value_or(1) > 1) config.world = world_name();
  return config;
}

}  // namespace flopprof::capture
