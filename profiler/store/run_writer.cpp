#include "profiler/store/run_writer.h"

#include <chrono>
#include <iterator>
#include <thread>

#include "profiler/store/run_file.h"

namespace flopprof::store {
namespace {

/// About 15 MB: a disk that stays full must not take the job's memory.
constexpr std::size_t kMostKeptSteps = 262'144;

bool is_empty_row(const OpWork& row) {
  return row.calls == 0 && row.model_flops == 0 && row.recomputed_flops == 0 && row.cpu_ns == 0;
}

}  // namespace

RunWriter::RunWriter(std::filesystem::path path, RunInfo run, ProcessInfo process)
    : path_(std::move(path)), run_(std::move(run)), process_(std::move(process)) {}

void RunWriter::keep(Drained news) {
  kept_.written_at_ns = news.written_at_ns;
  kept_.last = news.last;
  kept_.overhead = news.overhead;
  if (!news.libtorch.empty()) kept_.libtorch = news.libtorch;
  std::move(news.faults.begin(), news.faults.end(), std::back_inserter(kept_.faults));
  for (Step& step : news.steps) {
    if (kept_.steps.size() < kMostKeptSteps)
      kept_.steps.push_back(step);
    else
      ++dropped_steps_;
  }
  for (OpWork& row : news.work) {
    const WorkKey key{row.step_class, row.phase, row.layer, row.op, row.part};
    kept_work_[key] = std::move(row);
  }
  kept_gpu_.keep(news);
}

Database RunWriter::open_existing() {
  // Another process of the job may be making the file at this moment: give it time to finish.
  for (int tries = 0;; ++tries) {
    try {
      return join_run(path_);
    } catch (const DatabaseError&) {
      if (tries == 20) throw;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }
}

Database RunWriter::open() {
  std::error_code ignored;
  if (!std::filesystem::exists(path_, ignored)) {
    try {
      Database made = create_run(path_, run_, 0);
      if (process_id_ != 0) start_anew("was removed while the job ran; what it held is lost");
      return made;
    } catch (const DatabaseError&) {
      if (!std::filesystem::exists(path_, ignored)) throw;
    }
  }
  Database run = open_existing();
  if (run_.run_id.empty() || run_id_of(run) == run_.run_id) return run;
  start_anew("holds another run; this one went on in the file you read");
  path_.replace_filename(path_.stem().string() + "." + run_.run_id + path_.extension().string());
  return open();
}

void RunWriter::start_anew(const std::string& why) {
  kept_.faults.push_back({.what = "run.db taken",
                          .since_ns = kept_.written_at_ns,
                          .detail = path_.string() + " " + why,
                          .remedy = "give each run a path of its own with -o"});
  process_id_ = 0;
  strings_.forget();
}

void RunWriter::write_process(Database& run) {
  if (process_id_ == 0) {
    Statement insert = run.prepare(
        "INSERT INTO process (pid, parent_pid, start_ticks, host, command, started_at_ns, rank,"
        " local_rank, world_size, world, cpu_name, last_written_at_ns, step_source, callbacks,"
        " callback_ns, overhead_ns) VALUES (?,?,?,?,?,?,?,?,?,?,?,0,'',0,0,0)");
    insert.bind(0, process_.pid).bind(1, process_.parent_pid).bind(2, process_.start_ticks);
    insert.bind(3, process_.host).bind(4, command_json(process_.command));
    insert.bind(5, process_.started_at_ns).bind(6, process_.rank).bind(7, process_.local_rank);
    insert.bind(8, process_.world_size);
    if (!process_.world.empty()) insert.bind(9, process_.world);
    insert.bind(10, process_.cpu_name);
    insert.run();
    process_id_ = run.last_row_id();
  }
  Statement update = run.prepare(
      "UPDATE process SET last_written_at_ns = ?, ended_at_ns = ?, libtorch = ?, step_source = ?,"
      " callbacks = ?, callback_ns = ?, overhead_ns = ? WHERE id = ?");
  update.bind(0, kept_.written_at_ns);
  if (kept_.last) update.bind(1, kept_.written_at_ns);
  if (!kept_.libtorch.empty()) update.bind(2, kept_.libtorch);
  const OverheadInfo& overhead = kept_.overhead;
  update.bind(3, overhead.step_source).bind(4, overhead.callbacks).bind(5, overhead.callback_ns);
  update.bind(6, overhead.total_ns).bind(7, process_id_).run();
}

void RunWriter::write_steps(Database& run) {
  Statement insert = run.prepare(
      "INSERT INTO step (process, step, step_class, began_after_ns, wall_ns, model_flops, "
      "signature)"
      " VALUES (?,?,?,?,?,?,?)");
  for (const Step& step : kept_.steps) {
    insert.bind(0, process_id_).bind(1, step.number).bind(2, std::int64_t{step.step_class});
    insert.bind(3, step.began_after_ns).bind(4, step.wall_ns).bind(5, step.model_flops);
    if (step.model_flops)
      insert.bind(6, std::int64_t{step.signature});
    else
      insert.bind_null(6);
    insert.run();
  }
}

void RunWriter::write_work(Database& run) {
  Statement insert = run.prepare(
      "INSERT OR REPLACE INTO op_work (process, step_class, phase, layer, op, part, calls,"
      " uncounted_calls, model_flops, recomputed_flops, cpu_ns) VALUES (?,?,?,?,?,?,?,?,?,?,?)");
  Statement remove = run.prepare(
      "DELETE FROM op_work WHERE process = ? AND step_class = ? AND phase = ? AND layer = ? AND op "
      "= ?");
  for (const auto& [key, row] : kept_work_) {
    const std::int64_t layer = strings_.id_of(run, row.layer);
    const std::int64_t op = strings_.id_of(run, row.op);
    Statement& statement = is_empty_row(row) ? remove : insert;
    statement.bind(0, process_id_)
        .bind(1, std::int64_t{row.step_class})
        .bind(2, name_of(row.phase));
    statement.bind(3, layer).bind(4, op);
    if (!is_empty_row(row)) {
      statement.bind(5, std::int64_t{row.part}).bind(6, row.calls).bind(7, row.uncounted_calls);
      statement.bind(8, row.model_flops).bind(9, row.recomputed_flops).bind(10, row.cpu_ns);
    }
    statement.run();
  }
}

void RunWriter::write_losses(Database& run) {
  const auto lost = [&](const char* what, std::int64_t count, const char* detail) {
    if (count == 0) return;
    add_fault(run, process_id_,
              {.what = what,
               .count = count,
               .since_ns = kept_.written_at_ns,
               .detail = detail,
               .remedy = "make room on its disk"});
  };
  lost("run.db: steps dropped", dropped_steps_,
       "there was no room for them; what was extrapolated over them is missing");
  lost("run.db: GPU records dropped", kept_gpu_.lost(),
       "there was no room for rows of steps, signatures or the timeline");
}

void RunWriter::write_kept() {
  const std::int64_t process_id_before = process_id_;
  try {
    Database run = open();
    Transaction transaction(run);
    write_process(run);
    write_steps(run);
    write_work(run);
    kept_gpu_.write(run, process_id_, process_, strings_);
    for (const Fault& fault : kept_.faults) add_fault(run, process_id_, fault);
    write_losses(run);
    transaction.commit();
  } catch (const DatabaseError&) {
    process_id_ = process_id_before;
    strings_.forget();  // their rows may have been rolled back
    throw;
  }
  kept_.steps.clear();
  kept_.faults.clear();
  kept_work_.clear();
  kept_gpu_.clear();
  dropped_steps_ = 0;
}

void RunWriter::write(Drained news) {
  keep(std::move(news));
  while (true) {
    try {
      return write_kept();
    } catch (const DatabaseError&) {
      // Nothing is tried later: sums are small and say most, so give up steps until they fit.
      if (!kept_.last || kept_.steps.empty()) throw;
      const std::size_t half = kept_.steps.size() / 2;
      dropped_steps_ += static_cast<std::int64_t>(kept_.steps.size() - half);
      kept_.steps.resize(half);
    }
  }
}

}  // namespace flopprof::store
