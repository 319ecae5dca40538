#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

namespace flopprof::capture {

/// The one thread of ours in the job: at once, once a second, and a last time at the end, it takes
/// what has been recorded to run.db: a process that is killed in its first second has been there.
/// It blocks all signals: the job's are the job's, and a file-size limit must give an error, not
/// SIGXFSZ. It keeps no file descriptor: a job may close what it does not know.
class DrainThread {
 public:
  explicit DrainThread(std::function<void(bool last)> drain) : drain_(std::move(drain)) {}
  DrainThread(const DrainThread&) = delete;
  DrainThread& operator=(const DrainThread&) = delete;

  /// False when no thread could be made.
  bool start() noexcept;

  /// The next drain is to come at once, not with its second. May be called from any thread.
  void hurry() noexcept;

  /// Asks for the last drain and waits for it, `at_most_ms` long; false when that was not enough.
  /// May be called from a signal handler and from _exit. Does nothing where the thread never
  /// started.
  bool finish(int at_most_ms) noexcept;

  /// In the child of a fork: the thread is not here.
  void forget() noexcept;

 private:
  enum State : std::uint32_t { kNone, kRunning, kAsked, kDone };
  void run() noexcept;

  std::function<void(bool last)> drain_;
  std::atomic<std::uint32_t> state_{kNone};
};

}  // namespace flopprof::capture
