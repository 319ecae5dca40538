#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <sstream>

#include "profiler/store/run_file.h"
#include "profiler/views/report.h"
#include "tests/support/sample_run.h"

namespace flopprof::views {
namespace {

using testing::empty_run;
using testing::fill_executed_sample;
using testing::fill_gpu_sample;
using testing::fill_sample;
using testing::TemporaryFolder;

class ReportHtml : public ::testing::Test {
 protected:
  std::string print(By by, Format format = Format::kHtml) {
    std::ostringstream out;
    std::ostringstream talk;
    print_report(run_, {.by = by, .format = format}, out, talk);
    return out.str();
  }
  /// Whether the page of the whole run has `text`.
  bool page_has(const std::string& text) {
    return print(By::kOverview).find(text) != std::string::npos;
  }
  /// What the page's script gets of a table.
  static nlohmann::json data_of(const std::string& page, const std::string& table) {
    const std::size_t at = page.find("id=\"" + table + "-data\">");
    if (at == std::string::npos) return {};
    const std::size_t from = page.find('{', at);
    return nlohmann::json::parse(page.substr(from, page.find("</script>", from) - from));
  }
  /// Every number of the page's table is to the digit what the view is in JSON.
  void expect_as_in_json(const std::string& table, By by, const std::string& key) {
    const auto page = data_of(print(By::kOverview), table);
    const auto json = nlohmann::json::parse(print(by, Format::kJson))[key];
    ASSERT_EQ(page["rows"].size(), json.size()) << table;
    ASSERT_GT(json.size(), 0U);
    for (std::size_t row = 0; row < json.size(); ++row) {
      for (std::size_t column = 0; column < page["columns"].size(); ++column) {
        const auto& cell = page["rows"][row][column];
        const auto& expected = json[row][page["columns"][column]["key"].get<std::string>()];
        const std::string exact = cell.is_array() ? cell[0].get<std::string>() : cell.dump();
        EXPECT_EQ(exact, expected == "" ? "\"-\"" : expected.dump()) << table << " row " << row;
      }
    }
  }
  TemporaryFolder folder_;
  store::Database run_ = empty_run(folder_ / "run.db");
};

TEST_F(ReportHtml, NeedsNothingFromElsewhere) {
  fill_executed_sample(run_);
  const std::string page = print(By::kOverview);
  EXPECT_EQ(page.rfind("<!DOCTYPE html>", 0), 0U);
  for (const char* way_out : {"http:", "https:", "<link rel=\"style", "src=", "@import", "url("}) {
    EXPECT_EQ(page.find(way_out), std::string::npos) << way_out;
  }
  EXPECT_NE(page.find("content=\"default-src 'none';"), std::string::npos);
}

TEST_F(ReportHtml, OpensWithFaultsAndTotalsAndTheirSources) {
  fill_sample(run_);
  const std::string page = print(By::kOverview);
  const std::size_t fault = page.find("<strong>fault: formula overflow</strong>");
  const std::size_t total = page.find(
      "<dt>model FLOPs <span class=\"badge "
      "extrapolated\">extrapolated</span></dt><dd><strong>4.00 "
      "GFLOP</strong><small>4,000,000,004 FLOP");
  ASSERT_NE(total, std::string::npos) << page;
  EXPECT_LT(fault, total);
  EXPECT_LT(total, page.find("<h2"));
}

TEST_F(ReportHtml, TablesHaveTheNumbersOfJsonToTheDigit) {
  fill_executed_sample(run_);
  expect_as_in_json("phases-table", By::kOverview, "by_phase");
  expect_as_in_json("operators-table", By::kOp, "by_op");
  expect_as_in_json("kernels-table", By::kKernel, "by_kernel");
  expect_as_in_json("classes-table", By::kClass, "by_class");
  expect_as_in_json("ranks-table", By::kRank, "by_rank");
  expect_as_in_json("devices-table", By::kOverview, "by_device");
  expect_as_in_json("steps-table", By::kStep, "by_step");
}

TEST_F(ReportHtml, LayersStandWhereTheyWereRecorded) {
  fill_sample(run_);
  expect_as_in_json("layers-table", By::kLayer, "by_layer");
  run_.execute("UPDATE op_work SET part = layer, layer = 1");
  EXPECT_FALSE(page_has("id=\"layers"));
}

TEST_F(ReportHtml, SaysWhyExecutedAndModelFlopsDiffer) {
  fill_executed_sample(run_);
  const std::string page = print(By::kOverview);
  EXPECT_NE(page.find("<strong>1.0262</strong> executed FLOPs for each model FLOP, over the 8"),
            std::string::npos);
  EXPECT_NE(page.find("<span class=\"badge hypothesis\">hypothesis</span> <strong>library work"),
            std::string::npos);
}

TEST_F(ReportHtml, WithoutAGpuNothingOfOneStandsThere) {
  fill_sample(run_);
  const std::string page = print(By::kOverview);
  for (const char* part : {"id=\"kernels\"", "id=\"devices\"", "id=\"classes\"", "GPU-seconds",
                           "executed FLOPs</li>", "id=\"executed-against-model\""}) {
    EXPECT_EQ(page.find(part), std::string::npos) << part;
  }
}

TEST_F(ReportHtml, AViewThatWasAskedForStandsAlone) {
  fill_executed_sample(run_);
  const std::string page = print(By::kKernel);
  EXPECT_NE(page.find("id=\"kernels\""), std::string::npos);
  EXPECT_EQ(page.find("id=\"operators\""), std::string::npos);
  EXPECT_EQ(page.find("id=\"steps\""), std::string::npos);
}

TEST_F(ReportHtml, ARunWithoutStepsIsAPageOfItsFault) {
  EXPECT_TRUE(page_has("<dt>steps</dt><dd><strong>0</strong><small>none was seen</small>"));
  EXPECT_FALSE(page_has("id=\"steps\""));
  EXPECT_TRUE(page_has("class=\"faults\""));
}

TEST_F(ReportHtml, ARunningRunSaysThatItsFiguresAreOfNow) {
  fill_sample(run_);
  run_.execute("UPDATE run SET ended = NULL, ended_at_ns = NULL, exit_status = NULL");
  EXPECT_TRUE(page_has("<span class=\"badge exited\">exited</span>"));
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  run_.prepare("UPDATE process SET ended_at_ns = NULL, last_written_at_ns = ?")
      .bind(0, std::chrono::duration_cast<std::chrono::nanoseconds>(now).count())
      .run();
  EXPECT_TRUE(page_has("<span class=\"badge running\">running</span>"));
  EXPECT_TRUE(page_has("still running: all figures are as of now"));
}

TEST_F(ReportHtml, WithoutFlopsTheTotalsSaySo) {
  fill_sample(run_);
  fill_gpu_sample(run_);
  run_.execute(
      "DELETE FROM op_work; UPDATE step SET model_flops = NULL, signature = NULL;"
      "UPDATE process SET libtorch = NULL");
  EXPECT_TRUE(
      page_has("<dt>model FLOPs <span class=\"badge none\">none</span></dt><dd><strong>not "
               "known</strong>"));
  EXPECT_FALSE(page_has("FLOPs per step</strong>"));
  EXPECT_TRUE(page_has("Time per step"));
}

TEST_F(ReportHtml, AHostileNameIsTextWhereverItStands) {
  fill_sample(run_);
  const std::string hostile = "</script><b id='x'>\"&\x1b[2J\xff" + std::string(10'000, 'y');
  int names = 0;
  for (const char* place :
       {"UPDATE StringIds SET value = ? WHERE id = 2",
        "UPDATE StringIds SET value = ? WHERE id = 5", "UPDATE fault SET detail = ?",
        "UPDATE run SET host = ?", "UPDATE process SET host = ?", "UPDATE process SET world = ?",
        "UPDATE process SET cpu_name = ?", "UPDATE run SET command = ?"}) {
    run_.prepare(place).bind(0, std::string_view(hostile + std::to_string(++names))).run();
  }
  const std::string page = print(By::kOverview);
  EXPECT_EQ(page.find("<b id="), std::string::npos);
  EXPECT_EQ(page.find("</script><b"), std::string::npos);
  EXPECT_EQ(page.find('\x1b'), std::string::npos);
  EXPECT_EQ(page.find('\xff'), std::string::npos);
  EXPECT_EQ(data_of(page, "operators-table")["rows"].size(), 3U);
}

TEST_F(ReportHtml, TenThousandKernelsAndManyStepsStayUnderFiveMegabytes) {
  fill_sample(run_);
  run_.execute(R"sql(
    WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 10099)
      INSERT INTO StringIds SELECT i, printf('kernel<%d, %.300c>', i, 'x') FROM n;
    INSERT INTO kernel_work SELECT 1, id, 1, id, id * 1000003 FROM StringIds WHERE id >= 100;
    INSERT INTO gpu_device VALUES (1, 0, 'Example GPU', 'GPU-a');
    INSERT INTO gpu_step (process, step, device, kernels, kernel_ns, busy_ns)
      VALUES (1, 0, 0, 10, 500000000, 400000000);
    WITH RECURSIVE n(i) AS (SELECT 5 UNION ALL SELECT i + 1 FROM n WHERE i < 49999)
      INSERT INTO step SELECT 1, i, 1, 5000000000 + i * 1000, 1000 + i % 7, NULL, NULL FROM n;
  )sql");
  const std::string page = print(By::kOverview);
  EXPECT_LT(page.size(), 5'000'000U);
  EXPECT_EQ(data_of(page, "kernels-table")["rows"].size(), 10'000U);
  EXPECT_EQ(data_of(page, "steps-table")["rows"].size(), 400U);
}

}  // namespace
}  // namespace flopprof::views
