#include "profiler/capture/session.h"

#include <fmt/format.h>

#include <new>
#include <utility>

#include "profiler/capture/layer_stack.h"
#include "profiler/capture/this_process.h"

namespace flopprof::capture {
namespace {

constexpr std::string_view kFound = "period";  // the source of steps that nobody told of

/// Measures what it encloses, for the run's account of flopprof's own cost.
class OwnTime {
 public:
  explicit OwnTime(std::int64_t& sum) : sum_(sum), began_at_(monotonic_ns()) {}
  ~OwnTime() { sum_ += monotonic_ns() - began_at_; }
  OwnTime(const OwnTime&) = delete;
  OwnTime& operator=(const OwnTime&) = delete;

 private:
  std::int64_t& sum_;
  std::int64_t began_at_;
};

}  // namespace

/// What is around the end of a step or of work outside steps, for who watches them.
class Session::Boundary {
 public:
  Boundary(Session& session, bool opens_step)
      : session_(session), watcher_(session.watcher_), opens_step_(opens_step) {
    if (watcher_ != nullptr && !watcher_->closes()) watcher_ = nullptr;
  }
  ~Boundary() {
    if (watcher_ != nullptr) session_.step_opened(watcher_->opens(opens_step_));
  }
  Boundary(const Boundary&) = delete;
  Boundary& operator=(const Boundary&) = delete;

 private:
  Session& session_;
  StepWatcher* watcher_;
  bool opens_step_;
};

Session::Session(const Config& config)
    : config_(config), plan_(config.overhead_budget, config.every_steps) {
  wire_port();
  restart();
}

/// Nothing may throw into the observer, which other compilers may have built.
void Session::wire_port() {
  layers.store(config_.layers);
  thread_began = [](ObserverPort* port) noexcept -> ThreadCounters* {
    return of(port).begin_thread();
  };
  thread_ended = [](ObserverPort* port, ThreadCounters* thread) noexcept {
    of(port).end_thread(thread);
  };
  counters_of = [](ObserverPort* port, ThreadCounters* thread, const char* op, std::uint8_t phase,
                   const char* layer) noexcept -> WorkCounters* {
    try {
      return of(port).find_counters(thread, op, static_cast<Phase>(phase), layer);
    } catch (const std::bad_alloc&) {
      return nullptr;
    }
  };
  formula_of = [](ObserverPort* port, const char* op) noexcept {
    return of(port).find_formula(op);
  };
  ObserverPort::current_layer = [](ObserverPort*) noexcept { return capture::current_layer(); };
  ObserverPort::fault = [](ObserverPort* port, const char* what, const char* detail,
                           const char* remedy) noexcept {
    of(port).add_fault(what, detail, remedy);
  };
  update_ended = [](ObserverPort* port, const StepHints* hints) noexcept {
    of(port).end_update(*hints);
  };
}

void Session::restart() {
  started_at_ns_ = now_ns();
  started_monotonic_ns_ = monotonic_ns();
  started_ticks_ = ticks_now();
  step_began_ns_ = started_monotonic_ns_;
}

void Session::observer_started(const ObserverControl& control, std::int64_t attach_ns) {
  const std::lock_guard lock(mutex_);
  control_ = control;
  if (step_source_ != kFound) may_find_steps_ = false;  // it will tell of the optimisers
  own_ns_ += attach_ns;
  step_began_ns_ = monotonic_ns();
}

void Session::thread_recorded() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(draining_, true)) return;
  }
  if (start_draining_) start_draining_();
}

double Session::ns_per_tick() const {
  const auto ticks = static_cast<double>(ticks_now() - started_ticks_);
  const auto ns = static_cast<double>(monotonic_ns() - started_monotonic_ns_);
  return ticks > 0 && ns > 0 ? ns / ticks : 1;
}

std::uint64_t Session::take_batches() {
  const std::uint64_t now = ObserverPort::batches.load(std::memory_order_relaxed);
  return now - std::exchange(batches_taken_, now);
}

void Session::end_step(const StepHints& hints) {
  const std::int64_t now = monotonic_ns();
  steps::Update update{.began_after_ns = step_began_ns_ - started_monotonic_ns_,
                       .wall_ns = now - step_began_ns_,
                       .observed = observing_ && !came_late_,
                       .hints = hints,
                       .batches = take_batches()};
  const std::int64_t number = ledger_.steps();
  launches_->cut(number);
  std::int64_t cost_ns = unobserved_step_ns_;
  if (observing_) {
    const std::uint32_t signature = collect();
    if (update.observed)
      update.signature = signature;
    else
      ledger_.forget_training(), ledger_.end_outside();
    const std::uint64_t seen = callbacks();
    cost_ns = static_cast<std::int64_t>(static_cast<double>(seen - callbacks_taken_) *
                                        control_.callback_ns);
    callbacks_taken_ = seen;
  }
  ledger_.end_step(update);
  came_late_ = false;
  plan_.step_ended(number, update.wall_ns, update.observed, cost_ns);
  plan_next_step();
  step_began_ns_ = now;
  // A clock reading is a fair part of what an unobserved step costs: one of many is timed for all.
  constexpr std::int64_t kTimedOneIn = 64;
  if (update.observed)
    own_ns_ += monotonic_ns() - now;
  else if (number % kTimedOneIn == 0)
    own_ns_ += kTimedOneIn * (unobserved_step_ns_ = monotonic_ns() - now);
}

void Session::end_outside() {
  if (observing_) collect();
  ledger_.end_outside();
  launches_->cut(kOutsideSteps);
  came_late_ = false;
  step_began_ns_ = monotonic_ns();
}

void Session::plan_next_step() {
  if (const auto wanted = ledger_.wanted_step()) plan_.want(*wanted);
  switch_observer(plan_.observes(ledger_.steps()));
}

void Session::look_if_overdue() {
  if (observing_ || !plan_.is_overdue(monotonic_ns() - step_began_ns_)) return;
  switch_observer(true);
  came_late_ = true;
}

void Session::switch_observer(bool on) {
  if (on == observing_) return;
  observing_ = on;
  observes_ = on;
  // What ended after the observer was switched off belongs to a step that was not observed.
  if (on) collect(), ledger_.end_outside();
  if (control_.observe != nullptr) control_.observe(on);
}

void Session::watch_steps(StepWatcher& watcher) {
  const std::lock_guard lock(mutex_);
  plan_ = steps::SamplingPlan(config_.overhead_budget / 2, config_.every_steps);
  watcher_ = &watcher;
}

/// The first source that ends a step is the source of all; marks and ranges have been told before.
bool Session::takes_steps_of(std::string_view source) {
  const std::lock_guard lock(mutex_);
  if (step_source_.empty()) step_source_ = source;
  return step_source_ == source;
}

/// What was done at the boundary is no part of the interval that has begun.
void Session::step_opened(bool observe) {
  const std::lock_guard lock(mutex_);
  step_began_ns_ = monotonic_ns();
  if (observe) switch_observer(true);
}

/// What the job itself tells takes the place of what was found. Of the open step only a part was
/// seen: it is none.
bool Session::replaces_found_steps(std::string_view source) {
  if (!may_find_steps() || !may_find_steps_.exchange(false)) return false;
  {
    const std::lock_guard lock(mutex_);
    if (step_source_ != kFound) return false;
    step_source_ = source;
  }
  add_fault("steps told late",
            fmt::format("those before were found by the period of launches; from here on they are "
                        "told by {}",
                        source),
            "totals hold both kinds");
  const Boundary boundary(*this, true);
  const std::lock_guard lock(mutex_);
  end_outside();
  return true;
}

void Session::found_step_began(bool after_step) {
  if (!takes_steps_of(kFound)) return;
  const Boundary boundary(*this, true);
  const std::lock_guard lock(mutex_);
  after_step ? end_step({}) : end_outside();
}

void Session::end_update(const StepHints& hints) {
  if (replaces_found_steps("optimizer") || !takes_steps_of("optimizer")) return;
  const Boundary boundary(*this, true);
  const std::lock_guard lock(mutex_);
  end_step(hints);
}

void Session::step_began(const char* source) {
  const bool is_range = !config_.step_range.empty();
  if (is_range != (std::string_view(source) == "nvtx"))
    return;  // the range that was asked for decides
  replaces_found_steps(source);
  const Boundary boundary(*this, true);
  const std::lock_guard lock(mutex_);
  step_source_ = source;
  marked_step_open_ = true;
  end_outside();
}

void Session::step_ended(const char* source) {
  {
    const std::lock_guard lock(mutex_);
    if (!marked_step_open_ || step_source_ != source) return;
    marked_step_open_ = false;
  }
  const Boundary boundary(*this, false);
  const std::lock_guard lock(mutex_);
  end_step({});
}

void Session::add_fault(const std::string& what, const std::string& detail,
                        const std::string& remedy) {
  const std::lock_guard lock(mutex_);
  const auto [at, is_new] = faults_.try_emplace({what, detail});
  if (is_new)
    at->second = {
        .what = what, .count = 0, .since_ns = now_ns(), .detail = detail, .remedy = remedy};
  ++at->second.count;
}

const char* Session::find_formula(const char* op) {
  const std::lock_guard lock(mutex_);
  const auto at = formulas_.find(op);
  return at == formulas_.end() ? nullptr : at->second;
}

void Session::add_formula(const std::string& op, const std::string& expression) {
  const char* text = interned(expression);
  const std::lock_guard lock(mutex_);
  formulas_[op] = text;
  ObserverPort::generation.fetch_add(1);
}

const char* Session::interned(const std::string& text) {
  const std::lock_guard lock(mutex_);
  return texts_.insert(text).first->c_str();
}

}  // namespace flopprof::capture
