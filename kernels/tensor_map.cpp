#include "kernels/tensor_map.h"

#include <cudaTypedefs.h>

#include <cstdint>

namespace flopprof::kernels {
namespace {

constexpr unsigned kSince = 12000;  ///< the version of CUDA that has had the function since

cudaError_t find_encoder(PFN_cuTensorMapEncodeTiled_v12000& encode) {
  void* found = nullptr;
  cudaDriverEntryPointQueryResult result{};
  const cudaError_t error = cudaGetDriverEntryPointByVersion("cuTensorMapEncodeTiled", &found,
                                                             kSince, cudaEnableDefault, &result);
  if (error != cudaSuccess) return error;
  if (result != cudaDriverEntryPointSuccess) return cudaErrorCallRequiresNewerDriver;
  encode = reinterpret_cast<PFN_cuTensorMapEncodeTiled_v12000>(found);
  return cudaSuccess;
}

}  // namespace

cudaError_t describe(const BoxedMatrix& matrix, CUtensorMap& map) {
  PFN_cuTensorMapEncodeTiled_v12000 encode = nullptr;
  if (const cudaError_t error = find_encoder(encode)) return error;
  const auto columns = static_cast<cuuint64_t>(matrix.columns);
  const cuuint64_t sizes[] = {columns, static_cast<cuuint64_t>(matrix.rows)};
  const cuuint64_t row_bytes[] = {2 * columns};
  const cuuint32_t box[] = {64, static_cast<cuuint32_t>(matrix.box_rows)};
  const cuuint32_t every[] = {1, 1};
  const CUresult result =
      encode(&map, CU_TENSOR_MAP_DATA_TYPE_BFLOAT16, 2, const_cast<void*>(matrix.memory), sizes,
             row_bytes, box, every, CU_TENSOR_MAP_INTERLEAVE_NONE, CU_TENSOR_MAP_SWIZZLE_128B,
             CU_TENSOR_MAP_L2_PROMOTION_L2_128B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
  return result == CUDA_SUCCESS ? cudaSuccess : cudaErrorInvalidValue;
}

}  // namespace flopprof::kernels
