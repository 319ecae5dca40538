#include "profiler/capture/this_process.h"

#include <unistd.h>

#include <array>
#include <ctime>
#include <filesystem>
#include <fstream>

namespace flopprof::capture {
namespace {

std::int64_t clock_ns(clockid_t clock) noexcept {
  timespec time{};
  clock_gettime(clock, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

std::vector<std::string> command_line() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> words;
  for (std::string word; std::getline(file, word, '\0');) words.push_back(word);
  return words;
}

std::string cpu_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown processor";
}

}  // namespace

std::int64_t now_ns() noexcept { return clock_ns(CLOCK_REALTIME); }
std::int64_t monotonic_ns() noexcept { return clock_ns(CLOCK_MONOTONIC); }
std::int64_t thread_cpu_ns() noexcept { return clock_ns(CLOCK_THREAD_CPUTIME_ID); }

ProcessInfo this_process(const Config& config) {
  ProcessInfo process{.pid = getpid(), .parent_pid = getppid()};
  process.host = host_name();
  process.command = command_line();
  process.started_at_ns = now_ns();
  process.rank = config.place.rank;
  process.local_rank = config.place.local_rank;
  process.world_size = config.place.world_size;
  process.world = config.place.world;
  process.cpu_name = cpu_name();
  return process;
}

RunInfo run_seen_from(const Config& config, const ProcessInfo& process) {
  std::error_code ignored;
  return {.run_id = config.run_id,
          .command = process.command,
          .directory = std::filesystem::current_path(ignored).string(),
          .host = process.host,
          .started_at_ns = process.started_at_ns,
          .overhead_budget = config.overhead_budget,
          .every_steps = config.every_steps,
          .step_range = config.step_range,
          .labels = config.labels};
}

}  // namespace flopprof::capture
