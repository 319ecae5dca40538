#pragma once

#include <cstdint>
#include <optional>
#include <ostream>

#include "profiler/exports/metric_families.h"
#include "profiler/store/database.h"

namespace flopprof::exports {

struct MetricsRequest {
  Dialect dialect = Dialect::kOpenMetrics;
  std::int64_t top = 20;  ///< operators and kernels, most of all first; 0: all
  std::optional<double> peak_flops_per_second;  ///< of one device; without it there is no MFU
};

/// The run as metrics, of a finished run or of one that goes on. Answers whether it goes on. Throws
/// store::DatabaseError.
bool write_metrics(store::Database& run, const MetricsRequest& request, std::ostream& out);

}  // namespace flopprof::exports
