#include "tools/flopprof/measuring_python.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vector>

#include "tools/flopprof/commands.h"

namespace flopprof::tools {
namespace {

constexpr int kFailed = 1;
constexpr int kLacksModule = 64;
/// Looks without importing, which takes seconds.
constexpr const char* kLook =
    "import sys\n"
    "from importlib.util import find_spec\n"
    "sys.exit(0 if find_spec('torch') and find_spec('torchvision') else 64)\n";

/// The exit status of `python -c kLook`, silent; 127 when it cannot be started.
int looked(const std::string& python) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int stream : {STDOUT_FILENO, STDERR_FILENO}) {
    posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_WRONLY, 0);
  }
  std::vector<std::string> words = {python, "-c", kLook};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int failed =
      posix_spawnp(&child, python.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return 127;
  int status = 0;
  if (waitpid(child, &status, 0) != child || !WIFEXITED(status)) return kFailed;
  return WEXITSTATUS(status);
}

std::string lack(const std::string& python, int status) {
  if (status == kLacksModule) return python + " lacks torch or torchvision";
  return python + " cannot be run";
}

}  // namespace

std::string measuring_python(const std::string& wanted) {
  const std::vector<std::string> candidates =
      wanted.empty() ? std::vector<std::string>{"python3", "/usr/bin/python3"}
                     : std::vector<std::string>{wanted};
  std::vector<std::string> lacks;
  for (const std::string& python : candidates) {
    const int status = looked(python);
    if (status == 0) return python;
    lacks.push_back(lack(python, status));
  }
  throw ExitWith{kFailed,
                 fmt::format("no Python to run the networks: {}; give one that has both with "
                             "--python",
                             fmt::join(lacks, ", "))};
}

}  // namespace flopprof::tools
