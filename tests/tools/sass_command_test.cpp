#include <gmock/gmock.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

namespace flopprof {
namespace {

using testing::HasSubstr;

const std::string kData = FLOPPROF_TEST_DATA "/gpu_code/";

struct Outcome {
  int status = -1;
  std::string output;  ///< stdout and stderr
};

Outcome sass(const std::string& arguments) {
  Outcome outcome;
  const std::string command = std::string("'") + FLOPPROF_CLI + "' sass " + arguments + " 2>&1";
  FILE* pipe = ::popen(command.c_str(), "r");
  std::array<char, 4096> piece{};
  while (const std::size_t bytes = std::fread(piece.data(), 1, piece.size(), pipe)) {
    outcome.output.append(piece.data(), bytes);
  }
  const int status = ::pclose(pipe);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

TEST(SassCommand, PrintsATableAKernel) {
  EXPECT_EQ(sass(kData + "axpy.cubin").output,
            "axpy  sm_90a, 32 instructions, 1 loop\n"
            "  instruction                          count in loops conditional  FLOP each\n"
            "  FFMA                                     1        1           0  2 a thread\n\n");
}

TEST(SassCommand, PrintsTheKeysOfTheContract) {
  const Outcome outcome = sass(kData + "axpy.o --format json");
  EXPECT_EQ(outcome.status, 0);
  const auto kernel = nlohmann::json::parse(outcome.output)["kernels"][0];
  EXPECT_EQ(kernel["name"], "axpy");
  EXPECT_EQ(kernel["arch"], "sm_90a");
  EXPECT_EQ(kernel["opcodes"], nlohmann::json({{"FFMA", 1}}));
  EXPECT_EQ(kernel["loops"][0]["opcodes"], nlohmann::json({{"FFMA", 1}}));
  EXPECT_EQ(kernel["local_memory_accesses"], 0);
}

TEST(SassCommand, FailsAndSaysWhyWhereThereIsNothingToRead) {
  const Outcome missing = sass(kData + "missing.cubin");
  EXPECT_EQ(missing.status, 1);
  EXPECT_THAT(missing.output, HasSubstr("missing.cubin: No such file or directory"));
  EXPECT_EQ(sass(kData).status, 1);
  const Outcome source = sass(kData + "axpy.cu");
  EXPECT_EQ(source.status, 1);
  EXPECT_THAT(source.output, HasSubstr("axpy.cu: not an ELF file"));
  const Outcome without = sass("/bin/sh");
  EXPECT_EQ(without.status, 1);
  EXPECT_THAT(without.output, HasSubstr("no GPU code"));
}

TEST(SassCommand, IsWrongUsageWithoutAFileOrForAnotherFormat) {
  EXPECT_EQ(sass("").status, 2);
  EXPECT_EQ(sass(kData + "axpy.cubin --format xml").status, 2);
}

}  // namespace
}  // namespace flopprof
