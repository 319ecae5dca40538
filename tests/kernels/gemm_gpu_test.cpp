#include <gmock/gmock.h>

#include <cmath>

#include "kernels/device_memory.h"
#include "kernels/gemm.h"
#include "tests/kernels/references.h"

namespace flopprof::kernels {
namespace {

/// The product on a GPU, against double precision on the host.
class GemmOnAGpu : public testing::Test {
 protected:
  void SetUp() override {
    int devices = 0;
    if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) GTEST_SKIP() << "no GPU";
    cudaDeviceProp device{};
    ASSERT_EQ(cudaGetDeviceProperties(&device, 0), cudaSuccess);
    if (device.major != 9) GTEST_SKIP() << "no GPU of compute capability 9.0";
  }
};

std::vector<double> some(int rows, int columns, std::uint32_t seed) {
  return some_numbers<double>(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns),
                              seed);
}

struct Made {
  std::vector<double> left;
  std::vector<double> right;
  std::vector<std::uint16_t> product;
};

/// Every number of `product` is set to none before.
Made made_by(const Gemm& gemm) {
  Made made{.left = some(gemm.m, gemm.k, 1), .right = some(gemm.n, gemm.k, 2)};
  const DeviceArray<std::uint16_t> left(bfloats(made.left));
  const DeviceArray<std::uint16_t> right(bfloats(made.right));
  const DeviceArray<std::uint16_t> product(std::vector<std::uint16_t>(
      static_cast<std::size_t>(gemm.m) * static_cast<std::size_t>(gemm.n), 0x7fc0));
  const cudaError_t error = launch(gemm, left.get(), right.get(), product.get(), nullptr);
  EXPECT_EQ(error, cudaSuccess) << cudaGetErrorString(error);
  made.product = product.content();
  return made;
}

double expected_at(const Gemm& gemm, const Made& made, int row, int column) {
  double sum = 0;
  for (int i = 0; i < gemm.k; ++i) {
    sum += made.left[static_cast<std::size_t>(row) * static_cast<std::size_t>(gemm.k) +
                     static_cast<std::size_t>(i)] *
           made.right[static_cast<std::size_t>(column) * static_cast<std::size_t>(gemm.k) +
                      static_cast<std::size_t>(i)];
  }
  return sum;
}

/// A bfloat is at most 1/256 of the number that it rounds off, and singles at most k/2^24 of k.
void expect_at(const Gemm& gemm, const Made& made, int row, int column) {
  const double expected = expected_at(gemm, made, row, column);
  const auto at = static_cast<std::size_t>(row) * static_cast<std::size_t>(gemm.n) +
                  static_cast<std::size_t>(column);
  ASSERT_NEAR(single_of_bfloat(made.product[at]), expected,
              std::abs(expected) / 256 + 1e-6 * gemm.k)
      << gemm.m << "x" << gemm.n << "x" << gemm.k << " at " << row << ", " << column;
}

TEST_F(GemmOnAGpu, GivesEveryNumberOfTheReference) {
  for (const Gemm& gemm : {Gemm{.m = 256, .n = 256, .k = 64}, Gemm{.m = 256, .n = 256, .k = 320},
                           Gemm{.m = 130, .n = 264, .k = 72}, Gemm{.m = 8, .n = 8, .k = 8},
                           Gemm{.m = 520, .n = 776, .k = 192}}) {
    const Made made = made_by(gemm);
    for (int row = 0; row < gemm.m; ++row) {
      for (int column = 0; column < gemm.n; ++column) expect_at(gemm, made, row, column);
    }
  }
}

TEST_F(GemmOnAGpu, GivesTheReferenceWhereEveryClusterMakesSeveralTiles) {
  const Gemm gemm{.m = 8192, .n = 4096, .k = 512};
  const Made made = made_by(gemm);
  // Some numbers of every tile, about 32.
  for (std::int64_t i = 0; i < std::int64_t{gemm.m} * gemm.n; i += 1009) {
    const auto row = static_cast<int>(i / gemm.n);
    const auto column = static_cast<int>(i * 31 % gemm.n);
    expect_at(gemm, made, row, column);
  }
}

TEST_F(GemmOnAGpu, GivesTheSameEachTime) {
  const Gemm gemm{.m = 2048, .n = 2048, .k = 512};
  const std::vector<std::uint16_t> once = made_by(gemm).product;
  for (int i = 0; i < 5; ++i) ASSERT_EQ(made_by(gemm).product, once);
}

}  // namespace
}  // namespace flopprof::kernels
