#include "integrations/parquet/run_row.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "integrations/parquet/tables.h"
#include "profiler/store/rows.h"
#include "profiler/store/run_file.h"

namespace flopprof::parquet_files {
namespace {

template <typename Value>
Cell maybe(const std::optional<Value>& value) {
  return value ? Cell(*value) : Cell();
}

Cell known(const std::string& text) { return text.empty() ? Cell() : Cell(text); }

Cell label(const RunLabels& labels, const std::string& name) {
  const auto found = labels.find(name);
  return found == labels.end() ? Cell() : Cell(found->second);
}

std::int64_t ns_of(double seconds) { return std::llround(seconds * 1e9); }

std::string json_of(const RunLabels& labels) {
  using nlohmann::json;
  return json(labels).dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string column_of_run(const store::Database& database, std::string_view query) {
  return store::rows_of(database, query, [](const store::Row& row) { return row.text("value"); })
      .at(0);
}

}  // namespace

Cells run_row(const store::Database& database, const RunOverview& run,
              const views::Utilisation& utilisation, const RunLabels& labels) {
  const bool seen = run.gpu.has_value();
  const ExecutedTotal executed = seen ? run.gpu->executed : ExecutedTotal{};
  return {store::run_id_of(database),
          label(labels, "project"),
          label(labels, "model"),
          label(labels, "user"),
          json_of(labels),
          false,
          store::command_json(run.command),
          run.host,
          run.started_at_ns,
          run.wall_ns,
          run.ended,
          maybe(run.exit_status),
          run.total.ranks,
          run.processes,
          run.total.steps,
          run.total.model_flops,
          run.total.source,
          maybe(executed.flops),
          executed.source,
          static_cast<std::int64_t>(run.gpus.size()),
          run.gpus.empty() ? Cell() : known(run.gpus.front().name),
          seen ? Cell(run.gpu->gpu_ns) : Cell(),
          seen ? Cell(run.gpu->allocated_ns) : Cell(),
          maybe(utilisation.mfu),
          maybe(utilisation.hfu),
          maybe(utilisation.mfu_peak_flops),
          maybe(utilisation.hfu_peak_flops),
          utilisation.peak > 0 ? Cell(utilisation.peak) : Cell(),
          known(utilisation.peak_class),
          known(utilisation.peak_source),
          static_cast<std::int64_t>(run.faults.size()),
          run.total.overhead_ns,
          column_of_run(database, "SELECT flopprof_version AS value FROM run"),
          store::schema_version(database)};
}

Cells accuracy_row(const std::string& run, const to_accuracy::TargetResult& result) {
  Cells cells{run, result.metric, result.target, result.reached, result.accuracy};
  cells.resize(accuracy_table().columns.size());
  if (!result.reached || !result.work) return cells;
  const to_accuracy::WorkToStep& work = *result.work;
  const auto gpu_seconds = work.whole_gpu_seconds();
  std::size_t next = 5;
  cells[next++] = maybe(result.position->steps);
  cells[next++] = Flops{work.flops.count};
  cells[next++] = work.source;
  cells[next++] = work.steps_without_flops;
  cells[next++] = gpu_seconds ? Cell(ns_of(*gpu_seconds)) : Cell();
  cells[next++] = ns_of(work.wall_seconds);
  return cells;
}

}  // namespace flopprof::parquet_files
