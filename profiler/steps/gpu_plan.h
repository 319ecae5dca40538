#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "profiler/record/gpu_work.h"
#include "profiler/record/step_order.h"
#include "profiler/steps/counter_plan.h"
#include "profiler/steps/cut_plan.h"

namespace flopprof::steps {

/// The steps from `first` to `last`, both among them.
struct StepSpan {
  std::int64_t first = 0;
  std::int64_t last = 0;
};

/// Which intervals of launches to look at, and how, so that looking costs at most a share of the
/// job's time.
///
/// A look goes over a window of consecutive steps: tracing them, or counting each with one set of
/// counters. What a window cost is what its steps took beyond what plain ones take, measured in the
/// run itself. The first steps are looked at in any case. Later a window begins when the time that
/// has passed has earned it: for steps of which something is not known yet, by the signature of the
/// last one, else tracing and counting in turns, at random distances, for a period of the job's own
/// must not hide behind ours.
///
/// Not thread-safe.
class GpuPlan {
 public:
  struct Settings {
    double budget = 0.01;              ///< a share
    std::int64_t every = 0;            ///< > 0: one step of each N, whatever it costs
    std::optional<StepSpan> timeline;  ///< to be traced in any case
  };
  explicit GpuPlan(const Settings& settings);

  /// The counters can be used from here on: one element a set, whether it patches kernels.
  void counters_ready(const std::vector<bool>& patches_kernels);
  void give_up_counters();
  void give_up_tracing() { traces_ = false; }
  /// From here on steps of whose like enough were traced kernel by kernel are traced with their
  /// graphs as a whole, which costs less; or no more.
  void trace_whole_graphs(bool on) { traces_whole_graphs_ = on; }
  /// The device refuses `set`.
  void give_up(std::size_t set);

  struct Look {
    GpuLook look = GpuLook::kNone;
    std::size_t set = 0;            ///< where it is kCounted
    bool timeline = false;          ///< where it is kTraced: all its kernels are kept
    bool whole_graphs = false;      ///< where it is kTraced
    std::optional<StepCut> cut;     ///< where it is kCounted: to be counted so far; nothing: whole
    std::int64_t of_signature = 0;  ///< where there is a cut: whose steps it is for
  };
  /// Whether the kernels of `step` are all to be kept.
  bool is_on_timeline(std::int64_t step) const;

  /// For the interval that begins now: `step`, or the work before it.
  Look next(std::int64_t step, bool in_step);

  struct Ended {
    bool in_step = true;
    std::int64_t signature = 0;
    Look look;                   ///< kNone too where a look came to nothing
    bool tried = false;          ///< there was a look, whether or not it came to something
    bool cut_was_tried = false;  ///< of this signature
    std::int64_t ns = 0;         ///< from boundary to boundary, with what we did there
  };
  void ended(const Ended& interval);

  /// What the drain thread found in the counters.
  void adds_nothing(std::int64_t signature, std::size_t set, bool nothing);

  /// What is to be counted of steps of the signature once their totals are known; takes the place
  /// of what was wanted before.
  void want_cuts(std::int64_t signature, std::vector<CutPlan::Wanted> cuts);
  /// Whether some of it has still to be counted.
  bool wants_cuts() const;
  /// Of how many signatures the launches come in too many orders to be cut.
  std::int64_t disordered() const;

  /// What looking has cost so far.
  std::int64_t spent_ns() const;

 private:
  static constexpr std::int64_t kWindow = 4;       // steps that are traced one after another
  static constexpr std::int64_t kFirstTraced = 8;  // steps that may be looked at unearned
  static constexpr std::int64_t kFirstCounted = 16;
  static constexpr std::int64_t kEnoughTraced = 2;
  static constexpr std::size_t kMostSignatures = 64;

  struct Signature {
    CounterPlan counters{{}};
    CutPlan cuts;
    std::int64_t traced = 0;
    std::int64_t seen = 0;
    std::int64_t last_seen = 0;
  };
  using Two = std::pair<std::int64_t, std::int64_t>;
  struct Cost {
    std::int64_t windows = 0;
    std::int64_t excess_ns = 0;
    std::int64_t of_all() const { return excess_ns > 0 ? excess_ns : 0; }
    std::int64_t of_one() const { return windows == 0 ? 0 : of_all() / windows; }
  };

  Look in_window(bool in_step);
  GpuLook wanted() const;
  GpuLook of_block(std::int64_t step) const;
  Signature& signature(std::int64_t signature);
  std::optional<std::int64_t> expected(bool in_step) const;
  const Signature* predicted(bool in_step) const;
  const Signature* in_need() const;
  void learn(const Ended& interval);
  bool is_earned(GpuLook look) const;
  void open_window(GpuLook look);
  void close_window();
  Cost& cost_of(GpuLook look) { return look == GpuLook::kTraced ? tracing_ : counting_; }
  std::int64_t plain_ns() const { return plain_steps_ == 0 ? 0 : plain_ns_ / plain_steps_; }

  Settings settings_;
  static constexpr std::int64_t kPlainOneIn = 4;  // of the steps that are all to be looked at
  bool traces_ = true;
  bool traces_whole_graphs_ = false;
  bool awaits_counters_ = true;
  std::optional<std::vector<bool>> sets_;
  std::vector<std::size_t> given_up_;
  std::map<std::int64_t, Signature> signatures_;
  std::optional<std::int64_t> last_in_step_;
  std::int64_t last_but_one_ = 0;
  std::map<Two, std::int64_t> followers_;  // of two steps
  std::optional<std::int64_t> last_outside_;

  GpuLook window_ = GpuLook::kTraced;  // as the job begins
  bool window_has_whole_graphs_ = false;
  std::int64_t window_left_;  // steps
  std::int64_t window_steps_ = 0;
  std::int64_t window_ns_ = 0;
  std::int64_t rest_ = 0;    // steps until the next window
  std::int64_t traced_ = 0;  // steps
  std::int64_t counted_ = 0;
  std::int64_t cycle_ns_ = 0;  // since the last step's end, with the work before it
  bool cycle_was_looked_at_ = false;
  std::int64_t clock_ = 0;
  std::int64_t all_ns_ = 0;
  std::int64_t plain_ns_ = 0;
  std::int64_t plain_steps_ = 0;
  Cost tracing_;
  Cost counting_;
  std::minstd_rand random_;
};

}  // namespace flopprof::steps
