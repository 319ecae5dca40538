#pragma once

#include "profiler/doctor/findings.h"

namespace flopprof::doctor {

// Each judges one thing that measuring on a GPU needs.
Finding driver(const Machine& machine);
Finding profiling_library(const Machine& machine);
Finding counter_permission(const Machine& machine);
/// MPS and MIG.
Finding sharing(const Machine& machine);
Finding confidential_computing(const Machine& machine);
/// Others that want the hardware's counters.
Finding other_tools(const Machine& machine);

}  // namespace flopprof::doctor
