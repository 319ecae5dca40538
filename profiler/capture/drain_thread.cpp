#include "profiler/capture/drain_thread.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>

namespace flopprof::capture {
namespace {

// A futex, because it is all that may be waited on with a limit from a signal handler.
void wait_while(std::atomic<std::uint32_t>& word, std::uint32_t value, long at_most_ms) noexcept {
  const timespec limit{.tv_sec = at_most_ms / 1000, .tv_nsec = at_most_ms % 1000 * 1'000'000};
  syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, value, &limit, nullptr, 0);
}

void wake(std::atomic<std::uint32_t>& word) noexcept {
  syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, INT32_MAX, nullptr, nullptr, 0);
}

}  // namespace

bool DrainThread::start() noexcept {
  std::uint32_t none = kNone;
  if (!state_.compare_exchange_strong(none, kRunning)) return true;
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  const int failed = pthread_create(
      &thread, nullptr,
      [](void* self) -> void* {
        static_cast<DrainThread*>(self)->run();
        return nullptr;
      },
      this);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (failed != 0) {
    state_.store(kNone);
    return false;
  }
  pthread_setname_np(thread, "flopprof");
  pthread_detach(thread);
  return true;
}

void DrainThread::run() noexcept {
  constexpr long kPeriodMs = 1000;
  drain_(false);
  while (state_.load() == kRunning) {
    wait_while(state_, kRunning, kPeriodMs);
    if (state_.load() == kRunning) drain_(false);
  }
  drain_(true);
  state_.store(kDone);
  wake(state_);
}

void DrainThread::hurry() noexcept { wake(state_); }

bool DrainThread::finish(int at_most_ms) noexcept {
  const int saved_errno = errno;
  std::uint32_t running = kRunning;
  if (state_.compare_exchange_strong(running, kAsked)) wake(state_);
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const std::int64_t end_ms = now.tv_sec * 1000 + now.tv_nsec / 1'000'000 + at_most_ms;
  while (state_.load() == kAsked) {
    clock_gettime(CLOCK_MONOTONIC, &now);
    const std::int64_t left_ms = end_ms - (now.tv_sec * 1000 + now.tv_nsec / 1'000'000);
    if (left_ms <= 0) break;
    wait_while(state_, kAsked, static_cast<long>(left_ms));
  }
  errno = saved_errno;
  return state_.load() != kAsked;
}

void DrainThread::forget() noexcept { state_.store(kNone); }

}  // namespace flopprof::capture
