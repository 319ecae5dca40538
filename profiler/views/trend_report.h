#pragma once

#include <optional>
#include <string>
#include <vector>

#include "profiler/to_accuracy/audit.h"
#include "profiler/to_accuracy/trend.h"

namespace flopprof::views {

/// What `flopprof trend` found.
struct TrendReport {
  std::string source;  ///< the file, or the name of a shipped data set
  std::vector<to_accuracy::LevelTrend> levels;
  std::optional<to_accuracy::Audit> audit;  ///< nothing: not asked for
};

std::string trend_text(const TrendReport& report);
std::string trend_markdown(const TrendReport& report);

/// The rows of the audit when there is one, else the levels: a CSV file holds one table.
std::string trend_csv(const TrendReport& report);

/// The keys of the product contract; `audit` is empty when it was not asked for.
std::string trend_json(const TrendReport& report);

}  // namespace flopprof::views
