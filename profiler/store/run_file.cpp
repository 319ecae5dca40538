#include "profiler/store/run_file.h"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "kExecutedTotalsSql.h"
#include "kGpuTotalsSql.h"
#include "kRankTotalsSql.h"
#include "kSchemaSql.h"
#include "kSplitTotalsSql.h"
#include "kStepTotalsSql.h"
#include "kTotalsSql.h"
#include "profiler/record/flop_class.h"

namespace flopprof::store {
namespace {

constexpr int kSqliteReadOnly = 8;
constexpr int kSqliteCorrupt = 11;
constexpr int kSqliteCannotOpen = 14;
constexpr int kSqliteNotADatabase = 26;

/// Single file, no fsync: a killed process leaves what it had written, and the disk never stalls
/// the job. A power cut may lose the file; that is the price.
void set_writing_mode(Database& run) {
  run.execute(
      "PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY;");
}

void make_tables(Database& run) {
  for (const char* sql : {kSchemaSql, kTotalsSql, kStepTotalsSql, kGpuTotalsSql, kExecutedTotalsSql,
                          kRankTotalsSql, kSplitTotalsSql}) {
    run.execute(sql);
  }
  Statement flop_class = run.prepare("INSERT INTO flop_class VALUES (?,?)");
  for (std::size_t i = 0; i < kFlopClassNames.size(); ++i) {
    flop_class.bind(0, static_cast<std::int64_t>(i)).bind(1, kFlopClassNames[i]).run();
  }
}

bool has_run_row(const Database& run) {
  Statement tables =
      run.prepare("SELECT count(*) FROM sqlite_master WHERE name IN ('run', 'op_work', 'step')");
  tables.step();
  if (tables.integer(0) != 3) return false;
  return run.prepare("SELECT 1 FROM run").step();
}

/// A file may be shorter than its header says after a copy that broke off: SQLite would only notice
/// when a query reaches the missing pages, and a report must not be half a truth.
void check_whole(const std::filesystem::path& path, const Database& run) {
  Statement pages =
      run.prepare("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
  pages.step();
  const auto size = static_cast<std::int64_t>(std::filesystem::file_size(path));
  if (pages.integer(0) > size) {
    throw DatabaseError(path.string() + " is truncated: " + std::to_string(size) + " of " +
                            std::to_string(pages.integer(0)) + " bytes are there; copy it again",
                        kSqliteCorrupt);
  }
}

/// A killed writer leaves a journal that only a connection that may write can roll back.
Database::Access reading_access(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  const bool writable = ::access(path.c_str(), W_OK) == 0 && ::access(folder.c_str(), W_OK) == 0;
  return writable ? Database::Access::kWrite : Database::Access::kRead;
}

[[noreturn]] void explain(const std::string& name, const DatabaseError& error) {
  std::error_code ignored;
  const int kind = error.code & 0xff;
  if (kind == kSqliteNotADatabase) {
    throw DatabaseError(
        name + " is not an SQLite file; give the run.db that `flopprof run -o` wrote", error.code);
  }
  if ((kind == kSqliteReadOnly || kind == kSqliteCannotOpen) &&
      std::filesystem::exists(name + "-journal", ignored)) {
    throw CutOffWrite(name + " holds a write that was cut off (" + name +
                          "-journal), and undoing it needs write permission; copy both files to "
                          "where you may write, and read them there",
                      error.code);
  }
  if (kind == kSqliteCorrupt && std::string_view(error.what()).find(name) != 0) {
    throw DatabaseError(name + " is damaged or truncated (" + error.what() + "); copy it again",
                        error.code);
  }
  throw error;
}

Database open_checked(const std::filesystem::path& path, Database::Access access) {
  const std::string name = path.string();
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    throw DatabaseError(name + ": no such file; `flopprof run -o " + name + " -- CMD` makes one",
                        1);
  }
  if (std::filesystem::is_directory(path, ignored)) {
    throw DatabaseError(name + " is a directory; give the run.db that `flopprof run -o` wrote", 1);
  }
  if (std::filesystem::is_regular_file(path, ignored) && std::filesystem::file_size(path) == 0) {
    throw DatabaseError(name + " is empty; give the run.db that `flopprof run -o` wrote", 1);
  }
  Database run(path, access);
  try {
    const std::int64_t version = schema_version(run);
    if (version > kSchemaVersion) {
      throw NewerSchema(name + " has schema " + std::to_string(version) +
                            ", this flopprof reads up to " + std::to_string(kSchemaVersion) +
                            "; read it with a newer flopprof",
                        1);
    }
    check_whole(path, run);
    if (version < 1 || !has_run_row(run)) {
      throw DatabaseError(name + " is SQLite, but not a run of flopprof", 1);
    }
  } catch (const NewerSchema&) {
    throw;
  } catch (const DatabaseError& error) {
    explain(name, error);
  }
  return run;
}

}  // namespace

std::int64_t schema_version(const Database& run) {
  Statement version = run.prepare("PRAGMA user_version");
  version.step();
  return version.integer(0);
}

Database create_run(const std::filesystem::path& path, const RunInfo& info,
                    std::int64_t launcher_pid) {
  Database run(path, Database::Access::kCreate);
  set_writing_mode(run);
  Transaction transaction(run);
  make_tables(run);
  run.execute("PRAGMA user_version = " + std::to_string(kSchemaVersion));
  Statement insert = run.prepare(
      "INSERT INTO run (run_id, command, directory, host, started_at_ns, flopprof_version,"
      " overhead_budget, every_steps, step_range, launcher_pid) VALUES (?,?,?,?,?,?,?,?,?,?)");
  insert.bind(0, info.run_id).bind(1, command_json(info.command)).bind(2, info.directory);
  insert.bind(3, info.host).bind(4, info.started_at_ns).bind(5, FLOPPROF_VERSION);
  insert.bind(6, info.overhead_budget).bind(7, info.every_steps).bind(8, info.step_range);
  if (launcher_pid != 0) insert.bind(9, launcher_pid);
  insert.run();
  Statement label = run.prepare("INSERT INTO run_label VALUES (?,?)");
  for (const auto& [name, value] : info.labels) label.bind(0, name).bind(1, value).run();
  transaction.commit();
  return run;
}

Database open_run(const std::filesystem::path& path) {
  return open_checked(path, reading_access(path));
}

Database read_run(const std::filesystem::path& path) {
  return open_checked(path, Database::Access::kRead);
}

Database join_run(const std::filesystem::path& path) {
  Database run = open_checked(path, Database::Access::kWrite);
  set_writing_mode(run);
  return run;
}

std::string run_id_of(const Database& run) {
  Statement id = run.prepare("SELECT run_id FROM run");
  id.step();
  return std::string(id.text(0));
}

RunLabels labels_of(const Database& run) {
  RunLabels labels;
  if (schema_version(run) < kFirstSchemaWithLabels) return labels;
  Statement each = run.prepare("SELECT label, value FROM run_label");
  while (each.step()) labels.emplace(each.text(0), each.text(1));
  return labels;
}

void end_run(Database& run, std::int64_t ended_at_ns, const std::string& ended,
             std::int64_t exit_status) {
  run.prepare("UPDATE run SET ended_at_ns = ?, ended = ?, exit_status = ?")
      .bind(0, ended_at_ns)
      .bind(1, ended)
      .bind(2, exit_status)
      .run();
}

void add_fault(Database& run, std::int64_t process, const Fault& fault) {
  run.prepare(
         "INSERT INTO fault (process, what, count, since_ns, detail, remedy) VALUES (?,?,?,?,?,?)"
         " ON CONFLICT DO UPDATE SET count = count + excluded.count")
      .bind(0, process)
      .bind(1, fault.what)
      .bind(2, fault.count)
      .bind(3, fault.since_ns)
      .bind(4, fault.detail)
      .bind(5, fault.remedy)
      .run();
}

std::string command_json(const std::vector<std::string>& command) {
  return nlohmann::json(command).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace flopprof::store
