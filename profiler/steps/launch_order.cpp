#include "profiler/steps/launch_order.h"

#include <new>
#include <utility>

namespace flopprof::steps {
namespace {

/// The same function, launched alike in two contexts, may run on two devices.
std::uint64_t identity_of(const LaunchOrder::Launch& launch) {
  return order_hash(launch.identity, reinterpret_cast<std::uintptr_t>(launch.context));
}

}  // namespace

void LaunchOrder::begin(bool record, const std::optional<StepCut>& cut) {
  if (!record && !cut && !is_on()) return;
  const std::lock_guard lock(mutex_);
  records_ = record;
  cut_ = cut;
  broken_ = due_ = false;
  hash_ = signature_ = 0;
  entered_ = returned_ = 0;
  noted_.clear();
  on_ = record || cut;
}

const char* LaunchOrder::kept(const Launch& launch) {
  const auto known = name_of_.find(launch.identity);
  if (known != name_of_.end()) return known->second;
  if (launch.kernel == nullptr || names_.size() == kMostNames) return "";
  if (name_of_.size() == kMostNames) name_of_.clear();
  const char* name = names_.emplace(launch.kernel).first->c_str();
  name_of_.emplace(launch.identity, name);
  return name;
}

void LaunchOrder::note(const Launch& launch) {
  signature_ += launch.identity;
  if (noted_.size() == kMostLaunches) broken_ = true;
  if (broken_) return;
  const bool by_op = launch.by.op != nullptr;
  noted_.push_back({.launch = {.identity = identity_of(launch),
                               .kernel = kept(launch),
                               .op = by_op ? launch.by.op : "",
                               .phase = by_op ? launch.by.phase : kNoPhase},
                    .context = launch.context});
}

void LaunchOrder::entered(const Launch& launch) noexcept {
  const std::lock_guard lock(mutex_);
  ++entered_;
  hash_ = order_hash(hash_, identity_of(launch));
  if (!records_) return;
  try {
    note(launch);
  } catch (const std::bad_alloc&) {
    broken_ = true;
  }
}

bool LaunchOrder::returned(bool launched) noexcept {
  const std::lock_guard lock(mutex_);
  ++returned_;
  broken_ = broken_ || !launched;
  if (!cut_ || due_ || broken_) return false;
  due_ = entered_ == cut_->launches && returned_ == entered_ && hash_ == cut_->hash;
  return due_;
}

bool LaunchOrder::is_still_there() const noexcept {
  const std::lock_guard lock(mutex_);
  return due_ && entered_ == cut_->launches;
}

std::vector<LaunchOrder::Noted> LaunchOrder::take(const LaunchInterval& interval) {
  const std::lock_guard lock(mutex_);
  const bool is_its = records_ && !broken_ && signature_ == interval.signature &&
                      entered_ == interval.kernels + interval.graphs;
  auto noted = std::exchange(noted_, {});
  if (!is_its) noted.clear();
  return noted;
}

}  // namespace flopprof::steps
