#include <gmock/gmock.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <string>

namespace {

using testing::AnyOf;
using testing::HasSubstr;

struct Ended {
  int status = 0;
  std::string output;
};

Ended run(const std::string& arguments) {
  Ended ended;
  FILE* pipe =
      popen((std::string(FLOPPROF_CLI) + " calibrate " + arguments + " 2>&1").c_str(), "r");
  std::array<char, 4096> buffer{};
  while (fgets(buffer.data(), buffer.size(), pipe) != nullptr) ended.output += buffer.data();
  ended.status = WEXITSTATUS(pclose(pipe));
  return ended;
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
