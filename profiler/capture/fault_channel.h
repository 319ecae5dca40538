#pragma once

#include <string_view>

namespace flopprof::capture {

/// Tells the launcher what run.db cannot be told: appends `line`, a JSON object that ends in a
/// newline, to the launcher's own memory, named by its /proc path. False when that is gone. Its pid
/// may be another process's by now, with any file behind the number: only the name that we gave is
/// written to. May be called from a signal handler.
bool tell_launcher(const char* path, std::string_view line) noexcept;

}  // namespace flopprof::capture
