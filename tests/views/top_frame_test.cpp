#include "profiler/views/top_frame.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "profiler/store/gpu_reader.h"
#include "profiler/store/run_reader.h"
#include "profiler/views/safe_text.h"
#include "tests/support/sample_run.h"

namespace flopprof::views {
namespace {

class TopFrame : public ::testing::Test {
 protected:
  void SetUp() override { testing::fill_sample(run_), testing::fill_gpu_sample(run_); }
  TopView view() {
    return {.name = "run.db",
            .run = store::read_overview(run_),
            .last_steps = store::read_last_steps(run_, 500),
            .ops = store::read_ops(run_),
            .kernels = store::read_kernels(run_)};
  }
  static bool has(const std::vector<std::string>& frame, const std::string& text) {
    return std::any_of(frame.begin(), frame.end(), [&](const std::string& line) {
      return line.find(text) != std::string::npos;
    });
  }
  testing::TemporaryFolder folder_;
  store::Database run_ = testing::empty_run(folder_ / "run.db");
};

TEST_F(TopFrame, FitsAnyTerminal) {
  for (const std::size_t height : {5U, 10U, 24U, 60U}) {
    for (const std::size_t width : {20U, 40U, 80U, 200U}) {
      const auto frame = top_frame(view(), {.width = width, .height = height});
      EXPECT_LE(frame.size(), height);
      for (const std::string& line : frame) EXPECT_LE(width_of(line), width) << line;
    }
  }
}

TEST_F(TopFrame, SaysWhatARunDoes) {
  const auto frame = top_frame(view(), {});
  EXPECT_TRUE(has(frame, "run.db  exited, status 0 · 10.00 s · 5 steps · 1 ranks"));
  EXPECT_TRUE(has(frame, "FLOP/s      869.6 MFLOP/s now, 606.1 MFLOP/s over all steps"));
  EXPECT_TRUE(has(frame, "step time   last 2.00 s, median 1.20 s, 1.00 s to 2.00 s"));
  EXPECT_TRUE(has(frame, "GPU-seconds 1.30 s in steps, 30.0 ms outside, of 13.20 s allocated"));
  EXPECT_TRUE(has(frame, "fault: formula overflow (2 x) aten::mm"));
  EXPECT_TRUE(has(frame, "aten::convolution_backward"));
  EXPECT_EQ(frame.back(), "q quits, o operators, k kernels");
}

TEST(TopFrameOfAGpu, SaysWhatWasExecuted) {
  const testing::TemporaryFolder folder;
  store::Database run = testing::empty_run(folder / "run.db");
  testing::fill_executed_sample(run);
  const TopView view{.name = "run.db",
                     .run = store::read_overview(run),
                     .last_steps = store::read_last_steps(run, 500),
                     .mfu = 0.5,
                     .hfu = 0.564};
  const auto frame = top_frame(view, {});
  const auto is_there = [&frame](const std::string& line) {
    return std::find(frame.begin(), frame.end(), line) != frame.end();
  };
  // 903.04 TFLOP in the 8 seconds of the steps of which they are known
  EXPECT_TRUE(is_there("executed    887.0 TFLOP to 919.0 TFLOP (extrapolated)"));
  EXPECT_TRUE(is_there("FLOP/s      112.9 TFLOP/s now, 112.9 TFLOP/s over all steps, HFU 56.4 %"));
  EXPECT_TRUE(is_there("FLOP/s      115.6 TFLOP/s now, 115.6 TFLOP/s over all steps, MFU 50.0 %"));
}

TEST_F(TopFrame, HasKernelsWhereAskedFor) {
  const auto frame = top_frame(view(), {.table = TopTable::kKernels});
  EXPECT_TRUE(has(frame, "gemm"));
  EXPECT_FALSE(has(frame, "aten::convolution_backward"));
}

TEST_F(TopFrame, HostileNamesCannotMoveTheCursor) {
  const std::string name = "\x1b[2J\r\n" + std::string(10'000, 'x');
  run_.prepare("UPDATE StringIds SET value = ? WHERE id = 2").bind(0, name).run();
  run_.prepare("UPDATE fault SET what = ?").bind(0, name).run();
  for (const std::string& line : top_frame(view(), {})) {
    EXPECT_EQ(line.find_first_of("\x1b\r\n"), std::string::npos);
    EXPECT_LE(width_of(line), 80U);
  }
}

TEST_F(TopFrame, ARunWithoutAnythingYetIsDrawn) {
  run_.execute(
      "DELETE FROM step; DELETE FROM op_work; DELETE FROM kernel_work; DELETE FROM"
      " gpu_step; UPDATE process SET libtorch = NULL");
  const auto frame = top_frame(view(), {});
  EXPECT_TRUE(has(frame, "model FLOPs not known"));
  EXPECT_TRUE(has(frame, "no step yet"));
  EXPECT_TRUE(has(frame, "no operators"));
}

TEST_F(TopFrame, AMessageTakesTheLastLine) {
  TopView broken = view();
  broken.message = "run.db is locked";
  EXPECT_EQ(top_frame(broken, {}).back(), "run.db is locked");
}

TEST(Sparkline, DrawsTheLastValuesFromNoughtToTheLargest) {
  EXPECT_EQ(sparkline({0, 1, 2, 4, 8}, 4), "▂▃▅█");
  EXPECT_EQ(sparkline({5, std::nullopt, 5}, 10), "█ █");
  EXPECT_EQ(sparkline({0, 0}, 10), "▁▁");
  EXPECT_EQ(sparkline({}, 10), "");
}

TEST(Sparkline, OneSlowStepDoesNotFlattenTheOthers) {
  EXPECT_EQ(sparkline({1000, 10, 10, 10}, 4), "█▅▅▅");
}

}  // namespace
}  // namespace flopprof::views
