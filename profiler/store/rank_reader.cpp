#include "profiler/store/rank_reader.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>

#include "profiler/store/rows.h"
#include "profiler/store/run_faults.h"
#include "profiler/store/run_file.h"
#include "profiler/store/run_reader.h"

namespace flopprof::store {
namespace {

/// No machine has more; a variable that says so is wrong, and must not take our memory.
constexpr std::int64_t kLargestWorld = 10'000'000;

std::int64_t now_ns() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

std::string end_of(const Row& row) {
  const ProcessEnd process{.pid = row.integer("pid"),
                           .start_ticks = row.integer("start_ticks"),
                           .host = row.text("host"),
                           .last_written_at_ns = row.integer("last_written_at_ns"),
                           .ended_at_ns = row.maybe_integer("ended_at_ns")};
  if (process.ended_at_ns) return "exited";
  return is_alive(process, now_ns()) ? "running" : "killed";
}

std::optional<NsSpread> spread_of(const Row& row) {
  if (row.is_null("median_step_ns")) return std::nullopt;
  return NsSpread{row.integer("min_step_ns"), row.integer("median_step_ns"),
                  row.integer("max_step_ns")};
}

RankTotal rank_of(const Row& row) {
  RankTotal rank{.world = row.text("world"),
                 .rank = row.maybe_integer("rank"),
                 .local_rank = row.maybe_integer("local_rank"),
                 .world_size = row.maybe_integer("world_size"),
                 .host = row.text("host"),
                 .pid = row.integer("pid"),
                 .ended = end_of(row),
                 .step_source = row.text("step_source"),
                 .processes = row.integer("processes"),
                 .steps = row.integer("steps"),
                 .observed_steps = row.integer("observed_steps"),
                 .model_flops = row.flops("model_flops"),
                 .source = row.text("source"),
                 .uncounted_calls = row.integer("uncounted_calls"),
                 .executed_source = row.text("executed_source"),
                 .steps_without_executed_flops = row.integer("steps_without_executed_flops"),
                 .gpu_ns = row.maybe_integer("gpu_ns"),
                 .steps_without_gpu_time = row.integer("steps_without_gpu_time"),
                 .step_wall_ns = row.integer("step_wall_ns"),
                 .wall_per_step = spread_of(row),
                 .behind_fastest_ns = row.integer("behind_fastest_ns"),
                 .cpu_ns = row.integer("cpu_ns"),
                 .overhead_ns = row.integer("overhead_ns"),
                 .faults = row.integer("faults")};
  if (!row.is_null("executed_flops")) rank.executed_flops = row.flops("executed_flops");
  if (rank.ended == "killed") ++rank.faults;
  return rank;
}

RankTotal rank_of_old(const ProcessTotal& process) {
  return {.rank = process.rank,
          .local_rank = process.local_rank,
          .host = process.host,
          .pid = process.pid,
          .steps = process.steps,
          .observed_steps = process.observed_steps,
          .model_flops = process.model_flops,
          .source = process.source,
          .uncounted_calls = process.uncounted_calls,
          .step_wall_ns = process.step_wall_ns,
          .cpu_ns = process.cpu_ns,
          .overhead_ns = process.overhead_ns};
}

/// Counted here and not by SQLite, which would sort all steps in memory.
std::map<std::int64_t, std::int64_t> steps_by_process(const Database& run) {
  std::map<std::int64_t, std::int64_t> steps;
  if (!run.prepare("SELECT 1 FROM process WHERE world IS NOT NULL").step()) return steps;
  Statement statement = run.prepare("SELECT process FROM step");
  while (statement.step()) ++steps[statement.integer(0)];
  return steps;
}

/// Of a rank's processes the one counts that made most steps.
void add_process(std::vector<World>& worlds, const Row& row, std::int64_t steps) {
  const std::int64_t size = row.maybe_integer("world_size").value_or(0);
  if (worlds.empty() || worlds.back().name != row.text("world"))
    worlds.push_back({.name = row.text("world")});
  World& world = worlds.back();
  if (size <= kLargestWorld) world.size = std::max(world.size, size);
  const std::int64_t rank = row.integer("rank");
  if (rank < 0 || rank >= kLargestWorld) return;
  if (world.ranks.empty() || world.ranks.back().rank != rank) {
    world.ranks.push_back({.rank = rank, .steps = -1});
  }
  WorldRank& last = world.ranks.back();
  if (steps > last.steps) last = {rank, steps, end_of(row), row.text("step_source")};
}

bool has_steps(const World& world) {
  return std::any_of(world.ranks.begin(), world.ranks.end(),
                     [](const WorldRank& rank) { return rank.steps > 0; });
}

}  // namespace

std::vector<RankTotal> read_ranks(const Database& run) {
  if (schema_version(run) >= kFirstSchemaWithRanks) return rows_of(run, kRankQuery, rank_of);
  std::vector<RankTotal> ranks;
  for (const ProcessTotal& process : read_processes(run)) ranks.push_back(rank_of_old(process));
  return ranks;
}

std::vector<World> read_worlds(const Database& run) {
  const std::map<std::int64_t, std::int64_t> steps = steps_by_process(run);
  Statement statement = run.prepare(
      "SELECT * FROM process WHERE world IS NOT NULL AND rank IS NOT NULL ORDER BY world, rank, "
      "id");
  const Row row(statement);
  std::vector<World> worlds;
  while (statement.step()) {
    const auto found = steps.find(row.integer("id"));
    add_process(worlds, row, found == steps.end() ? 0 : found->second);
  }
  std::erase_if(
      worlds, [](const World& world) { return std::max(world.size, std::ssize(world.ranks)) < 2; });
  if (std::any_of(worlds.begin(), worlds.end(), has_steps)) {
    std::erase_if(worlds, [](const World& world) { return !has_steps(world); });
  }
  return worlds;
}

}  // namespace flopprof::store
