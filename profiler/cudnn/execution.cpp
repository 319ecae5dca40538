#include "profiler/cudnn/execution.h"

namespace flopprof::cudnn {
namespace {

constexpr char kRun[] = "a run of a plan of cuDNN";

}  // namespace

Session::Session(const Library& library) : library_(library) {
  library_.check(library_.create(&handle_), "cuDNN on this GPU");
}

Session::~Session() {
  if (handle_) library_.destroy(handle_);
}

std::function<void(void* stream)> launch_of(const Library& library, const Session& session,
                                            const Plan& plan, const PlanMemory& memory) {
  const auto id = [](Tensor tensor) { return static_cast<std::int64_t>(tensor); };
  auto pack = std::make_shared<Descriptor>(library, CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR, kRun);
  pack->set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS,
            std::vector{id(Tensor::kInput), id(Tensor::kWeights), id(Tensor::kOutput)})
      .set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS,
           std::vector{memory.input, memory.weights, memory.output})
      .set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, memory.workspace)
      .finalize();
  return [&library, handle = session.handle(), execution = plan.execution, pack](void* stream) {
    library.check(library.set_stream(handle, static_cast<cudaStream_t>(stream)), kRun);
    library.check(library.execute(handle, execution->handle(), pack->handle()), kRun);
  };
}

}  // namespace flopprof::cudnn
