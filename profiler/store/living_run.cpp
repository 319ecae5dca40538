#include "profiler/store/living_run.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <ctime>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

namespace flopprof::store {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kRecent = 60 * kSecond;

std::int64_t now_ns(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return now.tv_sec * kSecond + now.tv_nsec;
}

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

/// Field 22 of /proc/PID/stat; nothing when there is no such process or it is a zombie.
std::optional<std::int64_t> start_ticks_of(std::int64_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  if (!std::getline(file, text, '\0')) return std::nullopt;
  const std::size_t after_name = text.rfind(')');
  if (after_name == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(after_name + 1));
  std::string field;
  for (int number = 3; number <= 22; ++number) {
    fields >> field;
    if (number == 3 && field == "Z") return std::nullopt;
  }
  return fields ? std::optional(std::stoll(field)) : std::nullopt;
}

/// A process that was started before `at_ns`, or within the second it takes to note the time.
bool is_alive_since(std::int64_t pid, std::int64_t at_ns) {
  const auto ticks = start_ticks_of(pid);
  if (!ticks) return false;
  const std::int64_t booted_at = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_BOOTTIME);
  return booted_at + *ticks * (kSecond / sysconf(_SC_CLK_TCK)) <= at_ns + kSecond;
}

bool launcher_lives(const Database& run) {
  Statement row = run.prepare(
      "SELECT launcher_pid, started_at_ns FROM run"
      " WHERE ended_at_ns IS NULL AND launcher_pid IS NOT NULL AND host = ?");
  row.bind(0, std::string_view(host_name()));
  return row.step() && is_alive_since(row.integer(0), row.integer(1));
}

bool process_lives(const Database& run) {
  const std::string here = host_name();
  Statement row = run.prepare(
      "SELECT pid, start_ticks, last_written_at_ns, host FROM process WHERE ended_at_ns IS NULL");
  while (row.step()) {
    const bool lives = row.text(3) == here ? start_ticks_of(row.integer(0)) == row.integer(1)
                                           : now_ns(CLOCK_REALTIME) - row.integer(2) < kRecent;
    if (lives) return true;
  }
  return false;
}

}  // namespace

bool is_being_written(const Database& run) { return launcher_lives(run) || process_lives(run); }

}  // namespace flopprof::store
