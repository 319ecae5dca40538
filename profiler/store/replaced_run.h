#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

namespace flopprof::store {

/// There is a file where a new run is to be, and it stays. The message says what would be right.
struct RunInTheWay : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class Existing { kKeep, kReplace };

/// Throws RunInTheWay when there is something at `path`, unless it is a finished run that is to be
/// replaced.
void check_replaceable(const std::filesystem::path& path, Existing existing);

/// A finished run.db that makes way for a new one: renamed while the new one may still come to
/// nothing, then removed by `discard` or put back by `restore`.
class ReplacedRun {
 public:
  /// Throws RunInTheWay when there is a file and it is to be kept, is no run, or is being written.
  ReplacedRun(const std::filesystem::path& path, Existing existing);
  void discard();
  void restore();

 private:
  std::filesystem::path path_;
  std::filesystem::path aside_;  ///< empty: there was no file
};

}  // namespace flopprof::store
