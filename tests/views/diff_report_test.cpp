#include "profiler/views/diff_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/sample_run.h"

namespace flopprof::views {
namespace {

class DiffReport : public ::testing::Test {
 protected:
  void SetUp() override { testing::fill_sample(a_), testing::fill_sample(b_); }
  diff::Comparison comparison() { return diff::compare(diff::read_side(a_), diff::read_side(b_)); }
  testing::TemporaryFolder folder_;
  store::Database a_ = testing::empty_run(folder_ / "a.db");
  store::Database b_ = testing::empty_run(folder_ / "b.db");
  const DiffRequest request_{.a = "a.db", .b = "b.db"};
};

TEST_F(DiffReport, JsonKeepsEveryDigit) {
  b_.execute("UPDATE op_work SET model_flops = model_flops + 1 WHERE op = 3");
  std::ostringstream out;
  print_diff_json(out, comparison(), request_);
  const auto json = nlohmann::json::parse(out.str());
  const auto& total = json["totals"][1];
  EXPECT_EQ(total["quantity"], "model_flops");
  EXPECT_EQ(total["a"], 4'000'000'004);
  EXPECT_EQ(total["b"], 4'000'000'006);  // extrapolated from two steps to four
  EXPECT_EQ(total["verdict"], "differs, extrapolated");
  EXPECT_EQ(json["by_op"].size(), 3U);
  EXPECT_EQ(json["per_step"][1]["verdict"], "within the noise");
}

TEST_F(DiffReport, TextShowsTheDigitsWhereRoundingWouldHideADifference) {
  b_.execute("UPDATE op_work SET model_flops = model_flops + 1 WHERE op = 3");
  std::ostringstream out;
  print_diff_text(out, comparison(), request_);
  EXPECT_NE(out.str().find("4,000,000,004 FLOP  4,000,000,006 FLOP"), std::string::npos)
      << out.str();
}

TEST_F(DiffReport, HostileNamesStayInTheirCell) {
  const std::string name = "<b>|\"\n\x1b[31m" + std::string(10'000, 'x');
  b_.prepare("UPDATE StringIds SET value = ? WHERE id = 2").bind(0, name).run();
  std::ostringstream text;
  print_diff_text(text, comparison(), request_);
  EXPECT_EQ(text.str().find('\x1b'), std::string::npos);
  std::ostringstream markdown;
  print_diff_markdown(markdown, comparison(), request_);
  EXPECT_EQ(markdown.str().find("<b>"), std::string::npos);
  std::ostringstream out;
  print_diff_json(out, comparison(), request_);
  bool found = false;
  const auto json = nlohmann::json::parse(out.str());
  for (const auto& op : json["by_op"]) found |= op["op"] == name;
  EXPECT_TRUE(found);
}

TEST_F(DiffReport, LongTablesAreCutAndSayByHowMuch) {
  std::ostringstream out;
  print_diff_text(out, comparison(), {.a = "a", .b = "b", .top = 1});
  EXPECT_NE(out.str().find("… and 2 more"), std::string::npos);
}

}  // namespace
}  // namespace flopprof::views
