#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "profiler/capture/environment.h"
#include "profiler/record/run_info.h"
#include "profiler/store/replaced_run.h"

namespace flopprof::tools {

/// The options that `run` and `env` share, as they were typed.
struct AttachArguments {
  std::string output = "run.db";
  bool force = false;
  std::int64_t every_steps = 0;
  std::string overhead_budget = "1%";
  std::string trace_steps;
  std::string step_range;
  std::string formulas;
  std::vector<std::string> labels;  ///< NAME=VALUE
  bool layers = false;
};

void add_attach_options(CLI::App& command, AttachArguments& arguments);

/// Throws ExitWith 2, in words that say what would be right.
capture::AttachOptions checked(const AttachArguments& arguments);

/// "1%" and "0.01" are 0.01. Throws ExitWith 2 for what is no share of the job's time.
double overhead_budget_of(std::string_view text);

store::Existing existing_of(const AttachArguments& arguments);

/// The variables of this process.
capture::Environment current_environment();

/// The folder that holds bin/flopprof.
std::filesystem::path install_prefix();

}  // namespace flopprof::tools
