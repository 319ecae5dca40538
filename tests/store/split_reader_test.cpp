#include "profiler/store/split_reader.h"

#include <gtest/gtest.h>

#include <map>

#include "profiler/store/gpu_reader.h"
#include "profiler/store/run_reader.h"
#include "profiler/store/split_rows.h"
#include "tests/support/sample_run.h"

namespace flopprof::store {
namespace {

using testing::empty_run;
using testing::TemporaryFolder;

constexpr auto kBf16 = FlopClass::kTensorBf16;

/// Three steps of signature 7 and one of 8, which nothing was counted of.
class SplitReader : public ::testing::Test {
 protected:
  void SetUp() override {
    run_.execute(
        "INSERT INTO process (id, pid, parent_pid, start_ticks, host, command, started_at_ns,"
        " last_written_at_ns, libtorch, cpu_name, step_source, callbacks, callback_ns, overhead_ns)"
        " VALUES (1, 1, 0, 0, 'h', '[]', 0, 1, '2.9', '', 'optimizer', 0, 0, 0);"
        "INSERT INTO step VALUES (1,0,0,0,1,1,1), (1,1,0,1,1,1,1), (1,2,0,2,1,1,1), "
        "(1,3,0,3,1,1,1);"
        "INSERT INTO step_launches VALUES (1,0,7,4,2), (1,1,7,4,3), (1,2,7,4,0), (1,3,8,4,0);"
        "INSERT INTO executed_signature VALUES (1, 7, 0, 7, 100, 3, 0, 0, 0);");
  }
  static ExecutedPart part(const char* kernel, const char* op, const char* phase,
                           std::int64_t flops) {
    return {.flop_class = kBf16,
            .kernel = kernel,
            .op = op,
            .phase = phase,
            .launches = 1,
            .flops = flops};
  }
  void write(const ExecutedSplit& split) {
    SplitRows rows;
    rows.keep({split});
    rows.write(run_, 1, strings_);
  }
  std::map<std::string, std::optional<Flops>> kernels() {
    std::map<std::string, std::optional<Flops>> flops;
    for (const KernelTotal& each : read_kernels(run_)) flops[each.kernel] = each.executed.flops;
    return flops;
  }
  std::map<std::string, std::optional<Flops>> phases() {
    std::map<std::string, std::optional<Flops>> flops;
    for (const PhaseTotal& each : read_overview(run_).phases)
      flops[each.phase] = each.executed.flops;
    return flops;
  }

  const std::vector<ExecutedSplit::Class> all_ = {{.flop_class = kBf16, .flops = 100, .cuts = 2}};
  TemporaryFolder folder_;
  Database run_ = empty_run(folder_ / "run.db");
  StringIds strings_;
};

TEST_F(SplitReader, PartsAreThoseOfAllStepsOfTheirSignature) {
  write(
      {.signature = 7,
       .classes = all_,
       .parts = {part("gemm", "aten::mm", "forward", 30), part("gemm", "aten::mm", "backward", 60),
                 part("relu", "aten::relu", "forward", 10)}});
  EXPECT_EQ(kernels(), (std::map<std::string, std::optional<Flops>>{{"gemm", Flops{270}},
                                                                    {"relu", Flops{30}}}));
  EXPECT_EQ(phases()["forward"], Flops{120});
  EXPECT_EQ(phases()["backward"], Flops{180});
  const auto ops = read_ops(run_);
  ASSERT_EQ(ops.size(), 2u);
  const auto total = read_split_total(run_);
  ASSERT_TRUE(total.has_value());
  EXPECT_EQ(total->steps, 3);
  EXPECT_EQ(total->steps_without, 1);
  EXPECT_EQ(total->executed, Flops{300});
  EXPECT_EQ(total->by_kernel, Flops{300});
}

TEST_F(SplitReader, WhatIsMixedIsToldByWhatItHasInCommon) {
  ExecutedPart gemm = part("gemm", "aten::mm", "forward", 20);
  gemm.untold_kernel = gemm.untold_op = 1;
  ExecutedPart relu = part("relu", "aten::relu", "forward", 0);
  relu.untold_kernel = relu.untold_op = 1;
  ExecutedPart mixed = part("", "", "forward", 80);
  mixed.kernel.reset(), mixed.op.reset();
  write({.signature = 7, .classes = all_, .parts = {gemm, relu, mixed}});
  EXPECT_EQ(kernels(), (std::map<std::string, std::optional<Flops>>{{"gemm", std::nullopt},
                                                                    {"relu", std::nullopt}}));
  EXPECT_EQ(phases()["forward"], Flops{300});
  EXPECT_EQ(read_split_total(run_)->by_kernel, Flops{60});
  EXPECT_EQ(read_split_total(run_)->by_phase, Flops{300});
}

TEST_F(SplitReader, ALaterSplitTakesThePlaceOfTheOneBefore) {
  write({.signature = 7, .classes = all_, .parts = {part("old", "a", "forward", 100)}});
  write({.signature = 7, .classes = all_, .parts = {part("new", "a", "forward", 100)}});
  EXPECT_EQ(kernels(), (std::map<std::string, std::optional<Flops>>{{"new", Flops{300}}}));
}

TEST_F(SplitReader, NothingIsToldWhereAClassIsNot) {
  run_.execute("INSERT INTO executed_signature VALUES (1, 7, 0, 1, 5, 3, 0.1, 1, 1)");
  write({.signature = 7, .classes = all_, .parts = {part("gemm", "a", "forward", 100)}});
  EXPECT_TRUE(kernels().empty());
  EXPECT_FALSE(read_split_total(run_).has_value());
}

TEST_F(SplitReader, OtherWorkIsUnknownWhereIntervalsOutsideStepsExecuteSomething) {
  write({.signature = 7, .classes = all_, .parts = {part("gemm", "", "other", 100)}});
  EXPECT_EQ(phases()["other"], Flops{300});
  run_.execute("INSERT INTO outside_launches VALUES (1, 9, 5, 0)");
  EXPECT_EQ(phases()["other"], std::nullopt);
  run_.execute("INSERT INTO executed_signature VALUES (1, 9, 0, 7, 0, 3, 0, 0, 0)");
  EXPECT_EQ(phases()["other"], Flops{300});
}

TEST_F(SplitReader, ARunCanExceedSixtyFourBits) {
  const std::int64_t most = 9'000'000'000'000'000'000;
  write({.signature = 7,
         .classes = {{.flop_class = kBf16, .flops = most}},
         .parts = {part("gemm", "a", "forward", most)}});
  EXPECT_EQ(kernels()["gemm"], flops_from("27000000000000000000"));
}

}  // namespace
}  // namespace flopprof::store
