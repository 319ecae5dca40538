#include "tools/flopprof/job.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace flopprof::tools {
namespace {

constexpr int kNotFound = 127;
constexpr int kNotExecutable = 126;
constexpr std::array kForwarded = {SIGHUP, SIGTERM, SIGUSR1, SIGUSR2, SIGCONT, SIGALRM, SIGWINCH};
constexpr std::array kIgnored = {SIGINT, SIGQUIT, SIGPIPE, SIGXFSZ};

bool is_ignored(int signal) {
  struct sigaction action{};
  sigaction(signal, nullptr, &action);
  return action.sa_handler == SIG_IGN;
}

/// What is ignored here stays so: the job inherited that, and nohup meant it.
sigset_t signals_to_wait_for() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGCHLD);
  for (const int signal : kForwarded) {
    if (!is_ignored(signal)) sigaddset(&signals, signal);
  }
  return signals;
}

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// What the child gets back as it was when we were started.
struct Inherited {
  sigset_t mask;
  struct sigaction on_child_end;
};

/// A parent that ignores SIGCHLD has no status to wait for: here it must not be ignored.
Inherited take_signals(const sigset_t& signals) {
  Inherited inherited{};
  struct sigaction by_default{};
  by_default.sa_handler = SIG_DFL;
  sigaction(SIGCHLD, &by_default, &inherited.on_child_end);
  sigprocmask(SIG_BLOCK, &signals, &inherited.mask);
  return inherited;
}

/// The child: gives the signals back and becomes the command, or tells the parent why it cannot.
[[noreturn]] void become(char* const* arguments, char* const* variables, const Inherited& inherited,
                         int failure_pipe) {
  sigaction(SIGCHLD, &inherited.on_child_end, nullptr);
  sigprocmask(SIG_SETMASK, &inherited.mask, nullptr);
  execvpe(arguments[0], arguments, variables);
  const int why = errno;
  [[maybe_unused]] const ssize_t written = write(failure_pipe, &why, sizeof why);
  _exit(kNotFound);
}

/// Waits until the child has become the command. Throws CannotStart when it has not.
void check_started(pid_t child, int failure_pipe, const std::string& command) {
  int why = 0;
  ssize_t length = 0;
  do {
    length = read(failure_pipe, &why, sizeof why);
  } while (length < 0 && errno == EINTR);
  close(failure_pipe);
  if (length != sizeof why) return;
  waitpid(child, nullptr, 0);
  throw CannotStart("cannot run " + command + ": " + std::strerror(why),
                    why == ENOENT ? kNotFound : kNotExecutable);
}

JobEnd end_of(int wait_status) {
  if (WIFSIGNALED(wait_status)) return {.signalled = true, .status = 128 + WTERMSIG(wait_status)};
  return {.signalled = false, .status = WEXITSTATUS(wait_status)};
}

/// The kernel sends to the whole foreground group, and the job has the signal already; only a
/// terminal that hangs up tells none but the leader of its session.
void send_on(pid_t child, const siginfo_t& signal) {
  const bool is_ours_alone = signal.si_signo == SIGHUP && getsid(0) == getpid();
  if (signal.si_code != SI_KERNEL || is_ours_alone) kill(child, signal.si_signo);
}

JobEnd wait_for(pid_t child, const sigset_t& signals) {
  for (;;) {
    int wait_status = 0;
    if (waitpid(child, &wait_status, WNOHANG) == child) return end_of(wait_status);
    siginfo_t signal{};
    if (sigwaitinfo(&signals, &signal) > 0 && signal.si_signo != SIGCHLD) send_on(child, signal);
  }
}

}  // namespace

JobEnd run_job(const std::vector<std::string>& command,
               const std::map<std::string, std::string>& environment) {
  std::vector<std::string> arguments = command;
  std::vector<std::string> variables;
  for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
  const std::vector<char*> argument_pointers = pointers_to(arguments);
  const std::vector<char*> variable_pointers = pointers_to(variables);

  std::array<int, 2> failure{};
  if (pipe2(failure.data(), O_CLOEXEC) != 0) throw CannotStart("no pipe", kNotExecutable);
  const sigset_t signals = signals_to_wait_for();
  const Inherited inherited = take_signals(signals);
  const pid_t child = fork();
  if (child == 0) {
    become(argument_pointers.data(), variable_pointers.data(), inherited, failure[1]);
  }
  if (child < 0) {
    throw CannotStart(std::string("cannot start a process: ") + std::strerror(errno),
                      kNotExecutable);
  }
  for (const int signal : kIgnored) std::signal(signal, SIG_IGN);
  close(failure[1]);
  check_started(child, failure[0], command.front());
  return wait_for(child, signals);
}

}  // namespace flopprof::tools
