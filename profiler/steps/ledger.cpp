#include "profiler/steps/ledger.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace flopprof::steps {
namespace {

/// Classes are few in real jobs; beyond this they differ by accident, and steps of a class past it
/// simply find no observed step of their own.
constexpr std::size_t kMostClasses = 1000;

/// The largest sum one row of op_work carries.
constexpr auto kPart = static_cast<unsigned __int128>(std::int64_t{1} << 62);

bool is_training(Phase phase) {
  return phase == Phase::kForward || phase == Phase::kBackward || phase == Phase::kOptimizer;
}

std::int64_t take_part(unsigned __int128& sum) {
  const auto part = std::min(sum, kPart);
  sum -= part;
  return static_cast<std::int64_t>(part);
}

}  // namespace

WorkSums& WorkSums::operator+=(const WorkSums& other) {
  calls += other.calls;
  uncounted_calls += other.uncounted_calls;
  cpu_ticks += other.cpu_ticks;
  model_flops += other.model_flops;
  recomputed_flops += other.recomputed_flops;
  return *this;
}

bool WorkSums::empty() const {
  return calls == 0 && cpu_ticks == 0 && model_flops == 0 && recomputed_flops == 0;
}

std::uint32_t Ledger::slot_of(const std::string& op, Phase phase, const std::string& layer) {
  const auto [at, is_new] =
      slot_numbers_.try_emplace({op, {layer, phase}}, static_cast<std::uint32_t>(slots_.size()));
  if (is_new) slots_.push_back({.op = op, .layer = layer, .phase = phase});
  return at->second;
}

void Ledger::add(std::uint32_t slot, const WorkSums& work) {
  if (open_.size() <= slot) open_.resize(slots_.size());
  open_[slot] += work;
}

std::int64_t Ledger::training_flops(const Sums& sums) const {
  unsigned __int128 total = 0;
  for (std::size_t slot = 0; slot < sums.size(); ++slot) {
    if (is_training(slots_[slot].phase)) total += sums[slot].model_flops;
  }
  constexpr auto kMost = static_cast<unsigned __int128>(std::numeric_limits<std::int64_t>::max());
  return static_cast<std::int64_t>(std::min(total, kMost));
}

void Ledger::ClassWork::mark(std::uint32_t slot) {
  if (is_changed.size() <= slot) is_changed.resize(slot + 64);
  if (is_changed[slot]) return;
  is_changed[slot] = true;
  changed.push_back(slot);
}

void Ledger::move_into(std::int32_t step_class, Sums& from) {
  ClassWork& into = classes_[step_class];
  if (into.sums.size() < from.size()) into.sums.resize(slots_.size());
  for (std::uint32_t slot = 0; slot < from.size(); ++slot) {
    if (from[slot].empty()) continue;
    into.sums[slot] += from[slot];
    from[slot] = {};
    into.mark(slot);
  }
}

void Ledger::end_step(const Update& update) {
  Step step{
      .number = next_number_++, .began_after_ns = update.began_after_ns, .wall_ns = update.wall_ns};
  if (update.observed) {
    step.model_flops = training_flops(open_);
    step.signature = update.signature;
  }
  sampled_ = sampled_ || !update.observed;
  if (!sampled_) {
    move_into(kEveryStepCounted, open_);
    keep(step);
    return;
  }
  settle(update.batches);
  waiting_ = Waiting{
      .step = step, .hints = update.hints, .batches = update.batches, .sums = Sums(open_.size())};
  std::swap(waiting_->sums, open_);
}

void Ledger::settle(std::uint64_t batches_after) {
  if (!waiting_) return;
  const Likeness likeness{waiting_->hints.autograd_nodes, waiting_->hints.optimizer,
                          waiting_->batches, batches_after};
  Step& step = waiting_->step;
  step.step_class = class_of(likeness, step.number, step.model_flops.has_value());
  move_into(step.step_class, waiting_->sums);
  keep(step);
  waiting_.reset();
}

void Ledger::keep(const Step& step) {
  if (fresh_steps_.size() < kMostFreshSteps)
    fresh_steps_.push_back(step);
  else
    ++dropped_steps_;
}

std::int32_t Ledger::class_of(const Likeness& likeness, std::int64_t step, bool observed) {
  if (likenesses_.size() >= kMostClasses && !likenesses_.contains(likeness)) {
    return static_cast<std::int32_t>(kMostClasses + 1);
  }
  ClassState& state = likenesses_[likeness];
  if (state.number == 0) state.number = static_cast<std::int32_t>(likenesses_.size());
  state.observed = state.observed || observed;
  // What came twice at a distance comes again: be there the third time.
  if (!state.observed && state.last_step >= 0) {
    // A step's class is known when later ones have begun: of its likes, the first still to come.
    const std::int64_t distance = step - state.last_step;
    const std::int64_t late = std::max<std::int64_t>(next_number_ - step, 1);
    wanted_ = step + (late + distance - 1) / distance * distance;
  }
  state.last_step = step;
  return state.number;
}

void Ledger::end_outside() { move_into(kOutsideSteps, open_); }

void Ledger::forget_training() {
  for (std::size_t slot = 0; slot < open_.size(); ++slot) {
    if (is_training(slots_[slot].phase)) open_[slot] = {};
  }
}

void Ledger::emit(std::int32_t step_class, std::uint32_t slot, const WorkSums& sums,
                  double ns_per_tick, std::vector<OpWork>& rows) const {
  OpWork row{.op = slots_[slot].op, .layer = slots_[slot].layer, .phase = slots_[slot].phase};
  row.step_class = step_class;
  row.calls = sums.calls;
  row.uncounted_calls = sums.uncounted_calls;
  row.cpu_ns = static_cast<std::int64_t>(static_cast<double>(sums.cpu_ticks) * ns_per_tick);
  unsigned __int128 model_flops = sums.model_flops;
  unsigned __int128 recomputed_flops = sums.recomputed_flops;
  do {
    row.model_flops = take_part(model_flops);
    row.recomputed_flops = take_part(recomputed_flops);
    rows.push_back(row);
    ++row.part;
    row.calls = row.uncounted_calls = row.cpu_ns = 0;
  } while (model_flops > 0 || recomputed_flops > 0);
}

void Ledger::finish(std::uint64_t batches) {
  if (!waiting_) return;
  constexpr std::uint64_t kNobodyKnows = ~std::uint64_t{0};
  const bool may_be_the_last = waiting_->batches > 0 && batches == 0;
  // The interval after the last step lacks the batches of a next one: with them it is comparable.
  settle(may_be_the_last ? kNobodyKnows : batches + waiting_->batches);
}

Ledger::Changes Ledger::take_changes(double ns_per_tick) {
  Changes changes;
  changes.steps.swap(fresh_steps_);
  changes.dropped_steps = std::exchange(dropped_steps_, 0);
  // The open interval stands among the work outside steps until an update makes a step of it.
  ClassWork& outside = classes_[kOutsideSteps];
  for (const std::uint32_t slot : open_rows_) outside.mark(slot);
  open_rows_.clear();
  for (std::uint32_t slot = 0; slot < open_.size(); ++slot) {
    if (open_[slot].empty()) continue;
    outside.mark(slot);
    open_rows_.push_back(slot);
  }
  for (auto& [step_class, work] : classes_) {
    for (const std::uint32_t slot : work.changed) {
      WorkSums row = slot < work.sums.size() ? work.sums[slot] : WorkSums{};
      if (step_class == kOutsideSteps && slot < open_.size()) row += open_[slot];
      emit(step_class, slot, row, ns_per_tick, changes.work);
      work.is_changed[slot] = false;
    }
    work.changed.clear();
  }
  return changes;
}

}  // namespace flopprof::steps
