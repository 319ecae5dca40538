// In the place of gpu_collector.cpp in a build without a CUDA toolkit.

#include "profiler/capture/gpu_collector.h"

namespace flopprof::capture {

bool follow_gpu(Session& session, std::function<void()>) {
  session.add_fault("GPU work not counted",
                    "the job uses CUDA, and this flopprof was built without its toolkit",
                    "build flopprof on a machine that has the CUDA toolkit's headers");
  return true;
}

void drain_gpu(bool, Drained&) {}
void forget_gpu() noexcept {}

}  // namespace flopprof::capture
