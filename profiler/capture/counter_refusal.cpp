#include "profiler/capture/counter_refusal.h"

namespace flopprof::capture {

bool is_forbidden(CUptiResult result) {
  return result == CUPTI_ERROR_INSUFFICIENT_PRIVILEGES ||
         result == CUPTI_ERROR_VIRTUALIZED_DEVICE_INSUFFICIENT_PRIVILEGES ||
         result == CUPTI_ERROR_CONFIDENTIAL_COMPUTING_NOT_SUPPORTED ||
         result == CUPTI_ERROR_CMP_DEVICE_NOT_SUPPORTED || result == CUPTI_ERROR_NOT_SUPPORTED ||
         result == CUPTI_ERROR_VIRTUALIZED_DEVICE_NOT_SUPPORTED ||
         result == CUPTI_ERROR_MIG_DEVICE_NOT_SUPPORTED ||
         result == CUPTI_ERROR_SLI_DEVICE_NOT_SUPPORTED ||
         result == CUPTI_ERROR_WSL_DEVICE_NOT_SUPPORTED ||
         result == CUPTI_ERROR_LEGACY_PROFILER_NOT_SUPPORTED;
}

const char* remedy_for(CUptiResult result) {
  switch (result) {
    case CUPTI_ERROR_INSUFFICIENT_PRIVILEGES:
      return "let users count: the kernel module option NVreg_RestrictProfilingToAdminUsers=0, or "
             "run with CAP_PERFMON (containers: --cap-add=PERFMON); see flopprof doctor";
    case CUPTI_ERROR_VIRTUALIZED_DEVICE_INSUFFICIENT_PRIVILEGES:
    case CUPTI_ERROR_VIRTUALIZED_DEVICE_NOT_SUPPORTED:
      return "ask the host's administrator to allow profiling of this virtual GPU";
    case CUPTI_ERROR_CONFIDENTIAL_COMPUTING_NOT_SUPPORTED:
      return "counters do not work under confidential computing; run without it";
    case CUPTI_ERROR_HARDWARE_BUSY:
      return "another tool holds the counters: stop Nsight or ncu, or pause DCGM (dcgmi profile "
             "--pause)";
    case CUPTI_ERROR_NOT_SUPPORTED:
      return "counters do not work under MPS, nor in green contexts before CUDA 13.3; see flopprof "
             "doctor";
    case CUPTI_ERROR_MIG_DEVICE_NOT_SUPPORTED:
      return "measure on an undivided GPU: nvidia-smi -mig 0";
    default:
      return "see flopprof doctor; model FLOPs and GPU-seconds are measured all the same";
  }
}

}  // namespace flopprof::capture
