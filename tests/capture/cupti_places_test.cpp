#include "profiler/capture/cupti_places.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flopprof::capture {
namespace {

using ::testing::ElementsAre;

TEST(CuptiCandidates, AreTheLoadersTheToolkitsAndTheWheelsInThisOrder) {
  const auto paths = cupti_candidates(
      12080, {.search_path = {"/l"}, .toolkits = {"/opt/cuda"}, .python_packages = {"/p"}});
  EXPECT_THAT(
      paths,
      ElementsAre("/l/libcupti.so.12", "/opt/cuda/lib64/libcupti.so.12",
                  "/opt/cuda/extras/CUPTI/lib64/libcupti.so.12", "/opt/cuda/lib/libcupti.so.12",
                  "libcupti.so.12", "/usr/local/cuda/lib64/libcupti.so.12",
                  "/usr/local/cuda/extras/CUPTI/lib64/libcupti.so.12",
                  "/usr/local/cuda/lib/libcupti.so.12", "/p/nvidia/cu12/lib/libcupti.so.12",
                  "/p/nvidia/cuda_cupti/lib/libcupti.so.12"));
}

TEST(CuptiCandidates, BeginWithTheDriversMajorVersion) {
  const auto paths = cupti_candidates(13000, {});
  ASSERT_EQ(paths.size(), 8u);
  EXPECT_EQ(paths.front(), "libcupti.so.13");
  EXPECT_EQ(paths[4], "libcupti.so.12");
  EXPECT_EQ(cupti_candidates(0, {}), paths) << "no driver that says";
}

TEST(CuptiCandidates, LieBesideTheJobsOwnWheelsBeforeOtherPackages) {
  const auto paths = cupti_candidates(
      12000, {.mapped = {"/usr/lib/libc.so.6", "/env/site-packages/numpy/core/umath.so",
                         "/user/site-packages/nvidia/cuda_runtime/lib/libcudart.so.12",
                         "/user/site-packages/nvidia/cublas/lib/libcublas.so.12"}});
  ASSERT_EQ(paths.size(), 8u);
  EXPECT_EQ(paths[4], "/user/site-packages/nvidia/cu12/lib/libcupti.so.12");
  EXPECT_EQ(paths[5], "/user/site-packages/nvidia/cuda_cupti/lib/libcupti.so.12");
  EXPECT_EQ(paths[7], "/env/site-packages/nvidia/cuda_cupti/lib/libcupti.so.12");
}

TEST(CuptiCandidates, AreNotSoughtInADriversFolderThatIsNamedAsAWheel) {
  EXPECT_EQ(cupti_candidates(12000, {.mapped = {"/usr/lib/nvidia/libcuda.so.1"}}).size(), 4u);
}

TEST(NewerThanTheDriver, IsAHigherMajorVersion) {
  EXPECT_TRUE(is_newer_than_driver(13, 12080));
  EXPECT_FALSE(is_newer_than_driver(13, 13000));
  EXPECT_FALSE(is_newer_than_driver(12, 13000));
  EXPECT_FALSE(is_newer_than_driver(0, 13000));
  EXPECT_FALSE(is_newer_than_driver(13, 0));
}

}  // namespace
}  // namespace flopprof::capture
