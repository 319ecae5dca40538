#include "profiler/store/replaced_run.h"

#include <unistd.h>

#include "profiler/store/living_run.h"
#include "profiler/store/run_file.h"

namespace flopprof::store {
namespace {

namespace fs = std::filesystem;

/// What a run that was killed while it began has left: nothing worth keeping.
bool is_empty_file(const fs::path& path) {
  std::error_code failed;
  return fs::is_regular_file(path, failed) && fs::file_size(path, failed) == 0 && !failed;
}

void check_finished(const fs::path& path) {
  if (is_empty_file(path)) return;
  try {
    if (!is_being_written(open_run(path))) return;
  } catch (const DatabaseError& error) {
    throw RunInTheWay(std::string(error.what()) + "; --force replaces finished runs only");
  }
  throw RunInTheWay(path.string() +
                    " is being written by a job that is still running; give another path with -o");
}

}  // namespace

void check_replaceable(const fs::path& path, Existing existing) {
  std::error_code failed;
  if (!fs::exists(fs::symlink_status(path, failed))) return;
  if (existing == Existing::kKeep) {
    throw RunInTheWay(path.string() +
                      " exists; give another path with -o, or --force to replace a finished run");
  }
  check_finished(path);
}

ReplacedRun::ReplacedRun(const fs::path& path, Existing existing) : path_(path) {
  check_replaceable(path, existing);
  std::error_code failed;
  if (!fs::exists(fs::symlink_status(path, failed))) return;
  fs::path aside = path;
  aside += ".replaced-" + std::to_string(getpid());
  fs::rename(path, aside, failed);
  if (failed) throw RunInTheWay(path.string() + " cannot be replaced: " + failed.message());
  aside_ = aside;
}

void ReplacedRun::discard() {
  if (aside_.empty()) return;
  std::error_code failed;
  fs::remove(aside_, failed);
  aside_.clear();
}

void ReplacedRun::restore() {
  if (aside_.empty()) return;
  std::error_code failed;
  fs::rename(aside_, path_, failed);
  aside_.clear();
}

}  // namespace flopprof::store
