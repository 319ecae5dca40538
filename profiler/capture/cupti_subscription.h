#pragma once

#include <cupti.h>

#include <optional>
#include <string>

#include "profiler/capture/cupti_library.h"

namespace flopprof::capture {

struct CuptiCallbacks {
  CUpti_CallbackFunc called = nullptr;  ///< launches, captures, graphs, contexts, modules
  CUpti_BuffersCallbackRequestFunc buffer_wanted = nullptr;
  CUpti_BuffersCallbackCompleteFunc buffer_full = nullptr;
};

/// Which call was refused, and with what.
struct Refusal {
  std::string call;
  CUptiResult result = CUPTI_SUCCESS;
  std::string holder;  ///< who has the subscription, where that is what was refused
};

/// Subscribes to launches and to the records of kernels, for the rest of the process. After a
/// refusal nothing is left subscribed. Notes the library's version in `cupti`.
std::optional<Refusal> subscribe(CuptiLibrary& cupti, const CuptiCallbacks& callbacks);

/// The calls of the driver that are subscribed to.
enum class DriverCall { kLaunch, kCaptureBegins, kCaptureEnds, kGraphChange };
DriverCall kind_of(CUpti_CallbackId id);

/// "insufficient privileges (35)"
std::string text_of(const CuptiLibrary& cupti, CUptiResult result);

}  // namespace flopprof::capture
