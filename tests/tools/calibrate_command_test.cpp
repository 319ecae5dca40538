#include <gmock/gmock.h>

#include <filesystem>
#include <string>

#include "tests/support/command.h"

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

}  // namespace
