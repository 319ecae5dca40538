#include "profiler/merge/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <optional>
#include <set>
#include <utility>

#include "profiler/merge/output_file.h"
#include "profiler/merge/row_copy.h"
#include "profiler/store/rank_reader.h"
#include "profiler/store/run_file.h"

namespace flopprof::merge {
namespace {

namespace fs = std::filesystem;
using store::Database;
using store::DatabaseError;

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

void check_paths(const Request& request) {
  std::error_code ignored;
  const fs::path output = fs::weakly_canonical(request.output, ignored);
  std::set<fs::path> runs;
  for (const fs::path& run : request.runs) {
    const fs::path whole = fs::weakly_canonical(run, ignored);
    if (whole == output) {
      throw NotOneJob(
          fmt::format("{} is to be read and written; give another path with -o", run.string()));
    }
    if (!runs.insert(whole).second)
      throw NotOneJob(fmt::format("{} is given twice; give each rank once", run.string()));
  }
}

/// The files of the ranks, as far as they can be read.
struct Parts {
  std::vector<Part> parts;
  std::vector<std::string> kept_out;
};

/// A run of which a write was cut off is read in a copy: undoing that would change the file.
Part open_part(const fs::path& run, OutputFile& output) {
  fs::path path = run;
  std::error_code ignored;
  std::optional<Database> database;
  try {
    database.emplace(store::read_run(path));
  } catch (const store::CutOffWrite&) {
    path = output.copy_with_journal(run);
    database.emplace(store::open_run(path));
  }
  if (store::schema_version(*database) != store::kSchemaVersion) {
    throw NotOneJob(
        fmt::format("{} has schema {}, this flopprof merges schema {} alone; merge the "
                    "ranks with the flopprof that they ran with",
                    run.string(), store::schema_version(*database), store::kSchemaVersion));
  }
  Part part = read_part(*database);
  part.given = run;
  part.path = fs::absolute(path, ignored);
  return part;
}

Parts open_parts(const Request& request, OutputFile& output) {
  Parts parts;
  for (const fs::path& run : request.runs) {
    try {
      parts.parts.push_back(open_part(run, output));
    } catch (const store::NewerSchema& error) {
      throw NotOneJob(error.what());
    } catch (const DatabaseError& error) {
      parts.kept_out.emplace_back(error.what());
    } catch (const fs::filesystem_error& error) {
      parts.kept_out.emplace_back(error.what());
    }
  }
  std::sort(parts.parts.begin(), parts.parts.end(), [](const Part& a, const Part& b) {
    return std::pair(first_rank(a), a.given) < std::pair(first_rank(b), b.given);
  });
  return parts;
}

/// Those that turn out to be damaged only now are kept out too.
void copy_parts(Database& merged, Parts& parts) {
  std::erase_if(parts.parts, [&](const Part& part) {
    try {
      copy_rows(merged, part.path);
      return false;
    } catch (const DatabaseError& error) {
      parts.kept_out.push_back(fmt::format("{}: {}", part.given.string(), error.what()));
      return true;
    }
  });
  if (!parts.parts.empty()) return;
  std::string why;
  for (const std::string& each : parts.kept_out) why += (why.empty() ? "" : "; ") + each;
  throw DatabaseError("there is nothing to merge: " + why, 1);
}

/// As long as one part goes on so does the run; it ended as badly as the worst of them.
void write_end(Database& merged, const std::vector<Part>& parts) {
  std::int64_t began = parts[0].started_at_ns;
  std::int64_t ended = 0;
  const Part* worst = parts.data();
  const auto badness = [](const Part& part) {
    const std::int64_t status = part.exit_status.value_or(0);
    return part.ended == "running"  ? 4
           : part.ended == "killed" ? 3
           : status != 0            ? 2
           : part.ended.empty()     ? 1
                                    : 0;
  };
  for (const Part& part : parts) {
    began = std::min(began, part.started_at_ns);
    ended = std::max(ended, part.last_written_at_ns);
    if (badness(part) > badness(*worst)) worst = &part;
  }
  store::Statement update = merged.prepare(
      "UPDATE run SET started_at_ns = ?, ended_at_ns = ?, ended = ?, exit_status = ?,"
      " launcher_pid = NULL");
  update.bind(0, began);
  // A run without an end: the reader asks its processes.
  const bool has_end = worst->ended != "running" && !worst->ended.empty();
  if (has_end) update.bind(1, ended).bind(2, std::string_view(worst->ended));
  if (has_end && worst->ended != "killed") update.bind(3, worst->exit_status);
  update.run();
}

void write_faults(Database& merged, const Parts& parts) {
  for (const std::string& why : parts.kept_out) {
    store::add_fault(merged, 0,
                     {.what = "rank file kept out",
                      .since_ns = now_ns(),
                      .detail = why,
                      .remedy = "mend or copy the file again, and merge anew"});
  }
  for (const Part& part : parts.parts) {
    if (part.ended == "running") {
      store::add_fault(merged, 0,
                       {.what = "rank still running",
                        .since_ns = now_ns(),
                        .detail = part.given.filename().string() +
                                  " was merged while its job ran; what came later is missing",
                        .remedy = "merge anew when the job has ended"});
    }
    if (part.processes > 0) continue;
    store::add_fault(merged, 0,
                     {.what = "rank file empty",
                      .since_ns = part.started_at_ns,
                      .detail = part.given.filename().string() + " holds no process of the job",
                      .remedy = "see in the job's own output why this rank did not start, or why "
                                "flopprof was not attached to it"});
  }
}

}  // namespace

Merged merge_runs(const Request& request) {
  check_paths(request);
  OutputFile output(request.output, request.existing);
  Parts parts = open_parts(request, output);
  check_one_job(parts.parts, request.commands);
  Merged result;
  {
    Database merged = store::create_run(fs::absolute(output.scratch()), {}, 0);
    // It is nobody's yet: what a crash leaves of it is thrown away.
    merged.execute("PRAGMA journal_mode = MEMORY; DELETE FROM run");
    copy_parts(merged, parts);
    write_end(merged, parts.parts);
    write_faults(merged, parts);
    merged.execute("PRAGMA journal_mode = DELETE");
    result.worlds = store::read_worlds(merged);
  }
  output.take_name();
  result.runs = static_cast<std::int64_t>(parts.parts.size());
  result.kept_out = std::move(parts.kept_out);
  return result;
}

}  // namespace flopprof::merge
