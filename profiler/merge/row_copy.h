#pragma once

#include <filesystem>

#include "profiler/store/database.h"

namespace flopprof::merge {

/// Copies all rows of the run at `path` into `merged`, all or none, in memory that does not grow
/// with the number of rows: processes get numbers of their own there, texts the numbers that they
/// have there. The row of the run comes only where there is none yet. Throws store::DatabaseError.
void copy_rows(store::Database& merged, const std::filesystem::path& path);

}  // namespace flopprof::merge
