#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <sstream>

#include "profiler/store/gpu_reader.h"
#include "profiler/store/kernel_short_name.h"
#include "profiler/store/run_file.h"
#include "profiler/store/run_reader.h"
#include "profiler/store/run_writer.h"
#include "tests/support/sample_run.h"

namespace flopprof::store {
namespace {

class GpuRowsTest : public ::testing::Test {
 protected:
  std::filesystem::path path() const { return folder_ / "run.db"; }
  void write(Drained news) { writer_.write(std::move(news)); }
  std::string text(const std::string& query) {
    const Database run = open_run(path());
    Statement statement = run.prepare(query);
    return statement.step() ? std::string(statement.text(0)) : "no row";
  }
  testing::TemporaryFolder folder_;
  RunWriter writer_{folder_ / "run.db", RunInfo{.run_id = "one"}, ProcessInfo{.pid = 42}};
};

TEST_F(GpuRowsTest, LaunchesTakeThePlaceOfTheOldOnes) {
  write({.launches = {{.step = 3, .signature = -7, .launches = 20}},
         .outside_launches = {{.signature = -7, .intervals = 1}}});
  write({.launches = {{.step = 3, .signature = -7, .launches = 21, .look = GpuLook::kCounted}},
         .outside_launches = {{.signature = -7, .intervals = 2}}});
  EXPECT_EQ(text("SELECT signature || ' ' || launches || ' ' || look FROM step_launches"),
            "-7 21 2");
  EXPECT_EQ(text("SELECT sum(intervals) FROM outside_launches"), "2");
}

TEST_F(GpuRowsTest, TheClassesOfACountedStepMayComeOneByOne) {
  write({.executed_steps = {{.step = 1, .flop_class = FlopClass::kFp64, .flops = 5}}});
  write({.executed_steps = {{.step = 1, .flop_class = FlopClass::kTensorFp4Fp6Fp8, .flops = 0},
                            {.step = 1, .flop_class = FlopClass::kFp64, .flops = 6}}});
  EXPECT_EQ(text("SELECT count(*) FROM executed_step"), "1");
  EXPECT_EQ(text("SELECT fp64_flops || ' ' || tensor_fp4_fp6_fp8_flops FROM executed_step"), "6 0");
  EXPECT_EQ(text("SELECT fp32_flops IS NULL FROM executed_step"), "1");
}

TEST_F(GpuRowsTest, EveryClassIsReadBackAsItself) {
  Drained news{.launches = {{.step = 0, .signature = 1, .launches = 1, .look = GpuLook::kCounted}}};
  news.steps.push_back({.number = 0, .wall_ns = 1});
  for (std::size_t i = 0; i < kFlopClassNames.size(); ++i) {
    const auto flop_class = static_cast<FlopClass>(i);
    const auto flops = static_cast<std::int64_t>(100 + i);
    news.executed_steps.push_back({.step = 0, .flop_class = flop_class, .flops = flops});
    news.executed_signatures.push_back({.signature = 1, .flop_class = flop_class, .flops = 7});
  }
  write(news);
  const auto classes = read_classes(open_run(path()));
  ASSERT_EQ(classes.size(), kFlopClassNames.size());
  EXPECT_EQ(classes[0].flop_class, "tensor_fp4_fp6_fp8");
  EXPECT_EQ(classes[0].executed_flops, Flops{111});
  EXPECT_EQ(classes[11].flop_class, "fp64");
  EXPECT_EQ(classes[11].executed_flops, Flops{100});
  EXPECT_EQ(classes[11].source, "counted");
}

TEST_F(GpuRowsTest, AMarginIsRoundedUpAndNoNumberIsNone) {
  write({.executed_signatures = {
             {.signature = 1, .flops = 10, .data_dependent = true, .margin95 = 2.1},
             {.signature = 2, .margin95 = std::numeric_limits<double>::quiet_NaN()},
             {.signature = 3, .margin95 = 1e30}}});
  EXPECT_EQ(text("SELECT group_concat(margin95_flops) FROM executed_signature"),
            "3,0,9223372036854775807");
  EXPECT_EQ(text("SELECT flops IS NULL FROM executed_signature WHERE signature = 2"), "1");
}

TEST_F(GpuRowsTest, CopiesStandBesideTheKernelsOfAStep) {
  write(
      {.gpu_steps = {
           {.step = 1, .device = 0, .busy_ns = 5, .copies = 2, .copy_ns = 9, .copied_bytes = 64}}});
  EXPECT_EQ(text("SELECT busy_ns || ' ' || copies || ' ' || copy_ns || ' ' || copied_bytes"
                 " FROM gpu_step"),
            "5 2 9 64");
}

TEST_F(GpuRowsTest, WorkOfAnOperatorTakesThePlaceOfTheOld) {
  write({.op_gpu_work = {{.op = "aten::mm", .phase = "forward", .launches = 1, .kernel_ns = 10}}});
  write({.op_gpu_work = {{.op = "aten::mm", .phase = "forward", .launches = 2, .kernel_ns = 20},
                         {.op = "aten::mm", .phase = "forward", .in_steps = false}}});
  EXPECT_EQ(text("SELECT kernel_ns FROM op_gpu_work WHERE in_steps"), "20");
  EXPECT_EQ(text("SELECT count(*) FROM op_gpu_work"), "2");
}

TEST_F(GpuRowsTest, ATimelineAnswersTheQueriesThatPeopleHaveForNsys) {
  TimelineKernel kernel{.kernel = "void my::detail::fill<float, 4>(float*, int)",
                        .step = 5,
                        .device = 1,
                        .stream = 7,
                        .correlation = 99,
                        .started_at_ns = 100,
                        .ended_at_ns = 350,
                        .grid = {2, 3, 4},
                        .block = {128, 1, 1},
                        .dynamic_shared_bytes = 1024};
  write({.devices = {{.device = 1, .name = "Example GPU", .uuid = "GPU-b"}}, .timeline = {kernel}});
  EXPECT_EQ(text("SELECT s.value || ' ' || (k.end - k.start) || ' ' || k.gridY || ' ' || k.blockX"
                 " || ' ' || k.dynamicSharedMemory || ' ' || (k.globalPid / 0x1000000 % 0x1000000)"
                 " FROM CUPTI_ACTIVITY_KIND_KERNEL k JOIN StringIds s ON s.id = k.shortName"),
            "fill 250 3 128 1024 42");
  EXPECT_EQ(text("SELECT g.name FROM CUPTI_ACTIVITY_KIND_KERNEL k JOIN TARGET_INFO_GPU g"
                 " ON g.id = k.deviceId"),
            "Example GPU");
}

// A hundredth of the run that run.db must hold in 200 MB, all kinds of step in it: one traced, one
// counted in all classes on each of the other 19.
TEST_F(GpuRowsTest, AMillionStepsStayBelow200Megabytes) {
  constexpr std::int64_t kSteps = 10'000;
  constexpr std::int64_t kHash = 0x7123456789abcdef;
  Drained news;
  for (std::int64_t i = 0; i < kSteps; ++i) {
    const bool traced = i % 20 == 0;
    news.steps.push_back({.number = i + 990'000,
                          .began_after_ns = i * 100'000'000 + (1LL << 46),
                          .wall_ns = 100'000'000 + i,
                          .model_flops = 123'456'789'012'345,
                          .signature = 4'000'000'000});
    news.launches.push_back({.step = i + 990'000,
                             .signature = kHash - i % 3,
                             .launches = 1000,
                             .look = traced ? GpuLook::kTraced : GpuLook::kCounted});
    if (traced) {
      news.gpu_steps.push_back({.step = i + 990'000,
                                .device = 0,
                                .kernels = 1000,
                                .kernel_ns = 95'000'000,
                                .busy_ns = 90'000'000 + i});
      continue;
    }
    for (std::size_t c = 0; c < 8; ++c) {
      news.executed_steps.push_back({.step = i + 990'000,
                                     .flop_class = static_cast<FlopClass>(c),
                                     .flops = 123'456'789'012'345 + i});
    }
  }
  write(news);
  EXPECT_LT(std::filesystem::file_size(path()) * 1'000'000 / kSteps, 200'000'000u);
}

TEST(KernelShortName, IsTheKernelsOwn) {
  EXPECT_EQ(kernel_short_name("ampere_sgemm_128x64_tn"), "ampere_sgemm_128x64_tn");
  EXPECT_EQ(kernel_short_name("void (anonymous namespace)::softmax<float, (int)4>(float*)"),
            "softmax");
  EXPECT_EQ(kernel_short_name("void cutlass::Kernel2<cutlass::gemm<int, 4> >(Params)"), "Kernel2");
  EXPECT_EQ(kernel_short_name("<<>>"), "<<>>");
}

TEST(OlderSchema, ARunOfSchema2IsReadWithItsGpuTimeAndWithoutExecutedFlops) {
  const testing::TemporaryFolder folder;
  Database run(folder / "run.db", Database::Access::kCreate);
  std::ifstream file(FLOPPROF_TEST_DATA "/run_schema_2.sql");
  std::ostringstream sql;
  sql << file.rdbuf();
  run.execute(sql.str());
  run.execute(
      "PRAGMA user_version = 2;"
      "INSERT INTO run VALUES ('old', '[]', '/', 'trainbox', 0, 1, 'exited', 0, '0.1', 0.01,"
      " 0, '', NULL)");
  testing::fill_sample(run);
  testing::fill_gpu_sample(run);
  const RunOverview overview = read_overview(open_run(folder / "run.db"));
  ASSERT_TRUE(overview.gpu);
  EXPECT_EQ(overview.gpu->gpu_ns, 1'300'000'000);
  EXPECT_EQ(overview.gpu->steps_without_gpu_time, 2);
  EXPECT_FALSE(overview.gpu->executed.flops);
  EXPECT_TRUE(overview.classes.empty());
  set_steps_aside(run, 0);
  each_step_set_aside(run, [](const StepTotal& step) { EXPECT_FALSE(step.executed_flops); });
}

}  // namespace
}  // namespace flopprof::store
