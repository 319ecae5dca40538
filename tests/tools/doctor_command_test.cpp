#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/command.h"

namespace {

using flopprof::Ended;
using flopprof::run_command;

Ended doctor(const std::string& arguments, const std::string& variables = "") {
  return run_command(variables + " '" FLOPPROF_CLI "' doctor " + arguments + " 2>/dev/null");
}

TEST(DoctorCommand, EndsWithZeroWhateverItFinds) {
  const Ended outcome = doctor("", "CUDA_INJECTION64_PATH=/nowhere/taken.so");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_NE(outcome.output.find("CUDA_INJECTION64_PATH is /nowhere/taken.so"), std::string::npos)
      << outcome.output;
}

TEST(DoctorCommand, PrintsJsonWithAStateForEveryCheck) {
  const Ended outcome = doctor("--format json");
  EXPECT_EQ(outcome.status, 0);
  const auto all = nlohmann::json::parse(outcome.output);
  EXPECT_EQ(all["schema_version"], 1);
  EXPECT_GE(all["checks"].size(), 11u);
  for (const auto& check : all["checks"]) {
    EXPECT_TRUE(check["state"] == "ok" || check["state"] == "no" || check["state"] == "unknown");
    EXPECT_FALSE(check["found"].get<std::string>().empty()) << check.dump();
    EXPECT_TRUE(check["state"] != "no" || check["remedy"] != "") << check.dump();
  }
}

TEST(DoctorCommand, RefusesAFormatThatThereIsNot) { EXPECT_EQ(doctor("--format xml").status, 2); }

}  // namespace
