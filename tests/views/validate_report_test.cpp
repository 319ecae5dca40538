#include "profiler/views/validate_report.h"

#include <gmock/gmock.h>

#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>

namespace flopprof::views {
namespace {

using to_accuracy::ClaimedUnit;
using to_accuracy::Verdict;

/// One row a verdict, and names that want quoting.
std::vector<ValidateRow> rows() {
  const auto row = [](const char* model, const char* value, ClaimedUnit unit, const char* source,
                      unsigned __int128 flops, Verdict verdict, double ratio, const char* reason) {
    ValidateRow made;
    made.figure.model = model;
    made.figure.quantity = "macs_per_image";
    made.figure.value = to_accuracy::printed_figure(value);
    made.figure.unit = unit;
    made.figure.source = source;
    made.measured.flops = Flops{flops};
    made.measured.input = 224;
    made.judgement = {.verdict = verdict, .ratio = ratio, .reason = reason};
    return made;
  };
  auto formula = row("gpt3", "314e21", ClaimedUnit::kFlops, "Table D.1",
                     __int128{323'000'000'000'000} * 1'000'000'000, Verdict::kVariant, 1.028,
                     "attention left out");
  formula.measured.input = 0;
  formula.measured_by = "formula";
  return {row("resnet50", "4.1e9", ClaimedUnit::kMacs, "paper, section 3", 8'178'368'512,
              Verdict::kAgrees, 0.997, ""),
          row("resnet50", "3.8e9", ClaimedUnit::kFlops, "Table \"1\" | v1", 8'178'368'512,
              Verdict::kDiffers, 2.152, "published -7.1 % off the measured MACs"),
          formula};
}

std::string printed(const std::function<void(std::ostream&)>& print) {
  std::ostringstream out;
  print(out);
  return out.str();
}

std::string golden(const std::string& name) {
  std::ifstream file(std::string(FLOPPROF_GOLDEN) + "/" + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(ValidateReport, IsInEveryFormatWhatWasReadAndApproved) {
  EXPECT_EQ(printed([](auto& out) { print_validate_text(out, rows(), 120); }),
            golden("validate.txt"));
  EXPECT_EQ(printed([](auto& out) { print_validate_markdown(out, rows()); }),
            golden("validate.md"));
  EXPECT_EQ(printed([](auto& out) { print_validate_csv(out, rows()); }), golden("validate.csv"));
}

TEST(ValidateReport, HasTheKeysOfTheContractInJson) {
  const auto json =
      nlohmann::json::parse(printed([](auto& out) { print_validate_json(out, rows()); }));
  const auto& row = json.at("rows").at(0);
  EXPECT_EQ(row.at("model"), "resnet50");
  EXPECT_EQ(row.at("quantity"), "macs_per_image");
  EXPECT_EQ(row.at("measured"), 4'089'184'256);
  EXPECT_EQ(row.at("published"), 4.1e9);
  EXPECT_EQ(row.at("claimed_unit"), "MACs");
  EXPECT_EQ(row.at("source"), "paper, section 3");
  EXPECT_EQ(row.at("ratio"), 0.997);
  EXPECT_EQ(row.at("verdict"), "agrees");
  EXPECT_EQ(json.at("rows").at(1).at("verdict"), "differs");
  // Beyond 64 bits the digits are still all there.
  EXPECT_THAT(printed([](auto& out) { print_validate_json(out, rows()); }),
              testing::HasSubstr("161500000000000000000000"));
}

}  // namespace
}  // namespace flopprof::views
