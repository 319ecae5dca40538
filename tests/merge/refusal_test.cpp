#include <gmock/gmock.h>
#include <unistd.h>

#include "profiler/merge/merge.h"
#include "profiler/merge/part.h"
#include "profiler/store/liveness.h"
#include "tests/merge/rank_run.h"

namespace flopprof::merge {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::make_rank_run;
using testing::RankRun;

namespace fs = std::filesystem;

class Merge : public ::testing::Test {
 protected:
  fs::path add(const std::string& name, const RankRun& rank) {
    runs_.push_back(folder_ / name);
    make_rank_run(runs_.back(), rank);
    return runs_.back();
  }

  /// Why the runs were not merged; nothing may be left of the try.
  template <typename Refusal>
  std::string refusal(const Request& more = {}) {
    Request request = more;
    if (request.runs.empty()) request.runs = runs_;
    if (request.output.empty()) request.output = folder_ / "all.db";
    const auto files = [&] { return std::distance(fs::directory_iterator(folder_ / "."), {}); };
    const auto before = files();
    try {
      merge_runs(request);
    } catch (const Refusal& error) {
      EXPECT_EQ(files(), before);
      return error.what();
    }
    return "merged";
  }

  testing::TemporaryFolder folder_;
  std::vector<fs::path> runs_;
};

TEST_F(Merge, RefusesRunsOfDifferentWorldsAndNamesBoth) {
  add("a.db", {.rank = 0, .world = "Slurm 1.0"});
  add("b.db", {.rank = 1, .world = "Slurm 2.0"});
  EXPECT_THAT(refusal<NotOneJob>(),
              AllOf(HasSubstr("a.db and "), HasSubstr("b.db are of different jobs"),
                    HasSubstr("Slurm 1.0 (4 ranks) and Slurm 2.0 (4 ranks)")));
}

TEST_F(Merge, RefusesWorldsOfDifferentSizes) {
  add("a.db", {.rank = 0, .size = 4});
  add("b.db", {.rank = 1, .size = 8});
  EXPECT_THAT(refusal<NotOneJob>(), HasSubstr("4 ranks in one and 8 in the other"));
}

TEST_F(Merge, RefusesRunsOfDifferentCommandsUnlessTold) {
  add("a.db", {.rank = 0, .size = 2});
  add("b.db", {.rank = 1, .size = 2, .command = R"(["python","other.py"])"});
  EXPECT_THAT(refusal<NotOneJob>(), AllOf(HasSubstr("other.py"), HasSubstr("--any-command")));
  EXPECT_EQ(refusal<NotOneJob>({.commands = Commands::kAny}), "merged");
}

TEST_F(Merge, TakesCommandsThatDifferInTheirNumbersForOne) {
  add("a.db", {.rank = 0, .size = 2, .command = R"(["train","--rank","9"])"});
  add("b.db", {.rank = 1, .size = 2, .command = R"(["train","--rank","10"])"});
  EXPECT_EQ(refusal<NotOneJob>(), "merged");
}

TEST_F(Merge, RefusesTheSameRankTwiceAndNamesBothFiles) {
  add("a.db", {.rank = 1, .run_id = "one"});
  add("b.db", {.rank = 1, .run_id = "other"});
  EXPECT_THAT(refusal<NotOneJob>(),
              AllOf(HasSubstr("rank 1 of world Slurm 77.0 is in "), HasSubstr("a.db and in "),
                    HasSubstr("b.db; give each rank once")));
}

TEST_F(Merge, RefusesTheSameFileTwice) {
  add("a.db", {.rank = 0});
  runs_.push_back(folder_ / "./a.db");
  EXPECT_THAT(refusal<NotOneJob>(), HasSubstr("given twice"));
}

TEST_F(Merge, RefusesToWriteWhatItReads) {
  add("a.db", {.rank = 0});
  EXPECT_THAT(refusal<NotOneJob>({.output = folder_ / "./a.db"}), HasSubstr("read and written"));
}

TEST_F(Merge, RefusesRunsThatAreNoRanks) {
  add("a.db", {.rank = 0, .world = ""});
  add("b.db", {.rank = 1, .world = ""});
  EXPECT_THAT(refusal<NotOneJob>(), AllOf(HasSubstr("holds no rank"), HasSubstr("flopprof diff")));
}

TEST_F(Merge, TakesPartsOfOneRunThatAreNoRanks) {
  add("a.db", {.rank = 0, .world = "", .run_id = "same"});
  add("b.db", {.rank = 1, .world = "", .run_id = "same"});
  EXPECT_EQ(refusal<NotOneJob>(), "merged");
}

TEST_F(Merge, RefusesOtherSchemas) {
  for (const auto* version : {"3", "99"}) {
    runs_.clear();
    const fs::path path = add(std::string("schema") + version, {.rank = 0});
    store::Database(path, store::Database::Access::kWrite)
        .execute(std::string("PRAGMA user_version = ") + version);
    EXPECT_THAT(refusal<NotOneJob>(), HasSubstr(std::string("has schema ") + version));
  }
}

TEST_F(Merge, FailsWhenNoFileCanBeReadAndLeavesNothing) {
  runs_ = {folder_ / "none.db", folder_ / "."};
  EXPECT_THAT(refusal<store::DatabaseError>(),
              AllOf(HasSubstr("nothing to merge"), HasSubstr("none.db: no such file"),
                    HasSubstr("is a directory")));
}

TEST_F(Merge, FailsWhereItMayNotWrite) {
  add("a.db", {.rank = 0});
  EXPECT_THAT(refusal<store::DatabaseError>({.output = folder_ / "no/such/all.db"}),
              HasSubstr("no/such/all.db cannot be written"));
}

TEST_F(Merge, KeepsAnExistingRunUnlessToldToReplaceIt) {
  add("a.db", {.rank = 0});
  make_rank_run(folder_ / "all.db", {.rank = 7});
  EXPECT_THAT(refusal<store::RunInTheWay>(), HasSubstr("--force"));
  EXPECT_EQ(refusal<store::RunInTheWay>({.existing = store::Existing::kReplace}), "merged");
  EXPECT_EQ(first_rank(read_part(store::open_run(folder_ / "all.db"))), 0);
}

TEST_F(Merge, NeverReplacesARunThatIsBeingWritten) {
  add("a.db", {.rank = 0});
  {
    store::Database living = store::create_run(
        folder_ / "all.db",
        {.host = store::this_host(), .started_at_ns = testing::kSampleBegan * 2}, ::getpid());
  }
  EXPECT_THAT(refusal<store::RunInTheWay>({.existing = store::Existing::kReplace}),
              HasSubstr("still running"));
}

}  // namespace
}  // namespace flopprof::merge
