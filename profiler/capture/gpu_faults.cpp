#include "profiler/capture/gpu_faults.h"

#include <utility>

namespace flopprof::capture {

void add_fault(Drained& drained, const char* what, std::int64_t count, std::string detail,
               const char* remedy) {
  if (count <= 0) return;
  drained.faults.push_back({.what = what,
                            .count = count,
                            .since_ns = drained.written_at_ns,
                            .detail = std::move(detail),
                            .remedy = remedy});
}

void tell_incomplete(const steps::KernelLedger::Changes& changes, Drained& drained) {
  add_fault(drained, "GPU records taken", changes.robbed_intervals,
            "another profiler in the job, such as torch.profiler, took the records of kernels",
            "run the job without it; from here on kernels are not timed");
  constexpr const char* kLeftOut = "totals leave their steps out";
  add_fault(drained, "GPU records missing", changes.missing_records,
            "kernels were launched, and no record of their run came", kLeftOut);
  add_fault(drained, "GPU kernels without times", changes.untimed_records,
            "records came with no begin and end", kLeftOut);
  add_fault(drained, "GPU records late", changes.late_records,
            "records came after their step had been added up", kLeftOut);
  add_fault(drained, "GPU-seconds of steps not known", changes.unusable_steps,
            "records of these steps are missing or unusable",
            "the other faults of this run say why");
}

}  // namespace flopprof::capture
