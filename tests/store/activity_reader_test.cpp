#include "profiler/store/activity_reader.h"

#include <gtest/gtest.h>

#include "profiler/store/run_file.h"
#include "profiler/store/run_writer.h"
#include "tests/support/sample_run.h"

namespace flopprof::store {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

GpuActivity watched(std::int64_t seconds) {
  return {.device = 0,
          .began_at_ns = 101 * kSecond,
          .ended_at_ns = (101 + seconds) * kSecond,
          .watched_ns = seconds * kSecond,
          .sm_ns = 7,
          .tensor_ns = 5,
          .tensor_cycles = 11};
}

class ActivityReaderTest : public ::testing::Test {
 protected:
  void write(std::int64_t pid, Drained news) {
    RunWriter writer(folder_ / "run.db", RunInfo{.run_id = "one"},
                     ProcessInfo{.pid = pid, .host = "here", .started_at_ns = 100 * kSecond});
    writer.write(std::move(news));
  }
  std::vector<ActivityTotal> read() { return read_activity(open_run(folder_ / "run.db")); }
  testing::TemporaryFolder folder_;
};

TEST_F(ActivityReaderTest, ReadsWhatWasWrittenWithNothingWhereNothingWasTold) {
  write(1, {.devices = {{.device = 0, .name = "H100", .uuid = "GPU-1"}}, .activity = {watched(4)}});
  const auto all = read();
  ASSERT_EQ(all.size(), 1);
  EXPECT_EQ(all[0].name, "H100");
  EXPECT_EQ(all[0].uuid, "GPU-1");
  EXPECT_EQ(all[0].sums.watched_ns, 4 * kSecond);
  EXPECT_EQ(all[0].sums.sm_ns, 7);
  EXPECT_EQ(all[0].sums.tensor_ns, 5);
  EXPECT_EQ(all[0].sums.tensor_cycles, 11);
  EXPECT_FALSE(all[0].sums.fp32_ns);
}

TEST_F(ActivityReaderTest, TakesADeviceThatTwoProcessesWatchedOnce) {
  const GpuDevice shared{.device = 0, .name = "H100", .uuid = "GPU-1"};
  write(1, {.devices = {shared}, .activity = {watched(4)}});
  write(2, {.devices = {shared}, .activity = {watched(9)}});
  const auto all = read();
  ASSERT_EQ(all.size(), 1);
  EXPECT_EQ(all[0].sums.watched_ns, 9 * kSecond);
}

TEST_F(ActivityReaderTest, TellsHowMuchOfTheTimeWasSpentInSteps) {
  // Watched from second 1 to 5 of the process. Steps: 0 to 2, 2.5 to 3, 4.5 to 8: 1 + 0.5 + 0.5.
  Drained news{.activity = {watched(4)}};
  news.steps = {{.number = 0, .began_after_ns = 0, .wall_ns = 2 * kSecond},
                {.number = 1, .began_after_ns = 5 * kSecond / 2, .wall_ns = kSecond / 2},
                {.number = 2, .began_after_ns = 9 * kSecond / 2, .wall_ns = 7 * kSecond / 2}};
  write(1, news);
  EXPECT_EQ(read().at(0).steps_ns, 2 * kSecond);
}

TEST_F(ActivityReaderTest, FindsNothingInARunFromBeforeIt) {
  write(1, {.activity = {watched(4)}});
  Database(folder_ / "run.db", Database::Access::kWrite).execute("PRAGMA user_version = 3");
  EXPECT_TRUE(read().empty());
}

}  // namespace
}  // namespace flopprof::store
