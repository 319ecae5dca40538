#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/command.h"

namespace flopprof {
namespace {

using testing::HasSubstr;

Ended conv(const std::string& arguments, const std::string& environment = "") {
  return run_command(environment + " '" FLOPPROF_CLI "' conv " + arguments + " 2>&1");
}

std::string file_with(const std::string& content) {
  const std::string path = testing::TempDir() + std::to_string(getpid()) + "shapes.csv";
  std::ofstream(path) << content;
  return path;
}

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream in(line);
  for (std::string field; std::getline(in, field, ',');) fields.push_back(field);
  return fields;
}

TEST(ConvCommand, GivesTheDeepBenchTableInAllItsColumns) {
  const Ended outcome = conv("--analytic --direction forward --format json");
  ASSERT_EQ(outcome.status, 0);
  const auto rows = nlohmann::json::parse(outcome.output)["rows"];
  std::ifstream table(FLOPPROF_DEEPBENCH_CSV);
  std::string line;
  std::getline(table, line);
  auto columns = split(line);
  ASSERT_EQ(columns.size(), 14u);
  ASSERT_EQ(columns.back(), "flops_fwd_2MAC");
  columns.back() = "algorithmic_flops";
  std::size_t row = 0;
  for (; std::getline(table, line); ++row) {
    const auto values = split(line);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      EXPECT_EQ(rows[row][columns[i]], std::stoll(values[i])) << "row " << row << " " << columns[i];
    }
  }
  EXPECT_EQ(row, 94u);
  EXPECT_EQ(rows.size(), 94u);
}

TEST(ConvCommand, CountsTheSameInEveryDirection) {
  const auto json =
      nlohmann::json::parse(conv("--analytic --shapes vgg16 --images 1 --format json").output);
  ASSERT_EQ(json["totals"].size(), 3u);
  for (const auto& total : json["totals"]) {
    EXPECT_EQ(total["algorithmic_flops_per_image"], 30'693'261'312);
  }
}

TEST(ConvCommand, TakesAShapeFileAndSaysWhereItIsMalformed) {
  const Ended good = conv("--analytic --format csv --direction forward --shapes " +
                          file_with("C,H,W,K,R,S\n3,8,8,4,3,3\n"));
  EXPECT_EQ(good.status, 0);
  EXPECT_THAT(good.output,
              HasSubstr(",32x3x8x8 k4 3x3,32,3,8,8,4,3,3,0,0,1,1,1,1,1,6,6,1,forward"));
  const Ended bad = conv("--analytic --shapes " + file_with("C,H,W,K,R,S\n3,8,x,4,3,3\n"));
  EXPECT_EQ(bad.status, 1);
  EXPECT_THAT(bad.output, HasSubstr("shapes.csv: line 2, column 3 (W): \"x\" is not a whole"));
  const Ended huge =
      conv("--analytic --shapes " + file_with("C,H,W,K,R,S\n9,2000000000,2000000000,9,3,3\n"));
  EXPECT_EQ(huge.status, 1);
  EXPECT_THAT(huge.output, HasSubstr("do not fit into 64 bits"));
}

TEST(ConvCommand, NamesWhatItDoesNotKnow) {
  const Ended card = conv("--analytic --device 'GeForce 256'");
  EXPECT_EQ(card.status, 2);
  EXPECT_THAT(card.output, HasSubstr("no \"GeForce 256\"; it has V100 SXM2"));
  const Ended shapes = conv("--analytic --shapes lenet");
  EXPECT_EQ(shapes.status, 2);
  EXPECT_THAT(shapes.output, HasSubstr("neither a file nor one of deepbench, resnet50"));
  EXPECT_EQ(conv("--analytic --tile 128x128").status, 2);
  EXPECT_EQ(conv("--analytic --type fp12").status, 2);
  EXPECT_EQ(conv("--device 'H100 SXM5'").status, 2) << "the GPU that is measured has its own name";
  EXPECT_EQ(conv("--analytic --iterations 5").status, 2);
}

TEST(ConvCommand, DrawsARoofline) {
  const std::string path = testing::TempDir() + std::to_string(getpid()) + "roofline.svg";
  EXPECT_EQ(conv("--analytic --plot " + path).status, 0);
  std::ostringstream svg;
  svg << std::ifstream(path).rdbuf();
  EXPECT_THAT(svg.str(), HasSubstr("989.4 TFLOP/s of tensor_fp16, dense"));
}

TEST(ConvCommand, WithoutAGpuSaysWhatWorks) {
  const Ended outcome = conv("", "CUDA_VISIBLE_DEVICES=''");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, HasSubstr("--analytic"));
}

}  // namespace
}  // namespace flopprof
