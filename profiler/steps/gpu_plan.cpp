#include "profiler/steps/gpu_plan.h"

#include <algorithm>
#include <utility>

namespace flopprof::steps {
namespace {

constexpr std::int64_t kPlainSteps = 64;  // the weight of the past in what a plain step takes

}  // namespace

GpuPlan::GpuPlan(const Settings& settings)
    : settings_(settings), window_left_(settings.every > 0 ? 1 : kWindow) {}

void GpuPlan::counters_ready(const std::vector<bool>& patches_kernels) {
  sets_ = patches_kernels;
  awaits_counters_ = false;
  given_up_.clear();
  for (auto& [key, known] : signatures_) known.counters = CounterPlan(*sets_);
}

void GpuPlan::give_up_counters() {
  sets_.reset();
  awaits_counters_ = false;
}

void GpuPlan::give_up(std::size_t set) {
  given_up_.push_back(set);
  for (auto& [key, known] : signatures_) known.counters.give_up(set), known.cuts.give_up(set);
}

void GpuPlan::want_cuts(std::int64_t signature, std::vector<CutPlan::Wanted> cuts) {
  const auto at = signatures_.find(signature);
  if (at == signatures_.end()) return;
  at->second.cuts.want(std::move(cuts));
  for (const std::size_t set : given_up_) at->second.cuts.give_up(set);
}

bool GpuPlan::wants_cuts() const {
  return std::any_of(signatures_.begin(), signatures_.end(),
                     [](const auto& each) { return each.second.cuts.wants_more(); });
}

GpuPlan::Signature& GpuPlan::signature(std::int64_t signature) {
  const auto [at, is_new] = signatures_.try_emplace(signature);
  at->second.last_seen = ++clock_;
  if (!is_new) return at->second;
  if (sets_) {
    at->second.counters = CounterPlan(*sets_);
    for (const std::size_t set : given_up_) at->second.counters.give_up(set);
  }
  if (signatures_.size() > kMostSignatures) {
    signatures_.erase(std::min_element(
        signatures_.begin(), signatures_.end(),
        [](const auto& a, const auto& b) { return a.second.last_seen < b.second.last_seen; }));
  }
  return signatures_.at(signature);
}

std::int64_t GpuPlan::disordered() const {
  return std::count_if(signatures_.begin(), signatures_.end(),
                       [](const auto& each) { return each.second.cuts.is_given_up(); });
}

/// What came after the last two steps before, else what came last.
std::optional<std::int64_t> GpuPlan::expected(bool in_step) const {
  if (!in_step || !last_in_step_) return in_step ? last_in_step_ : last_outside_;
  const auto at = followers_.find({last_but_one_, *last_in_step_});
  return at == followers_.end() ? last_in_step_ : at->second;
}

const GpuPlan::Signature* GpuPlan::predicted(bool in_step) const {
  const auto next = expected(in_step);
  if (!next) return nullptr;
  const auto at = signatures_.find(*next);
  return at == signatures_.end() ? nullptr : &at->second;
}

/// One that comes again and again, of which not all is known; the one seen last.
const GpuPlan::Signature* GpuPlan::in_need() const {
  constexpr std::int64_t kOften = 3;
  const Signature* found = nullptr;
  for (const auto& [key, known] : signatures_) {
    if (known.seen < kOften || known.counters.is_complete()) continue;
    if (found == nullptr || known.last_seen > found->last_seen) found = &known;
  }
  return found;
}

void GpuPlan::learn(const Ended& interval) {
  Signature& known = signature(interval.signature);
  ++known.seen;
  if (interval.look.look == GpuLook::kTraced && !interval.look.whole_graphs) ++known.traced;
  if (interval.cut_was_tried) known.cuts.tried(interval.look.cut.has_value());
  if (interval.look.look == GpuLook::kCounted && !interval.look.cut) {
    known.counters.counted(interval.look.set);
    if (!interval.cut_was_tried) known.cuts.counted_whole();
  }
  if (!interval.in_step) {
    last_outside_ = interval.signature;
    return;
  }
  if (followers_.size() >= kMostSignatures * kMostSignatures) followers_.clear();
  if (last_in_step_) {
    followers_[{last_but_one_, *last_in_step_}] = interval.signature;
    last_but_one_ = *last_in_step_;
  }
  last_in_step_ = interval.signature;
}

/// What is not known yet of steps like the last one.
GpuLook GpuPlan::wanted() const {
  const Signature* known = predicted(true);
  if (known == nullptr) return GpuLook::kNone;
  if (traces_ && known->traced < kEnoughTraced) return GpuLook::kTraced;
  if (!sets_) return GpuLook::kNone;
  const Signature* outside = last_outside_.value_or(0) == 0 ? nullptr : predicted(false);
  const bool complete =
      known->counters.is_complete() && (outside == nullptr || outside->counters.is_complete());
  return complete ? GpuLook::kNone : GpuLook::kCounted;
}

bool GpuPlan::is_earned(GpuLook look) const {
  const bool traces = look == GpuLook::kTraced;
  if (traces ? traced_ < kFirstTraced : counted_ < kFirstCounted) return true;
  const Cost& cost = traces ? tracing_ : counting_;
  return static_cast<double>(spent_ns() + cost.of_one()) <=
         settings_.budget * static_cast<double>(all_ns_);
}

/// One step of each block, not always the same, for what is wanted or in turns.
GpuLook GpuPlan::of_block(std::int64_t step) const {
  const std::int64_t block = step / settings_.every;
  auto mixed = static_cast<std::uint64_t>(block) * 0x9e3779b97f4a7c15u;
  mixed ^= mixed >> 32;
  const auto place = static_cast<std::int64_t>(mixed % static_cast<std::uint64_t>(settings_.every));
  if (step % settings_.every != place) return GpuLook::kNone;
  if (wanted() != GpuLook::kNone) return wanted();
  // The counters can be prepared where nothing is traced.
  const bool lets_prepare = awaits_counters_ && block % kPlainOneIn == 0;
  if (!sets_) return traces_ && !lets_prepare ? GpuLook::kTraced : GpuLook::kNone;
  return traces_ && block % 2 == 0 ? GpuLook::kTraced : GpuLook::kCounted;
}

void GpuPlan::open_window(GpuLook look) {
  window_ = look;
  window_has_whole_graphs_ = traces_whole_graphs_ && wanted() != GpuLook::kTraced;
  window_left_ = look == GpuLook::kTraced && settings_.every == 0 ? kWindow : 1;
  window_steps_ = window_ns_ = 0;
}

GpuPlan::Look GpuPlan::in_window(bool in_step) {
  if (window_ == GpuLook::kTraced) {
    return {.look = traces_ ? window_ : GpuLook::kNone, .whole_graphs = window_has_whole_graphs_};
  }
  constexpr std::int64_t kLaunchedNothing = 0;
  if (!in_step && last_outside_.value_or(kLaunchedNothing) == kLaunchedNothing) return {};
  const Signature* known = predicted(in_step);
  if (known == nullptr || !sets_) return {};
  const bool is_complete = known->counters.is_complete();
  if (in_step && is_complete) {
    if (const auto cut = known->cuts.next())
      return {.look = GpuLook::kCounted,
              .set = cut->set,
              .cut = cut->cut,
              .of_signature = *expected(in_step)};
  }
  // Where nothing is missing, this may turn out to be another than expected.
  if (is_complete)
    if (const Signature* other = in_need(); other != nullptr) known = other;
  const auto set = known->counters.next();
  if (!set) return {};
  return {.look = GpuLook::kCounted, .set = *set};
}

bool GpuPlan::is_on_timeline(std::int64_t step) const {
  const auto& span = settings_.timeline;
  return span && step >= span->first && step <= span->last;
}

GpuPlan::Look GpuPlan::next(std::int64_t step, bool in_step) {
  if (in_step && traces_ && is_on_timeline(step))
    return {.look = GpuLook::kTraced, .timeline = true};
  if (settings_.every > 0 && window_left_ <= 0) {
    if (!in_step) return {};
    if (const GpuLook look = of_block(step); look != GpuLook::kNone) open_window(look);
  }
  if (settings_.every == 0 && window_left_ <= 0) {
    GpuLook look = wanted();
    if (look == GpuLook::kNone && rest_ > 0) return {};
    if (look == GpuLook::kNone) {
      const bool count = sets_ && (!traces_ || counting_.of_all() <= tracing_.of_all());
      look = count ? GpuLook::kCounted : traces_ ? GpuLook::kTraced : GpuLook::kNone;
    }
    if (look != GpuLook::kNone && is_earned(look)) open_window(look);
  }
  return window_left_ > 0 ? in_window(in_step) : Look{};
}

void GpuPlan::close_window() {
  Cost& cost = cost_of(window_);
  ++cost.windows;
  if (plain_steps_ > 0) cost.excess_ns += window_ns_ - window_steps_ * plain_ns();
  rest_ = window_steps_ +
          static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(window_steps_ + 1));
}

void GpuPlan::ended(const Ended& interval) {
  all_ns_ += interval.ns;
  learn(interval);
  cycle_ns_ += interval.ns;
  cycle_was_looked_at_ = cycle_was_looked_at_ || interval.tried || window_left_ > 0;
  if (!interval.in_step) return;
  const std::int64_t ns = std::exchange(cycle_ns_, 0);
  if (std::exchange(cycle_was_looked_at_, false)) {
    ++(window_ == GpuLook::kTraced ? traced_ : counted_);
    window_ns_ += ns;
    ++window_steps_;
    if (--window_left_ == 0) close_window();
    return;
  }
  if (rest_ > 0) --rest_;
  if (plain_steps_ == kPlainSteps) plain_ns_ -= plain_ns(), --plain_steps_;
  plain_ns_ += ns;
  ++plain_steps_;
}

void GpuPlan::adds_nothing(std::int64_t signature, std::size_t set, bool nothing) {
  const auto at = signatures_.find(signature);
  if (at != signatures_.end()) at->second.counters.adds_nothing(set, nothing);
}

std::int64_t GpuPlan::spent_ns() const { return tracing_.of_all() + counting_.of_all(); }

}  // namespace flopprof::steps
