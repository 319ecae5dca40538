#include <gmock/gmock.h>

#include <numeric>

#include "kernels/block_sum.h"
#include "kernels/collatz.h"
#include "kernels/graph_loop.h"
#include "kernels/graph_replay.h"
#include "kernels/overlap.h"
#include "kernels/stream.h"
#include "kernels/stream_steps.h"
#include "tests/kernels/references.h"

namespace flopprof::kernels {
namespace {

TEST(Triad, AddsAndCountsAFusedMultiplyAddAFloat) {
  const double left[4] = {1, 2, 3, 4};
  const double right[4] = {10, 20, 30, 40};
  double sums[4];
  Counted::reset();
  add_scaled<CountingArithmetic>(left, 3.0, right, sums);
  EXPECT_THAT(sums, testing::ElementsAre(31, 62, 93, 124));
  EXPECT_EQ(Counted::flops(), 8);
  EXPECT_EQ(work_of(Triad{.floats = 4}).flops, 8);
  EXPECT_EQ(work_of(Triad{.floats = 1 << 30}).bytes, 12'884'901'888);
  EXPECT_EQ(work_of(Copy{.floats = 1 << 30}).bytes, 8'589'934'592);
  EXPECT_EQ(work_of(Copy{.floats = 1 << 30}).flops, 0);
}

/// As the kernel does it: shares first, then halves of the threads.
double block_sum(const BlockSum& sum, const std::vector<double>& numbers) {
  std::vector<double> shares;
  for (int thread = 0; thread < sum.threads; ++thread) {
    shares.push_back(
        sum_of_own<CountingArithmetic>(numbers.data(), thread, sum.threads, sum.numbers_a_thread));
  }
  for (std::size_t left = shares.size() / 2; left > 0; left /= 2) {
    for (std::size_t i = 0; i < left; ++i) {
      shares[i] = CountingArithmetic::add(shares[i], shares[i + left]);
    }
  }
  return shares[0];
}

TEST(BlockSum, AddsEveryNumberOnceAndCountsOneAddFewer) {
  const BlockSum sum{.blocks = 1, .threads = 64, .numbers_a_thread = 5};
  const auto numbers = some_numbers<double>(320, 7);
  Counted::reset();
  EXPECT_EQ(block_sum(sum, numbers), std::accumulate(numbers.begin(), numbers.end(), 0.0));
  EXPECT_EQ(Counted::flops(), 319);
  EXPECT_EQ(work_of(sum).flops, 319);
  EXPECT_EQ(work_of(BlockSum{.blocks = 7, .threads = 64, .numbers_a_thread = 5}).flops, 2233);
}

TEST(Collatz, CountsTheStepsOfEveryNumber) {
  // 1 takes none, 6 takes 8 (3 10 5 16 8 4 2 1), 27 takes 111.
  EXPECT_EQ(work_of(Collatz{.starts = {1, 6, 27}}).flops, 2 * 119);
  Counted::reset();
  const double value = fused_along<CountingArithmetic>(6, 0.5, 1.0);
  EXPECT_EQ(Counted::fused, 8);
  EXPECT_EQ(value, 1.99609375);  // 2 - 2^-8
}

TEST(Overlap, CountsBothLaunchesAndTheUnionOfTheirTimes) {
  const Overlap overlap{.processors = 132, .trips = 10};
  EXPECT_EQ(blocks_of_one(overlap), 66);
  EXPECT_EQ(work_of(overlap).flops, 2 * 512 * 10 * 256 * 66);
  EXPECT_EQ(union_ns({.began_at_ns = 100, .ended_at_ns = 300}, {200, 350}), 250U);
  EXPECT_EQ(union_ns({.began_at_ns = 200, .ended_at_ns = 350}, {100, 300}), 250U);
  EXPECT_EQ(union_ns({.began_at_ns = 100, .ended_at_ns = 200}, {300, 350}), 150U);
  EXPECT_EQ(union_ns({.began_at_ns = 100, .ended_at_ns = 400}, {200, 300}), 300U);
}

TEST(GraphReplay, CountsEveryLaunchOfEveryReplay) {
  const GraphReplay graph{.first = vector_single().front(),  // 256 adds a thread
                          .firsts = 3,
                          .second = vector_double().front(),  // 128 adds a thread
                          .seconds = 2,
                          .launch = {.blocks = 4, .threads = 64, .trips = 5},
                          .replays = 7};
  EXPECT_EQ(flops_of(graph, FlopClass::kFp32, 90), 7 * 3 * 256 * 5 * 256);
  EXPECT_EQ(flops_of(graph, FlopClass::kFp64, 90), 7 * 2 * 128 * 5 * 256);
}

TEST(GraphLoop, CountsEveryTurn) {
  const GraphLoop loop{.kernel = vector_single().front(),  // 256 adds a thread
                       .launch = {.blocks = 4, .threads = 64, .trips = 5},
                       .turns = 11};
  EXPECT_EQ(flops_of(loop, FlopClass::kFp32, 90), 11 * 256 * 5 * 256);
}

}  // namespace
}  // namespace flopprof::kernels
