#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "profiler/to_accuracy/entry_epoch.h"
#include "profiler/to_accuracy/entry_json.h"
#include "profiler/to_accuracy/entry_page.h"

namespace flopprof::to_accuracy {
namespace {

using testing::HasSubstr;
using testing::Not;

TargetResult measured(Flops flops) {
  TargetResult result{.log = "log.csv",
                      .format = "csv",
                      .metric = "top5",
                      .reached = true,
                      .target = 79.1,
                      .accuracy = 80};
  result.position = Position{.epochs = 12, .log_epoch = 11, .steps = 600, .images = 153600};
  result.run = TrainingRun{.path = "run.db",
                           .command = "[\"python\"]",
                           .hardware = "A CPU",
                           .steps = 1000,
                           .flops = {flops.count + 5},
                           .excluded = {{"evaluation", {42}}},
                           .faults = {"clock jumped (1x): x"}};
  result.work = WorkToStep{.flops = flops,
                           .flops_min = {10},
                           .flops_max = {20},
                           .source = "extrapolated",
                           .wall_seconds = 7200};
  result.drawn = {{1, 20}, {12, 80}};
  result.drawn_over = "epochs";
  return result;
}

EntryWords words() {
  return {.level = "AlexNet",
          .publication = "A, net",
          .date = std::chrono::year(2019) / std::chrono::month(5) / std::chrono::day(8),
          .analysis = "flopprof"};
}

std::size_t cells_in(const std::string& row) {
  std::size_t cells = 1;
  bool quoted = false;
  for (const char c : row) {
    quoted = quoted != (c == '"');
    cells += c == ',' && !quoted;
  }
  return cells;
}

TEST(ToJson, PrintsFlopCountsBeyond64BitsWithAllTheirDigits) {
  const std::string json =
      to_json({measured(Flops::of_digits("45000000000000000005"))}, "top5", Convention::kMac);
  EXPECT_THAT(json, HasSubstr("\"flops_to_target\": 45000000000000000005,"));
  EXPECT_THAT(json, HasSubstr("\"source\": \"extrapolated\""));
  EXPECT_THAT(json, HasSubstr("\"epoch\": 12.0,"));
  EXPECT_THAT(json, HasSubstr("\"step\": 600,"));
  EXPECT_THAT(json, HasSubstr("\"images_to_target\": 153600,"));
  EXPECT_THAT(json, HasSubstr("\"gpu_seconds_to_target\": null"));
}

TEST(ToJson, PrintsBothConventions) {
  const std::string json =
      to_json({measured(Flops::of_digits("172800000000000000"))}, "top5", Convention::kMac);
  EXPECT_THAT(json, HasSubstr("\"tfs_days\": 2.0,"));
  EXPECT_THAT(json, HasSubstr("\"tfs_days_dataset_convention\": 1.0,"));
  EXPECT_THAT(json, HasSubstr("\"convention\": \"mac\""));
}

TEST(ToJson, GivesTheMeanOverTheSeedsThatReachedTheTarget) {
  TargetResult missed = measured({1});
  missed.reached = false;
  const std::string json =
      to_json({missed, measured({100}), measured({300})}, "top5", Convention::kMac);
  EXPECT_THAT(json, HasSubstr("\"reached\": true,\n  \"target\""));
  EXPECT_THAT(json, HasSubstr("  \"flops_to_target\": 200,\n  \"source\""));
  EXPECT_THAT(json, HasSubstr("\"not_reached\": 1,"));
}

TEST(EpochRow, Has57CellsUnderTheirColumns) {
  const EntryNumbers numbers{.flops = Flops::of_digits("470000000000000000")};
  const std::string row = epoch_row(epoch_cells(words(), numbers, {measured(numbers.flops)}));
  EXPECT_EQ(cells_in(row), 57u);
  EXPECT_EQ(cells_in(epoch_header()), 57u);
  EXPECT_THAT(row,
              testing::StartsWith(
                  "\"A, net\",Vision,Image classification,,,2019-05-08,\"A, net\",,,,,,,4.7e+17,"));
  EXPECT_THAT(row, HasSubstr(",ImageNet-1k,,,,2.0,"));
  EXPECT_THAT(row, HasSubstr(",A CPU,,Confident,,12.0,"));
  EXPECT_THAT(row, HasSubstr(",10.0,20.0,"));
  EXPECT_THAT(row, HasSubstr(",Operation counting,,,,"));
}

TEST(EpochRow, RefusesWordsOutsideAVocabularyAndColumnsThatAreNot) {
  EXPECT_THROW(epoch_row({{"Confidence", "Sure"}}), EntryError);
  EXPECT_THROW(epoch_row({{"Numerical format", "BF16,FP4"}}), EntryError);
  EXPECT_THROW(epoch_row({{"Colour", "red"}}), EntryError);
  EXPECT_NO_THROW(epoch_row({{"Numerical format", "BF16,FP32"}}));
}

TEST(AnalysisPage, TellsWhatTheNumberRestsOn) {
  const EntryNumbers numbers{.flops = {172800000000000000ULL}};
  const std::string page = analysis_page(
      words(), numbers, {measured(numbers.flops)},
      {.command = "flopprof convert run.db", .flopprof_version = "1.2", .picture = "PICTURE"});
  for (const char* part :
       {"# A, net: AlexNet-level performance", "172800000000000000", "| 2 |", "| 8.64e+16 | 1 |",
        "PICTURE", "left out: evaluation, 42 FLOPs", "left out: training after the target, 5 FLOPs",
        "fault of the run: clock jumped", "hardware: A CPU", "flopprof convert run.db",
        "Not compared"}) {
    EXPECT_THAT(page, HasSubstr(part));
  }
  EXPECT_THAT(page, Not(HasSubstr("State of the art")));
}

TEST(AnalysisPage, CallsOnlyARowBelowTheEnvelopeStateOfTheArt) {
  const EntryNumbers numbers{.flops = {172800000000000000ULL}};
  PageFacts facts{
      .envelope = LowEnvelope{.tfs_days = 1.01, .publication = "Old", .date = "1/1/2018"},
      .has_data_set = true};
  EXPECT_THAT(analysis_page(words(), numbers, {measured(numbers.flops)}, facts),
              HasSubstr("State of the art at its date"));
  facts.envelope->tfs_days = 0.99;
  EXPECT_THAT(analysis_page(words(), numbers, {measured(numbers.flops)}, facts),
              HasSubstr("Measured, not state of the art"));
}

TEST(CurveSvg, DrawsTheCurveTheTargetAndTheCrossing) {
  const std::string svg = curve_svg({measured({1})});
  EXPECT_THAT(svg, testing::StartsWith("<svg "));
  EXPECT_THAT(svg, HasSubstr("target 79.1 %"));
  EXPECT_THAT(svg, HasSubstr("<circle cx=\"592.0\" cy=\"92.8\""));
}

}  // namespace
}  // namespace flopprof::to_accuracy
