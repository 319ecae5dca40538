#include <gmock/gmock.h>

#include "kernels/device_memory.h"
#include "kernels/timer.h"
#include "kernels/vector_fma.h"

namespace flopprof::kernels {
namespace {

TEST(TimerOnAGpu, FindsTwiceTheWorkTwiceAsLong) {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) GTEST_SKIP() << "no GPU";
  const DeviceArray<float> result(256 * 64);
  Timer timer(nullptr);
  const auto seconds = [&](int rounds) {
    const auto run = [&](cudaStream_t stream) {
      launch(VectorFma{.blocks = 64, .threads = 256, .rounds = rounds}, result.get(), stream);
    };
    return timer.time({.samples = 10, .cache = Cache::kCold}, run).seconds.median;
  };
  const double once = seconds(1'000'000);
  EXPECT_GT(once, 1e-4);
  EXPECT_NEAR(seconds(2'000'000) / once, 2, 0.3);
}

}  // namespace
}  // namespace flopprof::kernels
