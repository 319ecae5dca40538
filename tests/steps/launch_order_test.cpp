#include "profiler/steps/launch_order.h"

#include <gtest/gtest.h>

namespace flopprof::steps {
namespace {

constexpr int kContext = 0;

LaunchOrder::Launch launch(std::uint64_t identity) {
  return {.identity = identity, .context = &kContext, .kernel = "gemm", .by = {"aten::mm", 1}};
}

/// Answers whether the counting is to end there.
bool launch_one(LaunchOrder& order, std::uint64_t identity, bool launched = true) {
  order.entered(launch(identity));
  return order.returned(launched);
}

std::vector<LaunchOrder::Noted> noted(LaunchOrder& order, std::vector<std::uint64_t> identities) {
  order.record();
  LaunchInterval interval;
  for (const std::uint64_t identity : identities) {
    launch_one(order, identity);
    interval.signature += identity;
    ++interval.kernels;
  }
  return order.take(interval);
}

/// After `launches` of them.
StepCut cut_of(LaunchOrder& order, std::vector<std::uint64_t> identities, std::size_t launches) {
  const auto all = noted(order, std::move(identities));
  StepCut cut{.launches = static_cast<std::int64_t>(launches), .hash = 0};
  for (std::size_t i = 0; i < launches; ++i)
    cut.hash = order_hash(cut.hash, all[i].launch.identity);
  return cut;
}

TEST(LaunchOrder, NotesWhatIsLaunchedByWhom) {
  LaunchOrder order;
  EXPECT_FALSE(order.is_on());
  const auto all = noted(order, {7, 8, 7});
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].launch.identity, all[2].launch.identity);
  EXPECT_NE(all[0].launch.identity, all[1].launch.identity);
  EXPECT_STREQ(all[1].launch.kernel, "gemm");
  EXPECT_STREQ(all[1].launch.op, "aten::mm");
  EXPECT_EQ(all[1].launch.phase, 1);
  EXPECT_EQ(all[1].context, &kContext);
}

TEST(LaunchOrder, IsNotTakenForAnotherInterval) {
  LaunchOrder order;
  order.record();
  launch_one(order, 7);
  EXPECT_TRUE(order.take({.kernels = 1, .signature = 8}).empty());
  order.record();
  launch_one(order, 7);
  EXPECT_TRUE(order.take({.kernels = 2, .signature = 7}).empty());
}

TEST(LaunchOrder, SaysOnceWhereTheCountingEnds) {
  LaunchOrder order;
  order.follow(cut_of(order, {7, 8, 9}, 2));
  EXPECT_TRUE(order.is_on());
  EXPECT_FALSE(launch_one(order, 7));
  EXPECT_TRUE(launch_one(order, 8));
  EXPECT_TRUE(order.is_still_there());
  EXPECT_FALSE(launch_one(order, 9));
  EXPECT_FALSE(order.is_still_there());
  order.stop();
  EXPECT_FALSE(order.is_on());
}

TEST(LaunchOrder, DoesNotEndItWhereSomethingElseWasLaunched) {
  LaunchOrder order;
  const StepCut cut = cut_of(order, {7, 8, 9}, 2);
  order.follow(cut);
  EXPECT_FALSE(launch_one(order, 8));
  EXPECT_FALSE(launch_one(order, 7)) << "the same in another order";
  order.follow(cut);
  EXPECT_FALSE(launch_one(order, 7));
  EXPECT_FALSE(launch_one(order, 8, false)) << "the driver refused it";
}

TEST(LaunchOrder, WaitsForLaunchesOfOtherThreadsThatHaveNotReturned) {
  LaunchOrder order;
  order.follow(cut_of(order, {7, 8, 9}, 2));
  order.entered(launch(7));
  order.entered(launch(8));
  EXPECT_FALSE(order.returned(true));
  EXPECT_TRUE(order.returned(true));
}

TEST(LaunchOrder, MissesThePlaceWhereThreadsLaunchOnAndOn) {
  LaunchOrder order;
  order.follow(cut_of(order, {7, 8, 9}, 2));
  order.entered(launch(7));
  order.entered(launch(8));
  EXPECT_FALSE(order.returned(true));
  order.entered(launch(9));
  EXPECT_FALSE(order.returned(true));
  EXPECT_FALSE(order.returned(true));
}

}  // namespace
}  // namespace flopprof::steps
