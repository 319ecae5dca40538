#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "profiler/record/fault.h"
#include "profiler/record/run_info.h"
#include "profiler/store/database.h"

namespace flopprof::store {

/// 2: GPU time. 3: executed FLOPs, and GPU time of a sample of the steps. 4: sums by rank, labels,
/// the activity of GPUs, and executed FLOPs by phase, operator and kernel. Runs of a schema have
/// none of the tables and views of later ones.
inline constexpr std::int64_t kSchemaVersion = 4;
inline constexpr std::int64_t kFirstSchemaWithGpu = 2;
inline constexpr std::int64_t kFirstSchemaWithExecuted = 3;
inline constexpr std::int64_t kFirstSchemaWithActivity = 4;
inline constexpr std::int64_t kFirstSchemaWithRanks = 4;
inline constexpr std::int64_t kFirstSchemaWithLabels = 4;
inline constexpr std::int64_t kFirstSchemaWithSplits = 4;

/// Makes run.db with its tables, views and the row of the run, and leaves it ready for the
/// processes of the job. Throws DatabaseError: the path cannot be written, or a file is there
/// already.
Database create_run(const std::filesystem::path& path, const RunInfo& run,
                    std::int64_t launcher_pid);

/// The run was written by a flopprof that came later.
struct NewerSchema : DatabaseError {
  using DatabaseError::DatabaseError;
};

/// The file holds a write that was cut off, and undoing it needs to write.
struct CutOffWrite : DatabaseError {
  using DatabaseError::DatabaseError;
};

/// Opens a run.db to read. Throws DatabaseError in words that name what is wrong and what would be
/// right: no such file, a directory, not SQLite, not a flopprof run, a newer schema, truncated.
Database open_run(const std::filesystem::path& path);

/// Opens a run.db to write, as a process of the job does, with the same checks.
Database join_run(const std::filesystem::path& path);

/// Opens a run.db to read it and to leave it as it is, with the same checks. Throws CutOffWrite
/// too.
Database read_run(const std::filesystem::path& path);

std::string run_id_of(const Database& run);

/// None in runs from before schema 4.
RunLabels labels_of(const Database& run);

std::int64_t schema_version(const Database& run);

/// The launcher's last word: how the job ended.
void end_run(Database& run, std::int64_t ended_at_ns, const std::string& ended,
             std::int64_t exit_status);

/// Adds to the fault of the same kind, process and detail if there is one. `process` 0: of the run.
void add_fault(Database& run, std::int64_t process, const Fault& fault);

/// A command line as the columns `command` hold it: a JSON array, bytes that are no UTF-8 replaced.
std::string command_json(const std::vector<std::string>& command);

}  // namespace flopprof::store
