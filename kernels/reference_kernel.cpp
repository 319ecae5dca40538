#include "kernels/reference_kernel.h"

namespace flopprof::kernels {
namespace {

constexpr int kLanesOfAWarp = 32;

std::int64_t lanes_of(Lanes lanes, const Launch& launch) {
  if (lanes == Lanes::kFirst) return launch.lanes;
  return lanes == Lanes::kOthers ? kLanesOfAWarp - launch.lanes : kLanesOfAWarp;
}

}  // namespace

std::int64_t flops_of(const ReferenceKernel& kernel, FlopClass kind, const Launch& launch,
                      int capability) {
  std::int64_t of_a_warp = 0;
  for (const TripFlops& trip : kernel.trip) {
    const bool is_made = trip.first_capability <= capability && capability <= trip.last_capability;
    if (is_made && trip.kind == kind)
      of_a_warp += trip.a_warp + trip.a_thread * lanes_of(trip.lanes, launch);
  }
  return of_a_warp * launch.trips * launch.blocks * (launch.threads / kLanesOfAWarp);
}

void launch(const ReferenceKernel& kernel, const Launch& launch, const void* seeds, void* result,
            cudaStream_t stream) {
  Launch copy = launch;
  void* arguments[] = {&seeds, &result, &copy.trips, &copy.lanes};
  cudaLaunchKernel(kernel.entry, dim3(static_cast<unsigned>(launch.blocks)),
                   dim3(static_cast<unsigned>(launch.threads)), arguments, 0, stream);
}

std::vector<ReferenceKernel> reference_kernels() {
  std::vector<ReferenceKernel> all;
  for (const auto group :
       {vector_single, vector_double, vector_half, vector_bfloat, special_functions, divide, lanes,
        warp_matrix, warp_matrix_double, warp_matrix_narrow, warp_matrix_sparse, warp_group_matrix,
        warp_group_matrix_half_sum, warp_group_matrix_registers, atomics, false_flops}) {
    for (ReferenceKernel& kernel : group()) all.push_back(kernel);
  }
  return all;
}

}  // namespace flopprof::kernels
