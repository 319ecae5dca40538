#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

#include "profiler/store/run_file.h"

namespace flopprof::to_accuracy {

/// A file in a folder of its own, gone with the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "flopprof-test-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// A run of one process whose steps each take `flops` and one second.
struct ToyRun {
  std::int64_t steps = 0;
  std::int64_t flops = 0;
  std::string op = "aten::mm";
  std::int64_t evaluation_flops = 0;
};

inline void insert_work(store::Database& run, const std::string& phase, const std::string& op,
                        std::int64_t flops, int step_class) {
  run.execute("INSERT OR IGNORE INTO StringIds (value) VALUES (''), ('" + op + "')");
  run.execute(
      "INSERT INTO op_work VALUES (1, " + std::to_string(step_class) + ", '" + phase +
      "', (SELECT id FROM StringIds WHERE value = ''), (SELECT id FROM StringIds WHERE value = '" +
      op + "'), 0, 1, 0, " + std::to_string(flops) + ", 0, 0)");
}

inline void insert_process(store::Database& run, int id) {
  run.execute(
      "INSERT INTO process (id, pid, parent_pid, start_ticks, host, command, started_at_ns, "
      "last_written_at_ns,"
      " libtorch, cpu_name, step_source, callbacks, callback_ns, overhead_ns) VALUES (" +
      std::to_string(id) + ", 10, 1, 0, 'host', '[]', 0, 0, '2.0', 'A CPU', 'optimizer', 0, 0, 0)");
}

inline void insert_step(store::Database& run, int process, std::int64_t number,
                        std::int64_t flops) {
  run.prepare("INSERT INTO step VALUES (?, ?, 0, ?, 1000000000, ?, 7)")
      .bind(0, std::int64_t{process})
      .bind(1, number)
      .bind(2, number * 1000000000)
      .bind(3, flops)
      .run();
}

inline store::Database make_run(const std::filesystem::path& path, const ToyRun& toy) {
  store::Database run = store::create_run(
      path, {.run_id = "r", .command = {"python", "train.py"}, .host = "host"}, 1);
  store::end_run(run, 5, "exited", 0);
  insert_process(run, 1);
  store::Transaction all(run);
  for (std::int64_t step = 0; step < toy.steps; ++step) insert_step(run, 1, step, toy.flops);
  if (toy.steps > 0) insert_work(run, "forward", toy.op, toy.flops, 0);
  if (toy.evaluation_flops > 0) insert_work(run, "evaluation", toy.op, toy.evaluation_flops, -1);
  all.commit();
  return run;
}

}  // namespace flopprof::to_accuracy
