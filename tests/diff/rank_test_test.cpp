#include "profiler/diff/rank_test.h"

#include <gtest/gtest.h>

namespace flopprof::diff {
namespace {

// Expected values: SciPy's mannwhitneyu.

TEST(RankTest, ValuesThatLieApartAreAsUnlikelyAsCanBe) {
  const std::vector<double> a = {1, 2, 3, 4, 5};
  const std::vector<double> b = {6, 7, 8, 9, 10};
  const RankTest test = rank_test(a, b);
  EXPECT_TRUE(test.exact);
  EXPECT_EQ(test.u, 0);
  EXPECT_NEAR(test.p, 0.007936507936507936, 1e-15);
  EXPECT_NEAR(least_p(5, 5), 0.007936507936507936, 1e-15);
}

TEST(RankTest, ValuesThatInterleaveAreLikely) {
  const std::vector<double> a = {1, 3, 5, 7, 9};
  const std::vector<double> b = {2, 4, 6, 8, 10};
  EXPECT_EQ(rank_test(a, b).u, 10);
  EXPECT_NEAR(rank_test(a, b).p, 0.6904761904761905, 1e-15);
}

TEST(RankTest, SamplesMayDifferInSize) {
  const std::vector<double> a = {12, 15, 11, 18, 14, 16};
  const std::vector<double> b = {13, 19, 21, 20, 17, 22, 23};
  EXPECT_NEAR(rank_test(a, b).p, 0.022144522144522144, 1e-15);
  EXPECT_NEAR(rank_test(b, a).p, 0.022144522144522144, 1e-15);
}

TEST(RankTest, TiesAndLargeSamplesUseTheNormalApproximation) {
  const std::vector<double> ties_a = {1, 2, 2, 3, 4, 4, 5};
  const std::vector<double> ties_b = {2, 3, 4, 5, 5, 6, 7, 8};
  EXPECT_FALSE(rank_test(ties_a, ties_b).exact);
  EXPECT_NEAR(rank_test(ties_a, ties_b).p, 0.060997436309726656, 1e-12);
  std::vector<double> a;
  std::vector<double> b;
  for (int value = 0; value < 80; value += 2) a.push_back(value), b.push_back(value + 15);
  EXPECT_EQ(rank_test(a, b).u, 528);
  EXPECT_NEAR(rank_test(a, b).p, 0.008988007122138847, 1e-12);
}

TEST(RankTest, EqualValuesOrNoneSayNothing) {
  const std::vector<double> same(40, 7.0);
  EXPECT_EQ(rank_test(same, same).p, 1);
  EXPECT_EQ(rank_test(same, {}).p, 1);
}

TEST(BatchMedians, FewValuesStandForThemselves) {
  const std::vector<std::int64_t> values = {5, 1, 3};
  EXPECT_EQ(batch_medians(values, 30), (std::vector<double>{5, 1, 3}));
}

TEST(BatchMedians, ManyValuesArePutTogetherInTheirOrder) {
  const std::vector<std::int64_t> values = {1, 2, 9, 4, 6, 8, 100};
  EXPECT_EQ(batch_medians(values, 3), (std::vector<double>{1.5, 6.5, 8}));
}

}  // namespace
}  // namespace flopprof::diff
