#pragma once

#include <optional>
#include <string>
#include <vector>

#include "profiler/record/run_view.h"
#include "profiler/store/database.h"

namespace flopprof::store {

/// What was told apart; nothing where that was not tried, as in runs from before schema 4.
std::optional<SplitTotal> read_split_total(const Database& run);

/// Add what phases, operators and kernels executed, and rows for those that have none yet.
void add_executed(const Database& run, std::vector<PhaseTotal>& phases);
void add_executed(const Database& run, std::vector<OpTotal>& ops);
void add_executed(const Database& run, std::vector<KernelTotal>& kernels);

/// Empty where nothing was told apart.
std::vector<OpKernel> read_op_kernels(const Database& run);

}  // namespace flopprof::store
