#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "tests/support/command.h"
#include "tests/to_accuracy/toy_run.h"

namespace flopprof::tools {
namespace {

using testing::HasSubstr;

Ended convert(const std::string& arguments) {
  return run_command("'" FLOPPROF_CLI "' convert " + arguments);
}

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Convert : public testing::Test {
 protected:
  std::string put(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return (folder_ / name).string();
  }
  std::string run(const std::string& name, const to_accuracy::ToyRun& toy) const {
    to_accuracy::make_run(folder_ / name, toy);
    return (folder_ / name).string();
  }

  to_accuracy::TemporaryFolder folder_;
};

constexpr const char* kTpu = FLOPPROF_TEST_DATA "/dawnbench/google_resnet50_tpu_tensorflow18.tsv";
const std::string kNominal =
    std::string("--nominal --macs-per-image 4.089e9 --images-per-epoch 1281167 --accuracy ") +
    kTpu + " --metric top5 ";
const std::string kWords =
    " --to openai --level AlexNet --publication 'ResNet-50 (TPU)' --date 2018-06-03 ";

TEST_F(Convert, SumsTheRunsStepsUpToTheTarget) {
  const auto db = run("run.db", {.steps = 40, .flops = 1000, .evaluation_flops = 77});
  const auto log = put("log.csv", "epoch,top5\n1,50\n2,80\n3,85\n4,90\n");
  const Ended ended = convert(db + " --accuracy " + log + " --metric top5 --target 79.1 --to json");
  EXPECT_EQ(ended.status, 0);
  const auto json = nlohmann::json::parse(ended.output);
  EXPECT_EQ(json["reached"], true);
  EXPECT_EQ(json["epoch"], 2.0);
  EXPECT_EQ(json["step"], 20);
  EXPECT_EQ(json["flops_to_target"], 20000);
  EXPECT_EQ(json["source"], "modelled");
  EXPECT_EQ(json["excluded"][0]["model_flops"], 77);
  EXPECT_EQ(json["excluded"][1]["model_flops"], 20000);
}

TEST_F(Convert, PrintsTheNominalEstimateBesideTheMeasurement) {
  const auto db = run("run.db", {.steps = 40, .flops = 2950});
  const auto log = put("log.csv", "epoch,top5\n1,50\n2,80\n3,85\n4,90\n");
  const Ended ended =
      convert(db + " --nominal --macs-per-image 50 --images-per-epoch 100 --accuracy " + log +
              " --metric top5 --target 79.1");
  const auto json = nlohmann::json::parse(ended.output);
  EXPECT_EQ(json["flops_to_target"], 59000);
  EXPECT_EQ(json["nominal"]["flops_to_target"], 60000);
  EXPECT_EQ(json["nominal"]["true_multiplier"], 2.95);
}

TEST_F(Convert, GivesTheMeanOverSeeds) {
  const auto a = run("a.db", {.steps = 40, .flops = 1000});
  const auto b = run("b.db", {.steps = 40, .flops = 1000});
  const auto first = put("a.csv", "epoch,top5\n1,50\n2,80\n3,85\n4,90\n");
  const auto second = put("b.csv", "epoch,top5\n1,50\n2,60\n3,70\n4,80\n");
  const Ended ended = convert(a + " " + b + " --accuracy " + first + " --accuracy " + second +
                              " --metric top5 --target 79.1");
  const auto json = nlohmann::json::parse(ended.output);
  EXPECT_EQ(json["flops_to_target"], 30000);
  EXPECT_EQ(json["seeds"]["reached"], 2);
  EXPECT_NEAR(json["seeds"]["standard_deviation_flops"].get<double>(), 14142.1356, 0.001);
  EXPECT_EQ(
      convert(a + " " + b + " --accuracy " + first + " --metric top5 --target 79.1 2>&1").status,
      2);
  const auto wide = run("c.db", {.steps = 40, .flops = 9000});
  const Ended different = convert(a + " " + wide + " --accuracy " + first + " --accuracy " +
                                  second + " --metric top5 --target 79.1 2>&1");
  EXPECT_EQ(different.status, 1);
  EXPECT_THAT(different.output, HasSubstr("no seeds of one model"));
}

TEST_F(Convert, TakesALevelOfTheUsersOwnWithItsOwnBaseline) {
  const auto db = run("run.db", {.steps = 40, .flops = 864'000'000'000});
  const auto log = put("log.csv", "epoch,top1\n1,50\n2,97.2\n");
  const std::string own = db + " --accuracy " + log +
                          " --metric top1 --target 97 --to openai --level Digits97"
                          " --publication A --date 2020-01-02 --analysis mine";
  EXPECT_EQ(convert(own + " 2>&1").status, 1);
  const Ended first = convert(own + " --own-level digits");
  EXPECT_THAT(first.output, HasSubstr("Digits97,1/2/2020,A,,0.0002,1,mine,\r\n"));
  const Ended later = convert(own + " --own-level digits --baseline 0.0008");
  EXPECT_THAT(later.output, HasSubstr("Digits97,1/2/2020,A,,0.0002,4,mine,\r\n"));
  EXPECT_EQ(convert(own + " --baseline 1 2>&1").status, 2);
}

TEST_F(Convert, AppendsTheRowAndTouchesNoOtherByte) {
  const std::string before = bytes_of(FLOPPROF_TEST_DATA "/efficiency_sota.csv");
  const auto file = put("sota.csv", before);
  const Ended ended = convert(kNominal + "--target 79.1" + kWords + "--append " + file + " 2>&1");
  EXPECT_EQ(ended.status, 0);
  EXPECT_EQ(bytes_of(file),
            before + "\r\nAlexNet,6/3/2018,ResNet-50 (TPU),,2.2,1.4,flopprof (nominal),");
  EXPECT_THAT(ended.output, HasSubstr("| ResNet-50 (TPU)|2.2|1.4|flopprof (nominal)| 6/3/2018|"));
  EXPECT_THAT(ended.output, HasSubstr("not state of the art"));
}

TEST_F(Convert, SaysThatTheTargetWasNotReachedAndWritesNothing) {
  const std::string before = bytes_of(FLOPPROF_TEST_DATA "/efficiency_sota.csv");
  const auto file = put("sota.csv", before);
  const auto page = folder_ / "page.md";
  const Ended ended = convert(kNominal + "--target 99" + kWords + "--append " + file + " --page " +
                              page.string() + " 2>&1");
  EXPECT_EQ(ended.status, 3);
  EXPECT_EQ(ended.output, "flopprof: not reached: the best top5 is 93.11, the target 99\n");
  EXPECT_EQ(bytes_of(file), before);
  EXPECT_FALSE(std::filesystem::exists(page));
}

TEST_F(Convert, WritesThePageWithItsCurveBeside) {
  const auto page = folder_ / "page.md";
  EXPECT_EQ(convert(kNominal + "--target 79.1" + kWords + "--page " + page.string()).status, 0);
  EXPECT_THAT(bytes_of(page), HasSubstr("![accuracy against epochs](page.svg)"));
  EXPECT_THAT(bytes_of(folder_ / "page.svg"), testing::StartsWith("<svg"));
}

TEST_F(Convert, EndsWithStatus2OnWrongUsage) {
  EXPECT_EQ(convert("--accuracy x --metric top5 --target 79.1 2>&1").status, 2);
  EXPECT_EQ(convert(kNominal + "--target 0 2>&1").status, 2);
  EXPECT_EQ(convert(kNominal + "--target 791 2>&1").status, 2);
  EXPECT_EQ(convert(kNominal + "--target 79.1 --to openai 2>&1").status, 2);
  EXPECT_EQ(convert(kNominal + "--target 79.1 --page p.md 2>&1").status, 2);
  EXPECT_EQ(convert(kNominal + "--target 79.1 --cell a=b 2>&1").status, 2);
  EXPECT_EQ(convert("--nominal --accuracy x --metric top5 --target 79.1 2>&1").status, 2);
}

TEST_F(Convert, RefusesARunWithoutTrainingSteps) {
  const Ended ended =
      convert(run("run.db", {}) + " --accuracy " + kTpu + " --metric top5 --target 79.1 2>&1");
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.output, HasSubstr("has no training steps"));
}

}  // namespace
}  // namespace flopprof::tools
