#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace flopprof::store {

std::string this_host();

/// Field 22 of /proc/PID/stat; nothing when no such process lives (a zombie does not).
std::optional<std::int64_t> start_ticks_of(std::int64_t pid);

}  // namespace flopprof::store
