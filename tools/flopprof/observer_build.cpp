#include "tools/flopprof/observer_build.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <vector>

#include "profiler/capture/config.h"
#include "profiler/capture/libtorch.h"
#include "tools/flopprof/attach_options.h"
#include "tools/flopprof/build_id.h"
#include "tools/flopprof/child_process.h"
#include "tools/flopprof/commands.h"

namespace flopprof::tools {
namespace {

namespace fs = std::filesystem;

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

/// `name`, or `name` with a version, in lib/ or in the folder of an architecture below it.
fs::path library_in(const fs::path& root, const std::string& name) {
  std::vector<fs::path> folders{root / "lib"};
  std::error_code unreadable;
  for (const auto& entry : fs::directory_iterator(root / "lib", unreadable)) {
    if (entry.path().filename().string().ends_with("-linux-gnu")) folders.push_back(entry.path());
  }
  for (const fs::path& folder : folders) {
    if (fs::exists(folder / name)) return folder / name;
  }
  return {};
}

/// Old and new std::string have different names in what a library exports, and the class Error has
/// one.
bool has_cxx11_strings(const fs::path& c10) {
  std::ifstream file(c10, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  return bytes.find("NSt7__cxx1112basic_string") != std::string::npos;
}

std::vector<std::string> compiler() {
  const auto environment = current_environment();
  const auto chosen = environment.find("CXX");
  std::istringstream words(chosen == environment.end() ? "" : chosen->second);
  std::vector<std::string> command{std::istream_iterator<std::string>(words), {}};
  if (command.empty()) command.emplace_back("c++");
  return command;
}

std::vector<std::string> sources_in(const fs::path& folder) {
  std::vector<std::string> sources;
  for (const char* room : {"integrations/libtorch", "profiler/flops"}) {
    std::error_code missing;
    for (const auto& entry : fs::directory_iterator(folder / room, missing)) {
      if (entry.path().extension() == ".cpp") sources.push_back(entry.path());
    }
    if (missing) {
      throw ExitWith{kFailed,
                     fmt::format("the observer's sources are not in {}; install flopprof again",
                                 (folder / room).string())};
    }
  }
  std::sort(sources.begin(), sources.end());
  return sources;
}

/// A compiler searches /usr/include by itself, and must not be told to do so before its own
/// headers.
std::vector<fs::path> headers_of(const LibTorch& libtorch) {
  const fs::path headers = libtorch.root / "include";
  std::vector<fs::path> folders{headers / "torch/csrc/api/include"};
  std::error_code unreadable;
  if (!fs::equivalent(headers, "/usr/include", unreadable)) folders.push_back(headers);
  return folders;
}

std::vector<std::string> compilation(const LibTorch& libtorch, const fs::path& folder,
                                     const fs::path& result) {
  std::vector<std::string> command = compiler();
  const std::vector<std::string> sources = sources_in(folder);
  // -DNDEBUG: without it the layout of torch's RecordFunction is another.
  for (const std::string& word : std::initializer_list<std::string>{
           "-std=c++20", "-O2", "-DNDEBUG", "-fPIC", "-shared", "-pthread", "-fvisibility=hidden",
           "-fvisibility-inlines-hidden",
           fmt::format("-D_GLIBCXX_USE_CXX11_ABI={}", libtorch.cxx11_strings ? 1 : 0),
           "-I" + folder.string(), "-o", result,
           "-Wl,--version-script=" + (folder / "integrations/libtorch/observer.map").string()}) {
    command.push_back(word);
  }
  for (const fs::path& headers : headers_of(libtorch)) {
    command.insert(command.end(), {"-isystem", headers});
  }
  command.insert(command.end(), sources.begin(), sources.end());
  command.push_back(libtorch.library);
  command.push_back(libtorch.c10);
  return command;
}

bool can_hold_files(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  return !failed && access(folder.c_str(), W_OK) == 0;
}

fs::path folder_for_observers(const fs::path& prefix) {
  const fs::path shared = prefix / "lib/flopprof/observers";
  if (can_hold_files(shared)) return shared;
  const fs::path own = capture::read_config().user_observers;
  if (can_hold_files(own)) return own;
  throw ExitWith{kFailed,
                 fmt::format("neither {} nor {} can be written; set XDG_DATA_HOME to a folder "
                             "that can",
                             shared.string(), own.string())};
}

}  // namespace

LibTorch libtorch_in(const fs::path& root) {
  LibTorch libtorch{.root = fs::absolute(root),
                    .library = library_in(fs::absolute(root), "libtorch_cpu.so"),
                    .c10 = library_in(fs::absolute(root), "libc10.so")};
  if (!fs::exists(libtorch.root / "include/ATen/record_function.h")) {
    throw ExitWith{
        kWrongUsage,
        fmt::format("no include/ATen/record_function.h in {}; give the folder that holds "
                    "LibTorch's include/ and lib/ (Debian: install libtorch-dev, give /usr)",
                    root.string())};
  }
  if (libtorch.library.empty() || libtorch.c10.empty()) {
    throw ExitWith{kWrongUsage, fmt::format("no libtorch_cpu.so and libc10.so in {}/lib; give the "
                                            "folder that holds LibTorch's include/ and lib/",
                                            root.string())};
  }
  libtorch.build_id = build_id_of(libtorch.library);
  if (libtorch.build_id.empty()) {
    throw ExitWith{kFailed,
                   fmt::format("{} has no build id, by which an observer is matched to it; "
                               "link it with -Wl,--build-id",
                               libtorch.library.string())};
  }
  libtorch.cxx11_strings = has_cxx11_strings(libtorch.c10);
  return libtorch;
}

LibTorch libtorch_of(const fs::path& library) {
  return libtorch_in(capture::libtorch_root(library));
}

fs::path build_observer(const LibTorch& libtorch, const fs::path& prefix) {
  const fs::path folder = folder_for_observers(prefix);
  const fs::path observer = folder / capture::observer_name(libtorch.build_id);
  const fs::path unfinished = observer.string() + fmt::format(".{}", getpid());
  const auto command = compilation(libtorch, prefix / "share/flopprof/observer-src", unfinished);
  const int status = run_child(command).status;
  std::error_code ignored;
  if (status != 0) fs::remove(unfinished, ignored);
  if (status == 127) {
    throw ExitWith{kFailed,
                   fmt::format("no C++ compiler: cannot run {}; install g++, or name one in "
                               "CXX",
                               command.front())};
  }
  if (status != 0) {
    throw ExitWith{kFailed, fmt::format("{} ended with status {}; nothing was installed",
                                        command.front(), status)};
  }
  fs::rename(unfinished, observer);
  return observer;
}

}  // namespace flopprof::tools
