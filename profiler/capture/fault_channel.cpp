#include "profiler/capture/fault_channel.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>

namespace flopprof::capture {

bool tell_launcher(const char* path, std::string_view line) noexcept {
  constexpr std::string_view kName = "/memfd:flopprof-faults";
  std::array<char, kName.size()> behind{};
  if (readlink(path, behind.data(), behind.size()) != static_cast<ssize_t>(behind.size()) ||
      std::string_view(behind.data(), behind.size()) != kName) {
    return false;
  }
  const int file = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
  if (file < 0) return false;
  const bool told = write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  close(file);
  return told;
}

}  // namespace flopprof::capture
