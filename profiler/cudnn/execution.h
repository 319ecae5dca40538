#pragma once

#include <functional>
#include <memory>

#include "profiler/cudnn/engines.h"

namespace flopprof::cudnn {

/// A handle on the current CUDA device. Throws CudnnError where there is no device to use.
class Session {
 public:
  explicit Session(const Library& library);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  cudnnHandle_t handle() const { return handle_; }

 private:
  const Library& library_;
  cudnnHandle_t handle_ = nullptr;
};

/// In device memory. A convolution reads two of the tensors and writes the third.
struct PlanMemory {
  void* input = nullptr;
  void* weights = nullptr;
  void* output = nullptr;
  void* workspace = nullptr;  ///< as many bytes as the plan says
};

/// Enqueues the plan on a CUDA stream each time it is called; throws CudnnError. `library`,
/// `session` and the memory outlive it.
std::function<void(void* stream)> launch_of(const Library& library, const Session& session,
                                            const Plan& plan, const PlanMemory& memory);

}  // namespace flopprof::cudnn
