#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "integrations/parquet/data_set.h"
#include "profiler/record/flop_class.h"
#include "profiler/record/run_info.h"
#include "profiler/to_accuracy/target_result.h"
#include "profiler/views/utilisation.h"

namespace flopprof::parquet_files {

struct ExportRequest {
  RunLabels labels;                     ///< over the run's own
  std::optional<FlopClass> peak_class;  ///< of MFU and HFU; nothing: that of most executed FLOPs
  views::MeasuredPeaks measured_peaks;
  std::optional<to_accuracy::TargetResult> accuracy;
};

/// What became of it, for the person at the desk.
struct Exported {
  std::string run;
  std::int64_t processes = 0;
  std::int64_t steps = 0;
  std::string ended;
  bool replaced = false;            ///< the data set had the run before
  std::int64_t replaced_texts = 0;  ///< of which bytes were no UTF-8
};

/// Puts the run into the data set, whole, in place of what it had of it. Throws DataSetError,
/// store::DatabaseError, ArrowError, std::filesystem::filesystem_error; then the data set is as it
/// was, unless it was the renaming that failed.
Exported export_run(const std::filesystem::path& path, const DataSet& to,
                    const ExportRequest& request);

}  // namespace flopprof::parquet_files
