#include "profiler/store/living_run.h"

#include <ctime>
#include <string>

#include "profiler/store/liveness.h"

namespace flopprof::store {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kRecent = 60 * kSecond;

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * kSecond + now.tv_nsec;
}

bool launcher_lives(const Database& run) {
  Statement row = run.prepare(
      "SELECT launcher_pid, started_at_ns FROM run"
      " WHERE ended_at_ns IS NULL AND launcher_pid IS NOT NULL AND host = ?");
  row.bind(0, std::string_view(this_host()));
  return row.step() && is_alive_since(row.integer(0), row.integer(1));
}

bool process_lives(const Database& run) {
  const std::string here = this_host();
  Statement row = run.prepare(
      "SELECT pid, start_ticks, last_written_at_ns, host FROM process WHERE ended_at_ns IS NULL");
  while (row.step()) {
    const bool lives = row.text(3) == here ? start_ticks_of(row.integer(0)) == row.integer(1)
                                           : now_ns() - row.integer(2) < kRecent;
    if (lives) return true;
  }
  return false;
}

}  // namespace

bool is_being_written(const Database& run) { return launcher_lives(run) || process_lives(run); }

}  // namespace flopprof::store
