#pragma once

#include <vector>

#include "profiler/to_accuracy/dataset.h"

namespace flopprof::to_accuracy {

struct Audit {
  std::vector<RowProblem> problems;  ///< by row
  std::int64_t rows = 0;             ///< that were looked at: all of the file that give a compute
  std::int64_t rows_with_known_parts = 0;  ///< whose compute could be recomputed
};

/// Recomputes every row from what is known apart from it: the date against the month of its arXiv
/// number, the links against the papers that their titles name, the compute against the parts it is
/// made of, the reduction factor against the level's baseline. A row is named only when no rounding
/// of what it prints can make it right. Rows that could not be read are named with the reason.
Audit audit_of(const Dataset& dataset);

}  // namespace flopprof::to_accuracy
