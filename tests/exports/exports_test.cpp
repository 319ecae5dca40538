#include <gtest/gtest.h>
#include <zlib.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "profiler/exports/chrome_trace.h"
#include "profiler/exports/gzip_stream.h"
#include "profiler/exports/hatchet.h"
#include "profiler/exports/prometheus.h"
#include "tests/support/sample_run.h"

namespace flopprof::exports {
namespace {

using nlohmann::json;

class Exports : public ::testing::Test {
 protected:
  void SetUp() override { testing::fill_sample(run_); }
  json chrome(std::optional<double> peak = {}) {
    std::ostringstream out;
    write_chrome_trace(run_, peak, out);
    return json::parse(out.str());
  }
  static std::vector<json> of(const json& trace, const std::string& key, const std::string& value) {
    std::vector<json> events;
    for (const json& event : trace["traceEvents"]) {
      if (event.value(key, "") == value) events.push_back(event);
    }
    return events;
  }
  json hatchet() {
    std::ostringstream out;
    write_hatchet(run_, out);
    return json::parse(out.str());
  }
  std::string metrics(const MetricsRequest& request = {}) {
    std::ostringstream out;
    write_metrics(run_, request, out);
    return out.str();
  }
  void name_everything(const std::string& name) {
    run_.prepare("UPDATE StringIds SET value = ? WHERE id = 2").bind(0, name).run();
    run_.prepare("UPDATE fault SET what = ?, detail = ?").bind(0, name).bind(1, name).run();
  }
  testing::TemporaryFolder folder_;
  store::Database run_ = testing::empty_run(folder_ / "run.db");
};

using ChromeTrace = Exports;

TEST_F(ChromeTrace, HasEachStepWhereItWas) {
  const json trace = chrome();
  const auto steps = of(trace, "cat", "step");
  ASSERT_EQ(steps.size(), 5U);
  EXPECT_EQ(steps[1]["name"], "step 1");
  EXPECT_EQ(steps[1]["ts"], 1'200'000.0);  // 0.1 s after the run, 1.1 s after its process
  EXPECT_EQ(steps[1]["dur"], 1'100'000.0);
  EXPECT_EQ(steps[0]["args"]["model_flops"], 1'000'000'000);
  EXPECT_EQ(steps[0]["args"]["source"], "modelled");
  EXPECT_EQ(steps[1]["args"]["source"], "extrapolated");
  EXPECT_FALSE(steps[4]["args"].contains("model_flops"));
  EXPECT_EQ(trace["distributedInfo"]["rank"], 0);
}

TEST_F(ChromeTrace, CountsFlopsASecondAndEndsWithNought) {
  const auto rates = of(chrome(), "name", "model FLOP/s");
  ASSERT_EQ(rates.size(), 5U);  // steps 0 to 3, and the end; step 4 has none
  EXPECT_EQ(rates[0]["args"]["value"], 1e9);
  EXPECT_EQ(rates.back()["args"]["value"], 0);
}

TEST_F(ChromeTrace, HasMfuWithAPeakAndSaysThatItHasNoneWithout) {
  EXPECT_TRUE(of(chrome(), "name", "MFU").empty());
  EXPECT_NE(chrome()["flopprof"]["notes"].dump().find("no MFU"), std::string::npos);
  EXPECT_EQ(of(chrome(4e9), "name", "MFU")[0]["args"]["value"], 0.25);
}

TEST_F(ChromeTrace, SumsAreLaidEndToEndInsideTheirPhase) {
  const json trace = chrome();
  const auto phases = of(trace, "cat", "phase");
  ASSERT_EQ(phases.size(), 4U);
  EXPECT_EQ(phases[0]["name"], "forward");
  EXPECT_EQ(phases[0]["dur"], 402'000.0);
  EXPECT_EQ(phases[1]["ts"], 402'000.0);
  const auto ops = of(trace, "cat", "operator");
  EXPECT_EQ(ops[0]["name"], "aten::mm");
  EXPECT_EQ(ops[0]["dur"], 400'000.0);
  EXPECT_EQ(ops[1]["ts"], 400'000.0);
  EXPECT_EQ(ops[0]["args"]["model_flops"], 1'200'000'004);
  EXPECT_NE(of(trace, "name", "process_name")[1]["args"]["name"].dump().find("not a timeline"),
            std::string::npos);
}

TEST_F(ChromeTrace, HasGpuWorkAndFaults) {
  testing::fill_gpu_sample(run_);
  const json trace = chrome();
  const auto busy = of(trace, "name", "GPUs busy");
  EXPECT_EQ(busy[0]["args"]["value"], 0.7);  // 0.4 s and 0.3 s in a step of one second
  const auto kernels = of(trace, "cat", "kernel");
  ASSERT_EQ(kernels.size(), 3U);
  EXPECT_EQ(kernels[0]["name"], "gemm");
  EXPECT_EQ(kernels[0]["dur"], 1'200'000.0);
  EXPECT_EQ(kernels[2]["tid"], 2);  // outside steps
  EXPECT_EQ(of(trace, "cat", "fault")[0]["name"], "fault: formula overflow");
}

TEST_F(ChromeTrace, StepsThatOverlapAreDrawnInRowsOfTheirOwn) {
  run_.execute("UPDATE step SET began_after_ns = 500000000 WHERE step = 1");
  const auto steps = of(chrome(), "cat", "step");
  EXPECT_EQ(steps[0]["tid"], 1);
  EXPECT_EQ(steps[1]["tid"], 2);
  EXPECT_EQ(steps[2]["tid"], 1);
}

TEST_F(ChromeTrace, ARunWithoutStepsIsATraceThatSaysSo) {
  run_.execute("DELETE FROM step");
  const json trace = chrome();
  EXPECT_TRUE(of(trace, "cat", "step").empty());
  EXPECT_TRUE(of(trace, "ph", "C").empty());
  EXPECT_NE(trace["flopprof"]["notes"].dump().find("the run has no steps"), std::string::npos);
}

TEST_F(ChromeTrace, AKeptTimelineIsDrawnFromTheStepThatLaunchedIt) {
  run_.execute(R"sql(
    DROP TABLE IF EXISTS CUPTI_ACTIVITY_KIND_KERNEL;
    CREATE TABLE CUPTI_ACTIVITY_KIND_KERNEL (start, end, deviceId, streamId, correlationId,
      demangledName, process, step);
    INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL VALUES (7000, 8000, 0, 13, 5, 2, 1, 1),
      (8500, 8600, 0, 14, 6, 2, 1, 1);
  )sql");
  const auto kernels = of(chrome(), "cat", "kernel");
  ASSERT_EQ(kernels.size(), 2U);
  EXPECT_EQ(kernels[0]["ts"], 1'200'000.0);
  EXPECT_EQ(kernels[0]["dur"], 1.0);
  EXPECT_EQ(kernels[1]["ts"], 1'200'001.5);
  EXPECT_EQ(kernels[1]["tid"], 14);
}

class Executed : public Exports {
 protected:
  void SetUp() override { testing::fill_executed_sample(run_); }
};

TEST_F(Executed, IsARateAndAShareOfThePeakInTheTrace) {
  const json trace = chrome(1e14);
  const auto rates = of(trace, "name", "executed FLOP/s");
  ASSERT_EQ(rates.size(), 9U);  // steps 0 to 6 and 8, and the end; of step 7 nothing is known
  EXPECT_EQ(rates[0]["args"]["value"], 102e12);
  EXPECT_EQ(rates[7]["args"]["value"], 0);  // step 8 launched nothing
  EXPECT_EQ(rates[7]["ts"], 8'100'000.0);
  EXPECT_EQ(of(trace, "name", "HFU")[0]["args"]["value"], 0.51);  // of two devices
  const auto steps = of(trace, "cat", "step");
  EXPECT_EQ(steps[3]["args"]["executed_flops"], 102'040'000'000'000);
  EXPECT_EQ(steps[3]["args"]["executed_source"], "counted");
  EXPECT_FALSE(steps[7]["args"].contains("executed_flops"));
}

TEST_F(Executed, IsARateAndAShareOfThePeakInTheMetrics) {
  const std::string text = metrics({.peak_flops_per_second = 1e14});
  EXPECT_NE(text.find("flopprof_executed_flops_per_second{source=\"extrapolated\"} "
                      "112880000000000\n"),
            std::string::npos);
  EXPECT_NE(text.find("flopprof_hfu_ratio{peak_source=\"given\"} 0.5644\n"), std::string::npos);
}

TEST(OlderRuns, HaveATraceWithoutExecutedFlops) {
  const testing::TemporaryFolder folder;
  store::Database run(folder / "run.db", store::Database::Access::kCreate);
  std::ifstream file(FLOPPROF_TEST_DATA "/run_schema_2.sql");
  std::ostringstream sql;
  sql << file.rdbuf();
  run.execute(sql.str());
  run.execute(
      "PRAGMA user_version = 2;"
      "INSERT INTO run VALUES ('old', '[]', '/', 'trainbox', 0, 1, 'exited', 0, '0.1', 0.01,"
      " 0, '', NULL)");
  testing::fill_sample(run);
  std::ostringstream out;
  write_chrome_trace(run, 1e9, out);
  EXPECT_NE(out.str().find("\"model FLOP/s\""), std::string::npos);
  EXPECT_EQ(out.str().find("executed"), std::string::npos);
}

using Hatchet = Exports;

TEST_F(Hatchet, IsATreeOfPhasesAndOperatorsAndADictionaryOfDevices) {
  testing::fill_gpu_sample(run_);
  const json list = hatchet();
  ASSERT_EQ(list.size(), 2U);
  const json& root = list[0];
  EXPECT_EQ(root["frame"]["name"], "ROOT");
  const json& forward = root["children"][0];
  EXPECT_EQ(forward["frame"]["name"], "forward");
  EXPECT_EQ(forward["children"][0]["metrics"]["model_flops"], 1'200'000'004);
  EXPECT_EQ(forward["children"][0]["metrics"]["cpu_time (ns)"], 400'000'000);
  const json& kernels = root["children"][4];
  EXPECT_EQ(kernels["frame"]["name"], "kernels in steps");
  EXPECT_EQ(kernels["children"][0]["metrics"]["time (ns)"], 1'200'000'000);
  EXPECT_EQ(list[1]["CUDA"]["1"]["uuid"], "GPU-b");
}

TEST(HatchetOfACountedRun, HasExecutedFlopsByTheWidthOfTheOperands) {
  const testing::TemporaryFolder folder;
  store::Database run = testing::empty_run(folder / "run.db");
  testing::fill_executed_sample(run);
  std::ostringstream out;
  write_hatchet(run, out);
  const json root = json::parse(out.str())[0];
  const json& executed = root["children"].back()["metrics"];
  EXPECT_EQ(executed, (json{{"flops16", 883'010'000'000'000}, {"flops32", 20'030'000'000'000}}));
  EXPECT_EQ(root["metrics"]["flops16"], 0);
  std::ostringstream metrics;
  write_metrics(run, {}, metrics);
  EXPECT_NE(metrics.str().find("{source=\"extrapolated\",class=\"fp32\"} 20030000000000\n"),
            std::string::npos);
  EXPECT_NE(metrics.str().find("flopprof_mfu_ratio{peak_source="), std::string::npos);
}

using Metrics = Exports;

TEST_F(Metrics, AreExactAndNameTheirSource) {
  const std::string text = metrics();
  EXPECT_NE(text.find("flopprof_model_flops_total{source=\"extrapolated\"} 4000000004\n"),
            std::string::npos);
  EXPECT_NE(text.find("# TYPE flopprof_steps counter\nflopprof_steps_total 5\n"),
            std::string::npos);
  EXPECT_NE(text.find("flopprof_running 0\n"), std::string::npos);
  EXPECT_TRUE(text.ends_with("# EOF\n"));
}

TEST_F(Metrics, OfTheTextFormatNameTheirFamilyAsTheirSamples) {
  const std::string text = metrics({.dialect = Dialect::kPrometheusText});
  EXPECT_NE(text.find("# TYPE flopprof_steps_total counter\nflopprof_steps_total 5\n"),
            std::string::npos);
  EXPECT_EQ(text.find("# EOF"), std::string::npos);
}

TEST_F(Metrics, HaveAsManyOperatorsAsAskedForAndMfuWithAPeak) {
  const std::string text = metrics({.top = 1, .peak_flops_per_second = 4e9});
  EXPECT_NE(text.find("op=\"aten::convolution_backward\"} 2800000000"), std::string::npos);
  EXPECT_EQ(text.find("aten::lstm"), std::string::npos);
  EXPECT_NE(text.find("flopprof_mfu_ratio{peak_source=\"given\"} 0.1515"), std::string::npos);
}

TEST_F(Metrics, NamesThatAreEqualOnceShortenedStayTwoSeries) {
  const std::string name(10'000, 'x');
  run_.prepare("UPDATE StringIds SET value = ? WHERE id = 2").bind(0, name).run();
  run_.prepare("UPDATE StringIds SET value = ? WHERE id = 3").bind(0, name + "x").run();
  EXPECT_NE(metrics().find("x #2\"}"), std::string::npos);
}

TEST_F(Exports, HostileNamesLeaveEveryFormatWhole) {
  const std::string name = "</script>\"'\\\n\x1b[31m\x01\xff{}," + std::string(10'000, 'x');
  name_everything(name);
  const json trace = chrome();
  bool found = false;
  for (const json& op : of(trace, "cat", "operator")) {
    found |= op["name"].get<std::string>().starts_with("</script>\"'\\\n\x1b[31m\x01");
  }
  EXPECT_TRUE(found);
  EXPECT_FALSE(hatchet()[0]["children"].empty());
  const std::string text = metrics();
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("</script>\\\"'\\\\\\\\n\\\\x1b[31m"), std::string::npos)
      << text.substr(0, 900);
}

TEST_F(Exports, GzipHoldsWhatWasWritten) {
  const std::filesystem::path path = folder_ / "out.gz";
  const std::string text(200'000, 'y');
  GzipBuffer bytes(path);
  std::ostream out(&bytes);
  out << text << "end";
  EXPECT_TRUE(bytes.close());
  std::string read(300'000, '\0');
  gzFile file = gzopen(path.c_str(), "rb");
  read.resize(static_cast<std::size_t>(gzread(file, read.data(), 300'000)));
  gzclose(file);
  EXPECT_EQ(read, text + "end");
  EXPECT_THROW(GzipBuffer{folder_ / "no/such/folder.gz"}, std::runtime_error);
}

}  // namespace
}  // namespace flopprof::exports
