#include "profiler/doctor/findings.h"

#include "profiler/doctor/gpu_findings.h"
#include "profiler/doctor/job_findings.h"
#include "profiler/doctor/source_findings.h"

namespace flopprof::doctor {

std::vector<Finding> findings_of(const Machine& machine) {
  const std::vector<Finding> counting = {driver(machine), profiling_library(machine),
                                         counter_permission(machine), sharing(machine),
                                         other_tools(machine)};
  std::vector<Finding> findings = {installation(machine),
                                   disk(machine),
                                   python_hook(machine),
                                   driver(machine),
                                   profiling_library(machine),
                                   counter_permission(machine),
                                   sharing(machine),
                                   confidential_computing(machine),
                                   other_tools(machine),
                                   variables(machine),
                                   counted_flops(machine, counting),
                                   estimated_flops(machine),
                                   model_flops(machine)};
  const std::vector<Finding> torch = observers(machine);
  findings.insert(findings.begin() + 3, torch.begin(), torch.end());
  return findings;
}

}  // namespace flopprof::doctor
