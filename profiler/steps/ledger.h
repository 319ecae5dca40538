#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "profiler/record/observer_port.h"
#include "profiler/record/op_work.h"
#include "profiler/record/step.h"

namespace flopprof::steps {

/// Sums of one operator, phase and layer. FLOPs of a long run leave 64 bits.
struct WorkSums {
  std::int64_t calls = 0;
  std::int64_t uncounted_calls = 0;
  std::int64_t cpu_ticks = 0;
  unsigned __int128 model_flops = 0;
  unsigned __int128 recomputed_flops = 0;

  WorkSums& operator+=(const WorkSums& other);
  bool empty() const;
};

/// One update as the process saw it.
struct Update {
  std::int64_t began_after_ns = 0;
  std::int64_t wall_ns = 0;
  bool observed = true;
  std::uint32_t signature = 0;
  StepHints hints;
  std::uint64_t batches = 0;  ///< DataLoader requests since the update before
};

/// Where the work of a process goes: into the open interval, from there with each update into the
/// class of its step, and at the end, if no update follows, into the work outside steps.
///
/// Not thread-safe; the session's lock guards it.
class Ledger {
 public:
  /// The number of operator, phase and layer; the same for the same three.
  std::uint32_t slot_of(const std::string& op, Phase phase, const std::string& layer);

  /// Work done since the last update.
  void add(std::uint32_t slot, const WorkSums& work);

  /// The open interval ends with an optimiser update: it was a step.
  void end_step(const Update& update);
  /// The open interval was no step: its work stands outside the steps.
  void end_outside();
  /// The observer came on in the middle of the open interval. Its training work belongs to a step
  /// that others must stand in for, and is forgotten; the rest was seen nowhere else.
  void forget_training();

  std::int64_t steps() const { return next_number_; }

  /// The number at which a step is to be expected whose like was never observed.
  std::optional<std::int64_t> wanted_step() const { return wanted_; }

  /// No update follows: the step that waited for its class is given one. `batches` were requested
  /// since it. With a loader that was asked for none, it may have been the last batch of an epoch,
  /// a smaller one: then no other step may stand in for it.
  void finish(std::uint64_t batches);

  /// All that changed since the last call, as rows to be written over the old ones.
  struct Changes {
    std::vector<Step> steps;
    std::vector<OpWork> work;
    std::int64_t dropped_steps = 0;  ///< of those that were not taken in time
  };
  static constexpr std::size_t kMostFreshSteps = 262'144;
  Changes take_changes(double ns_per_tick);

 private:
  struct Slot {
    std::string op;
    std::string layer;
    Phase phase;
  };
  using Sums = std::vector<WorkSums>;  // by slot
  /// The sums of a class, and which of them have not been taken since they changed.
  struct ClassWork {
    Sums sums;
    std::vector<std::uint32_t> changed;
    std::vector<bool> is_changed;  // by slot

    void mark(std::uint32_t slot);
  };
  struct ClassState {
    std::int32_t number = 0;
    bool observed = false;
    std::int64_t last_step = -1;
  };
  /// autograd nodes, optimiser, batches of this step, batches of the next: a last batch of an
  /// epoch, often smaller, is known by the request after it that finds the loader empty.
  using Likeness = std::array<std::uint64_t, 4>;

  std::int64_t training_flops(const Sums& sums) const;
  void settle(std::uint64_t batches_after);
  void move_into(std::int32_t step_class, Sums& from);
  std::int32_t class_of(const Likeness& likeness, std::int64_t step, bool observed);
  void emit(std::int32_t step_class, std::uint32_t slot, const WorkSums& sums, double ns_per_tick,
            std::vector<OpWork>& rows) const;

  std::map<std::pair<std::string, std::pair<std::string, Phase>>, std::uint32_t> slot_numbers_;
  std::vector<Slot> slots_;
  Sums open_;
  std::map<std::int32_t, ClassWork> classes_;
  std::map<Likeness, ClassState> likenesses_;
  std::vector<std::uint32_t> open_rows_;  // slots whose open work has been written
  void keep(const Step& step);
  std::vector<Step> fresh_steps_;
  std::int64_t dropped_steps_ = 0;
  bool sampled_ = false;  // a step has gone unobserved: from now on classes matter
  struct Waiting {
    Step step;
    StepHints hints;
    std::uint64_t batches = 0;
    Sums sums;
  };
  std::optional<Waiting> waiting_;  // the last step, until the next tells how many batches followed
  std::optional<std::int64_t> wanted_;
  std::int64_t next_number_ = 0;
};

}  // namespace flopprof::steps
