#include "profiler/merge/row_copy.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "profiler/store/rows.h"

namespace flopprof::merge {
namespace {

using store::Database;
using store::Row;

/// Those that say the same in each file, or whose rows are not simply added.
constexpr std::string_view kTablesToCopy =
    "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    " AND name NOT IN ('run', 'StringIds', 'flop_class', 'fault', 'run_label')";

/// Columns of a table, and what each is in the merged run: the schema itself says which of them are
/// texts' numbers.
std::string columns_query(const std::string& table) {
  return fmt::format(
      "SELECT c.name, f.\"from\" IS NOT NULL AS is_text,"
      " c.name = 'process' OR ('{0}' = 'process' AND c.name = 'id') AS is_process"
      " FROM pragma_table_info('{0}', 'main') c"
      " LEFT JOIN pragma_foreign_key_list('{0}', 'main') f"
      " ON f.\"from\" = c.name AND f.\"table\" = 'StringIds' ORDER BY c.cid",
      table);
}

std::string copy_of(const Database& merged, const std::string& table, std::int64_t processes) {
  std::string columns;
  std::string values;
  store::Statement statement = merged.prepare(columns_query(table));
  for (const Row row(statement); statement.step();) {
    const std::string name = fmt::format("\"{}\"", row.text("name"));
    const std::string_view comma = columns.empty() ? "" : ", ";
    columns += fmt::format("{}{}", comma, name);
    if (row.integer("is_text") != 0) {
      values += fmt::format(  // 0: no text
          "{0}CASE {1} WHEN 0 THEN 0 ELSE (SELECT id FROM temp.text WHERE old_id = {1}) END", comma,
          name);
    } else if (row.integer("is_process") != 0) {
      values += fmt::format("{}{} + {}", comma, name, processes);
    } else {
      values += fmt::format("{}{}", comma, name);
    }
  }
  return fmt::format("INSERT INTO main.\"{0}\" ({1}) SELECT {2} FROM part.\"{0}\"", table, columns,
                     values);
}

void copy_texts(Database& merged) {
  merged.execute(
      "DROP TABLE IF EXISTS temp.text;"
      "INSERT OR IGNORE INTO main.StringIds (value) SELECT value FROM part.StringIds ORDER BY id;"
      "CREATE TEMP TABLE text (old_id INTEGER PRIMARY KEY, id INTEGER NOT NULL);"
      "INSERT INTO temp.text SELECT p.id, m.id FROM part.StringIds p"
      " JOIN main.StringIds m ON m.value = p.value ORDER BY p.id;");
}

void copy_faults(Database& merged, std::int64_t processes) {
  merged.execute(fmt::format(
      "INSERT INTO main.fault (process, what, count, since_ns, detail, remedy)"
      " SELECT CASE process WHEN 0 THEN 0 ELSE process + {} END, what, count, since_ns,"
      " detail, remedy FROM part.fault WHERE true ON CONFLICT DO UPDATE"
      " SET count = count + excluded.count, since_ns = min(since_ns, excluded.since_ns)",
      processes));
}

/// The first rank's labels are the run's.
void copy_labels(Database& merged) {
  merged.execute(
      "INSERT INTO main.fault (process, what, count, since_ns, detail, remedy)"
      " SELECT 0, 'rank labelled otherwise', 1, run.started_at_ns,"
      " label || ' is ' || ours.value || ', of another rank ' || theirs.value,"
      " 'give all ranks the same --label' FROM part.run run, part.run_label theirs"
      " JOIN main.run_label ours USING (label) WHERE ours.value <> theirs.value"
      " ON CONFLICT DO UPDATE SET count = count + 1;"
      "INSERT OR IGNORE INTO main.run_label SELECT label, value FROM part.run_label");
}

/// Pages that the copy would not meet may be damaged too: those of what must be unique.
void check_intact(const Database& merged) {
  store::Statement check = merged.prepare("PRAGMA part.quick_check(1)");
  check.step();
  if (check.text(0) != "ok") {
    throw store::DatabaseError("is damaged (" + std::string(check.text(0)) + "); copy it again", 1);
  }
}

std::int64_t processes_in(const Database& merged) {
  store::Statement last = merged.prepare("SELECT coalesce(max(id), 0) FROM main.process");
  last.step();
  return last.integer(0);
}

void copy_attached(Database& merged) {
  store::Transaction transaction(merged);
  check_intact(merged);
  const std::int64_t processes = processes_in(merged);
  copy_texts(merged);
  const auto tables =
      store::rows_of(merged, kTablesToCopy, [](const Row& row) { return row.text("name"); });
  for (const std::string& table : tables) merged.execute(copy_of(merged, table, processes));
  copy_faults(merged, processes);
  copy_labels(merged);
  merged.execute(
      "INSERT INTO main.run SELECT * FROM part.run WHERE NOT EXISTS (SELECT 1 FROM main.run)");
  transaction.commit();
}

}  // namespace

void copy_rows(Database& merged, const std::filesystem::path& path) {
  merged.attach_to_read(path, "part");
  try {
    copy_attached(merged);
  } catch (...) {
    merged.execute("DETACH part");
    throw;
  }
  merged.execute("DETACH part");
}

}  // namespace flopprof::merge
