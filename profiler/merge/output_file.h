#pragma once

#include <filesystem>

#include "profiler/store/replaced_run.h"

namespace flopprof::merge {

/// Where a run is written before it takes its name, in the same folder; removed unless it did.
class OutputFile {
 public:
  /// Throws store::RunInTheWay.
  OutputFile(std::filesystem::path output, store::Existing existing);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// Where to write. Throws store::RunInTheWay where another got the name meanwhile.
  std::filesystem::path scratch() const;
  void take_name();

  /// A copy of a run with the journal of a write that was cut off, so that the run itself need not
  /// be touched to undo it. Goes with this. Throws std::filesystem::filesystem_error.
  std::filesystem::path copy_with_journal(const std::filesystem::path& run);

 private:
  std::filesystem::path output_;
  store::Existing existing_;
  std::filesystem::path folder_;
  int copies_ = 0;
};

}  // namespace flopprof::merge
