#pragma once

#include <string>

#include "integrations/parquet/column.h"
#include "profiler/record/run_info.h"
#include "profiler/record/run_view.h"
#include "profiler/store/database.h"
#include "profiler/to_accuracy/target_result.h"
#include "profiler/views/utilisation.h"

namespace flopprof::parquet_files {

/// Cells in the order of runs_table(): the numbers are the report's.
Cells run_row(const store::Database& database, const RunOverview& run,
              const views::Utilisation& utilisation, const RunLabels& labels);

/// Cells in the order of accuracy_table(). Throws to_accuracy::TargetError.
Cells accuracy_row(const std::string& run, const to_accuracy::TargetResult& result);

}  // namespace flopprof::parquet_files
