#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "profiler/capture/activity_buffers.h"
#include "profiler/capture/cupti_library.h"
#include "profiler/capture/gpu_looks.h"
#include "profiler/capture/launch_identity.h"
#include "profiler/capture/period_listener.h"
#include "profiler/capture/session.h"
#include "profiler/steps/clock_watch.h"
#include "profiler/steps/kernel_ledger.h"

namespace flopprof::capture {

/// What the callbacks, C functions some of which get no argument of ours, work for. Never
/// destroyed: they are called while the process exits.
struct Following {
  CuptiLibrary cupti;
  Session& session;
  std::function<void()> hurry;
  ActivityBuffers buffers;
  LaunchIdentities identities;
  std::unique_ptr<TapeRecorder> tape;  // null: nothing is kept
  std::unique_ptr<GpuLooks> looks;
  PeriodListener period{session};
  std::atomic<std::int64_t> callbacks_ns{0};
  // The drain thread's alone:
  steps::KernelLedger kernels;
  std::map<std::int64_t, GpuDevice> devices;
  steps::ClockWatch clock;
  bool dropped = false;  // records, for want of room
};

/// Null before the GPU work is followed, and in the child of a fork.
extern std::atomic<Following*> following;

}  // namespace flopprof::capture
