#include "kernels/convolution.h"
#include "kernels/convolution_matrix.h"
#include "kernels/convolution_warp.h"

namespace flopprof::kernels {
namespace {

constexpr int kWarpsOfABlock = 4;

template <class Matrix>
__device__ void multiply(ConvolutionLane<Matrix>& own) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(own.sums[0]), "+f"(own.sums[1]), "+f"(own.sums[2]), "+f"(own.sums[3])
      : "r"(own.left[0]), "r"(own.left[1]), "r"(own.left[2]), "r"(own.left[3]), "r"(own.right[0]),
        "r"(own.right[1]));
}

/// Only warps with a tile multiply.
template <class Matrix>
__device__ void run_tiles(const Convolution& convolution, const ConvolutionMemory& memory) {
  const Matrix matrix(convolution, memory);
  ConvolutionLane<Matrix> own;
  own.lane = static_cast<int>(threadIdx.x) % 32;
  own.tile = static_cast<int>(blockIdx.x) * kWarpsOfABlock + static_cast<int>(threadIdx.x) / 32;
  if (own.tile >= tiles_of(matrix)) return;
  const int steps = matrix.steps();
#pragma unroll 1
  for (int step = 0; step < steps; ++step) {
    own.fetch(matrix, step);
    multiply(own);
  }
  own.store(matrix);
}

template <class Matrix>
Work work(const Convolution& convolution) {
  const Matrix matrix(convolution, {});
  Work work;
  work.kind = FlopClass::kTensorBf16;
  work.flops = std::int64_t{4096} * tiles_of(matrix) * matrix.steps();
  return work;
}

template <class Matrix>
unsigned blocks_of(const Convolution& convolution) {
  const int tiles = tiles_of(Matrix(convolution, {}));
  return static_cast<unsigned>((tiles + kWarpsOfABlock - 1) / kWarpsOfABlock);
}

}  // namespace

extern "C" __global__ void flopprof_convolution_forward(Convolution convolution,
                                                        ConvolutionMemory memory) {
  run_tiles<ForwardMatrix>(convolution, memory);
}

extern "C" __global__ void flopprof_convolution_data_gradient(Convolution convolution,
                                                              ConvolutionMemory memory) {
  run_tiles<DataGradientMatrix>(convolution, memory);
}

extern "C" __global__ void flopprof_convolution_weight_gradient(Convolution convolution,
                                                                ConvolutionMemory memory) {
  run_tiles<WeightGradientMatrix>(convolution, memory);
}

int out_h(const Convolution& convolution) { return ConvolutionSizes(convolution).p; }
int out_w(const Convolution& convolution) { return ConvolutionSizes(convolution).q; }

Work work_of(const Convolution& convolution, Direction direction) {
  Work made = direction == Direction::kForward        ? work<ForwardMatrix>(convolution)
              : direction == Direction::kDataGradient ? work<DataGradientMatrix>(convolution)
                                                      : work<WeightGradientMatrix>(convolution);
  const std::int64_t images = std::int64_t{1} * convolution.n * convolution.h * convolution.w;
  const std::int64_t places = std::int64_t{1} * convolution.r * convolution.s;
  const std::int64_t results =
      std::int64_t{1} * convolution.n * out_h(convolution) * out_w(convolution);
  made.required_flops = 2 * results * convolution.k * convolution.c * places;
  const std::int64_t numbers[] = {images * convolution.c, convolution.k * places * convolution.c,
                                  results * convolution.k};
  const int written = direction == Direction::kForward        ? 2
                      : direction == Direction::kDataGradient ? 0
                                                              : 1;
  for (int i = 0; i < 3; ++i) made.bytes += (i == written ? 4 : 2) * numbers[i];
  return made;
}

void launch(const Convolution& convolution, Direction direction, const ConvolutionMemory& memory,
            cudaStream_t stream) {
  constexpr unsigned kThreads = 32 * kWarpsOfABlock;
  switch (direction) {
    case Direction::kForward:
      flopprof_convolution_forward<<<blocks_of<ForwardMatrix>(convolution), kThreads, 0, stream>>>(
          convolution, memory);
      break;
    case Direction::kDataGradient:
      flopprof_convolution_data_gradient<<<blocks_of<DataGradientMatrix>(convolution), kThreads, 0,
                                           stream>>>(convolution, memory);
      break;
    case Direction::kWeightGradient:
      flopprof_convolution_weight_gradient<<<blocks_of<WeightGradientMatrix>(convolution), kThreads,
                                             0, stream>>>(convolution, memory);
      break;
  }
}

}  // namespace flopprof::kernels
