#pragma once

#include <cupti.h>
#include <cupti_profiler_host.h>
#include <cupti_range_profiler.h>
#include <cupti_target.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/simgpu/simgpu.h"

namespace simgpu {

/// Ends the test's process where a call was refused.
void check(CUresult result);
void check(CUptiResult result);

/// A context of its own, current to the thread.
struct Context {
  explicit Context(int ordinal = 0);
  void launch(const std::string& kernel, Dim3 grid, CUstream on = nullptr) const;
  CUcontext context = nullptr;
  CUmodule module = nullptr;
  CUstream stream = nullptr;
};

/// The range profiler of a context, called as a collector calls it; for one range of one pass.
class Profiled {
 public:
  /// `configured`: what the configuration counts, of the metrics that the image is for.
  Profiled(const Context& gpu, std::vector<std::string> metrics,
           std::vector<std::string> configured);
  Profiled(const Context& gpu, const std::vector<std::string>& metrics)
      : Profiled(gpu, metrics, metrics) {}
  /// Enabled, and not configured.
  explicit Profiled(const Context& gpu);
  ~Profiled();
  Profiled(const Profiled&) = delete;
  Profiled& operator=(const Profiled&) = delete;

  void take_config_of(const std::string& chip, const std::vector<std::string>& metrics);
  void begin();  ///< starts and pushes
  void end();    ///< pops, stops and decodes

  CUptiResult configure();
  CUptiResult start();
  CUptiResult push();
  CUptiResult pop();
  CUptiResult stop();
  CUptiResult decode();

  CUpti_RangeProfiler_Object* object() const { return object_; }
  bool was_last_pass() const { return was_last_pass_; }
  std::size_t dropped() const { return dropped_; }
  /// Of the first range.
  std::vector<double> values();

 private:
  CUpti_RangeProfiler_Object* object_ = nullptr;
  std::vector<std::string> metrics_;
  std::vector<std::uint8_t> config_;
  std::vector<std::uint8_t> image_;
  bool was_last_pass_ = false;
  std::size_t dropped_ = 0;
};

}  // namespace simgpu
