#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace flopprof::kernels {

/// What NVIDIA's management library says of a GPU at one moment. Nothing: it does not say.
struct GpuState {
  std::optional<int> clock_mhz;       ///< of the processors
  std::optional<int> most_clock_mhz;  ///< that they may have
  std::optional<int> memory_clock_mhz;
  std::optional<double> watts;
  std::optional<int> celsius;
  std::optional<std::uint64_t> slowed_by;  ///< nvmlClocksEventReasons
};

/// Why a time that was taken between these states says less of the hardware than it could; empty:
/// nothing is known against it.
std::vector<std::string> doubts_of(const std::vector<GpuState>& states);

/// Asks the library, and changes nothing: neither clocks nor limits.
class GpuMonitor {
 public:
  /// `uuid` as nvidia-smi prints it. `library`: a path, or a name that the dynamic linker finds.
  explicit GpuMonitor(const std::string& uuid, const std::string& library = "libnvidia-ml.so.1");
  ~GpuMonitor();
  GpuMonitor(GpuMonitor&&) noexcept;
  GpuMonitor& operator=(GpuMonitor&&) = delete;

  /// Why nothing is known; empty: it works.
  const std::string& error() const { return error_; }
  GpuState now() const;
  std::string driver_version() const;  ///< empty: not known

 private:
  struct Library;
  std::unique_ptr<Library> library_;
  std::string error_;
};

/// "GPU-00010203-0405-…" of 16 bytes, as the CUDA runtime has them.
std::string uuid_text(const char* bytes);

}  // namespace flopprof::kernels
