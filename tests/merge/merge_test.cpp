#include "profiler/merge/merge.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "profiler/store/gpu_reader.h"
#include "profiler/store/liveness.h"
#include "profiler/store/rank_reader.h"
#include "profiler/store/rows.h"
#include "profiler/store/run_reader.h"
#include "tests/merge/rank_run.h"

namespace flopprof::merge {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::make_rank_run;
using testing::RankRun;
using ::testing::SizeIs;

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

class MergedRanks : public ::testing::Test {
 protected:
  fs::path add(const RankRun& rank) {
    runs_.push_back(folder_ / fmt::format("run.rank{}.db", rank.rank));
    make_rank_run(runs_.back(), rank);
    return runs_.back();
  }
  Merged merge() { return merge_runs({.runs = runs_, .output = output()}); }
  fs::path output() const { return folder_ / "all.db"; }
  RunOverview overview() const { return store::read_overview(store::open_run(output())); }

  std::string answer(const std::string& sql) const {
    const store::Database run = store::open_run(output());
    store::Statement statement = run.prepare(sql);
    return statement.step() ? std::string(statement.text(0)) : "no row";
  }

  std::vector<std::string> names_in_folder() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_ / "."))
      names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }

  testing::TemporaryFolder folder_;
  std::vector<fs::path> runs_;
};

TEST_F(MergedRanks, AreOneRunWhoseTotalsAreTheSumsOfTheirs) {
  for (const std::int64_t rank : {2, 0, 3, 1}) add({.rank = rank});
  EXPECT_EQ(merge().runs, 4);
  const RunOverview run = overview();
  EXPECT_EQ(digits_of(run.total.model_flops), "14");  // 1 + 2 + 3 + 4, and 1 of each
  EXPECT_EQ(run.total.steps, 2);
  EXPECT_EQ(run.total.ranks, 4);
  EXPECT_EQ(run.total.step_wall_ns, 2300);  // of the slowest rank
  EXPECT_EQ(run.total.overhead_ns, 28);
  EXPECT_EQ(answer("SELECT model_flops FROM step_total WHERE step = 0"), "10");
  EXPECT_EQ(answer("SELECT wall_ns FROM step_total WHERE step = 0"), "1300");
  EXPECT_EQ(answer("SELECT group_concat(rank) FROM (SELECT rank FROM process ORDER BY id)"),
            "0,1,2,3");
}

TEST_F(MergedRanks, HaveTheLabelsOfTheFirstAndSayWhereAnotherHasOthers) {
  const char* const labels[] = {"('project', 'vision'), ('user', 'ada')",
                                "('project', 'speech'), ('user', 'ada')"};
  for (const std::int64_t rank : {0, 1}) {
    store::Database run = store::join_run(add({.rank = rank, .size = 2}));
    run.execute(fmt::format("INSERT INTO run_label VALUES {}", labels[rank]));
  }
  EXPECT_EQ(merge().kept_out, std::vector<std::string>());
  EXPECT_EQ(answer("SELECT group_concat(label || '=' || value) FROM run_label"),
            "project=vision,user=ada");
  EXPECT_EQ(answer("SELECT detail FROM fault WHERE what = 'rank labelled otherwise'"),
            "project is vision, of another rank speech");
}

TEST_F(MergedRanks, HaveOneNumberForOneText) {
  for (const std::int64_t rank : {0, 1, 2}) add({.rank = rank, .size = 3});
  merge();
  const auto ops = store::read_ops(store::open_run(output()));
  ASSERT_EQ(ops.size(), 1U);
  EXPECT_EQ(ops[0].op, "aten::mm");
  EXPECT_EQ(ops[0].calls, 6);
  EXPECT_EQ(answer("SELECT group_concat(value) FROM (SELECT value FROM StringIds ORDER BY value)"),
            ",aten::mm,of rank 0,of rank 1,of rank 2");
}

TEST_F(MergedRanks, ThatShareAGpuHaveOneAndOthersOneEach) {
  add({.rank = 0, .size = 3, .gpu = "GPU-a"});
  add({.rank = 1, .size = 3, .gpu = "GPU-b"});
  add({.rank = 2, .size = 3, .gpu = ""});
  merge();
  const auto gpus = store::read_gpus(store::open_run(output()));
  ASSERT_THAT(gpus, SizeIs(2));
  EXPECT_EQ(gpus[0].gpu_ns, 200);
  EXPECT_EQ(answer("SELECT sum(gpu_ns) FROM rank_total"), "400");
  EXPECT_EQ(answer("SELECT gpu_ns IS NULL FROM rank_total WHERE rank = 2"), "1");
}

TEST_F(MergedRanks, KeepTheFaultsOfEachAndAddUpThoseOfTheRun) {
  add({.rank = 0, .size = 2});
  add({.rank = 1, .size = 2});
  merge();
  EXPECT_EQ(answer("SELECT count FROM fault WHERE process = 0 AND what = 'late'"), "4");
  EXPECT_EQ(answer("SELECT group_concat(process) FROM (SELECT process FROM fault WHERE what = 'odd'"
                   " ORDER BY process)"),
            "1,2");
}

TEST_F(MergedRanks, BeganWithTheFirstAndEndedWithTheLastAsBadlyAsTheWorst) {
  add({.rank = 0, .size = 3});
  add({.rank = 1, .size = 3, .ended = "signalled", .status = 137});
  add({.rank = 2, .size = 3});
  merge();
  const RunOverview run = overview();
  EXPECT_EQ(run.started_at_ns, testing::kSampleBegan);
  EXPECT_EQ(run.wall_ns, 2'000'002);
  EXPECT_EQ(run.ended, "signalled");
  EXPECT_EQ(run.exit_status, 137);
}

TEST_F(MergedRanks, LeaveTheirFilesAsTheyAre) {
  const fs::path first = add({.rank = 0, .size = 2});
  const fs::path second = add({.rank = 1, .size = 2});
  const std::string before = bytes_of(first) + bytes_of(second);
  merge();
  EXPECT_EQ(bytes_of(first) + bytes_of(second), before);
  EXPECT_THAT(names_in_folder(), ElementsAre("all.db", "run.rank0.db", "run.rank1.db"));
}

/// A child is gone in the middle of a write, and leaves a journal.
void cut_off_a_write(const fs::path& path) {
  const pid_t child = fork();
  if (child == 0) {
    store::Database run = store::join_run(path);
    run.execute("PRAGMA cache_size = 1; BEGIN; DELETE FROM step");
    run.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)"
        " INSERT INTO step SELECT 1, i, 0, 0, 1, 1, 1 FROM n");
    _exit(0);
  }
  waitpid(child, nullptr, 0);
}

TEST_F(MergedRanks, AreReadWithoutWhatAKilledWriterDidNotFinish) {
  const fs::path first = add({.rank = 0, .size = 2});
  add({.rank = 1, .size = 2});
  cut_off_a_write(first);
  const std::string journal = first.string() + "-journal";
  ASSERT_TRUE(fs::exists(journal));
  const std::string before = bytes_of(first) + bytes_of(journal);
  EXPECT_EQ(merge().runs, 2);
  EXPECT_EQ(overview().total.steps, 2);
  EXPECT_EQ(bytes_of(first) + bytes_of(journal), before);
}

TEST_F(MergedRanks, ThatAreNotAllThereAreNamed) {
  add({.rank = 0, .size = 6});
  add({.rank = 2, .size = 6});
  const Merged merged = merge();
  EXPECT_THAT(missing_ranks(merged.worlds.at(0)), ElementsAre(1, 3, 4, 5));
  EXPECT_THAT(overview().faults,
              Contains(::testing::Field(
                  &Fault::detail, HasSubstr("ranks 1 and 3 to 5 of the 6 of world Slurm 77.0"))));
}

TEST_F(MergedRanks, ThatCannotBeReadAreKeptOutAndTold) {
  add({.rank = 0});
  fs::resize_file(add({.rank = 1}), 20'000);         // truncated
  std::ofstream(add({.rank = 2})) << "no database";  // something else
  runs_.push_back(folder_ / "run.rank3.db");         // not there
  const Merged merged = merge();
  EXPECT_EQ(merged.runs, 1);
  EXPECT_THAT(merged.kept_out, ElementsAre(HasSubstr("run.rank1.db is damaged or truncated"),
                                           HasSubstr("run.rank2.db is not an SQLite file"),
                                           HasSubstr("run.rank3.db: no such file")));
  EXPECT_EQ(answer("SELECT count(*) FROM fault WHERE what = 'rank file kept out'"), "3");
  EXPECT_EQ(digits_of(overview().total.model_flops), "2");
}

TEST_F(MergedRanks, ThatAreDamagedInTheMiddleLeaveNothingBehind) {
  add({.rank = 0, .size = 2});
  const fs::path damaged = add({.rank = 1, .size = 2});
  std::fstream file(damaged, std::ios::in | std::ios::out | std::ios::binary);
  // All but the page of the schema's root and a few after it.
  file.seekp(static_cast<std::streamoff>(fs::file_size(damaged) / 4096 * 3 / 4 * 4096));
  file << std::string(fs::file_size(damaged) / 8, '\x5a');
  file.close();
  const Merged merged = merge();
  EXPECT_THAT(merged.kept_out, ElementsAre(HasSubstr("run.rank1.db")));
  EXPECT_EQ(answer("SELECT count(*) FROM process"), "1");
  EXPECT_EQ(answer("SELECT count(*) FROM step"), "2");
}

TEST_F(MergedRanks, OfWhichOneNeverStartedSayWhich) {
  add({.rank = 0, .size = 2});
  runs_.push_back(folder_ / "run.rank1.db");
  {
    store::Database run = testing::empty_run(runs_.back());
    store::end_run(run, testing::kSampleBegan + 5, "exited", 139);
  }
  EXPECT_EQ(merge().runs, 2);
  EXPECT_EQ(overview().exit_status, 139);
  EXPECT_EQ(answer("SELECT detail FROM fault WHERE what = 'rank file empty'"),
            "run.rank1.db holds no process of the job");
}

TEST_F(MergedRanks, OfWhichOneGoesOnAreARunThatGoesOnAndSaySo) {
  add({.rank = 0, .size = 2});
  const fs::path living = add({.rank = 1, .size = 2, .ended = ""});
  store::join_run(living)
      .prepare("UPDATE run SET launcher_pid = ?, host = ?, started_at_ns = ?")
      .bind(0, std::int64_t{::getpid()})
      .bind(1, std::string_view(store::this_host()))
      .bind(2, 2 * testing::kSampleBegan)
      .run();
  EXPECT_EQ(merge().runs, 2);
  EXPECT_EQ(answer("SELECT ended IS NULL FROM run"), "1");
  EXPECT_EQ(answer("SELECT detail FROM fault WHERE what = 'rank still running'"),
            "run.rank1.db was merged while its job ran; what came later is missing");
}

TEST_F(MergedRanks, CanBeMergedAgainWithTheRest) {
  add({.rank = 0, .size = 3});
  add({.rank = 1, .size = 3});
  merge();
  add({.rank = 2, .size = 3});
  merge_runs({.runs = {output(), runs_[2]}, .output = folder_ / "more.db"});
  const RunOverview run = store::read_overview(store::open_run(folder_ / "more.db"));
  EXPECT_EQ(digits_of(run.total.model_flops), "9");
  EXPECT_EQ(run.total.ranks, 3);
}

/// Whatever tables the schema gets: a row of each must come along, twice.
TEST_F(MergedRanks, BringARowOfEveryTable) {
  for (const std::int64_t rank : {0, 1}) {
    const fs::path path = add({.rank = rank, .size = 2, .gpu = "GPU-a"});
    store::Database run = store::join_run(path);
    run.execute(
        "INSERT INTO step_launches VALUES (1, 0, 10, 1, 1);"
        "INSERT INTO outside_launches VALUES (1, 10, 1, 1);"
        "INSERT INTO kernel_work VALUES (1, 2, 1, 1, 1);"
        "INSERT INTO op_gpu_work VALUES (1, 2, 'forward', 1, 1, 1);"
        "INSERT INTO executed_step (process, step, device, fp32_flops) VALUES (1, 0, 0, 5);"
        "INSERT INTO executed_signature VALUES (1, 10, 0, 1, 5, 1, 0, 0, 0);"
        "INSERT INTO executed_split VALUES (1, 10, 0, 1, 5, 3);"
        "INSERT INTO executed_part VALUES (1, 10, 0, 1, 0, 2, 'forward', 1, 5, 0, 0, 0, 0);"
        "INSERT INTO gpu_activity (process, device, began_after_ns, ended_after_ns, watched_ns,"
        " tensor_ns) VALUES (1, 0, 0, 9, 9, 5);"
        "INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL VALUES (0, 1, 0, 0, 0, 1, 1, 2, 3, 1, 1, 1, 1, 1,"
        " 1, 1, 0, 0, 1, 0)");
  }
  merge();
  const store::Database one = store::open_run(runs_[0]);
  for (const auto& table : store::rows_of(
           one,
           "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
           " AND name NOT IN ('run', 'StringIds', 'flop_class', 'fault',"
           " 'run_label')",
           [](const store::Row& row) { return row.text("name"); })) {
    store::Statement rows = one.prepare("SELECT count(*) FROM " + table);
    rows.step();
    ASSERT_GT(rows.integer(0), 0) << table << ": give it a row here";
    EXPECT_EQ(answer("SELECT count(*) FROM " + table), std::to_string(2 * rows.integer(0)))
        << table;
  }
  EXPECT_EQ(answer("SELECT executed_flops FROM executed_class_total WHERE class = 'fp32'"), "10");
  EXPECT_EQ(answer("SELECT group_concat(kernel) FROM executed_part"), "0,0");  // of several kernels
  EXPECT_EQ(answer("SELECT DISTINCT value FROM executed_part JOIN StringIds ON id = op"),
            answer("SELECT DISTINCT value FROM kernel_work JOIN StringIds ON id = kernel"));
}

}  // namespace
}  // namespace flopprof::merge
