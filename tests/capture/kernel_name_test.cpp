#include "profiler/capture/kernel_name.h"

#include <gtest/gtest.h>

namespace flopprof::capture {
namespace {

TEST(KernelName, IsWhatTheAuthorWrote) {
  EXPECT_EQ(demangled("_Z4gemmPf"), "gemm(float*)");
  EXPECT_EQ(demangled("_ZN3net4reluIfEEvPT_"), "void net::relu<float>(float*)");
}

TEST(KernelName, StaysWhereNoCompilerMangledIt) {
  EXPECT_EQ(demangled("ampere_sgemm_128x64_nn"), "ampere_sgemm_128x64_nn");
  EXPECT_EQ(demangled("f"), "f");
  EXPECT_EQ(demangled("_Zbroken"), "_Zbroken");
  EXPECT_EQ(demangled(""), "");
}

}  // namespace
}  // namespace flopprof::capture
