#pragma once

#include <cstdint>
#include <string>

#include "profiler/capture/cupti_library.h"
#include "profiler/capture/cupti_subscription.h"
#include "profiler/capture/session.h"
#include "profiler/record/drained.h"
#include "profiler/steps/kernel_ledger.h"

namespace flopprof::capture {

/// Nothing where `count` is 0.
void add_fault(Drained& drained, const char* what, std::int64_t count, std::string detail,
               const char* remedy);

/// What is wrong with the records of steps that were added up.
void tell_incomplete(const steps::KernelLedger::Changes& changes, Drained& drained);

/// Why nothing of the GPU is seen. False where there is nothing to tell, since no driver works.
bool tell_refusal(Session& session, const CuptiLibrary& cupti, const Refusal& refusal);

}  // namespace flopprof::capture
