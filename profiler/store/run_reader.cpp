#include "profiler/store/run_reader.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "profiler/record/phase.h"
#include "profiler/store/activity_reader.h"
#include "profiler/store/gpu_reader.h"
#include "profiler/store/liveness.h"
#include "profiler/store/rank_reader.h"
#include "profiler/store/rows.h"
#include "profiler/store/run_faults.h"
#include "profiler/store/split_reader.h"

namespace flopprof::store {
namespace {

RunTotal total_of(const Row& row) {
  return {.steps = row.integer("steps"),
          .observed_steps = row.integer("observed_steps"),
          .steps_without_flops = row.integer("steps_without_flops"),
          .model_flops = row.flops("model_flops"),
          .source = row.text("model_flops_source"),
          .recomputed_flops = row.flops("recomputed_flops"),
          .uncounted_calls = row.integer("uncounted_calls"),
          .ranks = row.integer("ranks"),
          .overhead_ns = row.integer("overhead_ns"),
          .step_wall_ns = row.integer("step_wall_ns"),
          .process_wall_ns = row.integer("process_wall_ns")};
}

PhaseTotal phase_of(const Row& row) {
  return {.phase = row.text("phase"),
          .calls = row.integer("calls"),
          .uncounted_calls = row.integer("uncounted_calls"),
          .model_flops = row.flops("model_flops"),
          .recomputed_flops = row.flops("recomputed_flops"),
          .source = row.text("source"),
          .cpu_ns = row.integer("cpu_ns")};
}

OpTotal op_of(const Row& row) {
  return {.op = row.text("op"),
          .calls = row.integer("calls"),
          .uncounted_calls = row.integer("uncounted_calls"),
          .model_flops = row.flops("model_flops"),
          .recomputed_flops = row.flops("recomputed_flops"),
          .evaluation_flops = row.flops("evaluation_flops"),
          .other_flops = row.flops("other_flops"),
          .source = row.text("source"),
          .evaluation_calls = row.integer("evaluation_calls"),
          .other_calls = row.integer("other_calls"),
          .other_uncounted_calls = row.integer("other_uncounted_calls"),
          .cpu_ns = row.integer("cpu_ns")};
}

LayerTotal layer_of(const Row& row) {
  return {.layer = row.text("layer"),
          .calls = row.integer("calls"),
          .uncounted_calls = row.integer("uncounted_calls"),
          .model_flops = row.flops("model_flops"),
          .forward_flops = row.flops("forward_flops"),
          .backward_flops = row.flops("backward_flops"),
          .evaluation_flops = row.flops("evaluation_flops"),
          .other_flops = row.flops("other_flops"),
          .source = row.text("source"),
          .cpu_ns = row.integer("cpu_ns")};
}

ProcessTotal process_of(const Row& row) {
  return {.process = row.integer("process"),
          .pid = row.integer("pid"),
          .host = row.text("host"),
          .rank = row.maybe_integer("rank"),
          .local_rank = row.maybe_integer("local_rank"),
          .steps = row.integer("steps"),
          .observed_steps = row.integer("observed_steps"),
          .model_flops = row.flops("model_flops"),
          .uncounted_calls = row.integer("uncounted_calls"),
          .source = row.text("source"),
          .step_wall_ns = row.integer("step_wall_ns"),
          .cpu_ns = row.integer("cpu_ns"),
          .overhead_ns = row.integer("overhead_ns")};
}

StepTotal step_of(const Row& row) {
  StepTotal step{.world = row.text("world"),
                 .step = row.integer("step"),
                 .ranks = row.integer("ranks"),
                 .began_at_ns = row.integer("began_at_ns"),
                 .wall_ns = row.integer("wall_ns"),
                 .source = row.text("source")};
  if (!row.is_null("model_flops")) step.model_flops = row.flops("model_flops");
  if (row.has("gpu_ns")) step.gpu_ns = row.maybe_integer("gpu_ns");
  if (step.gpu_ns) step.gpu_source = "measured";
  if (!row.has("executed_flops")) return step;
  step.gpu_source = row.text("gpu_source");
  step.executed_source = row.text("executed_source");
  if (row.is_null("executed_flops")) return step;
  step.executed_flops = row.flops("executed_flops");
  step.executed_margin95 = row.flops("executed_margin95_flops");
  return step;
}

ProcessEnd end_of(const Row& row) {
  return {.pid = row.integer("pid"),
          .start_ticks = row.integer("start_ticks"),
          .host = row.text("host"),
          .rank = row.maybe_integer("rank"),
          .last_written_at_ns = row.integer("last_written_at_ns"),
          .ended_at_ns = row.maybe_integer("ended_at_ns")};
}

Fault fault_of(const Row& row) {
  return {.what = row.text("what"),
          .count = row.integer("count"),
          .since_ns = row.integer("since_ns"),
          .detail = row.text("detail"),
          .remedy = row.text("remedy")};
}

std::vector<std::string> command_of(const std::string& json) {
  const auto command = nlohmann::json::parse(json, nullptr, false);
  std::vector<std::string> words;
  if (!command.is_array()) return {json};
  for (const auto& word : command) {
    words.push_back(word.is_string() ? word.get<std::string>() : word.dump());
  }
  return words;
}

/// The launcher wrote no end: what became of the run is read from its processes.
std::string unwritten_end(const RunOverview& run, std::optional<std::int64_t> launcher_pid,
                          const std::vector<ProcessEnd>& processes, std::int64_t now_ns) {
  const auto alive = [&](const ProcessEnd& process) { return is_alive(process, now_ns); };
  if (std::any_of(processes.begin(), processes.end(), alive)) return "running";
  if (launcher_pid) {
    const bool launcher_lives =
        run.host == this_host() && is_alive_since(*launcher_pid, run.started_at_ns);
    return launcher_lives ? "running" : "killed";
  }
  const auto ended = [](const ProcessEnd& process) { return process.ended_at_ns.has_value(); };
  const bool all_ended =
      !processes.empty() && std::all_of(processes.begin(), processes.end(), ended);
  return all_ended ? "exited" : "killed";
}

std::int64_t last_sign_of_life(const std::vector<ProcessEnd>& processes, std::int64_t at_least) {
  for (const ProcessEnd& process : processes) {
    at_least = std::max(at_least, process.ended_at_ns.value_or(process.last_written_at_ns));
  }
  return at_least;
}

void read_run_row(const Database& database, const std::vector<ProcessEnd>& processes,
                  std::int64_t now_ns, RunOverview& run) {
  Statement statement = database.prepare("SELECT * FROM run");
  const Row row(statement);
  if (!statement.step()) throw DatabaseError("run.db has no row of the run", 1);
  run.command = command_of(row.text("command"));
  run.host = row.text("host");
  run.started_at_ns = row.integer("started_at_ns");
  run.overhead_budget = row.real("overhead_budget");
  run.exit_status = row.maybe_integer("exit_status");
  run.ended = row.is_null("ended")
                  ? unwritten_end(run, row.maybe_integer("launcher_pid"), processes, now_ns)
                  : row.text("ended");
  const std::int64_t last =
      run.ended == "running" ? now_ns : last_sign_of_life(processes, run.started_at_ns);
  run.wall_ns = row.maybe_integer("ended_at_ns").value_or(last) - run.started_at_ns;
}

void read_per_step(const Database& database, RunOverview& run) {
  Statement statement = database.prepare("SELECT * FROM per_step_total");
  const Row row(statement);
  while (statement.step()) {
    const std::string quantity = row.text("quantity");
    const auto spread = [&row] {
      return NsSpread{row.integer("min"), row.integer("median"), row.integer("max")};
    };
    const auto flops_spread = [&row] {
      return FlopsSpread{row.flops("min"), row.flops("median"), row.flops("max")};
    };
    if (quantity == "wall_ns") run.wall_per_step = spread();
    if (quantity == "gpu_ns") run.gpu_per_step = spread();
    if (quantity == "model_flops") run.flops_per_step = flops_spread();
    if (quantity == "executed_flops") run.executed_per_step = flops_spread();
  }
}

/// GPU work of a phase that called no operator makes a row of its own.
std::vector<PhaseTotal> read_phases(const Database& database) {
  auto phases = rows_of(database, kPhaseQuery, phase_of);
  for (const PhaseGpuTotal& gpu : read_gpu_phases(database)) {
    auto phase = std::find_if(phases.begin(), phases.end(),
                              [&](const PhaseTotal& each) { return each.phase == gpu.phase; });
    if (phase == phases.end()) {
      phase = phases.insert(phases.end(), {.phase = gpu.phase, .source = "none"});
    }
    phase->kernel_ns = gpu.kernel_ns;
  }
  add_executed(database, phases);
  const auto place = [](const PhaseTotal& phase) {
    return std::find(kPhaseNames.begin(), kPhaseNames.end(), phase.phase);
  };
  std::sort(phases.begin(), phases.end(),
            [&](const PhaseTotal& a, const PhaseTotal& b) { return place(a) < place(b); });
  return phases;
}

std::int64_t now_in_ns() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

}  // namespace

std::string limited(std::string_view query, std::int64_t top) {
  return top > 0 ? std::string(query) + " LIMIT " + std::to_string(top) : std::string(query);
}

RunOverview read_overview(const Database& database) {
  const std::int64_t now_ns = now_in_ns();
  const auto processes = rows_of(database, "SELECT * FROM process ORDER BY id", end_of);
  RunOverview run;
  read_run_row(database, processes, now_ns, run);
  run.worlds = read_worlds(database);
  run.processes = static_cast<std::int64_t>(processes.size());
  run.libtorch_seen =
      database.prepare("SELECT 1 FROM process WHERE coalesce(libtorch, '') <> ''").step();
  run.devices =
      rows_of(database, "SELECT DISTINCT host, cpu_name FROM process ORDER BY host, cpu_name",
              [](const Row& row) { return Device{row.text("host"), row.text("cpu_name")}; });
  run.total = rows_of(database, kTotalQuery, total_of).at(0);
  run.phases = read_phases(database);
  run.gpu = read_gpu_total(database);
  run.gpus = read_gpus(database);
  run.gpu_outside = read_gpu_outside(database);
  run.classes = read_classes(database);
  run.activity = read_activity(database);
  run.split = read_split_total(database);
  read_per_step(database, run);
  if (run.total.source == "extrapolated") {
    run.interval =
        rows_of(database, "SELECT * FROM run_interval", [](const Row& row) {
          return FlopsInterval{row.flops("model_flops_min"), row.flops("model_flops_max")};
        }).at(0);
  }
  run.faults = rows_of(database, "SELECT * FROM fault_total", fault_of);
  for (Fault& fault : derived_faults(run, processes, now_ns))
    run.faults.push_back(std::move(fault));
  run.notes = notes_of(run);
  return run;
}

std::vector<OpTotal> read_ops(const Database& run) {
  auto ops = rows_of(run, kOpQuery, op_of);
  for (const OpGpuTotal& gpu : read_gpu_ops(run)) {
    auto op = std::find_if(ops.begin(), ops.end(),
                           [&](const OpTotal& each) { return each.op == gpu.op; });
    if (op == ops.end()) op = ops.insert(ops.end(), {.op = gpu.op, .source = "none"});
    op->kernel_ns = gpu.kernel_ns;
    op->other_kernel_ns = gpu.other_kernel_ns;
  }
  add_executed(run, ops);
  return ops;
}

std::vector<LayerTotal> read_layers(const Database& run) {
  return rows_of(run, kLayerQuery, layer_of);
}

std::vector<ProcessTotal> read_processes(const Database& run) {
  return rows_of(run, kProcessQuery, process_of);
}

std::vector<StepTotal> read_last_steps(const Database& run, std::int64_t most) {
  auto steps =
      rows_of(run, limited("SELECT * FROM step_total ORDER BY began_at_ns DESC", most), step_of);
  std::reverse(steps.begin(), steps.end());
  return steps;
}

void each_step(const Database& run, const std::function<void(const StepTotal&)>& take) {
  Statement statement = run.prepare(kStepQuery);
  const Row row(statement);
  while (statement.step()) take(step_of(row));
}

void set_steps_aside(Database& run, std::int64_t top) {
  run.execute("DROP TABLE IF EXISTS temp.set_aside");
  run.execute("CREATE TEMP TABLE set_aside AS " + limited(kStepQuery, top));
}

void each_step_set_aside(const Database& run, const std::function<void(const StepTotal&)>& take) {
  Statement statement = run.prepare("SELECT * FROM temp.set_aside ORDER BY rowid");
  const Row row(statement);
  while (statement.step()) take(step_of(row));
}

}  // namespace flopprof::store
