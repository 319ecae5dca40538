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

void KernelLedger::know(std::vector<LaunchedBy> launchers) {
  const auto by_id = [](const LaunchedBy& a, const LaunchedBy& b) { return a.id < b.id; };
  std::sort(launchers.begin(), launchers.end(), by_id);
  for (const LaunchedBy& one : launchers)  // nearly always behind all others
    launchers_.insert(std::upper_bound(launchers_.begin(), launchers_.end(), one, by_id), one);
}

const Launcher* KernelLedger::launcher_of(std::int64_t id) const {
  const auto at =
      std::lower_bound(launchers_.begin(), launchers_.end(), id,
                       [](const LaunchedBy& one, std::int64_t sought) { return one.id < sought; });
  return at == launchers_.end() || at->id != id ? nullptr : &at->launcher;
}

KernelLedger::Work& KernelLedger::work_of(Open& open) {
  if (open.work == nullptr) open.work = std::make_unique<Work>();
  return *open.work;
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

/// Null where nobody looks at its times, and where it comes too late.
KernelLedger::Open* KernelLedger::traced_interval_of(std::int64_t id) {
  Open* open = interval_of(id);
  if (open != nullptr && open->interval.look != GpuLook::kTraced) return nullptr;
  if (open == nullptr || open->settled) {
    ++changes_.late_records;
    if (open != nullptr) add_late(*open);
    return nullptr;
  }
  open->changed_in_round = round_;
  return open;
}

const LaunchInterval* KernelLedger::add(const KernelRecord& kernel) {
  const std::int64_t id = widened(kernel.correlation, near_);
  near_ = id;
  Open* open = traced_interval_of(id);
  if (open == nullptr) return nullptr;
  if (kernel.in_graph) {
    work_of(*open).graphs_seen.insert(kernel.correlation);
    ++open->nodes_seen;
  } else {
    ++open->kernels_seen;
  }
  if (!is_timed(kernel.started_at, kernel.ended_at)) {
    ++changes_.untimed_records;
    open->spoiled = true;
    return nullptr;
  }
  const std::int64_t ns = kernel.ended_at - kernel.started_at;
  DeviceWork& device = work_of(*open).devices[kernel.device];
  ++device.sums.launches;
  device.sums.kernel_ns += ns;
  device.busy.add(kernel.started_at, kernel.ended_at);
  Sums& sums = open->work->kernels[kernel.kernel];
  ++sums.launches;
  sums.kernel_ns += ns;
  if (const Launcher* launcher = launcher_of(id)) {
    Sums& of_op = open->work->ops[{launcher->op, launcher->phase}];
    ++of_op.launches;
    of_op.kernel_ns += ns;
  }
  return &open->interval;
}

void KernelLedger::add(const GraphRecord& graph) {
  near_ = widened(graph.correlation, near_);
  Open* open = traced_interval_of(near_);
  if (open == nullptr) return;
  Work& work = work_of(*open);
  work.graphs_seen.insert(graph.correlation);
  work.whole_graphs.insert(graph.correlation);
  const bool timed = is_timed(graph.started_at, graph.ended_at);
  if (!timed) ++changes_.untimed_records;
  if (!graph.device) ++changes_.undivided_graphs;
  if (!timed || !graph.device) {
    open->spoiled = true;
    return;
  }
  DeviceWork& device = work.devices[*graph.device];
  ++device.graphs.launches;
  device.graphs.kernel_ns += graph.ended_at - graph.started_at;
  device.busy.add(graph.started_at, graph.ended_at);
}

/// Nobody says how many copies there should be: one that comes late is left out.
void KernelLedger::add(const CopyRecord& copy) {
  Open* open = interval_of(widened(copy.correlation, near_));
  if (open == nullptr || open->interval.look != GpuLook::kTraced || open->settled) return;
  if (!is_timed(copy.started_at, copy.ended_at)) return;
  DeviceWork& device = work_of(*open).devices[copy.device];
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

void KernelLedger::clock_was_set() {
  for (Open& open : open_) open.spoiled = open.spoiled || !open.settled;
}

bool KernelLedger::is_complete(const Open& open) const {
  if (!open.interval.closed) return false;
  if (open.interval.look != GpuLook::kTraced) return true;
  if (open.kernels_seen < open.interval.kernels) return false;
  if (open.graphs_seen() < open.interval.graphs) return false;
  // How many nodes a graph has, nobody says.
  return open.nodes_seen == 0 || round_ - open.changed_in_round >= kQuietRounds;
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
  const auto unsettled =
      std::find_if(open_.begin(), open_.end(), [](const Open& open) { return !open.settled; });
  while (unsettled != open_.end() && !launchers_.empty() &&
         launchers_.front().id < unsettled->interval.first)
    launchers_.pop_front();
}

void KernelLedger::settle_one(Open& open) {
  const std::int64_t launches = open.interval.kernels + open.interval.graphs;
  if (open.interval.look != GpuLook::kTraced && launches > 0) {
    open.settled = true;
    return;
  }
  const std::int64_t graphs_seen = open.graphs_seen();
  const std::int64_t missing =
      std::max<std::int64_t>(0, open.interval.kernels - open.kernels_seen) +
      std::max<std::int64_t>(0, open.interval.graphs - graphs_seen);
  changes_.missing_records += missing;
  if (missing > 0) open.spoiled = true;
  if (missing > 0 && open.kernels_seen == 0 && graphs_seen == 0) ++changes_.robbed_intervals;
  if (!open.has_whole_graphs()) {
    node_kernels_ += open.nodes_seen;
    single_kernels_ += open.kernels_seen;
  }
  if (open.interval.closed && open.interval.step != kOutsideSteps)
    settle_step(open);
  else
    settle_outside(open);
  open = {.interval = open.interval, .settled = true, .told = open.told};
}

void KernelLedger::settle_step(Open& open) {
  if (open.spoiled) ++changes_.unusable_steps;
  if (open.spoiled || open.work == nullptr || open.work->devices.empty()) {
    GpuStep none{.step = open.interval.step};
    if (!open.spoiled) none.busy_ns = 0;
    changes_.steps.push_back(none);
    return;
  }
  for (auto& [number, device] : open.work->devices) {
    changes_.steps.push_back({.step = open.interval.step,
                              .device = number,
                              .kernels = device.sums.launches,
                              .kernel_ns = device.sums.kernel_ns,
                              .busy_ns = device.busy.covered_ns(),
                              .copies = device.copies,
                              .copy_ns = device.copy_ns,
                              .copied_bytes = device.copied_bytes,
                              .graphs = device.graphs.launches,
                              .graph_ns = device.graphs.kernel_ns});
  }
  // Shares of kernels and operators are those of steps of which every kernel is known.
  if (!open.has_whole_graphs()) add_kernels(open);
}

void KernelLedger::settle_outside(Open& open) {
  if (open.work == nullptr) return;
  for (auto& [number, device] : open.work->devices) {
    OutsideSums& outside = outside_[number];
    outside.sums.launches += device.sums.launches;
    outside.sums.kernel_ns += device.sums.kernel_ns;
    outside.graphs.launches += device.graphs.launches;
    outside.graphs.kernel_ns += device.graphs.kernel_ns;
    outside.busy_ns += device.busy.covered_ns();
    outside.copies += device.copies;
    outside.copy_ns += device.copy_ns;
    outside.copied_bytes += device.copied_bytes;
    outside.changed = true;
  }
  add_kernels(open);
}

}  // namespace flopprof::steps
