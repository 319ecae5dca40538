#include "profiler/capture/quiet_child.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <string_view>

/// glibc's own name for clone(). The thread sanitizer replaces the other by one that takes the
/// child for a fork's, and forgets there what it knows of the thread that both share.
extern "C" int __clone(int (*)(void*), void*, int, void*,
                       ...);  // NOLINT(bugprone-reserved-identifier)

namespace flopprof::capture {
namespace {

constexpr int kFailed = 127;

/// All that the child needs, made before it: it shares our memory until it is another program.
struct Prepared {
  const char* path = nullptr;
  std::vector<char*> arguments;
  std::vector<char*> environment;
  int input = -1;
  int output = -1;
  int nothing = -1;
  void* stack = nullptr;
  pid_t program = -1;  // set by the process between
};

class Stack {
 public:
  void* top() {
    const auto end = reinterpret_cast<std::uintptr_t>(memory_.get() + kBytes);
    return reinterpret_cast<void*>(end & ~std::uintptr_t{63});
  }

 private:
  static constexpr std::size_t kBytes = 64 * 1024;
  std::unique_ptr<char[]> memory_ = std::make_unique<char[]>(kBytes);
};

bool is_forgotten(std::string_view variable, const std::vector<std::string>& forget) {
  const std::string_view name = variable.substr(0, variable.find('='));
  return std::any_of(forget.begin(), forget.end(), [name](std::string_view pattern) {
    if (!pattern.ends_with('*')) return name == pattern;
    pattern.remove_suffix(1);
    return name.starts_with(pattern);
  });
}

[[noreturn]] void leave(int status) {
  syscall(SYS_exit_group, status);
  __builtin_unreachable();
}

/// The program. Calls of the system alone, and none that a preloaded library may have replaced.
int become(void* argument) {
  const auto& prepared = *static_cast<const Prepared*>(argument);
  constexpr int kInput = 3;
  constexpr int kOutput = 4;
  constexpr int kLowest = 19;
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (dup2(prepared.nothing, standard) < 0) leave(kFailed);
  }
  if (dup2(prepared.input, kInput) < 0 || dup2(prepared.output, kOutput) < 0) leave(kFailed);
  syscall(SYS_close_range, kOutput + 1, ~0U, 0);
  setpriority(PRIO_PROCESS, 0, kLowest);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  syscall(SYS_execve, prepared.path, prepared.arguments.data(), prepared.environment.data());
  leave(kFailed);
}

/// Whoever calls another program gets a SIGCHLD for its end, whatever was asked for: so the program
/// is the child of a process that is gone when it ends.
int stand_between(void* argument) {
  auto& prepared = *static_cast<Prepared*>(argument);
  prepared.program = __clone(become, prepared.stack, CLONE_VM | CLONE_VFORK | SIGCHLD, argument);
  leave(0);
}

void wait_for(pid_t program, std::chrono::milliseconds at_most) {
  const auto until = std::chrono::steady_clock::now() + at_most;
  const auto handle = static_cast<int>(syscall(SYS_pidfd_open, program, 0));
  if (handle < 0) return;  // it has ended
  pollfd ended{.fd = handle, .events = POLLIN, .revents = 0};
  int left_ms = static_cast<int>(at_most.count());
  while (poll(&ended, 1, left_ms) < 0 && errno == EINTR) {
    left_ms = static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                   until - std::chrono::steady_clock::now())
                                   .count());
    if (left_ms <= 0) break;
  }
  if (ended.revents == 0) syscall(SYS_pidfd_send_signal, handle, SIGKILL, nullptr, 0);
  close(handle);
  // A job that is the first process of its container, or adopts orphans, has it as a child now.
  waitpid(program, nullptr, WNOHANG);
}

}  // namespace

bool run_quietly(const QuietChild& child, std::chrono::milliseconds at_most) {
  // Above 4, so that they do not get in each other's way when they become 3 and 4.
  constexpr int kOutOfTheWay = 10;
  Prepared prepared{.path = child.path.c_str(), .input = child.input, .output = child.output};
  prepared.arguments.push_back(const_cast<char*>(child.path.c_str()));
  for (const std::string& argument : child.arguments)
    prepared.arguments.push_back(const_cast<char*>(argument.c_str()));
  prepared.arguments.push_back(nullptr);
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    if (!is_forgotten(*variable, child.forget)) prepared.environment.push_back(*variable);
  }
  prepared.environment.push_back(nullptr);
  const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nothing < 0) return false;
  prepared.nothing = fcntl(nothing, F_DUPFD_CLOEXEC, kOutOfTheWay);
  close(nothing);
  if (prepared.nothing < 0) return false;
  Stack first;
  Stack second;
  prepared.stack = second.top();
  // No signal at its end, so that wait() of the job's does not see it. We stand still until it is
  // gone.
  const pid_t between = __clone(stand_between, first.top(), CLONE_VM | CLONE_VFORK, &prepared);
  close(prepared.nothing);
  if (between <= 0) return false;
  while (waitpid(between, nullptr, static_cast<int>(__WCLONE)) < 0 && errno == EINTR) continue;
  if (prepared.program <= 0) return false;
  wait_for(prepared.program, at_most);
  return true;
}

}  // namespace flopprof::capture
