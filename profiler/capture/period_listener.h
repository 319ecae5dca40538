#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "profiler/capture/session.h"
#include "profiler/steps/launch_period.h"
#include "profiler/steps/period_follower.h"

namespace flopprof::capture {

/// Finds the steps of a process that tells of none, by the period of what it launches, and ends
/// them from then on. It stops as soon as the job tells of a step, and does not listen again.
///
/// May be called from any thread. Never destroyed, as its callers are the job's threads.
class PeriodListener {
 public:
  explicit PeriodListener(Session& session, const steps::PeriodDetector::Settings& settings = {})
      : session_(session), detector_(std::make_unique<steps::PeriodDetector>(settings)) {}

  using Sign = steps::PeriodFollower::Sign;

  /// Something is about to be launched. What this says is to be handed to returned().
  Sign launched(std::uint64_t identity) noexcept;
  /// It has been launched. Where a step ends with it, the session and its watcher are told here, on
  /// the launching thread, which holds no lock of ours: that may take a while.
  void returned(Sign sign) noexcept;

 private:
  Sign listen(std::uint64_t identity);
  void act(Sign sign);
  void stop() noexcept;
  void tell_found(const steps::LaunchPeriod& period);
  void tell_uneven(std::int64_t every);

  Session& session_;
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;
  std::unique_ptr<steps::PeriodDetector> detector_;  // until it has found something
  std::optional<steps::PeriodFollower> follower_;    // from then on
  bool told_uneven_ = false;
};

}  // namespace flopprof::capture
