#include "profiler/capture/rank_variables.h"

#include <fmt/format.h>

#include <charconv>
#include <initializer_list>

namespace flopprof::capture {
namespace {

std::optional<std::int64_t> number(const Variable& variable,
                                   std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const std::string text = variable(name);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (!text.empty() && error == std::errc() && end == text.data() + text.size()) return value;
  }
  return std::nullopt;
}

/// The name of torchrun's world, or of one that was made by hand in the same way. A job that was
/// started again after a failure is another world: its steps begin anew.
std::string torch_world(const Variable& variable) {
  std::string name;
  if (const std::string id = variable("TORCHELASTIC_RUN_ID"); !id.empty())
    name += fmt::format("torchrun {} ", id);
  if (const std::string job = variable("SLURM_JOB_ID"); !job.empty())
    name += fmt::format("Slurm {} ", job);
  name += variable("MASTER_ADDR") + ":" + variable("MASTER_PORT");
  if (const auto restarts = number(variable, {"TORCHELASTIC_RESTART_COUNT"}); restarts > 0)
    name += fmt::format(" restart {}", *restarts);
  return name;
}

std::string world_name(const Variable& variable) {
  if (number(variable, {"RANK"})) return torch_world(variable);
  if (number(variable, {"OMPI_COMM_WORLD_RANK"})) {
    for (const char* name : {"PMIX_NAMESPACE", "OMPI_MCA_ess_base_jobid"}) {
      if (const std::string id = variable(name); !id.empty()) return "Open MPI " + id;
    }
  }
  if (const std::string step = variable("SLURM_STEP_ID"); !step.empty())
    return fmt::format("Slurm {}.{}", variable("SLURM_JOB_ID"), step);
  if (const std::string job = variable("PMI_JOBID"); !job.empty()) return "PMI " + job;
  return torch_world(variable);
}

}  // namespace

RankPlace rank_place(const Variable& variable) {
  const bool in_srun = !variable("SLURM_STEP_ID").empty();
  const Variable counted = [&](const char* name) {
    const bool is_slurms = std::string_view(name).starts_with("SLURM_");
    return is_slurms && !in_srun ? std::string() : variable(name);
  };
  RankPlace place;
  place.rank = number(counted, {"RANK", "OMPI_COMM_WORLD_RANK", "PMI_RANK", "SLURM_PROCID"});
  place.local_rank = number(
      counted, {"LOCAL_RANK", "OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "SLURM_LOCALID"});
  place.world_size = number(counted, {"WORLD_SIZE", "OMPI_COMM_WORLD_SIZE", "PMI_SIZE",
                                      "SLURM_STEP_NUM_TASKS", "SLURM_NTASKS"});
  if (place.rank && place.world_size.value_or(1) > 1) place.world = world_name(variable);
  return place;
}

}  // namespace flopprof::capture
