#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "profiler/record/phase.h"
#include "profiler/record/step_order.h"
#include "profiler/steps/launch_log.h"

namespace flopprof::steps {

/// The launches of one step in their order: noted down, or followed to the place where the counting
/// is to end. Threads may launch at the same time: then there is no order to rely on, and nothing
/// comes of it.
///
/// All functions may be called from any thread.
class LaunchOrder {
 public:
  struct Launch {
    std::uint64_t identity = 0;
    const void* context = nullptr;
    const char* kernel = nullptr;  ///< valid while the call lasts; null: not known
    Launcher by;
  };
  struct Noted {
    OrderedLaunch launch;
    const void* context = nullptr;
  };

  // At the boundary where the step begins.
  void record() { begin(true, std::nullopt); }
  void follow(const StepCut& cut) { begin(false, cut); }
  void stop() { begin(false, std::nullopt); }
  /// Whether the launches have to be told at all.
  bool is_on() const noexcept { return on_.load(std::memory_order_relaxed); }

  /// The driver was called.
  void entered(const Launch& launch) noexcept;
  /// It has returned. True, once, where the counting is to end now: nothing is being launched, and
  /// what was is what the cut wants.
  bool returned(bool launched) noexcept;
  /// Whether nothing has been launched since that was said.
  bool is_still_there() const noexcept;

  /// What was noted down, if it is what `interval` launched; empty otherwise.
  std::vector<Noted> take(const LaunchInterval& interval);

 private:
  static constexpr auto kNoPhase = static_cast<std::uint8_t>(Phase::kOther);
  static constexpr std::size_t kMostLaunches = 1 << 16;
  static constexpr std::size_t kMostNames = 1 << 14;

  void begin(bool record, const std::optional<StepCut>& cut);
  void note(const Launch& launch);
  const char* kept(const Launch& launch);

  std::atomic<bool> on_{false};
  mutable std::mutex mutex_;
  bool records_ = false;
  bool broken_ = false;
  bool due_ = false;
  std::optional<StepCut> cut_;
  std::uint64_t hash_ = 0;
  std::uint64_t signature_ = 0;
  std::int64_t entered_ = 0;
  std::int64_t returned_ = 0;
  std::vector<Noted> noted_;
  std::set<std::string, std::less<>> names_;  // none is taken out: others hold pointers to them
  std::unordered_map<std::uint64_t, const char*> name_of_;  // by identity
};

}  // namespace flopprof::steps
