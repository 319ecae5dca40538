#pragma once

#include <string>
#include <vector>

namespace flopprof::tools {

struct ChildEnd {
  int status = 0;      ///< as a shell says it; 127: there is no such program
  std::string output;  ///< of its standard output
};

/// Runs `command`, found through PATH, and waits for it. Its standard error is ours.
ChildEnd run_child(const std::vector<std::string>& command);

}  // namespace flopprof::tools
