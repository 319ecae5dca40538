#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/accuracy_logs/log_text.h"

namespace flopprof::accuracy_logs {
namespace {

using to_accuracy::CountsFrom;

TEST(PytorchExamples, ReadsBothSpellingsWithTheEpochBefore) {
  const ReadLog log = read_text(
      "=> creating model 'alexnet'\n"
      "Epoch: [0][   0/5005]\tTime 3.1\tAcc@1   0.00 (  0.00)\n"
      " *   Acc@1 10.5 Acc@5 25.25\n"
      "Epoch: [1][  10/5005]\tTime 3.1\n"
      " *   Acc@1 56.522 Acc@5 79.066\n",
      {.metric = "top5"});
  EXPECT_EQ(log.traits.format, "pytorch");
  EXPECT_EQ(log.traits.batches_per_epoch, 5005);
  EXPECT_EQ(log.traits.epochs_from, CountsFrom::kZero);
  ASSERT_EQ(log.points.size(), 2u);
  EXPECT_EQ(log.points[0].value, 25.25);
  EXPECT_EQ(log.points[1].epoch, 1);
  EXPECT_EQ(read_text(" * Prec@1 56.522 Prec@5 79.066\n", {.metric = "top5"}).points.at(0).value,
            79.066);
}

TEST(PytorchExamples, ReadsProgressThatEndsItsLinesWithCarriageReturns) {
  const ReadLog log =
      read_text("Epoch: [0][1/9]\rEpoch: [0][2/9]\r\n * Prec@1 5 Prec@5 9\r\n", {.metric = "top1"});
  ASSERT_EQ(log.points.size(), 1u);
  EXPECT_EQ(log.points[0].value, 5);
}

TEST(Timm, ReadsSummaryCsvAndItsRate) {
  const ReadLog log = read_text(
      "epoch,train_loss,eval_loss,eval_top1,eval_top5,lr\n0,6.9,6.1,10.5,25.5,0.5\n1,5.9,5.1,20.5,"
      "45.5,0.1\n",
      {.metric = "top5"});
  EXPECT_EQ(log.traits.format, "timm");
  EXPECT_EQ(log.traits.metric, "eval_top5");
  ASSERT_EQ(log.points.size(), 2u);
  EXPECT_EQ(log.points[1].value, 45.5);
  EXPECT_EQ(log.points[1].learning_rate, 0.1);
}

TEST(Lightning, ReadsValidationRowsBetweenTrainingRows) {
  const ReadLog log = read_text(
      "lr-SGD,step,epoch,train_loss,val_acc5\r\n0.1,49,,,\r\n,49,0,2.5,\r\n,99,0,,0.5\r\n,149,1,2."
      "1,\r\n,199,1,,0.8\r\n",
      {.metric = "top5"});
  EXPECT_EQ(log.traits.format, "lightning");
  EXPECT_EQ(log.traits.steps_from, CountsFrom::kZero);
  ASSERT_EQ(log.points.size(), 2u);
  EXPECT_EQ(log.points[1].value, 0.8);
  EXPECT_EQ(log.points[1].step, 199);
  EXPECT_EQ(log.points[1].learning_rate, 0.1);
}

TEST(HuggingFace, ReadsEvaluationsFromTrainerStateWithPythonsNaN) {
  const ReadLog log = read_text(
      R"({"best_metric": 0.8, "log_history": [{"epoch": 0.5, "step": 50, "loss": NaN, "learning_rate": 5e-05},)"
      R"({"epoch": 1.0, "step": 100, "eval_accuracy": 0.8, "eval_loss": 1.0},{"epoch": 2.0, "step": 200, "eval_accuracy": NaN}]})",
      {.metric = "accuracy"});
  EXPECT_EQ(log.traits.format, "huggingface");
  ASSERT_EQ(log.points.size(), 2u);
  EXPECT_EQ(log.points[0].value, 0.8);
  EXPECT_EQ(log.points[0].step, 100);
  EXPECT_EQ(log.points[0].learning_rate, 5e-05);
  EXPECT_TRUE(std::isnan(log.points[1].value));
}

TEST(Mlperf, ReadsLinesBehindAnyPrefix) {
  const ReadLog log = read_text(
      "0: :::MLLOG {\"namespace\": \"\", \"key\": \"global_batch_size\", \"value\": 256, "
      "\"metadata\": {}}\n"
      "0: :::MLLOG {\"key\": \"train_samples\", \"value\": 1281167, \"metadata\": {}}\n"
      "ray | [0] :::MLLOG {\"key\": \"eval_accuracy\", \"value\": 0.7597, \"metadata\": {\"file\": "
      "\"a\", \"epoch_num\": 36}}\n"
      ":::MLLOG {\"key\": \"eval_accuracy\", \"value\": 0.76, \"metadata\": {\"samples_count\": "
      "999}}\n"
      ":::MLLOG {\"key\": \"eval_acc\n",
      {.metric = "eval_accuracy"});
  EXPECT_EQ(log.traits.format, "mlperf");
  EXPECT_EQ(log.traits.images_per_epoch, 1281167);
  EXPECT_EQ(log.traits.images_per_step, 256);
  ASSERT_EQ(log.points.size(), 2u);
  EXPECT_EQ(log.points[0].epoch, 36);
  EXPECT_EQ(log.points[1].images, 999);
  EXPECT_THAT(log.traits.notes, testing::Contains(testing::HasSubstr("the first at line 5")));
}

TEST(DawnBench, GoesByTheHeaderWhereColumnsAreSwapped) {
  const ReadLog log = read_text("hours\tepoch\ttop1Accuracy\ttop5Accuracy\n2.2\t1\t15.8\t36.5\n",
                                {.metric = "top5"});
  EXPECT_EQ(log.traits.format, "dawnbench");
  ASSERT_EQ(log.points.size(), 1u);
  EXPECT_EQ(log.points[0].epoch, 1);
  EXPECT_EQ(log.points[0].hours, 2.2);
  EXPECT_EQ(log.points[0].value, 36.5);
}

TEST(TensorBoardCsv, TakesItsValuesForTheMetric) {
  const ReadLog log =
      read_text("Wall time,Step,Value\n1588.5,100,0.5\n1590.5,200,0.8\n", {.metric = "top5"});
  EXPECT_EQ(log.traits.format, "tensorboard-csv");
  ASSERT_EQ(log.points.size(), 2u);
  EXPECT_EQ(log.points[1].step, 200);
}

TEST(Wandb, DoesNotTakeLogCallsForSteps) {
  const ReadLog log =
      read_text("_step,_runtime,_timestamp,epoch,val/top5\n7,1.0,2.0,3,0.8\n", {.metric = "top5"});
  EXPECT_EQ(log.traits.format, "wandb");
  ASSERT_EQ(log.points.size(), 1u);
  EXPECT_FALSE(log.points[0].step);
  EXPECT_EQ(log.points[0].epoch, 3);
}

TEST(GenericCsv, ReadsNamedColumnsWithAnyOfThreeDelimiters) {
  const ReadLog log =
      read_text("\xEF\xBB\xBFround;it;\"my top5\"\n1;10;50\n2;20;80\n",
                {.metric = "my top5", .epoch_column = "round", .step_column = "it"});
  EXPECT_EQ(log.traits.format, "csv");
  ASSERT_EQ(log.points.size(), 2u);
  EXPECT_EQ(log.points[1].epoch, 2);
  EXPECT_EQ(log.points[1].step, 20);
}

TEST(GenericCsv, SkipsAHeaderThatAResumedRunWroteAgain) {
  EXPECT_EQ(read_text("epoch,top5\n1,50\nepoch,top5\n2,80\n", {.metric = "top5"}).points.size(),
            2u);
}

TEST(JsonLines, ReadsOneObjectALine) {
  const ReadLog log = read_text(
      "{\"train_lr\": 0.1, \"train_loss\": 3}\n{\"epoch\": 4, \"test_acc5\": 79.5, \"lr\": 0.2}\n",
      {.metric = "top5"});
  EXPECT_EQ(log.traits.format, "jsonl");
  ASSERT_EQ(log.points.size(), 1u);
  EXPECT_EQ(log.points[0].epoch, 4);
}

}  // namespace
}  // namespace flopprof::accuracy_logs
