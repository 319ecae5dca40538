#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "profiler/store/database.h"
#include "profiler/to_accuracy/judge.h"

namespace flopprof::to_accuracy {

/// The forward pass of a user's run, to set a published figure against.
struct OwnForwardPass {
  MeasuredNetwork measured;
  std::string quantity;  ///< macs_per_image, macs_per_step, or macs_per_run
  std::string note;      ///< what the reader has to know; empty: nothing
};

/// The forward phase of a training step, or the evaluation phase of a run that trains nothing,
/// divided by `batch_size` images; 0: not known, and the step or run stays whole. Throws FieldError
/// when the run holds no such FLOPs.
OwnForwardPass own_forward_pass(const store::Database& run, const std::filesystem::path& path,
                                std::int64_t batch_size);

}  // namespace flopprof::to_accuracy
