#include "profiler/views/report.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "profiler/store/run_file.h"
#include "tests/support/sample_run.h"

namespace flopprof::views {
namespace {

using testing::empty_run;
using testing::fill_executed_sample;
using testing::fill_gpu_sample;
using testing::fill_sample;
using testing::TemporaryFolder;

std::string golden(const std::string& name) {
  std::ifstream file(std::string(FLOPPROF_GOLDEN) + "/" + name, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class ReportTest : public ::testing::Test {
 protected:
  std::string print(By by, Format format) {
    std::ostringstream out;
    print_report(run_, {.by = by, .format = format}, out, talk_);
    return out.str();
  }
  void name_an_operator(const std::string& name) {
    run_.prepare("UPDATE StringIds SET value = ? WHERE id = 2")
        .bind(0, std::string_view(name))
        .run();
  }
  TemporaryFolder folder_;
  store::Database run_ = empty_run(folder_ / "run.db");
  std::ostringstream talk_;
};

TEST_F(ReportTest, TextIsTheGoldenReport) {
  fill_sample(run_);
  EXPECT_EQ(print(By::kOverview, Format::kText), golden("report.txt"));
}

TEST_F(ReportTest, MarkdownIsTheGoldenReport) {
  fill_sample(run_);
  EXPECT_EQ(print(By::kLayer, Format::kMarkdown), golden("report_by_layer.md"));
}

TEST_F(ReportTest, CsvIsTheGoldenReportAndTheFaultsAreTalk) {
  fill_sample(run_);
  EXPECT_EQ(print(By::kOp, Format::kCsv), golden("report_by_op.csv"));
  EXPECT_EQ(talk_.str().find("fault: formula overflow"), 0U);
}

TEST_F(ReportTest, JsonIsTheGoldenReport) {
  fill_sample(run_);
  EXPECT_EQ(print(By::kStep, Format::kJson), golden("report_by_step.json"));
}

TEST_F(ReportTest, TextOfAGpuRunIsTheGoldenReport) {
  fill_sample(run_);
  fill_gpu_sample(run_);
  EXPECT_EQ(print(By::kOverview, Format::kText), golden("report_gpu.txt"));
}

TEST_F(ReportTest, JsonByKernelIsTheGoldenReport) {
  fill_sample(run_);
  fill_gpu_sample(run_);
  EXPECT_EQ(print(By::kKernel, Format::kJson), golden("report_by_kernel.json"));
}

TEST_F(ReportTest, TextOfExecutedFlopsIsTheGoldenReport) {
  fill_executed_sample(run_);
  EXPECT_EQ(print(By::kOverview, Format::kText), golden("report_executed.txt"));
}

TEST_F(ReportTest, JsonByClassIsTheGoldenReport) {
  fill_executed_sample(run_);
  EXPECT_EQ(print(By::kClass, Format::kJson), golden("report_executed_by_class.json"));
}

TEST_F(ReportTest, CsvByClassIsTheGoldenReport) {
  fill_executed_sample(run_);
  EXPECT_EQ(print(By::kClass, Format::kCsv), golden("report_executed_by_class.csv"));
}

TEST_F(ReportTest, MarkdownByStepIsTheGoldenReport) {
  fill_executed_sample(run_);
  EXPECT_EQ(print(By::kStep, Format::kMarkdown), golden("report_executed_by_step.md"));
}

TEST_F(ReportTest, AStepWhoseGpuTimeIsNotKnownHasADash) {
  fill_sample(run_);
  fill_gpu_sample(run_);
  run_.execute("DELETE FROM gpu_step WHERE step = 0");
  const std::string text = print(By::kStep, Format::kText);
  EXPECT_NE(text.find("1.00 s         -\n"), std::string::npos) << text;
  EXPECT_NE(text.find("1.10 s  600.0 ms\n"), std::string::npos) << text;
}

TEST_F(ReportTest, ARunWithoutProcessesIsAReportOfItsFault) {
  EXPECT_EQ(print(By::kOverview, Format::kText), golden("report_empty.txt"));
}

TEST_F(ReportTest, JsonIntegersKeepTheirLastDigitPast64Bits) {
  fill_sample(run_);
  run_.execute(
      "INSERT INTO op_work VALUES (1, 0, 'forward', 1, 2, 0, 1, 0, 9223372036854775807, 0, 0),"
      " (1, 0, 'forward', 1, 2, 1, 1, 0, 9223372036854775807, 0, 0)");
  EXPECT_NE(print(By::kOverview, Format::kJson).find("\"model_flops\": 18446744077709551618,"),
            std::string::npos);
}

TEST_F(ReportTest, AHostileNameIsDataInEveryFormat) {
  fill_sample(run_);
  const std::string hostile = "\"'|,=\x1b[2J\r\n\xff" + std::string(10'000, 'x');
  name_an_operator(hostile);
  for (const Format format : {Format::kText, Format::kMarkdown, Format::kCsv, Format::kJson}) {
    EXPECT_EQ(print(By::kOp, format).find('\x1b'), std::string::npos);
  }
  std::istringstream lines(print(By::kOp, Format::kText));
  for (std::string line; std::getline(lines, line);) {
    if (line.find("xxx") == std::string::npos) continue;
    EXPECT_LE(line.size(), 100U + 2U);  // the ellipsis has 3 bytes
  }
  const auto json = nlohmann::json::parse(print(By::kOp, Format::kJson));
  EXPECT_EQ(json["by_op"][1]["op"], "\"'|,=\x1b[2J\r\n\uFFFD" + std::string(10'000, 'x'));
}

TEST_F(ReportTest, ARunWithoutLayersSaysHowToRecordThem) {
  EXPECT_THROW(print(By::kLayer, Format::kText), NothingToReport);
  EXPECT_THROW(print(By::kKernel, Format::kText), NothingToReport);
  EXPECT_THROW(print(By::kClass, Format::kJson), NothingToReport);
}

TEST_F(ReportTest, TheQueryOfEveryViewRunsAsItIs) {
  fill_sample(run_);
  fill_gpu_sample(run_);
  run_.execute("INSERT INTO executed_signature VALUES (1, 10, 0, 1, 5, 1, 0, 0, 0)");
  for (const By by : {By::kOverview, By::kStep, By::kPhase, By::kOp, By::kLayer, By::kRank,
                      By::kKernel, By::kClass}) {
    EXPECT_TRUE(run_.prepare(query_of({.by = by, .top = 1})).step());
  }
}

}  // namespace
}  // namespace flopprof::views
