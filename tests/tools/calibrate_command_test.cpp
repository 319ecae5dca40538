#include <gmock/gmock.h>

#include <filesystem>
#include <string>

#include "tests/support/command.h"
#include "tools/flopprof/calibrate_products.h"

namespace {

using flopprof::Ended;
using flopprof::run_command;
using testing::AnyOf;
using testing::HasSubstr;

Ended run(const std::string& arguments) {
  return run_command("'" FLOPPROF_CLI "' calibrate " + arguments + " 2>&1");
}

TEST(CalibrateCommand, FailsWithoutAGpuAndSaysWhatToDo) {
  if (std::filesystem::exists("/dev/nvidia0")) GTEST_SKIP() << "there is a GPU";
  const Ended ended = run("");
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.output,
              AnyOf(HasSubstr("no NVIDIA GPU to calibrate"), HasSubstr("was built without CUDA")));
}

TEST(CalibrateCommand, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(run("--format yaml").status, 2);
  EXPECT_EQ(run("--device -1").status, 2);
}

TEST(CalibrateProducts, AreHalvedUntilThreeMatricesFitInHalfOfTheFreeMemory) {
  using flopprof::tools::side_that_fits;
  constexpr std::size_t kMatrices = 3ull * 8192 * 8192 * 2;  // 384 MiB
  EXPECT_EQ(side_that_fits(8192, 2, 2 * kMatrices), 8192);
  EXPECT_EQ(side_that_fits(8192, 2, 2 * kMatrices - 2), 4096);
  EXPECT_EQ(side_that_fits(8192, 2, kMatrices / 2), 4096);
  EXPECT_EQ(side_that_fits(8192, 2, 0), 1024);  // what does not fit then is told by the driver
}

TEST(CalibrateProducts, OfSmallGpusAreSquareAndCountedWithinTheirDepth) {
  const flopprof::tools::GemmSizes small(0);
  EXPECT_EQ(small.of(small.timed()).k, 1024);
  EXPECT_EQ(2 * small.counted(), small.timed());
  const flopprof::tools::GemmSizes large(80ull << 30);
  EXPECT_EQ(large.of(large.timed()).k, 8192);
  EXPECT_EQ(large.counted(), 16);
}

}  // namespace
