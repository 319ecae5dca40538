#include "integrations/parquet/export_run.h"

#include <fmt/format.h>

#include "integrations/parquet/run_row.h"
#include "integrations/parquet/tables.h"
#include "kProcessTotalsSql.h"
#include "profiler/store/rows.h"
#include "profiler/store/run_file.h"
#include "profiler/store/run_reader.h"

namespace flopprof::parquet_files {
namespace {

/// Runs of schema 2 know the time of their GPUs in a way of their own.
void refuse_schema_with_gpu_only(const store::Database& run, const std::filesystem::path& path) {
  if (store::schema_version(run) != store::kFirstSchemaWithGpu) return;
  if (!run.prepare("SELECT 1 FROM gpu_step").step()) return;
  throw DataSetError(fmt::format(
      "{} has schema {} and GPU time, which cannot be told by process; `flopprof report` reads it",
      path.string(), store::kFirstSchemaWithGpu));
}

Cell cell_of(const store::Row& row, const Column& column) {
  if (!row.has(column.name) || row.is_null(column.name)) return {};
  switch (column.kind) {
    case Kind::kText:
      return row.text(column.name);
    case Kind::kFlops:
      return row.flops(column.name);
    case Kind::kPeak:
    case Kind::kReal:
      return row.real(column.name);
    case Kind::kTruth:
      return row.integer(column.name) != 0;
    case Kind::kInteger:
    case Kind::kTime:
      return row.integer(column.name);
  }
  throw std::logic_error("a column of no kind");
}

void export_processes(const store::Database& run, const std::string& run_id,
                      const ProcessTable& each, RunPartition& into) {
  const bool knows_gpus = store::schema_version(run) >= store::kFirstSchemaWithExecuted;
  const std::string_view query = knows_gpus ? each.query : each.query_without_gpu;
  if (query.empty()) return;
  store::Statement statement = run.prepare(query);
  const store::Row row(statement);
  while (statement.step()) {
    Cells cells{run_id};
    for (std::size_t column = 1; column < each.table.columns.size(); ++column) {
      cells.push_back(cell_of(row, each.table.columns[column]));
    }
    into.append(each.table, {run_id, row.text("host"), row.maybe_integer("rank")}, cells);
  }
}

RunLabels joined(RunLabels labels, const RunLabels& own) {
  labels.insert(own.begin(), own.end());
  return labels;
}

}  // namespace

Exported export_run(const std::filesystem::path& path, const DataSet& to,
                    const ExportRequest& request) {
  store::Database database = store::open_run(path);
  refuse_schema_with_gpu_only(database, path);
  // One moment of a job that runs: its processes keep what they cannot write now for the next time.
  database.execute("BEGIN");
  if (store::schema_version(database) >= store::kFirstSchemaWithExecuted)
    database.execute(kProcessTotalsSql);
  const RunOverview run = store::read_overview(database);
  const views::Utilisation utilisation =
      views::utilisation_of(run, request.peak_class, request.measured_peaks);
  const std::string id = store::run_id_of(database);
  if (id.empty()) throw DataSetError(path.string() + " has no run_id, which a data set needs");
  RunPartition into(to, id);
  into.append(
      runs_table(), {.run = id},
      run_row(database, run, utilisation, joined(request.labels, store::labels_of(database))));
  for (const ProcessTable& each : process_tables()) export_processes(database, id, each, into);
  if (request.accuracy)
    into.append(accuracy_table(), {.run = id}, accuracy_row(id, *request.accuracy));
  const bool replaced = into.commit();
  return {.run = id,
          .processes = run.processes,
          .steps = run.total.steps,
          .ended = run.ended,
          .replaced = replaced,
          .replaced_texts = into.replaced_texts()};
}

}  // namespace flopprof::parquet_files
