#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <vector>

#include "kernels/flop_class.h"

namespace flopprof::kernels {

enum class Lanes { kAll, kFirst, kOthers };  ///< of a warp: which of them do the work

/// What one trip of a kernel's loop executes in one class, from the kernel's definition and by
/// hand.
struct TripFlops {
  FlopClass kind = FlopClass::kFp32;
  std::int64_t a_thread = 0;  ///< of each thread that takes part; a fused multiply-add is 2
  std::int64_t a_warp = 0;    ///< of what a warp does together
  Lanes lanes = Lanes::kAll;
  int first_capability = 0;  ///< on which the compiler makes this of the source
  int last_capability = 1000;
};

/// What a kernel takes its seeds for.
enum class Number { kDouble, kSingle, kHalf, kBfloat, kE4m3, kE5m2, kInt8 };

/// A kernel of the signature (const void* seeds, void* result, int trips, int lanes). Outside its
/// loop it may do a few operations that no formula knows: of two counts with n and 2n trips, the
/// difference is n times the formula.
struct ReferenceKernel {
  const char* name = nullptr;
  const void* entry = nullptr;  ///< for cudaLaunchKernel
  int first_capability = 80;    ///< from which on there are its instructions
  int last_capability = 1000;
  Number numbers = Number::kSingle;
  std::vector<TripFlops> trip;  ///< empty: no FLOPs
  std::int64_t written_a_thread =
      0;  ///< FLOPs a thread of the source, where the compiler makes more
  int result_bytes_a_thread = 32;
};

struct Launch {
  int blocks = 1;
  int threads = 256;  ///< of a block: whole warps
  int trips = 1;
  int lanes = 32;  ///< of each warp that take part where not all do
};

/// The FLOPs of all trips of a launch in one class, on a GPU of `capability` (90: 9.0).
std::int64_t flops_of(const ReferenceKernel& kernel, FlopClass kind, const Launch& launch,
                      int capability);

/// `seeds` holds 2048 numbers of the kernel's type, `result` what the kernel says a thread. The
/// caller asks for errors of the launch.
void launch(const ReferenceKernel& kernel, const Launch& launch, const void* seeds, void* result,
            cudaStream_t stream);

// One group a file.
std::vector<ReferenceKernel> vector_single();
std::vector<ReferenceKernel> vector_double();
std::vector<ReferenceKernel> vector_half();
std::vector<ReferenceKernel> vector_bfloat();
std::vector<ReferenceKernel> special_functions();
std::vector<ReferenceKernel> divide();
std::vector<ReferenceKernel> lanes();
std::vector<ReferenceKernel> warp_matrix();
std::vector<ReferenceKernel> warp_matrix_double();
std::vector<ReferenceKernel> warp_matrix_narrow();
std::vector<ReferenceKernel> warp_matrix_sparse();
std::vector<ReferenceKernel> warp_group_matrix();
std::vector<ReferenceKernel> warp_group_matrix_half_sum();
std::vector<ReferenceKernel> warp_group_matrix_registers();
std::vector<ReferenceKernel> atomics();
std::vector<ReferenceKernel> false_flops();

/// All of them.
std::vector<ReferenceKernel> reference_kernels();

}  // namespace flopprof::kernels
