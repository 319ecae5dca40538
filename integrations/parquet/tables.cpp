#include "integrations/parquet/tables.h"

#include <algorithm>

namespace flopprof::parquet_files {
namespace {

constexpr Column kRun{"run", Kind::kText, "the run's own id, random"};
constexpr Column kHost{"host", Kind::kText, "where the process ran"};
constexpr Column kRank{"rank", Kind::kInteger, "in its world; none: on its own"};
constexpr Column kProcess{"process", Kind::kInteger, "its number in run.db"};
constexpr Column kModelFlops{"model_flops", Kind::kFlops,
                             "FLOPs that the training work's shapes require"};

constexpr Column kRunColumns[] = {
    kRun,
    {"project", Kind::kText, "label; none: not given"},
    {"model", Kind::kText, "label; none: not given"},
    {"user", Kind::kText, "label; of the system unless given"},
    {"labels", Kind::kText, "JSON object of all labels"},
    {"generated", Kind::kTruth, "made up from a measured run, for benchmarks"},
    {"command", Kind::kText, "JSON array of words"},
    {"launch_host", Kind::kText, "where `flopprof run` was started"},
    {"started_at", Kind::kTime, "UTC"},
    {"wall_ns", Kind::kInteger, "ns, of the whole job"},
    {"ended", Kind::kText, "exited, signalled, killed, running"},
    {"exit_status", Kind::kInteger, "128+n for signal n; none: not known"},
    {"ranks", Kind::kInteger, "of its worlds"},
    {"processes", Kind::kInteger, "rows that `ranks` has of it"},
    {"steps", Kind::kInteger, "of its worlds: a step of many ranks is one"},
    kModelFlops,
    {"model_flops_source", Kind::kText, "modelled, extrapolated, none"},
    {"executed_flops", Kind::kFlops,
     "FLOPs that the GPUs executed in steps in which they are known"},
    {"executed_flops_source", Kind::kText, "counted, extrapolated, none"},
    {"devices", Kind::kInteger, "GPUs that ran kernels"},
    {"device_name", Kind::kText, "of the first"},
    {"gpu_ns", Kind::kInteger,
     "ns in which they were busy in steps, summed over them; none: no GPU seen"},
    {"allocated_ns", Kind::kInteger, "ns of the steps times devices; none: no GPU seen"},
    {"mfu", Kind::kReal, "share: model_flops / mfu_peak_flops; none: a part of it is not known"},
    {"hfu", Kind::kReal, "share: executed_flops / hfu_peak_flops; none: a part of it is not known"},
    {"mfu_peak_flops", Kind::kPeak,
     "FLOPs that the GPUs could have done in the steps that model_flops has"},
    {"hfu_peak_flops", Kind::kPeak, "the same of the steps that executed_flops has"},
    {"peak_flops_per_second", Kind::kReal, "of one device, in peak_class; none: not known"},
    {"peak_class", Kind::kText, "fp32, tensor_bf16, ...; none: not known"},
    {"peak_source", Kind::kText, "where the peak stands"},
    {"faults", Kind::kInteger, "kinds of things that the run could not see"},
    {"overhead_ns", Kind::kInteger, "ns that flopprof cost, over all processes"},
    {"flopprof_version", Kind::kText, "that measured it"},
    {"run_schema", Kind::kInteger, "of its run.db"}};

constexpr Column kRankColumns[] = {
    kRun,
    kHost,
    kRank,
    kProcess,
    {"pid", Kind::kInteger, "of the system"},
    {"local_rank", Kind::kInteger, "among the processes of its host"},
    {"world_size", Kind::kInteger, "processes of its world"},
    {"world", Kind::kText, "processes of one world step together; none: on its own"},
    {"command", Kind::kText, "JSON array of words"},
    {"started_at", Kind::kTime, "UTC"},
    {"wall_ns", Kind::kInteger, "ns from its start to its end, or last word"},
    {"steps", Kind::kInteger, "optimiser updates"},
    {"observed_steps", Kind::kInteger, "of them, those whose model FLOPs were counted"},
    {"step_wall_ns", Kind::kInteger, "ns, sum over its steps"},
    kModelFlops,
    {"model_flops_source", Kind::kText, "modelled, extrapolated, none"},
    {"uncounted_calls", Kind::kInteger, "operator calls that model_flops leaves out"},
    {"executed_flops", Kind::kFlops,
     "FLOPs that its GPUs executed in the steps in which its whole world is known"},
    {"executed_flops_source", Kind::kText, "counted, extrapolated, none"},
    {"devices", Kind::kInteger, "GPUs that are its own, or that it uses first"},
    {"device_name", Kind::kText, "of one of them"},
    {"kernels", Kind::kInteger, "launches in its steps"},
    {"kernel_ns", Kind::kInteger, "ns, plain sum over them"},
    {"gpu_ns", Kind::kInteger, "ns in which its GPUs were busy in steps, summed over them"},
    {"allocated_ns", Kind::kInteger, "ns of its world's steps times `devices`"},
    {"overhead_ns", Kind::kInteger, "ns that flopprof cost it"},
    {"cpu_name", Kind::kText, "its host's processor"},
    {"libtorch", Kind::kText, "version; none: not seen"},
    {"faults", Kind::kInteger, "kinds of things that it could not see"}};

constexpr std::string_view kRankQuery = R"sql(
  SELECT t.process, t.host, t.rank, t.pid, t.local_rank, t.world_size, t.world, p.command,
         p.started_at_ns AS started_at,
         max(0, coalesce(p.ended_at_ns, p.last_written_at_ns) - p.started_at_ns) AS wall_ns,
         t.steps, t.observed_steps, t.step_wall_ns, t.model_flops, t.source AS model_flops_source,
         t.uncounted_calls, x.executed_flops,
         coalesce(x.executed_source, 'none') AS executed_flops_source, coalesce(d.devices, 0) AS devices,
         d.device_name, g.kernels, g.kernel_ns, g.gpu_ns, d.allocated_ns, t.overhead_ns, p.cpu_name,
         p.libtorch, (SELECT count(*) FROM fault f WHERE f.process = t.process) AS faults
  FROM process_total t JOIN process p ON p.id = t.process
  LEFT JOIN process_gpu_total g ON g.process = t.process
  LEFT JOIN process_executed_total x ON x.process = t.process
  LEFT JOIN process_devices d ON d.process = t.process
  ORDER BY t.host, t.rank, t.process)sql";

constexpr std::string_view kRankQueryWithoutGpu = R"sql(
  SELECT t.process, t.host, t.rank, t.pid, t.local_rank, t.world_size, t.world, p.command,
         p.started_at_ns AS started_at,
         max(0, coalesce(p.ended_at_ns, p.last_written_at_ns) - p.started_at_ns) AS wall_ns,
         t.steps, t.observed_steps, t.step_wall_ns, t.model_flops, t.source AS model_flops_source,
         t.uncounted_calls, 'none' AS executed_flops_source, 0 AS devices, t.overhead_ns, p.cpu_name,
         p.libtorch, (SELECT count(*) FROM fault f WHERE f.process = t.process) AS faults
  FROM process_total t JOIN process p ON p.id = t.process
  ORDER BY t.host, t.rank, t.process)sql";

constexpr Column kStepColumns[] = {
    kRun,
    kHost,
    kRank,
    kProcess,
    {"step", Kind::kInteger, "from 0"},
    {"began_at", Kind::kTime, "UTC"},
    {"wall_ns", Kind::kInteger, "ns"},
    kModelFlops,
    {"model_flops_source", Kind::kText, "modelled, extrapolated, none"},
    {"executed_flops", Kind::kFlops, "FLOPs that its GPUs executed"},
    {"executed_flops_source", Kind::kText, "counted, extrapolated, none"},
    {"gpu_ns", Kind::kInteger, "ns in which its GPUs were busy, summed over them"},
    {"gpu_source", Kind::kText, "measured, extrapolated, none"}};

constexpr std::string_view kStepQuery = R"sql(
  SELECT s.process, p.host, s.rank, s.step, s.began_at_ns AS began_at, s.wall_ns, s.model_flops,
         s.source AS model_flops_source,
         CASE WHEN executed_e9 < 9223372036 THEN executed_e9 * 1000000000 + executed_rest
              WHEN executed_e9 IS NOT NULL THEN printf('%d%09d', executed_e9, executed_rest)
              END AS executed_flops,
         executed_source AS executed_flops_source, s.gpu_ns,
         CASE WHEN gpu_ns IS NULL THEN 'none' WHEN gpu_extrapolated THEN 'extrapolated'
              ELSE 'measured' END AS gpu_source
  FROM process_step s JOIN process p ON p.id = s.process
  ORDER BY p.host, s.rank, s.process, s.step)sql";

constexpr std::string_view kStepQueryWithoutGpu = R"sql(
  SELECT s.process, p.host, s.rank, s.step, s.began_at_ns AS began_at, s.wall_ns, s.model_flops,
         s.source AS model_flops_source, 'none' AS executed_flops_source, 'none' AS gpu_source
  FROM process_step s JOIN process p ON p.id = s.process
  ORDER BY p.host, s.rank, s.process, s.step)sql";

constexpr Column kOperatorColumns[] = {
    kRun,
    kHost,
    kRank,
    kProcess,
    {"phase", Kind::kText, "forward, backward, optimizer; evaluation, other: no training"},
    {"op", Kind::kText, "its name"},
    {"calls", Kind::kInteger, "how often"},
    {"uncounted_calls", Kind::kInteger, "of them, those that model_flops leaves out"},
    {"model_flops", Kind::kFlops, "FLOPs that its shapes require"},
    {"model_flops_source", Kind::kText, "modelled, extrapolated"},
    {"recomputed_flops", Kind::kFlops, "by activation checkpointing; not in model_flops"},
    {"cpu_ns", Kind::kInteger, "ns"}};

constexpr std::string_view kOperatorQuery = R"sql(
  WITH w AS (
    SELECT process, phase, op, sum(calls) AS calls, sum(uncounted_calls) AS uncounted_calls,
           sum(e9) + sum(rest) / 1000000000 AS e9, sum(rest) % 1000000000 AS rest,
           sum(recomputed_e9) + sum(recomputed_rest) / 1000000000 AS r_e9,
           sum(recomputed_rest) % 1000000000 AS r_rest, sum(cpu_ns) AS cpu_ns, max(extrapolated) AS extrapolated
    FROM work_total GROUP BY process, phase, op
  )
  SELECT w.process, p.host, p.rank, phase, o.value AS op, calls, uncounted_calls,
         CASE WHEN e9 < 9223372036 THEN e9 * 1000000000 + rest ELSE printf('%d%09d', e9, rest) END
           AS model_flops,
         CASE WHEN extrapolated THEN 'extrapolated' ELSE 'modelled' END AS model_flops_source,
         CASE WHEN r_e9 < 9223372036 THEN r_e9 * 1000000000 + r_rest ELSE printf('%d%09d', r_e9, r_rest) END
           AS recomputed_flops,
         cpu_ns
  FROM w JOIN process p ON p.id = w.process JOIN StringIds o ON o.id = w.op
  ORDER BY p.host, p.rank, p.id, phase, op)sql";

constexpr Column kKernelColumns[] = {
    kRun,
    kHost,
    kRank,
    kProcess,
    {"kernel", Kind::kText, "its name"},
    {"launches", Kind::kInteger, "in traced steps"},
    {"kernel_ns", Kind::kInteger, "ns, plain sum over them"},
    {"other_launches", Kind::kInteger, "outside steps"},
    {"other_kernel_ns", Kind::kInteger, "ns, plain sum over them"}};

constexpr std::string_view kKernelQuery = R"sql(
  SELECT k.process, p.host, p.rank, s.value AS kernel, sum(launches * in_steps) AS launches,
         sum(kernel_ns * in_steps) AS kernel_ns, sum(launches * NOT in_steps) AS other_launches,
         sum(kernel_ns * NOT in_steps) AS other_kernel_ns
  FROM kernel_work k JOIN process p ON p.id = k.process JOIN StringIds s ON s.id = k.kernel
  GROUP BY k.process, k.kernel ORDER BY p.host, p.rank, p.id, s.value)sql";

constexpr Column kAccuracyColumns[] = {
    kRun,
    {"metric", Kind::kText, "such as top5"},
    {"target", Kind::kReal, "percent"},
    {"reached", Kind::kTruth, "the log reaches the target"},
    {"accuracy", Kind::kReal, "percent, where it was reached; else the best"},
    {"step", Kind::kInteger, "steps up to there"},
    {"flops_to_target", Kind::kFlops, "model FLOPs of these steps"},
    {"flops_to_target_source", Kind::kText, "modelled, extrapolated, none"},
    {"steps_without_flops", Kind::kInteger, "of these steps: left out of the sum"},
    {"gpu_ns_to_target", Kind::kInteger, "ns, busy; none: not known of every step"},
    {"wall_ns_to_target", Kind::kInteger, "ns, of these steps"}};

constexpr Table kRuns{
    .name = "runs", .rows = "one run: the head of its report", .columns = kRunColumns};
constexpr Table kAccuracy{.name = "accuracy",
                          .rows = "one run with an accuracy log: what it cost up to the target",
                          .columns = kAccuracyColumns};
constexpr ProcessTable kProcessTables[] = {
    {.table = {.name = "ranks", .rows = "one process of a run", .columns = kRankColumns},
     .query = kRankQuery,
     .query_without_gpu = kRankQueryWithoutGpu},
    {.table = {.name = "steps", .rows = "one step of one process", .columns = kStepColumns},
     .query = kStepQuery,
     .query_without_gpu = kStepQueryWithoutGpu},
    {.table = {.name = "operators",
               .rows = "one operator in one phase of one process",
               .columns = kOperatorColumns},
     .query = kOperatorQuery,
     .query_without_gpu = kOperatorQuery},
    {.table = {.name = "kernels",
               .rows = "one kernel of one process, in traced steps and outside steps",
               .columns = kKernelColumns},
     .query = kKernelQuery,
     .query_without_gpu = {}}};

}  // namespace

const Table& runs_table() { return kRuns; }
const Table& accuracy_table() { return kAccuracy; }
std::span<const ProcessTable> process_tables() { return kProcessTables; }

std::vector<const Table*> all_tables() {
  std::vector<const Table*> tables{&runs_table()};
  for (const ProcessTable& each : process_tables()) tables.push_back(&each.table);
  tables.push_back(&accuracy_table());
  return tables;
}

bool is_by_process(const Table& table) {
  return std::any_of(table.columns.begin(), table.columns.end(),
                     [](const Column& column) { return column.name == kProcess.name; });
}

}  // namespace flopprof::parquet_files
