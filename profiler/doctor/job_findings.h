#pragma once

#include "profiler/doctor/findings.h"

namespace flopprof::doctor {

// Each judges one thing that attaching to a job needs, with a GPU or without.
Finding installation(const Machine& machine);
Finding disk(const Machine& machine);
Finding python_hook(const Machine& machine);
/// One a LibTorch; one that says so where there is none.
std::vector<Finding> observers(const Machine& machine);
/// Variables of flopprof's that somebody else has set.
Finding variables(const Machine& machine);

}  // namespace flopprof::doctor
