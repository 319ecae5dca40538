#include "profiler/to_accuracy/audit.h"

#include <gmock/gmock.h>

#include "profiler/to_accuracy/published.h"

namespace flopprof::to_accuracy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

const std::string kHeader =
    "Metric,Publication Date,Publication,Publication link,Compute (teraflops-s/days),"
    "Reduction Factor,Analysis,Analysis link,Epochs,GMACs per image\n";
const std::string kAlexNet = "AlexNet,6/1/2012,AlexNet,,3.1,1,mine,,90,0.77\n";

std::vector<RowProblem> problems(const std::string& rows) {
  return audit_of(dataset_of(csv_table(kHeader + rows))).problems;
}

std::vector<std::int64_t> rows_that_begin(const Audit& audit, const std::string& words) {
  std::vector<std::int64_t> rows;
  for (const RowProblem& p : audit.problems) {
    if (p.problem.starts_with(words)) rows.push_back(p.row);
  }
  return rows;
}

TEST(AuditOf, NamesTheRowsOfTheOfficialFileThatCannotBeRight) {
  const Audit audit = audit_of(dataset_of(*shipped_data_set("openai")));
  EXPECT_EQ(audit.rows, 12);
  EXPECT_THAT(rows_that_begin(audit, "date:"), ElementsAre(5, 7, 9, 10, 11, 12));
  EXPECT_THAT(rows_that_begin(audit, "link:"), ElementsAre(10, 11, 12));
  EXPECT_THAT(rows_that_begin(audit, "factor:"), ElementsAre(8));
  EXPECT_THAT(rows_that_begin(audit, "compute: counts 2.00 GMAC"), ElementsAre(2));
  EXPECT_THAT(rows_that_begin(audit, "compute: its parts"), ElementsAre(8));
  EXPECT_EQ(audit.problems.size(), 12u);
  EXPECT_EQ(audit.rows_with_known_parts, 11) << "nobody says what the 17 of row 7 is made of";
}

TEST(AuditOf, FindsTable3sSumsRight) {
  const Audit audit = audit_of(dataset_of(*shipped_data_set("table3")));
  EXPECT_EQ(audit.rows_with_known_parts, 16);
  EXPECT_THAT(rows_that_begin(audit, "compute: its parts"), IsEmpty());
  EXPECT_THAT(rows_that_begin(audit, "compute: counts"), ElementsAre(10)) << "GoogLeNet";
}

TEST(AuditOf, SaysWhatTheDateShouldBe) {
  const auto found = problems("AlexNet,1/10/2015,mine,https://arxiv.org/abs/1512.03385,1,,,,,\n");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].row, 1);
  EXPECT_EQ(found[0].problem, "date: arXiv 1512.03385 was submitted in another month");
  EXPECT_EQ(found[0].printed, "1/10/2015");
  EXPECT_EQ(found[0].expected, "2015-12");
}

TEST(AuditOf, SaysWhichPaperALinkShouldLeadTo) {
  const auto found =
      problems("AlexNet,7/1/2018,ResNet-18,https://arxiv.org/abs/1807.11164,1,,,,,\n");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].problem, "link: the publication link is not the paper \"ResNet-18\"");
  EXPECT_EQ(found[0].expected, "https://arxiv.org/abs/1512.03385");
}

/// Epochs, GMAC an image, the compute and the factor that the file prints for them.
struct PublishedRun {
  const char* parts;
  const char* printed;
};
class PublishedRuns : public testing::TestWithParam<PublishedRun> {};

TEST_P(PublishedRuns, AreTheSumsOfTheirParts) {
  const auto [parts, printed] = GetParam();
  EXPECT_THAT(problems(kAlexNet + "AlexNet,6/1/2018,mine,," + printed + ",mine,," + parts + "\n"),
              IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    OfTable3, PublishedRuns,
    testing::Values(PublishedRun{"90,0.77", "3.1,1"}, PublishedRun{"8,2.00", "0.71,4.3"},
                    PublishedRun{"11,0.568", "0.28,11"}, PublishedRun{"24,0.14", "0.15,21"},
                    PublishedRun{"20,0.14", "0.12,25"}, PublishedRun{"4,0.39", "0.069,44"}));

TEST(AuditOf, TakesTheFactorFromTheUnroundedComputes) {
  const auto found = problems(kAlexNet + "AlexNet,6/1/2018,mine,,0.12,26,mine,,20,0.14\n");
  ASSERT_EQ(found.size(), 1u) << "3.1 / 0.12 is 26, but 3.080 / 0.1244 is 24.75";
  EXPECT_EQ(found[0].row, 2);
  EXPECT_EQ(found[0].printed, "26");
  EXPECT_EQ(found[0].expected, "24.8");
}

TEST(AuditOf, AllowsAFactorThatSomeRoundingMakesRight) {
  const std::string baseline = "GNMT,1/1/2016,mine,,1620,1,,,,\n";
  EXPECT_THAT(problems(baseline + "GNMT,1/1/2017,mine too,,181,9,,,,\n"), IsEmpty());
  EXPECT_EQ(problems(baseline + "GNMT,1/1/2017,mine too,,181,8,,,,\n").at(0).expected, "8.95");
}

TEST(AuditOf, SeesThatTheBackwardPassWasLeftOut) {
  const auto found = problems("ResNet-50,5/28/2019,mine,,0.75,,mine,,71,0.70\n");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_THAT(found[0].problem, testing::EndsWith("the backward pass was left out"));
  EXPECT_EQ(found[0].expected, "2.21");
}

TEST(AuditOf, SaysSoWhenTheSumIsWrongOtherwise) {
  const auto found = problems("AlexNet,5/28/2019,mine,,4.0,,mine,,90,0.77\n");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(
      found[0].problem,
      "compute: its parts make another sum (90 epochs x 0.77 GMAC x 1.28e6 images x 3 passes)");
  EXPECT_EQ(found[0].expected, "3.08");
}

TEST(AuditOf, NamesRowsThatCannotBeRead) {
  const auto found = problems(kAlexNet + "AlexNet,6/31/2018,mine,,0.12,25,,,,\n");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].row, 2);
  EXPECT_THAT(found[0].problem, StartsWith("line 3: \"6/31/2018\" is no date"));
}

TEST(AuditOf, TakesTheEarliestRowAsTheBaselineWhereNoFactorIsOne) {
  const auto found = problems(
      "L,1/1/2017,second,,2.0,3,,,,\n"
      "L,1/1/2016,first,,8.0,,,,,\n");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].expected, "4");
}

}  // namespace
}  // namespace flopprof::to_accuracy
