#pragma once

namespace flopprof::capture {

/// What is to be done at the boundaries of steps, on the thread that makes them and with no lock of
/// ours held: it may wait for a GPU, and a GPU may wait for the job's other threads.
class StepWatcher {
 public:
  /// The open interval is about to end. False when another thread is at a boundary: then nothing
  /// is to follow.
  virtual bool closes() noexcept = 0;
  /// It has ended, and the next one, a step or work outside steps, is open. After closes() alone.
  /// True when the operators of the next one should be seen too.
  virtual bool opens(bool in_step) noexcept = 0;

 protected:
  ~StepWatcher() = default;
};

}  // namespace flopprof::capture
