#include "profiler/to_accuracy/dataset.h"

#include <gmock/gmock.h>

namespace flopprof::to_accuracy {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kHeader =
    "Metric,Publication Date,Publication,Publication link,Compute (teraflops-s/days),"
    "Reduction Factor,Analysis,Analysis link\n";

Dataset openai(const std::string& rows) { return dataset_of(csv_table(kHeader + rows)); }

std::string refusal_of(const std::string& text, DatasetFormat format = DatasetFormat::kAuto) {
  try {
    dataset_of(csv_table(text), format);
  } catch (const DatasetError& error) {
    return error.what();
  }
  return "no refusal";
}

TEST(DatasetOf, ReadsARowOfTheOfficialFile) {
  const Dataset dataset =
      openai("AlexNet,9/17/2014,GoogLeNet,https://arxiv.org/abs/1409.4842,0.71,4.3,AI,\n");
  ASSERT_EQ(dataset.rows.size(), 1u);
  const DatasetRow& row = dataset.rows[0];
  EXPECT_EQ(row.number, 1);
  EXPECT_THAT(row.levels, ElementsAre("AlexNet"));
  EXPECT_EQ(row.date, 2014y / 9 / 17);
  EXPECT_EQ(row.publication, "GoogLeNet");
  EXPECT_DOUBLE_EQ(tfs_days(row), 0.71);
  EXPECT_EQ(row.reduction_factor->printed, "4.3");
  EXPECT_EQ(row.analysis_link, "");
}

TEST(DatasetOf, LeavesAnEmptyFactorOpen) {
  EXPECT_FALSE(openai("AlexNet,9/17/2014,GoogLeNet,,0.71,,,\n").rows.at(0).reduction_factor);
}

TEST(DatasetOf, ConvertsPetaflopTotals) {
  const Dataset dataset = dataset_of(csv_table(
      "Metric,Publication Date,Publication,Compute (petaflop)\nAlexNet,2012-06-01,A,172.8\n"));
  EXPECT_DOUBLE_EQ(tfs_days(dataset.rows.at(0)), 2.0) << "a teraflop/s-day is 86.4 petaflop";
}

TEST(DatasetOf, FindsColumnsByNameWhateverTheirOrderAndCase) {
  const Dataset dataset = dataset_of(csv_table(
      "publication , COMPUTE (teraflops-s/days),metric,publication date\nA,2,AlexNet,6/1/2012\n"));
  EXPECT_EQ(dataset.rows.at(0).publication, "A");
  EXPECT_DOUBLE_EQ(tfs_days(dataset.rows.at(0)), 2.0);
}

TEST(DatasetOf, KeepsTheOtherRowsWhenADateDoesNotExist) {
  const Dataset dataset = openai("AlexNet,2/30/2014,A,,1,1,,\nAlexNet,3/1/2014,B,,1,1,,\n");
  ASSERT_EQ(dataset.rows.size(), 1u);
  EXPECT_EQ(dataset.rows[0].number, 2);
  ASSERT_EQ(dataset.unreadable.size(), 1u);
  EXPECT_EQ(dataset.unreadable[0].row, 1);
  EXPECT_EQ(dataset.unreadable[0].problem,
            "line 2: \"2/30/2014\" is no date: that month has the days 1 to 28");
  EXPECT_EQ(dataset.unreadable[0].printed, "2/30/2014");
  EXPECT_EQ(dataset.unreadable[0].expected, "a date");
}

TEST(DatasetOf, NamesTheFieldThatIsNoNumber) {
  const Dataset dataset = openai("AlexNet,2/3/2014,A,,1,4x,,\n");
  ASSERT_EQ(dataset.unreadable.size(), 1u);
  EXPECT_EQ(dataset.unreadable[0].printed, "4x");
}

TEST(DatasetOf, NamesARowWithoutALevel) {
  const Dataset dataset = openai(",2/3/2014,A,,1,1,,\n");
  ASSERT_EQ(dataset.unreadable.size(), 1u);
  EXPECT_EQ(dataset.unreadable[0].expected, "a level");
}

TEST(DatasetOf, SaysWhichColumnIsMissing) {
  EXPECT_EQ(refusal_of("AlexNet,6/1/2012,AlexNet\nAlexNet,6/1/2013,B\n"),
            "line 1: the header has no column \"Metric\"; it has: AlexNet, 6/1/2012, AlexNet");
  EXPECT_THAT(refusal_of("Metric,Publication Date,Publication\nA,6/1/2012,B\n"),
              HasSubstr("no column \"Compute (teraflops-s/days)\" or \"Compute (petaflop)\""));
  EXPECT_THAT(refusal_of(kHeader + "AlexNet,6/1/2012,A,,1,1,,\n", DatasetFormat::kEpoch),
              HasSubstr("no column \"Task\""));
}

TEST(DatasetOf, SaysThatAFileIsEmpty) {
  EXPECT_THAT(refusal_of(""), HasSubstr("the file is empty"));
  EXPECT_EQ(refusal_of(kHeader), "the file has a header and no rows");
}

constexpr char kEpochFile[] =
    "Model,Domain,Task,Publication date,Link,Training compute (FLOP)\n"
    "AlexNet,Vision,Image classification,2012-09-30,,4.7e17\n"
    "GPT-4,\"Language,Vision\",\"Language modeling, Chat\",2023-03-15,,2.1e25\n"
    "Secret,Language,Chat,2024-01-01,,\n";

TEST(DatasetOf, ReadsEpochsFileWithATaskAsALevel) {
  const Dataset dataset = dataset_of(csv_table(kEpochFile));
  EXPECT_EQ(dataset.format, DatasetFormat::kEpoch);
  ASSERT_EQ(dataset.rows.size(), 2u);
  EXPECT_DOUBLE_EQ(tfs_days(dataset.rows[0]), 4.7e17 / 8.64e16);
  EXPECT_THAT(dataset.rows[1].levels, ElementsAre("Language modeling", "Chat"));
}

TEST(DatasetOf, CountsEpochsRowsThatGiveNoCompute) {
  const Dataset dataset = dataset_of(csv_table(kEpochFile));
  EXPECT_EQ(dataset.rows_in_file, 3);
  EXPECT_EQ(dataset.rows_without_compute, 1);
  EXPECT_TRUE(dataset.unreadable.empty());
}

TEST(DatasetOf, TakesTheLevelsFromAnotherColumn) {
  const Dataset dataset = dataset_of(csv_table(kEpochFile), DatasetFormat::kAuto, "Domain");
  EXPECT_THAT(dataset.rows.at(0).levels, ElementsAre("Vision"));
}

}  // namespace
}  // namespace flopprof::to_accuracy
