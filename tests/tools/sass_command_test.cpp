#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/command.h"

namespace flopprof {
namespace {

using testing::HasSubstr;

const std::string kData = FLOPPROF_TEST_DATA "/gpu_code/";

Ended sass(const std::string& arguments) {
  return run_command("'" FLOPPROF_CLI "' sass " + arguments + " 2>&1");
}

TEST(SassCommand, PrintsATableAKernel) {
  EXPECT_EQ(sass(kData + "axpy.cubin").output,
            "axpy  sm_90a, 32 instructions, 1 loop\n"
            "  instruction                          count in loops conditional  FLOP each\n"
            "  FFMA                                     1        1           0  2 a thread\n\n");
}

TEST(SassCommand, PrintsTheKeysOfTheContract) {
  const Ended outcome = sass(kData + "axpy.o --format json");
  EXPECT_EQ(outcome.status, 0);
  const auto kernel = nlohmann::json::parse(outcome.output)["kernels"][0];
  EXPECT_EQ(kernel["name"], "axpy");
  EXPECT_EQ(kernel["arch"], "sm_90a");
  EXPECT_EQ(kernel["opcodes"], nlohmann::json({{"FFMA", 1}}));
  EXPECT_EQ(kernel["loops"][0]["opcodes"], nlohmann::json({{"FFMA", 1}}));
  EXPECT_EQ(kernel["local_memory_accesses"], 0);
}

TEST(SassCommand, FailsAndSaysWhyWhereThereIsNothingToRead) {
  const Ended missing = sass(kData + "missing.cubin");
  EXPECT_EQ(missing.status, 1);
  EXPECT_THAT(missing.output, HasSubstr("missing.cubin: No such file or directory"));
  EXPECT_EQ(sass(kData).status, 1);
  const Ended source = sass(kData + "axpy.cu");
  EXPECT_EQ(source.status, 1);
  EXPECT_THAT(source.output, HasSubstr("axpy.cu: not an ELF file"));
  const Ended without = sass("/bin/sh");
  EXPECT_EQ(without.status, 1);
  EXPECT_THAT(without.output, HasSubstr("no GPU code"));
}

TEST(SassCommand, IsWrongUsageWithoutAFileOrForAnotherFormat) {
  EXPECT_EQ(sass("").status, 2);
  EXPECT_EQ(sass(kData + "axpy.cubin --format xml").status, 2);
}

}  // namespace
}  // namespace flopprof
