#pragma once

#include <string>

namespace flopprof::tools {

/// Hands the whole command line to a program of ours in libexec/flopprof, which links with what the
/// rest of flopprof does without, and parses it again. Returns where it ended well. Throws
/// ExitWith: its status otherwise, or `missing` where it was not built.
void become(const std::string& program, const std::string& missing);

}  // namespace flopprof::tools
