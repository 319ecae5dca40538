#include "profiler/steps/kernel_ledger.h"

#include <algorithm>
#include <utility>

namespace flopprof::steps {
namespace {

/// A step that waits for records longer than this many later ones will not get them.
constexpr std::size_t kMostOpen = 16'384;

/// How long after the last of its records a step with graph launches is taken for complete.
constexpr std::int64_t kQuietRounds = 2;

/// So many intervals are remembered after they were settled, to know a late record's step.
constexpr std::size_t kRemembered = 256;

/// So many signatures of intervals outside steps are told apart.
constexpr std::size_t kMostOutside = 16'384;

bool is_timed(std::int64_t began, std::int64_t ended) {
  return (began != 0 || ended != 0) && ended >= began;
}

}  // namespace

std::uint32_t KernelLedger::number_of(std::string_view name) {
  const auto known = quick_numbers_.find(name);
  if (known != quick_numbers_.end()) return known->second;
  const auto number = static_cast<std::uint32_t>(names_.size());
  const auto at = numbers_.emplace(std::string(name), number).first;
  names_.push_back(at->first);
  kernels_.emplace_back();
  quick_numbers_.emplace(at->first, number);
  return number;
}

void KernelLedger::know(std::span<const LaunchInterval> intervals) {
  for (const LaunchInterval& interval : intervals) {
    if (interval.number < first_number_) continue;
    const auto at = static_cast<std::size_t>(interval.number - first_number_);
    if (at >= open_.size()) open_.resize(at + 1);
    open_[at].interval = interval;
    near_ = interval.highest;
  }
}

KernelLedger::Open* KernelLedger::interval_of(std::int64_t id) {
  const auto holds = [id](const Open& open) {
    return id >= open.interval.first && id < open.interval.end;
  };
  if (last_at_ < open_.size() && holds(open_[last_at_])) return &open_[last_at_];
  const auto after = std::upper_bound(
      open_.begin(), open_.end(), id,
      [](std::int64_t sought, const Open& open) { return sought < open.interval.first; });
  if (after == open_.begin()) return nullptr;
  // Empty intervals share their first id with the one that follows: the last of them holds it.
  const auto at = std::prev(after);
  if (!holds(*at)) return nullptr;
  last_at_ = static_cast<std::size_t>(at - open_.begin());
  return &*at;
}

const LaunchInterval* KernelLedger::add(const KernelRecord& kernel) {
  const std::int64_t id = widened(kernel.correlation, near_);
  near_ = id;
  Open* open = interval_of(id);
  if (open != nullptr && open->interval.look != GpuLook::kTraced) return nullptr;
  if (open == nullptr || open->settled) {
    ++changes_.late_records;
    if (open != nullptr) add_late(*open);
    return nullptr;
  }
  if (kernel.in_graph)
    open->graphs_seen.insert(kernel.correlation);
  else
    ++open->kernels_seen;
  open->changed_in_round = round_;
  if (!is_timed(kernel.started_at, kernel.ended_at)) {
    ++changes_.untimed_records;
    open->spoiled = true;
    return nullptr;
  }
  const std::int64_t ns = kernel.ended_at - kernel.started_at;
  DeviceWork& device = open->devices[kernel.device];
  ++device.sums.launches;
  device.sums.kernel_ns += ns;
  device.busy.add(kernel.started_at, kernel.ended_at);
  Sums& sums = open->kernels[kernel.kernel];
  ++sums.launches;
  sums.kernel_ns += ns;
  return &open->interval;
}

/// Nobody says how many copies there should be: one that comes late is left out.
void KernelLedger::add(const CopyRecord& copy) {
  Open* open = interval_of(widened(copy.correlation, near_));
  if (open == nullptr || open->interval.look != GpuLook::kTraced || open->settled) return;
  if (!is_timed(copy.started_at, copy.ended_at)) return;
  DeviceWork& device = open->devices[copy.device];
  ++device.copies;
  device.copy_ns += copy.ended_at - copy.started_at;
  device.copied_bytes += copy.bytes;
}

void KernelLedger::add_late(const Open& open) {
  if (open.interval.step == kOutsideSteps) return;
  changes_.steps.push_back({.step = open.interval.step});
  ++changes_.unusable_steps;
}

void KernelLedger::records_dropped() {
  for (Open& open : open_) {
    if (!open.settled && open.interval.graphs > 0) open.spoiled = true;
  }
}

bool KernelLedger::is_complete(const Open& open) const {
  if (!open.interval.closed) return false;
  if (open.interval.look != GpuLook::kTraced) return true;
  if (open.kernels_seen < open.interval.kernels) return false;
  if (open.interval.graphs == 0) return true;
  return static_cast<std::int64_t>(open.graphs_seen.size()) >= open.interval.graphs &&
         round_ - open.changed_in_round >= kQuietRounds;
}

void KernelLedger::settle(bool last) {
  ++round_;
  for (std::size_t at = 0; at < open_.size(); ++at) {
    Open& open = open_[at];
    if (!open.told && (open.interval.closed || last)) tell_launches(open);
    const bool given_up = last || (open.interval.closed && open_.size() - at > kMostOpen);
    if (!open.settled && (given_up || is_complete(open))) settle_one(open);
  }
  while (open_.size() > kRemembered && open_.front().settled) {
    open_.pop_front();
    ++first_number_;
    if (last_at_ > 0) --last_at_;
  }
}

void KernelLedger::tell_launches(Open& open) {
  open.told = true;
  const LaunchInterval& interval = open.interval;
  const std::int64_t launches = interval.kernels + interval.graphs;
  if (interval.closed && interval.step != kOutsideSteps) {
    // Nothing was launched: that is as good as traced.
    changes_.launches.push_back({.step = interval.step,
                                 .signature = static_cast<std::int64_t>(interval.signature),
                                 .launches = launches,
                                 .look = launches == 0 ? GpuLook::kTraced : interval.look});
    return;
  }
  if (launches == 0) return;
  const bool is_new = outside_intervals_.size() < kMostOutside;
  const auto signature = static_cast<std::int64_t>(interval.signature);
  const std::int64_t key = is_new || outside_intervals_.contains(signature) ? signature : 0;
  changes_.outside_launches.push_back({.signature = key, .intervals = ++outside_intervals_[key]});
}

void KernelLedger::settle_one(Open& open) {
  const std::int64_t launches = open.interval.kernels + open.interval.graphs;
  if (open.interval.look != GpuLook::kTraced && launches > 0) {
    open.settled = true;
    return;
  }
  const auto graphs_seen = static_cast<std::int64_t>(open.graphs_seen.size());
  const std::int64_t missing =
      std::max<std::int64_t>(0, open.interval.kernels - open.kernels_seen) +
      std::max<std::int64_t>(0, open.interval.graphs - graphs_seen);
  changes_.missing_records += missing;
  if (missing > 0) open.spoiled = true;
  if (missing > 0 && open.kernels_seen == 0 && open.graphs_seen.empty())
    ++changes_.robbed_intervals;
  if (open.interval.closed && open.interval.step != kOutsideSteps)
    settle_step(open);
  else
    settle_outside(open);
  open = {.interval = open.interval, .settled = true, .told = open.told};
}

void KernelLedger::settle_step(Open& open) {
  if (open.spoiled) ++changes_.unusable_steps;
  if (open.spoiled || open.devices.empty()) {
    GpuStep none{.step = open.interval.step};
    if (!open.spoiled) none.busy_ns = 0;
    changes_.steps.push_back(none);
    return;
  }
  for (auto& [number, device] : open.devices) {
    changes_.steps.push_back({.step = open.interval.step,
                              .device = number,
                              .kernels = device.sums.launches,
                              .kernel_ns = device.sums.kernel_ns,
                              .busy_ns = device.busy.covered_ns(),
                              .copies = device.copies,
                              .copy_ns = device.copy_ns,
                              .copied_bytes = device.copied_bytes});
  }
  add_kernels(open);
}

void KernelLedger::settle_outside(Open& open) {
  for (auto& [number, device] : open.devices) {
    OutsideSums& outside = outside_[number];
    outside.sums.launches += device.sums.launches;
    outside.sums.kernel_ns += device.sums.kernel_ns;
    outside.busy_ns += device.busy.covered_ns();
    outside.copies += device.copies;
    outside.copy_ns += device.copy_ns;
    outside.copied_bytes += device.copied_bytes;
    outside.changed = true;
  }
  add_kernels(open);
}

void KernelLedger::add_kernels(const Open& open) {
  const bool in_steps = open.interval.closed && open.interval.step != kOutsideSteps;
  for (const auto& [number, sums] : open.kernels) {
    KernelSums& kernel = kernels_[number];
    Sums& into = in_steps ? kernel.in_steps : kernel.outside;
    into.launches += sums.launches;
    into.kernel_ns += sums.kernel_ns;
    kernel.changed = true;
  }
}

KernelLedger::Changes KernelLedger::take_changes() {
  for (auto& [number, outside] : outside_) {
    if (!std::exchange(outside.changed, false)) continue;
    changes_.steps.push_back({.step = kOutsideSteps,
                              .device = number,
                              .kernels = outside.sums.launches,
                              .kernel_ns = outside.sums.kernel_ns,
                              .busy_ns = outside.busy_ns,
                              .copies = outside.copies,
                              .copy_ns = outside.copy_ns,
                              .copied_bytes = outside.copied_bytes});
  }
  for (std::size_t number = 0; number < kernels_.size(); ++number) {
    KernelSums& kernel = kernels_[number];
    if (!std::exchange(kernel.changed, false)) continue;
    for (const bool in_steps : {true, false}) {
      const Sums& sums = in_steps ? kernel.in_steps : kernel.outside;
      if (sums.launches == 0) continue;
      changes_.kernels.push_back({.kernel = std::string(names_[number]),
                                  .in_steps = in_steps,
                                  .launches = sums.launches,
                                  .kernel_ns = sums.kernel_ns});
    }
  }
  return std::exchange(changes_, {});
}

}  // namespace flopprof::steps
