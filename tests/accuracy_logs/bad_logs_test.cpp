#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "integrations/accuracy_logs/log_lines.h"
#include "tests/accuracy_logs/log_text.h"

namespace flopprof::accuracy_logs {
namespace {

using testing::HasSubstr;

std::string error_of(const std::string& text, const LogRequest& request,
                     std::string_view format = {}) {
  try {
    read_text(text, request, format);
  } catch (const LogError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(ReadLog, RefusesAMissingFileADirectoryAndAnEmptyFile) {
  const auto ignore = [](const auto&) {};
  EXPECT_THROW(read_log("/nowhere/log.csv", "", {.metric = "top5"}, ignore), LogError);
  EXPECT_THROW(read_log("/", "", {.metric = "top5"}, ignore), LogError);
  EXPECT_THAT(error_of("", {.metric = "top5"}), HasSubstr("is empty"));
  EXPECT_THAT(error_of(" \n\n", {.metric = "top5"}), HasSubstr("is empty"));
}

TEST(ReadLog, NamesTheFormatsWhereItKnowsNone) {
  EXPECT_THAT(error_of("hello\nworld\n", {.metric = "top5"}), HasSubstr("pytorch, dawnbench"));
}

TEST(ReadLog, ListsTheMetricsThatAreThere) {
  EXPECT_THAT(error_of("epoch,loss,val_acc1\n1,2,3\n", {.metric = "top5"}),
              HasSubstr("has no metric top5; it has: loss, val_acc1"));
  EXPECT_THAT(error_of(" * Acc@1 5 Acc@5 9\n", {.metric = "bleu"}),
              HasSubstr("it has: Acc@1, Acc@5"));
  EXPECT_THAT(error_of("{\"log_history\": [{\"eval_loss\": 2, \"step\": 1}]}", {.metric = "top5"}),
              HasSubstr("it has: eval_loss"));
}

TEST(ReadLog, RefusesAMetricThatTwoColumnsCouldBe) {
  EXPECT_THAT(error_of("epoch,val_acc5,test_acc5\n1,2,3\n", {.metric = "top5"}),
              HasSubstr("both val_acc5 and test_acc5"));
  EXPECT_EQ(
      read_text("epoch,val_acc5,test_acc5\n1,2,3\n", {.metric = "test_acc5"}).points.at(0).value,
      3);
}

TEST(ReadLog, NeverTakesATrainingMetric) {
  EXPECT_EQ(read_text("epoch,train_acc5,val_acc5\n1,2,3\n", {.metric = "top5"}).points.at(0).value,
            3);
}

TEST(ReadLog, PassesNaNRowsOnToBeCounted) {
  const ReadLog log = read_text("epoch,top5\n1,nan\n2,NaN\n3,\n4,80\n", {.metric = "top5"});
  ASSERT_EQ(log.points.size(), 3u);
  EXPECT_TRUE(std::isnan(log.points[0].value));
  EXPECT_TRUE(std::isnan(log.points[1].value));
}

TEST(ReadLog, NamesTheLineOfAValueThatIsNoNumber) {
  EXPECT_THAT(error_of("epoch,top5\n1,50\n2,fifty\n", {.metric = "top5"}),
              HasSubstr("line 3: top5 is 'fifty', not a number"));
}

TEST(ReadLog, RefusesTruncatedJson) {
  EXPECT_THAT(error_of("{\"log_history\": [{\"epoch\": 1.0, \"eval_acc", {.metric = "accuracy"}),
              HasSubstr("was the file cut short?"));
  EXPECT_THAT(error_of("{\"epoch\": 1, \"top5\": 5}\n{\"epoch\": 2, \"to", {.metric = "top5"}),
              HasSubstr("line 2"));
}

TEST(ReadLog, RefusesNumbersThatNoDoubleHolds) {
  EXPECT_THAT(error_of("{\"log_history\": [{\"epoch\": 1e666}]}", {.metric = "accuracy"}),
              HasSubstr("beyond what a double can hold"));
}

TEST(ReadLog, SurvivesLinesOf20MB) {
  const std::string longest(20 << 20, 'x');
  EXPECT_EQ(read_text("Epoch: [0][1/9]\n" + longest + "\n * Acc@1 5 Acc@5 9\n", {.metric = "top5"})
                .points.size(),
            1u);
  EXPECT_EQ(read_text("epoch,note,top5\n1," + longest + ",80\n", {.metric = "top5"}).points.size(),
            1u);
  EXPECT_EQ(
      read_text("{\"note\": \"" + longest + "\", \"top5\": 80}\n", {.metric = "top5"}, "jsonl")
          .points.size(),
      1u);
  EXPECT_THAT(error_of(longest, {.metric = "top5"}), HasSubstr("no accuracy log"));
}

TEST(LogLines, CutsAnEndlessLineAndSaysSo) {
  std::istringstream log("short\n" + std::string(100, 'x') + "\nnext");
  LogLines lines(log, 10);
  ASSERT_TRUE(lines.next());
  EXPECT_FALSE(lines.is_cut());
  ASSERT_TRUE(lines.next());
  EXPECT_TRUE(lines.is_cut());
  EXPECT_EQ(lines.text(), "xxxxxxxxxx");
  ASSERT_TRUE(lines.next());
  EXPECT_EQ(lines.text(), "next");
  EXPECT_EQ(lines.number(), 3);
  EXPECT_FALSE(lines.next());
}

}  // namespace
}  // namespace flopprof::accuracy_logs
