#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "profiler/cudnn/execution.h"

namespace flopprof::cudnn {
namespace {

using convolution::Direction;
using convolution::kNumberFormats;
using testing::Contains;
using testing::Not;

/// What cuDNN says of an H100, so that it plans for one where there is no GPU.
constexpr std::string_view kH100 = R"({
  "deviceName": "NVIDIA H100 80GB HBM3", "deviceVer": 900, "driverVer": 13000, "cudaDeviceId": 0,
  "pciDeviceId": 0, "multiProcessorCount": 132, "warpSize": 32, "smClockRateKHz": 1980000,
  "memClockRateKHz": 2619000, "l2CacheSize": 52428800, "totalGlobalMem": 85000000000,
  "maxGridSize": [2147483647, 65535, 65535], "maxBlockSize": [1024, 1024, 64],
  "regsPerBlock": 65536, "maxRegistersPerSM": 65536, "maxCtasPerSM": 32,
  "maxThreadsPerBlock": 1024, "maxThreadsPerSM": 2048, "maxSharedMemoryPerBlock": 49152,
  "maxSharedMemoryPerBlockOptin": 232448, "reservedSharedMemoryPerBlock": 1024,
  "isTccDriver": 0, "supportCoopLaunch": 1})";

/// A 3x3 convolution of ResNet-50.
Problem problem(std::size_t format, Direction direction = Direction::kForward) {
  const convolution::Shape shape{.images = 16,
                                 .channels = 64,
                                 .height = 56,
                                 .width = 56,
                                 .filters = 64,
                                 .filter_height = 3,
                                 .filter_width = 3,
                                 .pad_height = 1,
                                 .pad_width = 1};
  return {shape, direction, kNumberFormats[format], usual_layout(kNumberFormats[format])};
}

class Engines : public testing::Test {
 protected:
  void SetUp() override {
    try {
      library_ = open_library();
    } catch (const CudnnError& error) {
      GTEST_SKIP() << error.what();
    }
  }
  Plans plans(const Problem& of) {
    return plans_of(*library_, Device::of_description(*library_, kH100), of);
  }
  std::optional<Library> library_;
};

TEST_F(Engines, AreKnownForEveryDirectionAndFormatWithoutAGpu) {
  for (std::size_t format = 0; format < kNumberFormats.size(); ++format) {
    for (const Direction direction : convolution::kDirections) {
      EXPECT_FALSE(plans(problem(format, direction)).plans.empty())
          << kNumberFormats[format].name << " " << name_of(direction);
    }
  }
}

TEST_F(Engines, StandOnceEachWithTheirWorkspace) {
  const Plans all = plans(problem(2));
  std::vector<std::int64_t> engines;
  for (const Plan& plan : all.plans) {
    EXPECT_GE(plan.workspace_bytes, 0);
    EXPECT_TRUE(plan.execution);
    engines.push_back(plan.engine);
  }
  std::ranges::sort(engines);
  EXPECT_EQ(std::ranges::adjacent_find(engines), engines.end());
}

TEST_F(Engines, OfFp32StayOffTheTensorCoresAndOfTf32UseThem) {
  for (const Plan& plan : plans(problem(0)).plans) {
    EXPECT_THAT(plan.numerical_notes, Not(Contains("tensor_core"))) << plan.engine;
  }
  for (const Plan& plan : plans(problem(1)).plans) {
    EXPECT_THAT(plan.numerical_notes, Contains("tensor_core")) << plan.engine;
  }
}

TEST_F(Engines, OfAnA100SayWhichIsWinograd) {
  std::string a100(kH100);
  a100.replace(a100.find("\"deviceVer\": 900"), 16, "\"deviceVer\": 800");
  const Plans all = plans_of(*library_, Device::of_description(*library_, a100), problem(0));
  const auto winograd = std::ranges::find_if(all.plans, [](const Plan& plan) {
    return std::ranges::find(plan.numerical_notes, "winograd") != plan.numerical_notes.end();
  });
  ASSERT_NE(winograd, all.plans.end());
  EXPECT_THAT(winograd->numerical_notes, testing::ElementsAre("winograd", "winograd_tile_4x4"));
}

TEST_F(Engines, ThatTheHeuristicsProposeComeFirst) {
  const Plans all = plans(problem(2));
  EXPECT_TRUE(all.plans.front().proposed);
  EXPECT_TRUE(std::ranges::is_partitioned(all.plans, [](const Plan& p) { return p.proposed; }));
}

TEST_F(Engines, TakeGroupsStridesAndDilations) {
  Problem depthwise = problem(2);
  depthwise.shape.groups = 64;
  depthwise.shape.stride_height = depthwise.shape.stride_width = 2;
  EXPECT_FALSE(plans(depthwise).plans.empty());
  Problem dilated = problem(2);
  dilated.shape.dilation_height = dilated.shape.dilation_width = 2;
  EXPECT_FALSE(plans(dilated).plans.empty());
}

TEST_F(Engines, CanBeGivenMemoryBeforeTheyRun) {
  const Plans all = plans(problem(2));
  std::array<char, 64> memory{};
  EXPECT_NO_THROW(
      Descriptor(*library_, CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR, "a pack")
          .set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, std::vector<std::int64_t>{'x', 'w', 'y'})
          .set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, std::vector<void*>(3, memory.data()))
          .set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, static_cast<void*>(memory.data()))
          .finalize());
}

TEST_F(Engines, OnThisGpuNeedOne) {
  try {
    const Session session(*library_);
    EXPECT_FALSE(plans_of(*library_, Device::of_handle(*library_, session.handle()), problem(2))
                     .plans.empty());
  } catch (const CudnnError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("cuDNN on this GPU: CUDNN_STATUS_"));
  }
}

TEST_F(Engines, ForADescriptionThatIsNoneAreRefused) {
  EXPECT_THROW(Device::of_description(*library_, "{}"), CudnnError);
}

TEST(Library, ThatIsMissingIsNamed) {
  try {
    open_library("/nowhere/libcudnn.so.9");
    FAIL();
  } catch (const CudnnError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("/nowhere/libcudnn.so.9"));
    EXPECT_THAT(error.what(), testing::HasSubstr("install cuDNN 9"));
  }
}

using Limits = std::vector<std::optional<std::int64_t>>;

TEST(BestUnder, IsTheFirstPlanThatFitsUnderEachLimit) {
  const std::vector<Plan> plans = {{.workspace_bytes = 100}, {.workspace_bytes = 10}};
  const auto choices = best_under(plans, {0, 10, 50, 100, std::nullopt});
  ASSERT_EQ(choices.size(), 2u);
  EXPECT_EQ(choices[0].plan, 1u);
  EXPECT_EQ(choices[0].limits, (Limits{10, 50}));
  EXPECT_EQ(choices[1].plan, 0u);
  EXPECT_EQ(choices[1].limits, (Limits{100, std::nullopt}));
}

TEST(AllUnder, AreThePlansThatFitUnderTheLargestLimit) {
  const std::vector<Plan> plans = {{.workspace_bytes = 100}, {.workspace_bytes = 10}};
  const auto some = all_under(plans, {5, 10});
  ASSERT_EQ(some.size(), 1u);
  EXPECT_EQ(some[0].plan, 1u);
  EXPECT_EQ(some[0].limits, Limits{10});
  EXPECT_EQ(all_under(plans, {10, std::nullopt}).size(), 2u);
}

TEST(Notes, HaveCudnnsNames) {
  EXPECT_EQ(name_of(CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_13x13), "winograd_tile_13x13");
  EXPECT_EQ(name_of(CUDNN_BEHAVIOR_NOTE_CUBLASLT_DEPENDENCY), "cublaslt_dependency");
  EXPECT_EQ(name_of(static_cast<cudnnBackendNumericalNote_t>(12)), "numerical_note_12");
}

}  // namespace
}  // namespace flopprof::cudnn
