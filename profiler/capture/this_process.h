#pragma once

#include <cstdint>
#include <string>

#include "profiler/capture/config.h"
#include "profiler/record/run_info.h"

namespace flopprof::capture {

/// CLOCK_REALTIME, nanoseconds.
std::int64_t now_ns() noexcept;
/// CLOCK_MONOTONIC, nanoseconds.
std::int64_t monotonic_ns() noexcept;
/// Processor time of the calling thread, nanoseconds.
std::int64_t thread_cpu_ns() noexcept;

/// All but its start_ticks.
ProcessInfo this_process(const Config& config);

/// The run as a process sees it that was attached by hand, when it makes run.db itself.
RunInfo run_seen_from(const Config& config, const ProcessInfo& process);

}  // namespace flopprof::capture
