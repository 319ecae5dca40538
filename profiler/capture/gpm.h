#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "profiler/record/gpu_activity.h"

namespace flopprof::capture {

// GPM, the performance monitoring of NVIDIA's management library, of Hopper and later. It takes
// none of the counters that profilers hold, and DCGM's maintainers and users of H100 say that it
// needs none of their permission; tools/gpu_check asks as a plain user. It tells of whole devices,
// and of no single kernel or process.

/// What a call of the management library answered in place of success.
struct NvmlRefusal {
  std::string call;
  int status = 0;  ///< nvmlReturn_t
};

/// "nvmlGpmSampleGet: the library does not support it (3)"
std::string text_of(const NvmlRefusal& refusal);
/// What the user can do about it.
const char* remedy_for(const NvmlRefusal& refusal);

/// Its answer has no activity of tensor cores in it.
NvmlRefusal no_tensor_activity();

/// The library, opened and begun at run time. Safe on any thread. Never ended: the job may use it
/// too, and it goes with the process.
class Nvml {
 public:
  struct Functions;
  /// `library`: a path, or a name that the dynamic linker finds.
  explicit Nvml(const std::string& library = "libnvidia-ml.so.1");
  ~Nvml();
  Nvml(const Nvml&) = delete;
  Nvml& operator=(const Nvml&) = delete;

  /// Why nothing can be asked; empty: it works.
  const std::string& error() const { return error_; }
  const std::optional<NvmlRefusal>& refusal() const { return refusal_; }
  const Functions& functions() const { return *functions_; }

 private:
  std::unique_ptr<Functions> functions_;
  std::string error_;
  std::optional<NvmlRefusal> refusal_;
};

/// Measures how active one device is. Not safe on two threads at once.
class ActivityMeter {
 public:
  /// `nvml` works, and outlives it. `device` is the library's own handle.
  ActivityMeter(const Nvml& nvml, void* device) : nvml_(nvml), device_(device) {}
  ~ActivityMeter();
  ActivityMeter(const ActivityMeter&) = delete;
  ActivityMeter& operator=(const ActivityMeter&) = delete;

  /// Whether the device has GPM. To be asked first.
  std::optional<NvmlRefusal> begin();
  /// Takes a sample, which takes the place of the older of the two that are kept. The library
  /// renews its own each 100 ms: samples have to be further apart.
  std::optional<NvmlRefusal> sample();
  /// Between the last two samples.
  std::optional<NvmlRefusal> read(ActivityShares& shares) const;

 private:
  const Nvml& nvml_;
  void* device_;
  void* samples_[2] = {};
  int taken_ = 0;
  std::optional<double> clocks_hz_[2];
};

/// The library's handle of a device, a whole GPU or a part of one under MIG, by its UUID without
/// the letters before it.
std::optional<NvmlRefusal> find_device(const Nvml& nvml, const std::string& uuid, void*& device);

/// What GPM says of one device of the machine.
struct ProbedActivity {
  std::string name;
  std::optional<NvmlRefusal> refusal;  ///< nothing: it can be measured
};
struct ProbedGpm {
  std::string error;  ///< why the library says nothing at all; empty: it does
  std::vector<ProbedActivity> devices;
};
/// Takes one sample of each device, and changes nothing.
ProbedGpm probe_gpm(const std::string& library);

}  // namespace flopprof::capture
