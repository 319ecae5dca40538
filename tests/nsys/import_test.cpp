#include "profiler/nsys/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "profiler/store/gpu_reader.h"
#include "profiler/store/run_file.h"
#include "profiler/store/run_reader.h"
#include "tests/nsys/hand_made_export.h"
#include "tests/support/sample_run.h"

namespace flopprof::nsys {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class Import : public ::testing::Test {
 protected:
  RunOverview import(const std::string& step_range = "step") {
    import_run(store::NsysExport(nsys_path_), step_range, run_path_);
    return store::read_overview(store::open_run(run_path_));
  }
  static bool has_fault(const RunOverview& run, const std::string& what, std::int64_t count = 1) {
    return std::any_of(run.faults.begin(), run.faults.end(), [&](const Fault& fault) {
      return fault.what == what && fault.count == count;
    });
  }
  testing::TemporaryFolder folder_;
  std::filesystem::path nsys_path_ = folder_ / "capture.sqlite";
  std::filesystem::path run_path_ = folder_ / "run.db";
  testing::HandMadeExport nsys_{nsys_path_};
};

TEST_F(Import, AKernelBelongsToTheStepThatLaunchedIt) {
  nsys_.fill();
  const RunOverview run = import();
  EXPECT_EQ(run.total.steps, 2);
  ASSERT_TRUE(run.gpu);
  EXPECT_EQ(run.gpu->kernels, 2);
  EXPECT_EQ(run.gpu->kernel_ns, 1210);  // 100 + 1110
  EXPECT_EQ(run.gpu->gpu_ns, 1200);     // 1100 to 2300
  EXPECT_EQ(run.gpu->steps_without_gpu_time, 0);
  EXPECT_EQ(run.gpu_outside.kernels, 1);
  EXPECT_EQ(run.gpu_outside.gpu_ns, 30);
  ASSERT_TRUE(run.gpu_per_step);
  EXPECT_EQ(run.gpu_per_step->min, 0);  // step 1 launched nothing
  EXPECT_EQ(run.gpu_per_step->max, 1200);
  ASSERT_TRUE(run.wall_per_step);
  EXPECT_EQ(run.wall_per_step->median, 1000);
}

TEST_F(Import, KernelsHaveTheirWholeNames) {
  nsys_.fill();
  import();
  const auto kernels = store::read_kernels(store::open_run(run_path_));
  ASSERT_EQ(kernels.size(), 2U);
  EXPECT_EQ(kernels[0].kernel, "relu");
  EXPECT_EQ(kernels[0].kernel_ns, 1110);
  EXPECT_EQ(kernels[1].kernel, "gemm<float>(int)");
  EXPECT_EQ(kernels[1].kernel_ns, 100);
  EXPECT_EQ(kernels[1].other_launches, 1);
  EXPECT_EQ(kernels[1].other_kernel_ns, 30);
}

TEST_F(Import, WithoutAStepRangeAllWorkIsOutsideSteps) {
  nsys_.fill();
  const RunOverview run = import("");
  EXPECT_EQ(run.total.steps, 0);
  EXPECT_EQ(run.gpu_outside.kernels, 3);
  EXPECT_EQ(run.gpu_outside.kernel_ns, 1240);
  EXPECT_EQ(run.gpu_outside.gpu_ns, 1230);
}

TEST_F(Import, AnAsteriskStandsForTheRestOfTheName) {
  nsys_.fill();
  nsys_.execute("DELETE FROM NVTX_EVENTS WHERE text = 'step' OR textId = 3");
  EXPECT_EQ(import("st*").total.steps, 1);
}

TEST_F(Import, ARangeThatIsNotThereFailsAndNamesThoseThatAre) {
  nsys_.fill();
  EXPECT_THAT([this] { import("epoch"); },
              ThrowsMessage<store::DatabaseError>(HasSubstr("most frequent are: step, step 12")));
  EXPECT_FALSE(std::filesystem::exists(run_path_));
  EXPECT_FALSE(std::filesystem::exists(run_path_.string() + ".unfinished"));
}

TEST_F(Import, GpusAreNamedAsTheProcessNumbersThem) {
  nsys_.fill();
  nsys_.describe_gpus();
  const RunOverview run = import();
  ASSERT_EQ(run.gpus.size(), 1U);
  EXPECT_EQ(run.gpus[0].device, 0);
  EXPECT_EQ(run.gpus[0].name, "Other GPU");
  EXPECT_EQ(run.gpus[0].uuid, "GPU-b");
}

TEST_F(Import, SaysThatItHasNoFlopsRatherThanAdviseToCountMoreSteps) {
  nsys_.fill();
  const RunOverview run = import();
  EXPECT_TRUE(has_fault(run, "imported from nsys"));
  EXPECT_FALSE(has_fault(run, "steps without FLOPs", 2));
  EXPECT_EQ(run.total.source, "none");
}

TEST_F(Import, AGraphThatWasRecordedWholeCountsOnceAndIsTold) {
  nsys_.fill();
  nsys_.execute(R"sql(
    CREATE TABLE CUPTI_ACTIVITY_KIND_GRAPH_TRACE (start INTEGER, end INTEGER, deviceId INTEGER,
      correlationId INTEGER, globalPid INTEGER);
    INSERT INTO CUPTI_ACTIVITY_KIND_GRAPH_TRACE VALUES (2500, 2600, 0, 14, 83886080);
    INSERT INTO CUPTI_ACTIVITY_KIND_RUNTIME VALUES (2400, 2410, 83886081, 14, 2);
  )sql");
  const RunOverview run = import();
  EXPECT_EQ(run.gpu->kernels, 3);
  EXPECT_EQ(run.gpu->gpu_ns, 1300);
  EXPECT_TRUE(has_fault(run, "CUDA graphs recorded whole"));
}

TEST_F(Import, KernelsWithoutALaunchOrWithoutTimesAreTold) {
  nsys_.fill();
  nsys_.execute(
      "INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL VALUES (1300, 1400, 0, 99, 83886080, 1, 2),"
      " (0, 0, 0, 11, 83886080, 1, 2)");
  const RunOverview run = import();
  EXPECT_TRUE(has_fault(run, "kernels without a launch"));
  EXPECT_TRUE(has_fault(run, "kernels without times"));
  EXPECT_EQ(run.gpu->kernels, 3);
  EXPECT_EQ(run.gpu->kernel_ns, 1210);
  EXPECT_EQ(run.gpu_outside.kernels, 2);
}

TEST_F(Import, AnOlderSchemaIsReadAsFarAsItGoesAndToldWhatItLacks) {
  nsys_.execute(R"sql(
    CREATE TABLE CUPTI_ACTIVITY_KIND_KERNEL (start INTEGER, end INTEGER, deviceId INTEGER,
      shortName INTEGER);
    INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL VALUES (10, 20, 1, 2);
  )sql");
  const RunOverview run = import("");
  EXPECT_EQ(run.gpu_outside.kernel_ns, 10);
  EXPECT_TRUE(has_fault(run, "nsys export incomplete", 1));
  EXPECT_EQ(store::read_kernels(store::open_run(run_path_))[0].kernel, "gemm");
}

TEST_F(Import, AColumnThatNothingCanBeDoneWithoutIsNamed) {
  nsys_.execute("CREATE TABLE CUPTI_ACTIVITY_KIND_KERNEL (start INTEGER, deviceId INTEGER)");
  EXPECT_THAT([this] { import(""); },
              ThrowsMessage<store::DatabaseError>(HasSubstr("has no column end")));
}

TEST_F(Import, WhatNsysReportedBecomesAFault) {
  nsys_.fill();
  nsys_.execute(R"sql(
    CREATE TABLE DIAGNOSTIC_EVENT (timestamp INTEGER, severity INTEGER, text TEXT);
    INSERT INTO DIAGNOSTIC_EVENT VALUES (1, 1, 'started'), (2, 2, 'events were lost'),
      (3, 2, 'events were lost');
  )sql");
  const RunOverview run = import();
  EXPECT_TRUE(has_fault(run, "nsys reported a problem", 2));
}

TEST_F(Import, AFileThatIsNoExportFails) {
  EXPECT_THAT([this] { import(""); },
              ThrowsMessage<store::DatabaseError>(HasSubstr("neither kernels nor NVTX ranges")));
  std::ofstream(nsys_path_, std::ios::trunc) << std::string(5000, 'x');
  EXPECT_THAT([this] { import(""); },
              ThrowsMessage<store::DatabaseError>(HasSubstr("not an SQLite file")));
  std::ofstream(nsys_path_, std::ios::trunc).flush();
  EXPECT_THAT([this] { import(""); }, ThrowsMessage<store::DatabaseError>(HasSubstr("empty")));
}

TEST_F(Import, ATruncatedExportFails) {
  nsys_.fill();
  std::filesystem::resize_file(nsys_path_, std::filesystem::file_size(nsys_path_) - 4096);
  EXPECT_THAT([this] { import(""); }, ThrowsMessage<store::DatabaseError>(HasSubstr("truncated")));
}

TEST_F(Import, NamesFromTheExportAreKeptByteForByte) {
  nsys_.fill();
  const std::string name = "</script>\"'\x01\n" + std::string(10'000, 'x');
  store::Database(nsys_path_, store::Database::Access::kWrite)
      .prepare("UPDATE StringIds SET value = ? WHERE id = 4")
      .bind(0, name)
      .run();
  import();
  EXPECT_EQ(store::read_kernels(store::open_run(run_path_))[0].kernel, name);
}

/// One second of an inference job on two H100: every kernel of a device is on one stream, so the
/// plain sum and the union are equal.
TEST(ImportOfARealCapture, HasTheKernelsAndTheTimeThatItsOwnTablesSay) {
  const char* const path = FLOPPROF_NSYS_EXPORT;
  if (!std::filesystem::exists(path)) {
    GTEST_SKIP() << "no real export at FLOPPROF_NSYS_EXPORT ('" << path << "')";
  }
  testing::TemporaryFolder folder;
  const Imported imported = import_run(store::NsysExport(path), "", folder / "run.db");
  EXPECT_EQ(imported.kernels, 3442);
  const RunOverview run = store::read_overview(store::open_run(folder / "run.db"));
  ASSERT_EQ(run.gpus.size(), 2U);
  EXPECT_EQ(run.gpus[0].other_kernels, 1721);
  EXPECT_EQ(run.gpus[0].other_kernel_ns, 22'385'163);
  EXPECT_EQ(run.gpus[0].other_gpu_ns, 22'385'163);
  EXPECT_EQ(run.gpus[1].other_kernel_ns, 22'444'359);
  EXPECT_EQ(run.gpus[1].other_gpu_ns, 22'444'359);
}

TEST(ImportOfARealCapture, PlacesKernelsInTheRangesThatLaunchedThem) {
  const char* const path = FLOPPROF_NSYS_EXPORT;
  if (!std::filesystem::exists(path)) {
    GTEST_SKIP() << "no real export at FLOPPROF_NSYS_EXPORT ('" << path << "')";
  }
  testing::TemporaryFolder folder;
  const Imported imported =
      import_run(store::NsysExport(path), "aten::mul, op_id*", folder / "run.db");
  EXPECT_EQ(imported.steps, 616);
  EXPECT_EQ(imported.kernels - imported.kernels_outside_steps, 290);
}

}  // namespace
}  // namespace flopprof::nsys
