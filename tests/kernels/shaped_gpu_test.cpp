#include <gmock/gmock.h>

#include <numeric>

#include "kernels/block_sum.h"
#include "kernels/collatz.h"
#include "kernels/dependent_launch.h"
#include "kernels/device_memory.h"
#include "kernels/graph_loop.h"
#include "kernels/graph_replay.h"
#include "kernels/launched_kernels.h"
#include "kernels/overlap.h"
#include "kernels/stream.h"
#include "kernels/winograd.h"
#include "tests/kernels/references.h"

namespace flopprof::kernels {
namespace {

/// What the GPU computes, against the reference of the host.
class ShapedOnAGpu : public testing::Test {
 protected:
  void SetUp() override {
    int devices = 0;
    if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) GTEST_SKIP() << "no GPU";
  }

  static std::vector<float> singles(const std::vector<double>& numbers) {
    return {numbers.begin(), numbers.end()};
  }

  static void expect_near(const std::vector<float>& made, const std::vector<double>& expected,
                          double within) {
    ASSERT_EQ(made.size(), expected.size());
    for (std::size_t i = 0; i < made.size(); ++i) ASSERT_NEAR(made[i], expected[i], within) << i;
  }
};

TEST_F(ShapedOnAGpu, SgemmGivesTheReference) {
  const Sgemm gemm{.m = 256, .n = 384, .k = 64};
  const auto left = some_numbers<double>(256 * 64, 1);
  const auto right = some_numbers<double>(64 * 384, 2);
  const DeviceArray<float> a(singles(left));
  const DeviceArray<float> b(singles(right));
  const DeviceArray<float> c(256 * 384);
  launch(gemm, a.get(), b.get(), c.get(), nullptr);
  ASSERT_EQ(cudaGetLastError(), cudaSuccess);
  expect_near(c.content(), product(gemm, left, right), 1e-4);
}

TEST_F(ShapedOnAGpu, ConvolutionsGiveTheReference) {
  for (const Convolution& convolution : tested_convolutions()) {
    const ConvolutionNumbers numbers = some_tensors(convolution);
    const DeviceArray<std::uint16_t> images(bfloats(numbers.images));
    const DeviceArray<std::uint16_t> filters(bfloats(numbers.filters));
    const DeviceArray<std::uint16_t> results(bfloats(numbers.results));
    for (const Direction direction :
         {Direction::kForward, Direction::kDataGradient, Direction::kWeightGradient}) {
      const auto expected = convolved(convolution, direction, numbers);
      const DeviceArray<float> written(expected.size());
      launch(convolution, direction,
             {.images = images.get(),
              .filters = filters.get(),
              .results = results.get(),
              .written = written.get()},
             nullptr);
      ASSERT_EQ(cudaGetLastError(), cudaSuccess);
      expect_near(written.content(), expected, 1e-3);
    }
  }
}

TEST_F(ShapedOnAGpu, WinogradGivesTheConvolution) {
  const Winograd winograd{.n = 2, .h = 7, .w = 9, .c = 3, .k = 5, .pad = 1};
  const Convolution same{
      .n = 2, .h = 7, .w = 9, .c = 3, .k = 5, .r = 3, .s = 3, .pad_h = 1, .pad_w = 1};
  const ConvolutionNumbers numbers = some_tensors(same);
  const auto squares = static_cast<std::size_t>(squares_of(winograd));
  const DeviceArray<float> images(singles(numbers.images));
  const DeviceArray<float> filters(singles(numbers.filters));
  const DeviceArray<float> results(numbers.results.size());
  const DeviceArray<float> transformed(16 * squares * 3);
  const DeviceArray<float> transforms(16 * 3 * 5);
  const DeviceArray<float> products(16 * squares * 5);
  launch(winograd,
         {.images = images.get(),
          .filters = filters.get(),
          .results = results.get(),
          .squares = transformed.get(),
          .transforms = transforms.get(),
          .products = products.get()},
         nullptr);
  ASSERT_EQ(cudaGetLastError(), cudaSuccess);
  expect_near(results.content(), convolved(same, Direction::kForward, numbers), 1e-4);
}

TEST_F(ShapedOnAGpu, StreamsMoveAndAdd) {
  const DeviceArray<float> left({1, 2, 3, 4, 5, 6, 7, 8});
  const DeviceArray<float> right({10, 20, 30, 40, 50, 60, 70, 80});
  const DeviceArray<float> sums(8);
  launch(Triad{.floats = 8}, left.get(), right.get(), sums.get(), nullptr);
  EXPECT_EQ(sums.content(), (std::vector<float>{31, 62, 93, 124, 155, 186, 217, 248}));
  launch(Copy{.floats = 8}, right.get(), sums.get(), nullptr);
  EXPECT_EQ(sums.content(), right.content());
}

TEST_F(ShapedOnAGpu, BlockSumAddsEveryNumberOnce) {
  const auto numbers = some_numbers<double>(2 * 64 * 5, 7);
  const DeviceArray<float> memory(singles(numbers));
  const DeviceArray<float> sums(2);
  launch(BlockSum{.blocks = 2, .threads = 64, .numbers_a_thread = 5}, memory.get(), sums.get(),
         nullptr);
  const auto middle = numbers.begin() + 320;
  expect_near(
      sums.content(),
      {std::accumulate(numbers.begin(), middle, 0.0), std::accumulate(middle, numbers.end(), 0.0)},
      1e-4);
}

TEST_F(ShapedOnAGpu, CollatzTakesEveryStep) {
  const DeviceArray<std::uint32_t> starts({1, 6, 2});
  const DeviceArray<float> values(3);
  launch_collatz(starts.get(), values.get(), 3, nullptr);
  EXPECT_EQ(values.content(), (std::vector<float>{1.0F, 1.99609375F, 1.5F}));
}

TEST_F(ShapedOnAGpu, WarpsAddUpTheirLanes) {
  std::vector<float> seeds(2048, 0.0F);
  for (std::size_t lane = 0; lane < 32; ++lane) seeds[lane] = static_cast<float>(lane);
  const DeviceArray<float> memory(seeds);
  const DeviceArray<float> sums(64);
  for (const ReferenceKernel& kernel : atomics()) {
    if (std::string(kernel.name) != "flopprof_warp_sum") continue;
    launch(kernel, {.blocks = 1, .threads = 64, .trips = 1}, memory.get(), sums.get(), nullptr);
  }
  EXPECT_EQ(sums.content(), std::vector<float>(64, 496.0F));  // 0 + 1 + … + 31
}

TEST_F(ShapedOnAGpu, TwoStreamsOverlap) {
  cudaDeviceProp device{};
  ASSERT_EQ(cudaGetDeviceProperties(&device, 0), cudaSuccess);
  const Overlap overlap{.processors = device.multiProcessorCount,
                        .shared_bytes = static_cast<int>(device.sharedMemPerMultiprocessor),
                        .trips = 20000};
  const DeviceArray<float> seeds(std::vector<float>(2048, 0.5F));
  const DeviceArray<float> results(
      static_cast<std::size_t>(2 * 8 * kOverlapThreads * blocks_of_one(overlap)));
  const DeviceArray<Ran> ran(std::vector<Ran>(2));
  std::array<cudaStream_t, 2> streams{};
  for (cudaStream_t& stream : streams) {
    ASSERT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
  }
  ASSERT_EQ(launch(overlap, seeds.get(), results.get(), ran.get(), streams), cudaSuccess);
  ASSERT_EQ(cudaDeviceSynchronize(), cudaSuccess);
  const std::vector<Ran> both = ran.content();
  const auto sum =
      both[0].ended_at_ns - both[0].began_at_ns + both[1].ended_at_ns - both[1].began_at_ns;
  EXPECT_GT(static_cast<double>(sum), 1.5 * static_cast<double>(union_ns(both[0], both[1])));
  for (cudaStream_t stream : streams) cudaStreamDestroy(stream);
}

/// Both launches of one stream, by the device's own clock.
std::vector<Ran> both_of_one_stream(Begins begins) {
  cudaDeviceProp device{};
  EXPECT_EQ(cudaGetDeviceProperties(&device, 0), cudaSuccess);
  const DependentLaunch dependent{
      .overlap = {.processors = device.multiProcessorCount,
                  .shared_bytes = static_cast<int>(device.sharedMemPerMultiprocessor),
                  .trips = 20000},
      .begins = begins};
  const DeviceArray<float> seeds(std::vector<float>(2048, 0.5F));
  const DeviceArray<float> results(
      static_cast<std::size_t>(2 * 8 * kOverlapThreads * blocks_of_one(dependent.overlap)));
  std::vector<Ran> both;
  for (int i = 0; i < 2; ++i) {  // the first time, the kernels are loaded between the launches
    const DeviceArray<Ran> ran(std::vector<Ran>(2));
    cudaStream_t stream = nullptr;
    EXPECT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
    EXPECT_EQ(launch(dependent, seeds.get(), results.get(), ran.get(), stream), cudaSuccess);
    EXPECT_EQ(cudaDeviceSynchronize(), cudaSuccess);
    both = ran.content();
    cudaStreamDestroy(stream);
  }
  return both;
}

std::uint64_t sum_ns(const std::vector<Ran>& both) {
  return both[0].ended_at_ns - both[0].began_at_ns + both[1].ended_at_ns - both[1].began_at_ns;
}

TEST_F(ShapedOnAGpu, ADependentLaunchRunsWithTheOneBeforeIt) {
  cudaDeviceProp device{};
  ASSERT_EQ(cudaGetDeviceProperties(&device, 0), cudaSuccess);
  if (device.major < 9) GTEST_SKIP() << "no GPU of compute capability 9.0 or later";
  const std::vector<Ran> early = both_of_one_stream(Begins::kEarly);
  EXPECT_GT(static_cast<double>(sum_ns(early)),
            1.5 * static_cast<double>(union_ns(early[0], early[1])));
  EXPECT_GE(early[1].ended_at_ns, early[0].ended_at_ns);
  const std::vector<Ran> after = both_of_one_stream(Begins::kAfter);
  EXPECT_EQ(union_ns(after[0], after[1]), sum_ns(after));
  EXPECT_GE(after[1].began_at_ns, after[0].ended_at_ns);
}

TEST_F(ShapedOnAGpu, LaunchedKernelsAreCountedAndNotRun) {
  const DeviceArray<std::uint32_t> starts({1, 6, 2});
  const DeviceArray<float> values(3);
  const auto both = [&](cudaStream_t stream) {
    launch_collatz(starts.get(), values.get(), 3, stream);
    launch_collatz(starts.get(), values.get(), 3, stream);
  };
  EXPECT_EQ(kernels_launched_by(both), 2);
  EXPECT_EQ(values.content(), (std::vector<float>{0, 0, 0}));
  EXPECT_EQ(kernels_launched_by([](cudaStream_t) {}), 0);
  EXPECT_THROW(kernels_launched_by([](cudaStream_t) { throw std::logic_error("its own"); }),
               std::logic_error);
  EXPECT_EQ(kernels_launched_by(both), 2) << "after a failure";
}

TEST_F(ShapedOnAGpu, GraphsAreReplayed) {
  const DeviceArray<float> seeds(std::vector<float>(2048, 0.5F));
  const DeviceArray<float> results(64 * 8);
  cudaStream_t stream = nullptr;
  ASSERT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
  const GraphReplay graph{.first = vector_single().front(),
                          .second = vector_single().back(),
                          .launch = {.blocks = 1, .threads = 64, .trips = 2},
                          .replays = 3};
  EXPECT_EQ(replay(graph, seeds.get(), results.get(), stream), cudaSuccess);
  EXPECT_NE(results.content()[0], 0.0F);
  cudaStreamDestroy(stream);
}

TEST_F(ShapedOnAGpu, GraphsGoOnForAsLongAsTheDeviceWants) {
  const DeviceArray<float> seeds(std::vector<float>(2048, 0.5F));
  const DeviceArray<float> results(64 * 8);
  const DeviceArray<int> left(1);
  cudaStream_t stream = nullptr;
  ASSERT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
  const GraphLoop loop{.kernel = vector_single().front(),
                       .launch = {.blocks = 1, .threads = 64, .trips = 2},
                       .turns = 7};
  EXPECT_EQ(run(loop, seeds.get(), results.get(), left.get(), stream), cudaSuccess);
  EXPECT_EQ(left.content(), std::vector<int>{0});
  cudaStreamDestroy(stream);
}

}  // namespace
}  // namespace flopprof::kernels
