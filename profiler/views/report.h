#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "profiler/record/flop_class.h"
#include "profiler/record/run_view.h"
#include "profiler/store/database.h"
#include "profiler/views/fields.h"
#include "profiler/views/ratio_causes.h"
#include "profiler/views/step_buckets.h"
#include "profiler/views/utilisation.h"

namespace flopprof::views {

enum class By { kOverview, kStep, kPhase, kOp, kLayer, kRank, kKernel, kClass };
enum class Format { kText, kMarkdown, kCsv, kJson, kHtml };

struct ReportRequest {
  By by = By::kOverview;
  Format format = Format::kText;
  std::optional<std::int64_t>
      top;                  ///< rows at most; 0: all; nothing: as many as people like to read
  std::size_t width = 100;  ///< columns of the terminal, for text
  bool colour = false;
  std::optional<FlopClass> peak;  ///< whose peak MFU and HFU are of; nothing: as was executed
  MeasuredPeaks measured;         ///< to be used in place of data sheets
};

/// The run holds nothing of what was asked for.
struct NothingToReport : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The rows of one view.
struct View {
  By by = By::kOverview;
  std::vector<Fields> rows;  ///< cut to the top
  std::int64_t rows_left_out = 0;
};

/// What a report is made of, read at one moment.
struct Report {
  RunOverview run;
  std::vector<Fields> rows;  ///< of the view that was asked for, but the steps; cut to the top
  std::int64_t rows_left_out = 0;
  std::vector<View> views;        ///< of a page, which has more than one
  std::vector<StepBucket> steps;  ///< of a page
  std::vector<Fields> uncounted;  ///< operators without a formula
  Utilisation utilisation;
  double executed_to_model = 0;  ///< over the steps of which both are known; 0: of none
  std::vector<Cause> causes;     ///< of their difference
};

/// Prints the report on `out`; what does not fit its format goes to `talk`. Throws NothingToReport
/// and store::DatabaseError, before anything is printed.
void print_report(store::Database& run, const ReportRequest& request, std::ostream& out,
                  std::ostream& talk);

/// The query that the view is; runs as it is in sqlite3.
std::string query_of(const ReportRequest& request);

}  // namespace flopprof::views
