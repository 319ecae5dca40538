#include "profiler/store/exchange_reader.h"

#include <fmt/format.h>

#include "profiler/store/rows.h"
#include "profiler/store/run_file.h"

namespace flopprof::store {
namespace {

constexpr std::string_view kPhaseOpQuery =
    "WITH s AS (SELECT phase, op, sum(calls) AS calls, sum(uncounted_calls) AS uncounted_calls,"
    " sum(e9) + sum(rest) / 1000000000 AS e9, sum(rest) % 1000000000 AS rest, sum(cpu_ns) AS cpu_ns"
    " FROM work_total GROUP BY phase, op) "
    "SELECT phase, StringIds.value AS op, calls, uncounted_calls, cpu_ns,"
    " CASE WHEN e9 < 9223372036 THEN e9 * 1000000000 + rest ELSE printf('%d%09d', e9, rest) END"
    " AS model_flops FROM s JOIN StringIds ON StringIds.id = s.op "
    "ORDER BY instr('forward backward optimizer evaluation other', phase), cpu_ns DESC, op";

constexpr std::string_view kStepColumns =
    "process, step, began_at_ns, wall_ns, model_flops, source, gpu_ns";
constexpr std::string_view kExecutedColumns =
    ", CASE WHEN executed_e9 < 9223372036 THEN executed_e9 * 1000000000 + executed_rest"
    " WHEN executed_e9 IS NOT NULL THEN printf('%d%09d', executed_e9, executed_rest) END"
    " AS executed_flops, executed_source";

bool has(const Database& run, std::string_view name) {
  return run.prepare("SELECT 1 FROM sqlite_master WHERE name = ?").bind(0, name).step();
}

}  // namespace

void each_process_step(Database& run, const std::function<void(const ProcessStep&)>& take) {
  const bool knows_executed = schema_version(run) >= kFirstSchemaWithExecuted;
  run.execute(
      fmt::format("DROP TABLE IF EXISTS temp.process_steps; CREATE TEMP TABLE process_steps AS"
                  " SELECT {}{} FROM process_step ORDER BY process, began_at_ns, step",
                  kStepColumns, knows_executed ? kExecutedColumns : std::string_view()));
  Statement statement = run.prepare("SELECT * FROM temp.process_steps ORDER BY rowid");
  const Row row(statement);
  while (statement.step()) {
    ProcessStep step{.process = row.integer("process"),
                     .step = row.integer("step"),
                     .began_at_ns = row.integer("began_at_ns"),
                     .wall_ns = row.integer("wall_ns"),
                     .source = row.text("source"),
                     .gpu_ns = row.maybe_integer("gpu_ns")};
    if (!row.is_null("model_flops")) step.model_flops = row.flops("model_flops");
    if (knows_executed) step.executed_source = row.text("executed_source");
    if (knows_executed && !row.is_null("executed_flops")) {
      step.executed_flops = row.flops("executed_flops");
    }
    take(step);
  }
}

std::vector<PhaseOp> read_phase_ops(const Database& run) {
  return rows_of(run, kPhaseOpQuery, [](const Row& row) {
    return PhaseOp{.phase = row.text("phase"),
                   .op = row.text("op"),
                   .calls = row.integer("calls"),
                   .uncounted_calls = row.integer("uncounted_calls"),
                   .model_flops = row.flops("model_flops"),
                   .cpu_ns = row.integer("cpu_ns")};
  });
}

void each_timeline_kernel(const Database& run,
                          const std::function<void(const TimelineKernel&)>& take) {
  if (!has(run, "CUPTI_ACTIVITY_KIND_KERNEL")) return;
  Statement statement = run.prepare(
      "SELECT k.*, StringIds.value AS name FROM CUPTI_ACTIVITY_KIND_KERNEL k LEFT JOIN StringIds"
      " ON StringIds.id = k.demangledName ORDER BY process, deviceId, streamId, start, end DESC");
  const Row row(statement);
  while (statement.step()) {
    take({.process = row.integer("process"),
          .device = row.integer("deviceId"),
          .stream = row.integer("streamId"),
          .correlation = row.integer("correlationId"),
          .step = row.integer("step"),
          .name = row.text("name"),
          .started_at = row.integer("start"),
          .ended_at = row.integer("end")});
  }
}

}  // namespace flopprof::store
