#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "profiler/record/run_view.h"
#include "profiler/store/database.h"

namespace flopprof::store {

// Rows out. Every sum comes from a view of totals.sql, through the queries below: what they say at
// the sqlite3 prompt is what the report says.
inline constexpr std::string_view kTotalQuery = "SELECT * FROM run_total";
inline constexpr std::string_view kPhaseQuery =
    "SELECT * FROM phase_total ORDER BY instr('forward backward optimizer evaluation other', "
    "phase)";
inline constexpr std::string_view kOpQuery =
    "SELECT * FROM op_total ORDER BY length(model_flops) DESC, model_flops DESC, cpu_ns DESC, op";
inline constexpr std::string_view kLayerQuery =
    "SELECT * FROM layer_total ORDER BY length(model_flops) DESC, model_flops DESC, cpu_ns DESC,"
    " layer";
inline constexpr std::string_view kProcessQuery =
    "SELECT * FROM process_total ORDER BY rank IS NULL, rank, process";
inline constexpr std::string_view kStepQuery = "SELECT * FROM step_total ORDER BY world, step";

/// `query` with at most `top` rows; 0: all.
std::string limited(std::string_view query, std::int64_t top);

/// The head of a report. Looks at /proc for the processes that wrote no end.
RunOverview read_overview(const Database& run);

std::vector<OpTotal> read_ops(const Database& run);
std::vector<LayerTotal> read_layers(const Database& run);
std::vector<ProcessTotal> read_processes(const Database& run);

/// The last steps at most, in the order of time.
std::vector<StepTotal> read_last_steps(const Database& run, std::int64_t most);

/// Hands on each step, in order and in flat memory. The run is locked against writing meanwhile:
/// for takers that are quick.
void each_step(const Database& run, const std::function<void(const StepTotal&)>& take);

/// Copies the steps, in order, at most `top` of them (0: all), in place of any before, out of the
/// run's tables, so that they can be handed on without a lock: whoever reads our output slowly must
/// not keep the job from writing.
void set_steps_aside(Database& run, std::int64_t top);

/// Hands on each step that was set aside, in flat memory.
void each_step_set_aside(const Database& run, const std::function<void(const StepTotal&)>& take);

}  // namespace flopprof::store
