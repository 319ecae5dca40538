#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "tools/flopprof/attach_options.h"
#include "tools/flopprof/commands.h"
#include "tools/flopprof/parquet_options.h"

namespace flopprof::tools {
namespace {

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

void check(const ParquetOptions& options) {
  if (options.output.empty())
    throw ExitWith{kWrongUsage, "--to parquet writes a folder; name it with -o"};
  if (options.logs.empty()) {
    if (options.metric.empty() && options.target == 0) return;
    throw ExitWith{kWrongUsage, "--metric and --target go with --accuracy FILE"};
  }
  if (options.logs.size() != options.runs.size()) {
    throw ExitWith{kWrongUsage,
                   fmt::format("{} runs and {} accuracy logs: give one --accuracy a run, in their "
                               "order",
                               options.runs.size(), options.logs.size())};
  }
  if (options.metric.empty() || !(options.target > 0) || options.target > 100)
    throw ExitWith{kWrongUsage, "--accuracy needs --metric NAME and --target PERCENT"};
}

/// As this program was called: the other parses them again.
std::vector<std::string> own_arguments() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> arguments;
  for (std::string argument; std::getline(file, argument, '\0');) arguments.push_back(argument);
  return arguments;
}

/// Its exit status; a signal counts as failure.
int status_of(const std::filesystem::path& program) {
  std::vector<std::string> arguments = own_arguments();
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  pid_t child = 0;
  const int error =
      ::posix_spawn(&child, program.c_str(), nullptr, nullptr, pointers.data(), environ);
  if (error != 0)
    throw ExitWith{kFailed, fmt::format("{}: {}", program.string(), std::strerror(error))};
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status))
    throw ExitWith{kFailed, fmt::format("export: signal {} ended it", WTERMSIG(status))};
  return WEXITSTATUS(status);
}

}  // namespace

void export_parquet(const ParquetOptions& options) {
  check(options);
  const std::filesystem::path program = install_prefix() / "libexec/flopprof/flopprof_parquet";
  if (!std::filesystem::exists(program)) {
    throw ExitWith{kFailed,
                   "export: this flopprof was built without Apache Arrow; install its C++ library "
                   "(libarrow-dev, libparquet-dev), or its Python wheel (pip install pyarrow) and "
                   "configure with -DFLOPPROF_PYARROW=FOLDER, then build again"};
  }
  constexpr int kNotLoaded = 127;  // the loader has said which library is missing
  const int end = status_of(program);
  if (end != 0) throw ExitWith{end == kNotLoaded ? kFailed : end, ""};
}

}  // namespace flopprof::tools
