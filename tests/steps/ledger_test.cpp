#include "profiler/steps/ledger.h"

#include <gtest/gtest.h>

namespace flopprof::steps {
namespace {

WorkSums flops(std::int64_t count) {
  WorkSums sums;
  sums.calls = 1;
  sums.model_flops = static_cast<unsigned __int128>(count);
  return sums;
}

Update step(bool observed, std::uint64_t batches = 1) {
  return {.wall_ns = 10, .observed = observed, .signature = observed ? 7u : 0u, .batches = batches};
}

std::int64_t flops_of_class(const Ledger::Changes& changes, std::int32_t step_class) {
  std::int64_t sum = 0;
  for (const OpWork& row : changes.work) {
    if (row.step_class == step_class) sum += row.model_flops;
  }
  return sum;
}

TEST(Ledger, PutsWorkIntoTheStepThatTheNextUpdateEnds) {
  Ledger ledger;
  const auto mm = ledger.slot_of("aten::mm", Phase::kForward, "");
  ledger.add(mm, flops(100));
  ledger.end_step(step(true));
  ledger.add(mm, flops(20));
  const auto changes = ledger.take_changes(1);
  ASSERT_EQ(changes.steps.size(), 1u);
  EXPECT_EQ(changes.steps[0].model_flops, 100);
  EXPECT_EQ(flops_of_class(changes, kEveryStepCounted), 100);
  EXPECT_EQ(flops_of_class(changes, kOutsideSteps), 20);
}

TEST(Ledger, KeepsNoMoreStepsThanThereIsRoomForAndSaysHowManyItDropped) {
  Ledger ledger;
  for (std::size_t i = 0; i < Ledger::kMostFreshSteps + 3; ++i) ledger.end_step(step(true));
  const auto changes = ledger.take_changes(1);
  EXPECT_EQ(changes.steps.size(), Ledger::kMostFreshSteps);
  EXPECT_EQ(changes.dropped_steps, 3);
  ledger.end_step(step(true));
  EXPECT_EQ(ledger.take_changes(1).steps.at(0).number, 262'147);
}

TEST(Ledger, CountsOnlyTrainingPhasesIntoTheFlopsOfAStep) {
  Ledger ledger;
  ledger.add(ledger.slot_of("aten::mm", Phase::kForward, ""), flops(1));
  ledger.add(ledger.slot_of("aten::mm", Phase::kBackward, ""), flops(10));
  ledger.add(ledger.slot_of("aten::mm", Phase::kOptimizer, ""), flops(100));
  ledger.add(ledger.slot_of("aten::mm", Phase::kEvaluation, ""), flops(1000));
  ledger.add(ledger.slot_of("aten::mm", Phase::kOther, ""), flops(10000));
  ledger.end_step(step(true));
  EXPECT_EQ(ledger.take_changes(1).steps[0].model_flops, 111);
}

TEST(Ledger, TakesBackTheRowsOfAnOpenIntervalOnceItIsAStep) {
  Ledger ledger;
  const auto mm = ledger.slot_of("aten::mm", Phase::kForward, "");
  ledger.add(mm, flops(100));
  EXPECT_EQ(flops_of_class(ledger.take_changes(1), kOutsideSteps), 100);
  ledger.end_step(step(true));
  const auto changes = ledger.take_changes(1);
  EXPECT_EQ(flops_of_class(changes, kOutsideSteps), 0);
  EXPECT_EQ(changes.work.size(), 2u);  // the step's row, and the open one, now empty
}

TEST(Ledger, NeverLetsStepsWithDifferentHintsStandInForEachOther) {
  Ledger ledger;
  const auto mm = ledger.slot_of("aten::mm", Phase::kForward, "");
  ledger.end_step(step(false, 0));  // sampling begins
  for (const std::uint64_t nodes : {5u, 6u, 5u}) {
    ledger.add(mm, flops(100));
    Update update = step(true, 0);
    update.hints.autograd_nodes = nodes;
    ledger.end_step(update);
  }
  ledger.finish(0);
  const auto changes = ledger.take_changes(1);
  ASSERT_EQ(changes.steps.size(), 4u);
  EXPECT_NE(changes.steps[1].step_class, changes.steps[2].step_class);
  EXPECT_EQ(changes.steps[1].step_class, changes.steps[3].step_class);
}

TEST(Ledger, TellsTheLastBatchOfAnEpochByTheRequestThatFindsTheLoaderEmpty) {
  Ledger ledger;
  // Epochs of three: the first step of the next one follows two requests.
  for (const std::uint64_t batches : {1u, 1u, 1u, 2u, 1u, 1u, 2u, 1u, 1u})
    ledger.end_step(step(false, batches));
  ledger.finish(1);
  std::vector<std::int32_t> classes;
  for (const Step& one : ledger.take_changes(1).steps) classes.push_back(one.step_class);
  ASSERT_EQ(classes.size(), 9u);
  EXPECT_EQ(classes[2], classes[5]) << "last batches of the first two epochs";
  EXPECT_EQ(classes[2], classes[8]) << "the last batch of the run";
  EXPECT_NE(classes[2], classes[1]);
  EXPECT_EQ(classes[3], classes[6]) << "first batches of later epochs";
}

TEST(Ledger, LetsNoStepStandInForALastOneThatMayBeASmallerBatch) {
  Ledger ledger;
  for (int i = 0; i < 5; ++i) ledger.end_step(step(false, 1));
  ledger.finish(0);
  const auto steps = ledger.take_changes(1).steps;
  ASSERT_EQ(steps.size(), 5u);
  EXPECT_EQ(steps[3].step_class, steps[2].step_class);
  EXPECT_NE(steps[4].step_class, steps[3].step_class);
}

TEST(Ledger, ForgetsTheTrainingWorkOfAnIntervalThatWasSeenInPart) {
  Ledger ledger;
  ledger.add(ledger.slot_of("aten::mm", Phase::kForward, ""), flops(1));
  ledger.add(ledger.slot_of("aten::mm", Phase::kEvaluation, ""), flops(10));
  ledger.forget_training();
  ledger.end_outside();
  EXPECT_EQ(flops_of_class(ledger.take_changes(1), kOutsideSteps), 10);
}

TEST(Ledger, AsksForAStepWhoseLikeWasNeverObserved) {
  Ledger ledger;
  ledger.end_step(step(true, 1));
  for (const std::uint64_t batches : {1u, 1u, 2u, 1u, 1u, 2u, 1u})
    ledger.end_step(step(false, batches));
  // The unlike steps are 3 and 6; a class is known when the step after it has ended.
  ASSERT_TRUE(ledger.wanted_step().has_value());
  EXPECT_EQ(*ledger.wanted_step(), 9);
}

TEST(Ledger, AsksForTheStepThatBeginsNowWhenStepsThatAreAllAlikeWereNeverObserved) {
  Ledger ledger;
  ledger.end_step(step(true, 1));
  for (int i = 0; i < 3; ++i) ledger.end_step(step(false, 1));
  ASSERT_TRUE(ledger.wanted_step().has_value());
  EXPECT_EQ(*ledger.wanted_step(), 4);
}

TEST(Ledger, CarriesSumsBeyond64BitsInParts) {
  Ledger ledger;
  const auto mm = ledger.slot_of("aten::mm", Phase::kForward, "");
  const std::int64_t half = std::int64_t{1} << 62;
  for (int i = 0; i < 5; ++i) ledger.add(mm, flops(half));
  ledger.end_outside();
  const auto changes = ledger.take_changes(1);
  ASSERT_EQ(changes.work.size(), 5u);
  EXPECT_EQ(changes.work[4].part, 4);
  EXPECT_EQ(changes.work[4].model_flops, half);
  EXPECT_EQ(changes.work[0].calls, 5);
  EXPECT_EQ(changes.work[1].calls, 0);
}

TEST(Ledger, HandsOutOnlyWhatChanged) {
  Ledger ledger;
  const auto mm = ledger.slot_of("aten::mm", Phase::kForward, "");
  const auto bmm = ledger.slot_of("aten::bmm", Phase::kForward, "");
  ledger.add(mm, flops(1));
  ledger.add(bmm, flops(1));
  ledger.end_step(step(true));
  ledger.take_changes(1);
  ledger.add(bmm, flops(1));
  ledger.end_step(step(true));
  const auto changes = ledger.take_changes(1);
  ASSERT_EQ(changes.work.size(), 1u);
  EXPECT_EQ(changes.work[0].op, "aten::bmm");
  EXPECT_EQ(changes.work[0].model_flops, 2);
}

}  // namespace
}  // namespace flopprof::steps
