#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

namespace {

struct Outcome {
  int status = -1;
  std::string output;
};

Outcome doctor(const std::string& arguments, const std::string& variables = "") {
  Outcome outcome;
  const std::string command =
      variables + " '" FLOPPROF_CLI "' doctor " + arguments + " 2>/dev/null";
  FILE* pipe = popen(command.c_str(), "r");
  std::array<char, 4096> part{};
  while (const std::size_t size = std::fread(part.data(), 1, part.size(), pipe)) {
    outcome.output.append(part.data(), size);
  }
  const int status = pclose(pipe);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

TEST(DoctorCommand, EndsWithZeroWhateverItFinds) {
  const Outcome outcome = doctor("", "CUDA_INJECTION64_PATH=/nowhere/taken.so");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_NE(outcome.output.find("CUDA_INJECTION64_PATH is /nowhere/taken.so"), std::string::npos)
      << outcome.output;
}

TEST(DoctorCommand, PrintsJsonWithAStateForEveryCheck) {
  const Outcome outcome = doctor("--format json");
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
