#include <cuda_runtime_api.h>
#include <gtest/gtest.h>

#include <vector>

#include "kernels/vector_fma.h"

namespace flopprof::kernels {
namespace {

TEST(VectorFmaOnAGpu, RunsEveryRoundOnEveryThread) {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) GTEST_SKIP() << "no GPU";
  std::vector<float> result(256);
  void* memory = nullptr;
  ASSERT_EQ(cudaMalloc(&memory, result.size() * sizeof(float)), cudaSuccess);
  launch({.blocks = 2, .threads = 128, .rounds = 3}, static_cast<float*>(memory), nullptr);
  ASSERT_EQ(cudaGetLastError(), cudaSuccess);
  const auto copied =
      cudaMemcpy(result.data(), memory, result.size() * sizeof(float), cudaMemcpyDeviceToHost);
  cudaFree(memory);
  ASSERT_EQ(copied, cudaSuccess);
  EXPECT_EQ(result, std::vector<float>(256, 1.8125F));  // 0.5, then 1.25, 1.625, 1.8125
}

}  // namespace
}  // namespace flopprof::kernels
