#pragma once

#include <string>
#include <vector>

#include "profiler/record/fault.h"

namespace flopprof::tools {

/// A file in memory to which processes that cannot write run.db append what they could not see, one
/// JSON object a line. It needs no disk, and is gone with the launcher.
class FaultFile {
 public:
  FaultFile();
  ~FaultFile();
  FaultFile(const FaultFile&) = delete;
  FaultFile& operator=(const FaultFile&) = delete;

  /// The path by which other processes open it; empty when the kernel gave no such file.
  std::string path() const;
  std::vector<Fault> read() const;

 private:
  int file_;
};

}  // namespace flopprof::tools
