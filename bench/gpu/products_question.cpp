#include <fmt/format.h>

#include <array>
#include <utility>

#include "bench/gpu/answer.h"
#include "bench/gpu/counting.h"
#include "bench/gpu/matrix_product.h"
#include "bench/gpu/questions.h"

namespace flopprof::gpu {
namespace {

using nlohmann::json;

constexpr std::array kTypes = {
    kTensorTypes[0], kTensorTypes[1], kTensorTypes[2], kTensorTypes[3],
    ProductTypes{
        .name = "fp32", .flop_class = "fp32", .factors = CUDA_R_32F, .result = CUDA_R_32F}};
static_assert(kTypes.size() == kTensorTypes.size() + 1);
constexpr std::int64_t kWholeTiles = 8192;
constexpr std::int64_t kOverhangingTiles = 4112;  // 16 more than whole tiles: more is executed

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
          {"ratio", static_cast<double>(flops) / static_cast<double>(model_flops)},
          {"by_class", executed.by_class},
          {"counters_missing", executed.missing},
          {"uncounted_us", us},
          {"values", executed.values},
          {"refused", executed.refused}};
}

/// Whole tiles of the tensor cores execute what the product requires, and nothing else.
json judged(json answer) {
  if (answer["flop_class"].get<std::string>().starts_with("tensor_"))
    answer["equal"] = answer["executed_flops"] == answer["model_flops"];
  return answer;
}

std::string case_of(const ProductTypes& types, std::int64_t size, const char* form) {
  return fmt::format("{} {} {}", types.name, size, form);
}

void ask_plain(Counting& counting, const BlasLibrary& blas, const ProductTypes& types,
               std::int64_t size) {
  ask("products", case_of(types, size, "plain"), [&] {
    const Stream stream;
    const MatrixProduct product(blas, types, size);
    json answer =
        counted(counting, types.flop_class, product.model_flops(), [&] { product.launch(stream); });
    return size == kWholeTiles ? judged(std::move(answer)) : answer;
  });
}

void ask_in_a_graph(Counting& counting, const BlasLibrary& blas, const ProductTypes& types) {
  ask("products", case_of(types, kWholeTiles, "in a graph"), [&] {
    const Stream stream;
    const MatrixProduct product(blas, types, kWholeTiles);
    product.launch(stream);
    wait_for_device();
    const Graph graph(stream, [&] { product.launch(stream); });
    return judged(
        counted(counting, types.flop_class, product.model_flops(), [&] { graph.launch(stream); }));
  });
}

void ask_on_two_streams(Counting& counting, const BlasLibrary& blas, const ProductTypes& types) {
  ask("products", case_of(types, kWholeTiles, "on two streams"), [&] {
    const Stream first;
    const Stream second;
    const MatrixProduct one(blas, types, kWholeTiles);
    const MatrixProduct other(blas, types, kWholeTiles);
    return judged(counted(counting, types.flop_class, one.model_flops() + other.model_flops(), [&] {
      one.launch(first);
      other.launch(second);
    }));
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
  for (const ProductTypes& types : kTypes) ask_plain(counting, blas, types, kWholeTiles);
  for (const ProductTypes& types : kTypes) ask_in_a_graph(counting, blas, types);
  for (const ProductTypes& types : kTypes) ask_on_two_streams(counting, blas, types);
  for (const ProductTypes& types : kTypes) ask_plain(counting, blas, types, kOverhangingTiles);
}

}  // namespace flopprof::gpu
