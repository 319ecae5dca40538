#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "profiler/views/report.h"
#include "tests/support/rank_sample.h"

namespace flopprof::views {
namespace {

std::string golden(const std::string& name) {
  std::ifstream file(std::string(FLOPPROF_GOLDEN) + "/" + name, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class RankReport : public ::testing::Test {
 protected:
  RankReport() {
    testing::fill_rank_sample(run_);
    store::end_run(run_, testing::kSampleBegan + 2'000'000'000, "signalled", 137);
  }
  std::string print(Format format) {
    std::ostringstream out;
    print_report(run_, {.by = By::kRank, .format = format, .width = 160}, out, talk_);
    return out.str();
  }
  testing::TemporaryFolder folder_;
  store::Database run_ = testing::empty_run(folder_ / "run.db");
  std::ostringstream talk_;
};

TEST_F(RankReport, TextNamesMissingRanksAndThoseThatDisagree) {
  EXPECT_EQ(print(Format::kText), golden("report_by_rank.txt"));
}

TEST_F(RankReport, JsonHasTheExactNumbers) {
  EXPECT_EQ(print(Format::kJson), golden("report_by_rank.json"));
}

TEST_F(RankReport, CsvHasARowForEachRank) {
  EXPECT_EQ(print(Format::kCsv), golden("report_by_rank.csv"));
}

TEST_F(RankReport, MarkdownHasTheSameTable) {
  const std::string text = print(Format::kMarkdown);
  EXPECT_NE(text.find("| ranks | 2 of 4, without ranks 2, 3 |"), std::string::npos) << text;
  EXPECT_NE(text.find("\n### By rank\n\n| rank | host | process | ended | steps |"),
            std::string::npos)
      << text;
}

TEST_F(RankReport, QueryIsTheView) {
  EXPECT_EQ(query_of({.by = By::kRank}),
            "SELECT * FROM rank_total ORDER BY world IS NULL, world, rank IS NULL, rank, process;");
}

}  // namespace
}  // namespace flopprof::views
