#include "profiler/to_accuracy/trend.h"

#include <gmock/gmock.h>

#include "profiler/to_accuracy/published.h"

namespace flopprof::to_accuracy {
namespace {

using namespace std::chrono_literals;

DatasetRow row(Date date, const char* compute) {
  return {.levels = {"AlexNet"}, .date = date, .compute = printed_figure(compute)};
}

LevelTrend trend(std::vector<DatasetRow> rows) {
  return trend_of(Dataset{.rows = std::move(rows)}, "AlexNet");
}

TEST(TrendOf, FindsThePapersSixteenMonthsInTheOfficialFile) {
  const LevelTrend alexnet = trend_of(dataset_of(*shipped_data_set("openai")), "AlexNet");
  EXPECT_EQ(alexnet.points.size(), 6u);
  EXPECT_EQ(low_envelope(alexnet).size(), 6u);
  EXPECT_NEAR(alexnet.reduction_factor, 44.93, 0.005);
  EXPECT_NEAR(alexnet.fit->halving_months, 15.68, 0.005);
  EXPECT_NEAR(alexnet.fit->halving_months_ci95->from, 13.22, 0.005);
  EXPECT_NEAR(*alexnet.fit->halving_months_ci95->until, 19.28, 0.005);
  EXPECT_NEAR(*alexnet.fit->r_squared, 0.9823, 0.00005);
  EXPECT_NEAR(*alexnet.end_point_months, 15.27, 0.005);
  EXPECT_NEAR(alexnet.moore_factor, 11.26, 0.005);
}

TEST(TrendOf, FindsSixOfTable3sSixteenPointsOnTheEnvelope) {
  const LevelTrend alexnet = trend_of(dataset_of(*shipped_data_set("table3")), "AlexNet");
  EXPECT_EQ(alexnet.points.size(), 16u);
  EXPECT_EQ(low_envelope(alexnet).size(), 6u);
  EXPECT_NEAR(alexnet.reduction_factor, 44.35, 0.005);
  EXPECT_NEAR(alexnet.fit->halving_months, 15.78, 0.005);
  EXPECT_NEAR(alexnet.fit->halving_months_ci95->from, 13.27, 0.005);
  EXPECT_NEAR(*alexnet.fit->halving_months_ci95->until, 19.46, 0.005);
  EXPECT_NEAR(*alexnet.fit->r_squared, 0.9818, 0.00005);
}

TEST(TrendOf, SortsByDateAndLeavesWhatIsNoLowerOffTheEnvelope) {
  const LevelTrend sorted = trend({row(2014y / 1 / 1, "2"), row(2012y / 1 / 1, "4"),
                                   row(2013y / 1 / 1, "5"), row(2015y / 1 / 1, "2")});
  std::vector<bool> on_envelope;
  for (const TrendPoint& point : sorted.points) on_envelope.push_back(point.on_low_envelope);
  EXPECT_THAT(on_envelope, testing::ElementsAre(true, false, true, false));
  EXPECT_DOUBLE_EQ(sorted.reduction_factor, 2);
  EXPECT_DOUBLE_EQ(sorted.points[1].reduction_factor, 0.8);
}

TEST(TrendOf, TakesTheLowestOfOneDay) {
  const LevelTrend same_day =
      trend({row(2012y / 1 / 1, "9"), row(2012y / 1 / 1, "4"), row(2012y / 1 / 1, "5")});
  EXPECT_EQ(low_envelope(same_day).size(), 1u);
  EXPECT_DOUBLE_EQ(tfs_days(low_envelope(same_day)[0].row), 4);
}

TEST(TrendOf, FitsTwoPointsWithoutAnInterval) {
  const LevelTrend two = trend({row(2012y / 6 / 1, "4"), row(2016y / 6 / 1, "1")});
  EXPECT_NEAR(two.fit->halving_months, 24, 1e-9) << "48 months for two halvings";
  EXPECT_NEAR(*two.end_point_months, 24, 1e-9);
  EXPECT_NEAR(two.moore_factor, 4, 1e-9);
  EXPECT_FALSE(two.fit->halving_months_ci95);
  EXPECT_FALSE(two.fit->r_squared);
}

TEST(TrendOf, DoesNotFitOnePoint) {
  const LevelTrend one = trend({row(2012y / 6 / 1, "4")});
  EXPECT_EQ(one.points.size(), 1u);
  EXPECT_FALSE(one.fit);
  EXPECT_FALSE(one.end_point_months);
  EXPECT_DOUBLE_EQ(one.reduction_factor, 1);
}

TEST(TrendOf, LeavesTheIntervalOpenWhereNoTrendLiesInIt) {
  const LevelTrend scattered =
      trend({row(2012y / 1 / 1, "100"), row(2012y / 2 / 1, "2"), row(2020y / 1 / 1, "1.9")});
  ASSERT_TRUE(scattered.fit->halving_months_ci95);
  EXPECT_FALSE(scattered.fit->halving_months_ci95->until);
}

TEST(TrendOf, IsWithoutPointsForALevelThatNoRowHas) {
  EXPECT_TRUE(trend_of(Dataset{}, "AlexNet").points.empty());
}

TEST(TrendsOf, KeepsTheFilesOrderOfLevels) {
  std::vector<std::string> names;
  for (const auto& t : trends_of(dataset_of(*shipped_data_set("openai")))) names.push_back(t.level);
  EXPECT_THAT(names, testing::ElementsAre("AlexNet", "ResNet-50", "Seq2Seq", "GNMT"));
}

}  // namespace
}  // namespace flopprof::to_accuracy
