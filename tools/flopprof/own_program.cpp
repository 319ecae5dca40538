#include "tools/flopprof/own_program.h"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

#include "tools/flopprof/attach_options.h"
#include "tools/flopprof/commands.h"

namespace flopprof::tools {
namespace {

constexpr int kFailed = 1;

/// This program's arguments, as it was called.
std::vector<std::string> own_arguments() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> arguments;
  for (std::string argument; std::getline(file, argument, '\0');) arguments.push_back(argument);
  return arguments;
}

}  // namespace

void become(const std::string& program, const std::string& missing) {
  const std::filesystem::path path = install_prefix() / "libexec/flopprof" / program;
  if (!std::filesystem::exists(path)) throw ExitWith{kFailed, missing};
  std::vector<std::string> arguments = own_arguments();
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  pid_t child = 0;
  const int error = ::posix_spawn(&child, path.c_str(), nullptr, nullptr, pointers.data(), environ);
  if (error != 0)
    throw ExitWith{kFailed, fmt::format("{}: {}", path.string(), std::strerror(error))};
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) {
    throw ExitWith{kFailed, fmt::format("signal {} ended {}", WTERMSIG(status), program)};
  }
  constexpr int kNotLoaded = 127;  // the loader has said which library is missing
  const int end = WEXITSTATUS(status);
  if (end != 0) throw ExitWith{end == kNotLoaded ? kFailed : end, ""};
}

}  // namespace flopprof::tools
