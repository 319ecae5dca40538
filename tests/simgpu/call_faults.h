#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace simgpu {

/// The calls of one library of the stand-in, and which of them SIMGPU_FAULT makes fail: faults.h
/// has its form. A call that fails does nothing.
class CallFaults {
 public:
  CallFaults();
  /// Counts the call; the number that it is to answer with.
  std::optional<int> refused(const char* function);
  int calls() const { return calls_; }

 private:
  int calls_of(const char* function);

  const std::vector<std::string> faults_;
  const std::string called_path_;
  std::atomic<int> calls_{0};
  std::mutex mutex_;
  std::map<std::string, int> of_;
};

/// The number behind "name=", 0 where the entry is another's.
int number_of(std::string_view entry, std::string_view name);

}  // namespace simgpu
