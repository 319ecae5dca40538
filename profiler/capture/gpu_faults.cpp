#include "profiler/capture/gpu_faults.h"

#include <fmt/format.h>

#include <utility>

namespace flopprof::capture {
namespace {

/// What a subscriber gets where no driver works.
bool is_without_gpu(const Refusal& refusal) {
  return refusal.call.starts_with("cuptiSubscribe") &&
         (refusal.result == CUPTI_ERROR_UNKNOWN || refusal.result == CUPTI_ERROR_NOT_INITIALIZED);
}

}  // namespace

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
            "run the job without it; from here on kernels are neither timed nor counted");
  constexpr const char* kLeftOut = "totals leave their steps out";
  add_fault(drained, "GPU records missing", changes.missing_records,
            "kernels were launched, and no record of their run came", kLeftOut);
  add_fault(drained, "GPU kernels without times", changes.untimed_records,
            "records came with no begin and end", kLeftOut);
  add_fault(drained, "graphs on more than one device", changes.undivided_graphs,
            "they were traced as a whole, which does not say how long each device was busy; from "
            "here on their nodes are traced one by one",
            kLeftOut);
  add_fault(drained, "GPU records late", changes.late_records,
            "records came after their step had been added up", kLeftOut);
  add_fault(drained, "GPU-seconds of steps not known", changes.unusable_steps,
            "records of these steps are missing or unusable",
            "the other faults of this run say why");
}

bool tell_refusal(Session& session, const CuptiLibrary& cupti, const Refusal& refusal) {
  if (is_without_gpu(refusal)) return false;
  if (refusal.result == CUPTI_ERROR_MULTIPLE_SUBSCRIBERS_NOT_SUPPORTED) {
    const std::string holder = refusal.holder.empty() ? "another tool" : refusal.holder;
    session.add_fault("another profiler in the way",
                      holder + " holds the GPU's profiling interface; GPU-seconds are not measured",
                      "run the job without it");
  } else if (refusal.result == CUPTI_ERROR_NOT_COMPATIBLE) {
    session.add_fault(
        "GPU work not counted",
        fmt::format("{} is of version {}, which this driver (CUDA {}.{}) does not know", cupti.path,
                    cupti.version, driver_version() / 1000, driver_version() % 1000 / 10),
        "update the driver, or put a libcupti of the driver's CUDA first in "
        "LD_LIBRARY_PATH");
  } else {
    session.add_fault("GPU work not counted",
                      refusal.call + ": " + text_of(cupti, refusal.result) + ", from " + cupti.path,
                      "GPU-seconds are not measured; model FLOPs are counted all the same");
  }
  return true;
}

}  // namespace flopprof::capture
