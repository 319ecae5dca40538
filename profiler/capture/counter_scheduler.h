#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace flopprof::capture {

/// What CUPTI's host library knows of a chip's counters: which there are, and which the hardware
/// can count together. Needs neither a GPU nor a driver. All functions throw std::runtime_error.
class CounterScheduler {
 public:
  /// `libcupti`: a path, or a name that the dynamic linker finds.
  explicit CounterScheduler(const std::string& libcupti);
  ~CounterScheduler();
  CounterScheduler(const CounterScheduler&) = delete;
  CounterScheduler& operator=(const CounterScheduler&) = delete;

  std::vector<std::string> base_metrics(const std::string& chip) const;

  /// What the range profiler is told to count. The first takes a tenth of a second and 107 MB,
  /// which stay. `availability`: what the profiler says of the counters of the device at hand; may
  /// be empty.
  std::vector<std::uint8_t> config_image(const std::string& chip,
                                         const std::vector<std::string>& metrics,
                                         const std::vector<std::uint8_t>& availability = {}) const;

  /// One value a metric, of the only range in `counted`, the data of a range profiler.
  std::vector<double> values(const std::string& chip, const std::vector<std::string>& metrics,
                             const std::vector<std::uint8_t>& counted) const;

  std::size_t passes(const std::string& chip, const std::vector<std::string>& metrics) const;

 private:
  struct Library;
  std::unique_ptr<const Library> library_;
};

}  // namespace flopprof::capture
