#include "profiler/store/living_run.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <ctime>
#include <filesystem>
#include <string>

#include "profiler/store/run_file.h"

namespace flopprof::store {
namespace {

constexpr char kAddProcess[] =
    "INSERT INTO process (pid, parent_pid, start_ticks, host, command, started_at_ns,"
    " last_written_at_ns, ended_at_ns, cpu_name, step_source, callbacks, callback_ns, overhead_ns)"
    " VALUES (?, 1, ?, ?, '[]', 0, ?, ?, '', '', 0, 0, 0)";

std::string this_host() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

std::int64_t now_ns() { return std::int64_t{time(nullptr)} * 1'000'000'000; }

class LivingRun : public testing::Test {
 protected:
  ~LivingRun() override { std::filesystem::remove(path_); }

  Database run_of_launcher(std::int64_t pid, std::int64_t started_at_ns) {
    return create_run(path_, {.run_id = "1", .host = this_host(), .started_at_ns = started_at_ns},
                      pid);
  }

  static void add_process(Database& run, std::int64_t start_ticks, const std::string& host,
                          std::int64_t last_written_at_ns,
                          std::optional<std::int64_t> ended_at_ns) {
    Statement row = run.prepare(kAddProcess);
    row.bind(0, std::int64_t{getpid()}).bind(1, start_ticks).bind(2, std::string_view(host));
    row.bind(3, last_written_at_ns).bind(4, ended_at_ns);
    row.run();
  }

  const std::filesystem::path path_ = std::filesystem::temp_directory_path() /
                                      ("flopprof-living-" + std::to_string(getpid()) + ".db");
};

TEST_F(LivingRun, IsBeingWrittenWhileItsLauncherLives) {
  Database run = run_of_launcher(getpid(), now_ns());
  EXPECT_TRUE(is_being_written(run));
  end_run(run, now_ns(), "exited", 0);
  EXPECT_FALSE(is_being_written(run));
}

TEST_F(LivingRun, TellsAReusedPidByItsLaterStart) {
  EXPECT_FALSE(is_being_written(run_of_launcher(getpid(), 1'000'000'000)));
}

TEST_F(LivingRun, TellsAProcessFromAnotherWithItsPid) {
  Database run = run_of_launcher(0, now_ns());
  add_process(run, /*start_ticks=*/1, this_host(), now_ns(), std::nullopt);
  EXPECT_FALSE(is_being_written(run));
}

TEST_F(LivingRun, OfAnotherHostIsBeingWrittenWhenItWasJustNow) {
  Database run = run_of_launcher(0, now_ns());
  add_process(run, 1, "elsewhere", now_ns() - 3600'000'000'000, std::nullopt);
  EXPECT_FALSE(is_being_written(run));
  add_process(run, 1, "elsewhere", now_ns(), now_ns());
  EXPECT_FALSE(is_being_written(run));
  add_process(run, 1, "elsewhere", now_ns(), std::nullopt);
  EXPECT_TRUE(is_being_written(run));
}

}  // namespace
}  // namespace flopprof::store
