#include <array>

#include "bench/gpu/answer.h"
#include "bench/gpu/counting.h"
#include "bench/gpu/matrix_product.h"
#include "bench/gpu/questions.h"

namespace flopprof::gpu {
namespace {

using nlohmann::json;

constexpr std::array kTypes = {
    ProductTypes{.name = "bf16", .flop_class = "tensor_bf16"},
    ProductTypes{
        .name = "fp16", .flop_class = "tensor_fp16", .factors = CUDA_R_16F, .result = CUDA_R_16F},
    ProductTypes{.name = "tf32",
                 .flop_class = "tensor_tf32",
                 .factors = CUDA_R_32F,
                 .result = CUDA_R_32F,
                 .compute = CUBLAS_COMPUTE_32F_FAST_TF32},
    ProductTypes{.name = "fp8",
                 .flop_class = "tensor_fp8",
                 .factors = CUDA_R_8F_E4M3,
                 .result = CUDA_R_16BF},
    ProductTypes{.name = "fp32", .flop_class = "fp32", .factors = CUDA_R_32F, .result = CUDA_R_32F},
};
constexpr std::int64_t kWholeTiles = 8192;
constexpr std::int64_t kOverhangingTiles = 4104;  // 8 more than whole tiles: more is executed

/// Microseconds of one run without any counting.
double bare_us(const std::function<void()>& work) {
  wait_for_device();
  return microseconds_of([&] {
    work();
    wait_for_device();
  });
}

json counted(Counting& counting, const char* flop_class, std::int64_t model_flops,
             const std::function<void()>& work) {
  bare_us(work);  // a first launch loads code
  const double us = bare_us(work);
  const Executed executed = counting.count_all(work);
  const auto own = executed.by_class.find(flop_class);
  const std::int64_t flops = own == executed.by_class.end() ? 0 : own->second;
  return {{"model_flops", model_flops},
          {"flop_class", flop_class},
          {"executed_flops", flops},
          {"equal", flops == model_flops},
          {"ratio", static_cast<double>(flops) / static_cast<double>(model_flops)},
          {"by_class", executed.by_class},
          {"counters_missing", executed.missing},
          {"uncounted_us", us},
          {"values", executed.values},
          {"refused", executed.refused}};
}

void ask_in_every_form(Counting& counting, const BlasLibrary& blas, const ProductTypes& types,
                       std::int64_t size) {
  const std::string name = std::string(types.name) + " " + std::to_string(size);
  const Stream first;
  const Stream second;
  ask("products", name + " plain", [&] {
    const MatrixProduct product(blas, types, size);
    return counted(counting, types.flop_class, product.model_flops(),
                   [&] { product.launch(first); });
  });
  if (size != kWholeTiles) return;
  ask("products", name + " in a graph", [&] {
    const MatrixProduct product(blas, types, size);
    product.launch(first);
    wait_for_device();
    const Graph graph(first, [&] { product.launch(first); });
    return counted(counting, types.flop_class, product.model_flops(), [&] { graph.launch(first); });
  });
  ask("products", name + " on two streams", [&] {
    const MatrixProduct one(blas, types, size);
    const MatrixProduct other(blas, types, size);
    return counted(counting, types.flop_class, one.model_flops() + other.model_flops(), [&] {
      one.launch(first);
      other.launch(second);
    });
  });
}

}  // namespace

void ask_about_products() {
  Counting counting;
  const BlasLibrary blas = open_blas();
  ask("products", "libraries", [&]() -> json {
    return {{"cublaslt", blas.version()},
            {"cupti", counting.cupti().version},
            {"cupti_path", counting.cupti().path},
            {"chip", counting.chip()},
            {"problems", counting.problems()}};
  });
  for (const ProductTypes& types : kTypes) ask_in_every_form(counting, blas, types, kWholeTiles);
  for (const ProductTypes& types : kTypes)
    ask_in_every_form(counting, blas, types, kOverhangingTiles);
}

}  // namespace flopprof::gpu
