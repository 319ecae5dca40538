#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <tuple>

#include "profiler/record/drained.h"
#include "profiler/record/run_info.h"
#include "profiler/store/database.h"
#include "profiler/store/gpu_rows.h"
#include "profiler/store/string_ids.h"

namespace flopprof::store {

/// Writes what one process drains into run.db. The file is opened for each write and closed again:
/// no descriptor is held that the job could close, no lock across its fork().
class RunWriter {
 public:
  /// `run` is used when there is no file yet: the process was attached by hand and is the first.
  RunWriter(std::filesystem::path path, RunInfo run, ProcessInfo process);

  /// Writes `news` and all that could not be written before. Throws DatabaseError, after keeping
  /// all for the next try: a disk may have room again. The last words of a process are shortened
  /// until they fit, and say by how much.
  void write(Drained news);

  /// Where it writes: beside the path asked for, when that holds another run.
  const std::filesystem::path& path() const { return path_; }

 private:
  using WorkKey = std::tuple<std::int32_t, Phase, std::string, std::string, std::int32_t>;

  void keep(Drained news);
  void write_kept();
  Database open();
  Database open_existing();
  void start_anew(const std::string& why);
  void write_process(Database& run);
  void write_steps(Database& run);
  void write_work(Database& run);
  void write_losses(Database& run);

  std::filesystem::path path_;
  RunInfo run_;
  ProcessInfo process_;
  std::int64_t process_id_ = 0;  // 0: no row yet
  StringIds strings_;
  Drained kept_;  // all but what the two below hold
  std::map<WorkKey, OpWork> kept_work_;
  GpuRows kept_gpu_;
  std::int64_t dropped_steps_ = 0;
};

}  // namespace flopprof::store
