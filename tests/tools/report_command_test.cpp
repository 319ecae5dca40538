#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/command.h"
#include "tests/support/sample_run.h"

namespace flopprof {
namespace {

Ended report(const std::string& arguments) {
  return run_command("'" FLOPPROF_CLI "' report " + arguments + " 2>&1");
}

class ReportCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    store::Database run = testing::empty_run(path_);
    testing::fill_sample(run);
  }
  void expect_failure(const std::string& message) {
    const Ended outcome = report(path_.string());
    EXPECT_EQ(outcome.status, 1) << outcome.output;
    EXPECT_NE(outcome.output.find(message), std::string::npos) << outcome.output;
  }
  testing::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "run.db";
};

TEST_F(ReportCommand, PrintsAndEndsWithZero) {
  const Ended outcome = report(path_.string() + " --format json");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_NE(outcome.output.find("\"model_flops\": 4000000004"), std::string::npos);
}

TEST_F(ReportCommand, WritesTheFileThatItIsGivenAndNothingElse) {
  const std::filesystem::path page = folder_ / "report.html";
  const Ended outcome =
      report(fmt::format("'{}' --format html -o '{}'", path_.string(), page.string()));
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.output, "");
  std::ifstream file(page);
  std::string first;
  std::getline(file, first);
  EXPECT_EQ(first, "<!DOCTYPE html>");
}

TEST_F(ReportCommand, SaysThatAFileCannotBeWritten) {
  const std::string file = (folder_ / "no" / "report.html").string();
  const Ended outcome = report(fmt::format("'{}' --format html -o '{}'", path_.string(), file));
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.output.find("cannot write " + file), std::string::npos) << outcome.output;
}

TEST_F(ReportCommand, ReadsWhileAnotherProcessIsInTheMiddleOfAWrite) {
  store::Database writer = store::join_run(path_);
  store::Transaction writing(writer);
  writer.execute("INSERT INTO StringIds VALUES (77, 'half written')");
  EXPECT_EQ(report(path_.string()).status, 0);
}

TEST_F(ReportCommand, UndoesTheWriteOfAKilledJob) {
  const std::filesystem::path copy = folder_ / "copy.db";
  {
    store::Database writer = store::join_run(path_);
    writer.execute("PRAGMA cache_size = 1; PRAGMA cache_spill = 1");
    store::Transaction writing(writer);
    writer.execute(
        "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
        " INSERT INTO StringIds SELECT i, 'lost ' || i FROM n; DELETE FROM op_work");
    std::filesystem::copy(path_, copy);
    std::filesystem::copy(path_.string() + "-journal", copy.string() + "-journal");
  }
  const Ended outcome = report(copy.string() + " --format json");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_NE(outcome.output.find("\"model_flops\": 4000000004"), std::string::npos);
}

TEST_F(ReportCommand, AMissingFileFails) {
  std::filesystem::remove(path_);
  expect_failure("no such file");
}

TEST_F(ReportCommand, ADirectoryFails) {
  std::filesystem::remove(path_);
  std::filesystem::create_directory(path_);
  expect_failure("is a directory");
}

TEST_F(ReportCommand, AFileThatIsNotSqliteFails) {
  std::ofstream(path_, std::ios::trunc) << std::string(5000, 'x');
  expect_failure("not an SQLite file");
}

TEST_F(ReportCommand, AnEmptyFileFails) {
  std::ofstream(path_, std::ios::trunc).flush();
  expect_failure("is empty");
}

TEST_F(ReportCommand, ANewerSchemaFails) {
  store::Database(path_, store::Database::Access::kWrite).execute("PRAGMA user_version = 99");
  expect_failure("schema 99");
}

TEST_F(ReportCommand, ATruncatedFileFails) {
  std::filesystem::resize_file(path_, std::filesystem::file_size(path_) - 4096);
  expect_failure("truncated");
}

TEST_F(ReportCommand, AnUnknownViewOrFormatIsWrongUsageAndNamesWhatThereIs) {
  const Ended view = report(path_.string() + " --by colour");
  EXPECT_EQ(view.status, 2);
  EXPECT_NE(view.output.find("phase"), std::string::npos);
  const Ended format = report(path_.string() + " --format xml");
  EXPECT_EQ(format.status, 2);
  EXPECT_NE(format.output.find("markdown"), std::string::npos);
}

TEST_F(ReportCommand, ThePeakOfAClassThatIsAskedForMakesMfu) {
  std::filesystem::remove(path_);
  store::Database run = testing::empty_run(path_);
  testing::fill_executed_sample(run);
  const Ended outcome = report(path_.string() + " --format json --peak tensor_fp8");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_NE(outcome.output.find("\"peak_class\": \"tensor_fp8\""), std::string::npos);
  EXPECT_NE(outcome.output.find("\"mfu\": 0.0291"),
            std::string::npos);  // 1040 T / 18 s / 1978.9 T/s
  const Ended wrong = report(path_.string() + " --peak bfloat");
  EXPECT_EQ(wrong.status, 2);
  EXPECT_NE(wrong.output.find("tensor_bf16"), std::string::npos);
}

TEST_F(ReportCommand, TheQueryByClassGivesTheNumbersOfTheReport) {
  std::filesystem::remove(path_);
  store::Database run = testing::empty_run(path_);
  testing::fill_executed_sample(run);
  const Ended query = report(path_.string() + " --by class --top 1 --sql");
  ASSERT_EQ(query.status, 0);
  store::Statement rows = run.prepare(query.output);
  ASSERT_TRUE(rows.step());
  EXPECT_EQ(rows.text(0), "tensor_bf16");
  EXPECT_EQ(rows.integer(1), 883'010'000'000'000);
}

TEST_F(ReportCommand, AViewThatTheRunDoesNotHoldFails) {
  const Ended outcome = report(path_.string() + " --by kernel");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.output.find("no GPU was observed"), std::string::npos);
}

}  // namespace
}  // namespace flopprof
