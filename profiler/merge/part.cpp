#include "profiler/merge/part.h"

#include <algorithm>
#include <limits>

#include "profiler/store/living_run.h"
#include "profiler/store/rows.h"

namespace flopprof::merge {
namespace {

using store::Row;
using store::Statement;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string end_of(const store::Database& run, const Row& row) {
  if (!row.is_null("ended")) return row.text("ended");
  if (store::is_being_written(run)) return "running";
  return row.is_null("launcher_pid") ? "" : "killed";
}

void read_run_row(const store::Database& run, Part& part) {
  Statement statement = run.prepare("SELECT * FROM run");
  const Row row(statement);
  statement.step();
  part.run_id = row.text("run_id");
  part.started_at_ns = row.integer("started_at_ns");
  part.last_written_at_ns = row.maybe_integer("ended_at_ns").value_or(part.started_at_ns);
  part.ended = end_of(run, row);
  part.exit_status = row.maybe_integer("exit_status");
}

void read_processes(const store::Database& run, Part& part) {
  Statement statement = run.prepare("SELECT * FROM process");
  const Row row(statement);
  while (statement.step()) {
    ++part.processes;
    const auto end = row.maybe_integer("ended_at_ns").value_or(row.integer("last_written_at_ns"));
    part.last_written_at_ns = std::max(part.last_written_at_ns, end);
    if (row.is_null("world") || row.is_null("rank")) continue;
    part.world_sizes.emplace(row.text("world"), row.maybe_integer("world_size").value_or(0));
    part.ranks.emplace(row.text("world"), row.integer("rank"));
    part.commands.insert(without_numbers(row.text("command")));
  }
}

}  // namespace

Part read_part(const store::Database& run) {
  Part part;
  read_run_row(run, part);
  read_processes(run, part);
  return part;
}

std::int64_t first_rank(const Part& part) {
  std::int64_t first = std::numeric_limits<std::int64_t>::max();
  for (const auto& [world, rank] : part.ranks) first = std::min(first, rank);
  return first;
}

std::string without_numbers(const std::string& command) {
  std::string text;
  for (const char c : command) {
    if (!is_digit(c)) {
      text += c;
    } else if (text.empty() || text.back() != '#') {
      text += '#';
    }
  }
  return text;
}

}  // namespace flopprof::merge
