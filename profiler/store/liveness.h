#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace flopprof::store {

std::string this_host();

/// Field 22 of /proc/PID/stat; nothing when no such process lives (a zombie does not).
std::optional<std::int64_t> start_ticks_of(std::int64_t pid);

/// Process `pid` of this host was started before `at_ns`, CLOCK_REALTIME, and lives: it is not
/// another that got the same number later.
bool is_alive_since(std::int64_t pid, std::int64_t at_ns);

}  // namespace flopprof::store
