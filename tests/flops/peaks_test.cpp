#include "profiler/flops/peaks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "kPeaksCsv.h"

namespace flopprof::flops {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

double teraflops(const char* device, std::string_view class_name) {
  const auto peaks = peaks_of(device);
  const auto peak = peaks ? peaks->of(class_name) : std::nullopt;
  return peak ? peak->flops_per_second / 1e12 : 0;
}

TEST(Peaks, AreDenseAndOfTheFormThatTheDriverNames) {
  EXPECT_DOUBLE_EQ(teraflops("NVIDIA H100 80GB HBM3", "tensor_bf16"), 989.4);
  EXPECT_DOUBLE_EQ(teraflops("NVIDIA H100 PCIe", "tensor_bf16"), 756);
  EXPECT_DOUBLE_EQ(teraflops("NVIDIA H100 NVL", "tensor_bf16"), 835.5);
  EXPECT_DOUBLE_EQ(teraflops("NVIDIA A100-SXM4-80GB", "tensor_tf32"), 156);
  EXPECT_DOUBLE_EQ(teraflops("Tesla V100-SXM2-32GB", "tensor_fp16"), 125);
  EXPECT_DOUBLE_EQ(teraflops("NVIDIA B200", "tensor_fp8"), 4500);
  EXPECT_DOUBLE_EQ(teraflops("NVIDIA L40S", "fp32"), 91.6);
}

TEST(Peaks, OfAGpuHoldItsSmsItsClockAndItsBandwidth) {
  const auto h100 = peaks_of("NVIDIA H100 80GB HBM3");
  ASSERT_TRUE(h100);
  EXPECT_EQ(h100->card, "H100 SXM5");
  EXPECT_EQ(h100->sms, 132);
  EXPECT_EQ(h100->boost_clock_hz, 1.98e9);
  EXPECT_EQ(h100->bytes_per_second, 3.35e12);
  EXPECT_EQ(h100->of(FlopClass::kTensorFp16)->clock_hz, 1.83e9);
  EXPECT_EQ(h100->of(FlopClass::kTensorFp16)->flops_per_clock_per_sm, 4096);
  EXPECT_THAT(h100->of(FlopClass::kTensorFp16)->source, HasSubstr("white paper"));
}

TEST(Peaks, AreFoundByTheNameThatAnOldDriverUses) {
  EXPECT_DOUBLE_EQ(teraflops("A100-SXM4-40GB", "tensor_fp16"), 312);
  EXPECT_DOUBLE_EQ(teraflops("GeForce RTX 3090", "fp32"), 35.6);
}

TEST(Peaks, AreFoundByTheNameInTheTable) {
  EXPECT_DOUBLE_EQ(teraflops("H100 SXM5", "tensor_tf32"), 494.7);
  EXPECT_THAT(cards_with_peaks(), SizeIs(23));
  for (const std::string& card : cards_with_peaks()) EXPECT_EQ(peaks_of(card)->card, card);
}

TEST(Peaks, AreNeverGuessed) {
  for (const char* device : {"NVIDIA H100", "NVIDIA GeForce RTX 4090 Laptop GPU",
                             "NVIDIA GeForce RTX 4090 D", "NVIDIA GeForce RTX 3090 Ti",
                             "NVIDIA A10G", "NVIDIA L40", "NVIDIA A100-SXM4-40GB MIG 1g.5gb",
                             "Tesla V100S-PCIE-32GB", "nvidia b200", "NVIDIA ", ""}) {
    EXPECT_FALSE(peaks_of(device)) << device;
  }
}

TEST(Peaks, OfAClassThatTheDocumentsDoNotGiveAreUnknown) {
  EXPECT_FALSE(peaks_of("NVIDIA B300 SXM6 AC")->of(FlopClass::kTensorFp64));
  EXPECT_FALSE(peaks_of("NVIDIA A100-SXM4-80GB")->of(FlopClass::kTensorFp8));
  EXPECT_FALSE(peaks_of("NVIDIA B200")->of(FlopClass::kTensorFp4Fp6Fp8));
}

TEST(Peaks, OfTensorClassesAreThoseWithFp32Results) {
  EXPECT_DOUBLE_EQ(teraflops("NVIDIA GeForce RTX 3090", "tensor_fp16"), 71);
  EXPECT_DOUBLE_EQ(teraflops("NVIDIA GeForce RTX 4090", "tensor_fp8"), 330.3);
}

TEST(Peaks, EqualSmsTimesFlopsAClockTimesTheClock) {
  int checked = 0;
  for (const std::string& device : devices_with_peaks()) {
    const auto peaks = peaks_of(device);
    ASSERT_TRUE(peaks) << device;
    for (const Peak& peak : peaks->dense) {
      if (!peaks->sms || !peak.flops_per_clock_per_sm || !peak.clock_hz) continue;
      const double product = *peaks->sms * *peak.flops_per_clock_per_sm * *peak.clock_hz;
      EXPECT_LE(std::abs(product - peak.flops_per_second), peak.rounded_to / 2 + 1)
          << device << " " << peak.class_name << " from " << peak.source;
      ++checked;
    }
  }
  EXPECT_EQ(checked, 95);
}

TEST(Peaks, EachHaveAValueARoundingAndASource) {
  const auto devices = devices_with_peaks();
  EXPECT_THAT(devices, SizeIs(23));
  for (const std::string& device : devices) {
    const auto peaks = peaks_of(device);
    EXPECT_FALSE(peaks->dense.empty()) << device;
    EXPECT_EQ(peaks->bytes_per_second.has_value(), !peaks->bytes_source.empty()) << device;
    std::set<std::pair<std::string, bool>> seen;
    for (const Peak& peak : peaks->dense) {
      EXPECT_GT(peak.flops_per_second, 1e11) << device << " " << peak.class_name;
      EXPECT_GT(peak.rounded_to, 0) << device << " " << peak.class_name;
      EXPECT_FALSE(peak.source.empty()) << device << " " << peak.class_name;
      EXPECT_TRUE(peak.class_name == "bf16" || flop_class_named(peak.class_name))
          << peak.class_name;
      EXPECT_TRUE(seen.emplace(peak.class_name, peak.accumulates_fp16).second)
          << device << " has two peaks of " << peak.class_name;
    }
  }
}

TEST(Peaks, LeaveTheSparseFiguresOut) {
  const std::string file = kPeaksCsv;
  EXPECT_THAT(file, HasSubstr("H100 SXM5,tensor_bf16,1978.9,0.1,fp32,2:4,"));
  EXPECT_THAT(file, HasSubstr("A100 SXM4 80GB,tensor_bf16,624,1,fp32,2:4,"));
  EXPECT_THAT(file, HasSubstr("B200,tensor_fp4,18000,1000,fp32,2:4,"));
  EXPECT_DOUBLE_EQ(teraflops("NVIDIA H100 80GB HBM3", "tensor_bf16"), 989.4);
  EXPECT_DOUBLE_EQ(teraflops("NVIDIA A100-SXM4-80GB", "tensor_bf16"), 312);
  EXPECT_DOUBLE_EQ(teraflops("NVIDIA B200", "tensor_fp4"), 9000);
}

}  // namespace
}  // namespace flopprof::flops
