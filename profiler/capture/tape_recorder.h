#pragma once

#include <cupti.h>

#include <cstdint>
#include <fstream>
#include <initializer_list>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "profiler/capture/cupti_library.h"
#include "profiler/record/tape.h"

namespace flopprof::capture {

/// Keeps what a collector sees of a job on a GPU, for machines without one: FLOPPROF_RECORD names a
/// folder, and each process writes a file `tape` into a folder there of its own. The format is that
/// of tests/simgpu/tape.h, which plays it.
///
/// All functions may be called from any thread. What cannot be written is missing at the tape's
/// end.
class TapeRecorder {
 public:
  /// Throws std::runtime_error where the folder cannot be made.
  TapeRecorder(const std::string& folder, std::uint32_t cupti_version);

  void step_begins() noexcept;
  void step_ends() noexcept;
  void resource(const CuptiLibrary& cupti, CUpti_CallbackId id,
                const CUpti_ResourceData& resource) noexcept;
  void call(CUpti_CallbackId id, const CUpti_CallbackData& call) noexcept;
  /// One buffer of records, as `next` walks it.
  void records(CUptiResult (*next)(std::uint8_t*, std::size_t, CUpti_Activity**),
               std::uint8_t* buffer, std::size_t used) noexcept;
  void counter_data(CUcontext context, const std::vector<const char*>& metrics,
                    std::span<const std::uint8_t> data) noexcept;

 private:
  using Part = std::span<const std::uint8_t>;
  void write(TapeKind kind, std::initializer_list<Part> parts) noexcept;
  void name(const char* text) noexcept;

  std::mutex mutex_;
  std::ofstream file_;
  std::set<std::uint64_t> named_;
};

}  // namespace flopprof::capture
