#include "profiler/capture/gpm.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <thread>

namespace flopprof::capture {
namespace {

constexpr const char* kFirst = "00000000-0000-0000-0000-000000000001";

/// Asks the stand-in for the management library, tests/simgpu/libnvidia_ml.cpp.
class GpmTest : public ::testing::Test {
 protected:
  ~GpmTest() override {
    for (const char* name : {"SIMGPU_GPM", "SIMGPU_NVML_FAULT", "SIMGPU_MIG", "SIMGPU_DEVICES"})
      unsetenv(name);
  }
  std::string refusal_of(const std::optional<NvmlRefusal>& refusal) {
    return refusal ? text_of(*refusal) : "";
  }
  void* device(const Nvml& nvml) {
    void* handle = nullptr;
    EXPECT_EQ(refusal_of(find_device(nvml, kFirst, handle)), "");
    return handle;
  }
  static void wait() { std::this_thread::sleep_for(std::chrono::milliseconds(120)); }
};

TEST_F(GpmTest, ReadsTheSharesOfTimeBetweenTwoSamplesAndTheClock) {
  setenv("SIMGPU_GPM", "2=80,5=43.25,8=0.5,9=1,11=2,12=3,13=4", 1);
  const Nvml nvml(FLOPPROF_SIMULATED_NVML);
  ASSERT_EQ(nvml.error(), "");
  ActivityMeter meter(nvml, device(nvml));
  ASSERT_EQ(refusal_of(meter.begin()), "");
  ASSERT_EQ(refusal_of(meter.sample()), "");
  wait();
  ASSERT_EQ(refusal_of(meter.sample()), "");
  ActivityShares shares;
  ASSERT_EQ(refusal_of(meter.read(shares)), "");
  EXPECT_DOUBLE_EQ(shares.sm.value(), 0.8);
  EXPECT_DOUBLE_EQ(shares.tensor.value(), 0.4325);
  EXPECT_DOUBLE_EQ(shares.tensor_fp64.value(), 0.005);
  EXPECT_DOUBLE_EQ(shares.tensor_integer.value(), 0.01);
  EXPECT_DOUBLE_EQ(shares.fp64.value(), 0.02);
  EXPECT_DOUBLE_EQ(shares.fp32.value(), 0.03);
  EXPECT_DOUBLE_EQ(shares.fp16.value(), 0.04);
  EXPECT_DOUBLE_EQ(shares.clock_hz.value(), 1.5e9);
}

TEST_F(GpmTest, KeepsTheNewerSampleWhereTheNextOneFails) {
  const Nvml nvml(FLOPPROF_SIMULATED_NVML);
  ActivityMeter meter(nvml, device(nvml));
  ASSERT_FALSE(meter.begin());
  ASSERT_FALSE(meter.sample());
  wait();
  ASSERT_FALSE(meter.sample());
  setenv("SIMGPU_NVML_FAULT", "nvmlGpmSampleGet=15", 1);
  EXPECT_EQ(refusal_of(meter.sample()), "nvmlGpmSampleGet: the GPU is lost (15)");
  unsetenv("SIMGPU_NVML_FAULT");
  wait();
  ASSERT_FALSE(meter.sample());
  ActivityShares shares;
  EXPECT_EQ(refusal_of(meter.read(shares)), "");
  EXPECT_DOUBLE_EQ(shares.tensor.value(), 0.4);
}

TEST_F(GpmTest, SaysNothingOfUnitsThatTheDriverDoesNotTellOf) {
  setenv("SIMGPU_GPM", "5=50", 1);
  const Nvml nvml(FLOPPROF_SIMULATED_NVML);
  ActivityMeter meter(nvml, device(nvml));
  ASSERT_FALSE(meter.begin());
  ASSERT_FALSE(meter.sample());
  wait();
  ASSERT_FALSE(meter.sample());
  ActivityShares shares;
  ASSERT_FALSE(meter.read(shares));
  EXPECT_DOUBLE_EQ(shares.tensor.value(), 0.5);
  EXPECT_FALSE(shares.sm);
  EXPECT_FALSE(shares.fp32);
}

TEST_F(GpmTest, WantsTwoSamples) {
  const Nvml nvml(FLOPPROF_SIMULATED_NVML);
  ActivityMeter meter(nvml, device(nvml));
  ASSERT_FALSE(meter.begin());
  ASSERT_FALSE(meter.sample());
  ActivityShares shares;
  EXPECT_NE(refusal_of(meter.read(shares)), "");
}

TEST_F(GpmTest, NamesTheCallThatWasRefusedAndWhy) {
  const Nvml nvml(FLOPPROF_SIMULATED_NVML);
  setenv("SIMGPU_GPM", "none", 1);
  EXPECT_EQ(refusal_of(ActivityMeter(nvml, device(nvml)).begin()),
            "nvmlGpmQueryDeviceSupport: not supported on this device (3)");
  unsetenv("SIMGPU_GPM");
  setenv("SIMGPU_NVML_FAULT", "nvmlGpmSampleAlloc=999", 1);
  EXPECT_EQ(refusal_of(ActivityMeter(nvml, device(nvml)).begin()),
            "nvmlGpmSampleAlloc: unknown error (999)");
  setenv("SIMGPU_NVML_FAULT", "nvmlInit_v2=9", 1);
  const Nvml without_driver(FLOPPROF_SIMULATED_NVML);
  EXPECT_EQ(without_driver.error(), "nvmlInit_v2: the driver is not loaded (9)");
  EXPECT_NE(Nvml("/nowhere/libnvidia-ml.so.1").error().find("/nowhere"), std::string::npos);
  EXPECT_EQ(Nvml("libm.so.6").error(), "libm.so.6 is no NVIDIA management library");
}

TEST_F(GpmTest, FindsAPartOfAGpuAsAWholeOne) {
  const Nvml nvml(FLOPPROF_SIMULATED_NVML);
  setenv("SIMGPU_MIG", "1", 1);
  void* handle = nullptr;
  EXPECT_EQ(refusal_of(find_device(nvml, kFirst, handle)), "");
  EXPECT_NE(handle, nullptr);
  EXPECT_EQ(refusal_of(find_device(nvml, "00000000-0000-0000-0000-000000000009", handle)),
            "nvmlDeviceGetHandleByUUID: it does not know this device (6)");
}

TEST_F(GpmTest, OfEachDeviceOfTheMachineIsProbed) {
  setenv("SIMGPU_DEVICES", "2", 1);
  const ProbedGpm probed = probe_gpm(FLOPPROF_SIMULATED_NVML);
  EXPECT_EQ(probed.error, "");
  ASSERT_EQ(probed.devices.size(), 2);
  EXPECT_EQ(probed.devices[1].name, "Simulated GPU");
  EXPECT_FALSE(probed.devices[1].refusal);
}

}  // namespace
}  // namespace flopprof::capture
