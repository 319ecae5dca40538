#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/command.h"

namespace flopprof {
namespace {

using nlohmann::json;

Ended conv(const std::string& arguments) {
  return run_command("'" FLOPPROF_CLI "' conv " + arguments + " 2>&1");
}

/// Measures a 3x3 convolution of ResNet-50.
class ConvOnAGpu : public testing::Test {
 protected:
  json rows(const std::string& arguments) {
    const std::string path = testing::TempDir() + std::to_string(getpid()) + "conv_gpu_shapes.csv";
    std::ofstream(path) << "N,C,H,W,K,R,S,pad_h,pad_w\n16,64,56,56,64,3,3,1,1\n";
    const Ended outcome = conv("--format json --iterations 5 --shapes " + path + " " + arguments);
    if (outcome.output.find("no GPU to measure on") != std::string::npos) return nullptr;
    EXPECT_EQ(outcome.status, 0) << outcome.output;
    return json::parse(outcome.output)["rows"];
  }
};

TEST_F(ConvOnAGpu, MeasuresEveryDirectionWithCudnnAndWithOurKernel) {
  const json measured = rows("--type bf16");
  if (measured.is_null()) GTEST_SKIP() << "no GPU";
  std::size_t ours = 0;
  std::size_t cudnns = 0;
  for (const json& row : measured) {
    const std::string problem = row["problem"];  // counters may be denied, times may not
    EXPECT_TRUE(problem.empty() || problem.find("not counted") != std::string::npos) << row.dump();
    EXPECT_GT(row["warm_seconds_median"], 0.0);
    EXPECT_GT(row["cold_seconds_median"], 0.0);
    EXPECT_LT(
        row["executed_share_of_peak"].is_null() ? 0.0 : row["executed_share_of_peak"].get<double>(),
        1.1);
    EXPECT_EQ(row["kernels_launched"].is_null(),
              problem.find("kernels not counted") != std::string::npos);
    EXPECT_TRUE(row["kernels_launched"].is_null() || row["kernels_launched"] >= 1);
    EXPECT_TRUE(row["dram_bytes_read"].is_null() || row["dram_bytes_read"] >= 0);
    const std::string engine = row["engine"];
    cudnns += engine.starts_with("cuDNN ");
    if (engine != "flopprof implicit GEMM") continue;
    ++ours;
    EXPECT_EQ(row["executed_flops_source"], "definition");
    EXPECT_EQ(row["kernels_launched"], 1);
    // 3,136 x 8 tiles of 16 x 8, 36 steps of 4,096 FLOPs; for the weights as many tiles the other
    // way.
    EXPECT_EQ(row["executed_flops"], 3'699'376'128) << row["direction"];
  }
  EXPECT_EQ(ours, 3u);
  EXPECT_EQ(cudnns, 3u);
}

TEST_F(ConvOnAGpu, CountsWhatCudnnExecutes) {
  const json measured = rows("--type bf16 --direction forward");
  if (measured.is_null()) GTEST_SKIP() << "no GPU";
  for (const json& row : measured) {
    if (row["executed_flops_source"] != "counted") continue;
    EXPECT_GE(row["executed_ratio"], 0.95) << "no engine of bf16 is cheaper than the products";
    EXPECT_LE(row["executed_ratio"], 4.0);
  }
}

TEST_F(ConvOnAGpu, ExecutesLessThanPublishedWithWinograd) {
  const json measured = rows("--type fp32 --direction forward");
  if (measured.is_null()) GTEST_SKIP() << "no GPU";
  bool found = false;
  for (const json& row : measured) {
    if (row["engine"] != "flopprof Winograd 2x2") continue;
    found = true;
    EXPECT_EQ(row["problem"], "");
    EXPECT_NEAR(row["executed_ratio"], 0.457, 0.001);
  }
  EXPECT_TRUE(found);
}

TEST_F(ConvOnAGpu, ChoosesOtherEnginesUnderAWorkspaceLimit) {
  const json measured = rows("--type fp16 --direction forward --workspace-mib 0,1024");
  if (measured.is_null()) GTEST_SKIP() << "no GPU";
  for (const json& row : measured) {
    EXPECT_LE(row["workspace_bytes"], row["workspace_limit_bytes"]);
  }
}

}  // namespace
}  // namespace flopprof
