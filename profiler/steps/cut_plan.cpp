#include "profiler/steps/cut_plan.h"

namespace flopprof::steps {

void CutPlan::want(std::vector<Wanted> cuts) { wanted_.assign(cuts.begin(), cuts.end()); }

std::optional<CutPlan::Wanted> CutPlan::next() const {
  if (wanted_.empty() || is_given_up() || counted_ % kWholeOneIn == kWholeOneIn - 1)
    return std::nullopt;
  return wanted_.front();
}

void CutPlan::tried(bool was_cut) {
  ++counted_;
  misses_ = was_cut ? 0 : misses_ + 1;
  if (wanted_.empty()) return;
  if (!was_cut) wanted_.push_back(wanted_.front());
  wanted_.pop_front();
}

void CutPlan::give_up(std::size_t set) {
  std::erase_if(wanted_, [set](const Wanted& each) { return each.set == set; });
}

}  // namespace flopprof::steps
