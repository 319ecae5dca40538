#include "tools/flopprof/calibrate_workloads.h"

namespace flopprof::tools {

std::vector<GpuWorkload> cublas_workloads(const CalibratedGpu&) {
  const std::string missing = "this flopprof was built without cuBLAS's header, cublas_v2.h";
  return {{.name = "cublasSgemm",
           .rival = Rival{.of = "flopprof_sgemm", .share_wanted = 0.8},
           .skipped = missing},
          {.name = "cublasGemmEx",
           .rival = Rival{.of = "flopprof_gemm", .share_wanted = 0.9},
           .skipped = missing}};
}

}  // namespace flopprof::tools
