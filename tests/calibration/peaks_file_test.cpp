#include "profiler/calibration/peaks_file.h"

#include <gmock/gmock.h>

#include <fstream>
#include <stdexcept>

namespace flopprof::calibration {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;
using testing::ThrowsMessage;

class PeaksFile : public testing::Test {
 protected:
  void SetUp() override { fs::remove_all(folder_); }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const std::string& text) const {
    fs::create_directories(folder_);
    std::ofstream(file_) << text;
  }

  static Calibration calibration_of(const std::string& uuid, double seconds) {
    Calibration calibration;
    calibration.device = {.name = "NVIDIA H100 80GB HBM3",
                          .uuid = uuid,
                          .capability = 90,
                          .processors = 132,
                          .driver = "580.65.06",
                          .cuda_version = 13000,
                          .flopprof = "0.1.0",
                          .measured_at = "2026-01-31T12:00:00.000Z"};
    calibration.workloads = {{.name = "flopprof_ffma",
                              .expected = {{FlopClass::kFp32, 8}},
                              .counted = {{{FlopClass::kFp32, 8}}},
                              .peak_of = FlopClass::kFp32,
                              .rates = {{.seconds = seconds, .flops = 6'000'000}}}};
    return calibration;
  }

  const fs::path folder_ = fs::path(testing::TempDir()) /
                           testing::UnitTest::GetInstance()->current_test_info()->name() /
                           "flopprof";
  const fs::path file_ = peaks_file_in(folder_);
};

TEST_F(PeaksFile, KeepsWhatWasMeasuredOfEachGpu) {
  keep_peaks(file_, calibration_of("GPU-1", 2));
  keep_peaks(file_, calibration_of("GPU-2", 4));
  keep_peaks(file_, calibration_of("GPU-1", 1));  // in place of the first
  const auto all = kept_peaks(file_);
  ASSERT_THAT(all, SizeIs(2));
  const KeptPeaks& kept = all.at("GPU-1");
  EXPECT_THAT(kept.flops_per_second, ElementsAre(Pair("fp32", 6'000'000)));
  EXPECT_EQ(kept.counters, "exact");
  EXPECT_EQ(kept.device.name, "NVIDIA H100 80GB HBM3");
  EXPECT_EQ(kept.device.measured_at, "2026-01-31T12:00:00.000Z");
  EXPECT_EQ(kept.device.driver, "580.65.06");
  EXPECT_EQ(all.at("GPU-2").flops_per_second.at("fp32"), 1'500'000);
}

TEST_F(PeaksFile, KnowsOfNoGpuWithoutAFile) { EXPECT_THAT(kept_peaks(file_), IsEmpty()); }

TEST_F(PeaksFile, IsLeftAloneWhereItIsDamagedOrNewer) {
  write("{\"schema_version\": 1, \"gpus\": {");
  EXPECT_THAT([&] { keep_peaks(file_, calibration_of("GPU-1", 2)); },
              ThrowsMessage<std::runtime_error>(HasSubstr("damaged")));
  write("[]");
  EXPECT_THAT([&] { kept_peaks(file_); }, ThrowsMessage<std::runtime_error>(HasSubstr("damaged")));
  write("{\"schema_version\": 2, \"gpus\": {}}");
  EXPECT_THAT([&] { keep_peaks(file_, calibration_of("GPU-1", 2)); },
              ThrowsMessage<std::runtime_error>(HasSubstr("version 2 of the file of peaks")));
  write("{\"schema_version\": 1, \"gpus\": {\"GPU-1\": {\"name\": 7}}}");
  EXPECT_THAT([&] { kept_peaks(file_); },
              ThrowsMessage<std::runtime_error>(HasSubstr("damaged at GPU-1")));
}

TEST_F(PeaksFile, SaysWhereItCannotBeWritten) {
  EXPECT_THAT([] { keep_peaks("/proc/no/such/peaks.json", calibration_of("GPU-1", 2)); },
              ThrowsMessage<std::runtime_error>(HasSubstr("set XDG_DATA_HOME")));
}

}  // namespace
}  // namespace flopprof::calibration
