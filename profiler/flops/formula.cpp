#include "profiler/flops/formula.h"

#include <algorithm>
#include <array>
#include <string>

namespace flopprof::flops {
namespace {

using enum Family;

constexpr Formula kNoFormula{};

constexpr Formula convolution(std::string_view op, std::int8_t w, std::int8_t stride,
                              std::int8_t padding, std::int8_t dilation,
                              std::int8_t transposed = -1) {
  return {.op = op,
          .family = kConvolution,
          .w = w,
          .stride = stride,
          .padding = padding,
          .dilation = dilation,
          .transposed = transposed};
}

constexpr Formula transposed_convolution(std::string_view op) {
  return {.op = op, .family = kConvolution, .always_transposed = true};
}

constexpr Formula attention(std::string_view op, Family family, std::int8_t unless = -1) {
  const bool backward = family == kAttentionBackward || family == kAttentionBshdBackward;
  const std::int8_t first = backward ? 1 : 0;
  return {.op = op,
          .family = family,
          .x = first,
          .w = static_cast<std::int8_t>(first + 2),
          .y = static_cast<std::int8_t>(first + 1),
          .unless = unless};
}

constexpr Formula linear(std::string_view op, std::int8_t w, std::int8_t pack = 1) {
  return {.op = op, .family = kLinear, .w = w, .pack = pack};
}

constexpr auto kFormulas = std::to_array<Formula>({
    {.op = "aten::mm", .family = kMatrixProduct},
    {.op = "aten::addmm", .family = kMatrixProduct, .x = 1, .w = 2},
    {.op = "aten::_addmm_activation", .family = kMatrixProduct, .x = 1, .w = 2},
    {.op = "aten::_scaled_mm", .family = kMatrixProduct},
    {.op = "aten::_scaled_mm_v2", .family = kMatrixProduct},
    {.op = "aten::bmm", .family = kBatchedProduct},
    {.op = "aten::baddbmm", .family = kBatchedProduct, .x = 1, .w = 2},
    {.op = "aten::addbmm", .family = kBatchedProduct, .x = 1, .w = 2},
    {.op = "aten::_grouped_mm", .family = kGroupedProduct},
    {.op = "aten::_scaled_grouped_mm", .family = kGroupedProduct},
    {.op = "aten::_scaled_grouped_mm_v2", .family = kGroupedProduct},
    {.op = "aten::mv", .family = kMatrixVector},
    {.op = "aten::addmv", .family = kMatrixVector, .x = 1, .w = 2},
    {.op = "aten::dot", .family = kDot},
    {.op = "aten::vdot", .family = kDot},

    linear("aten::mkldnn_linear", 1),
    linear("mkldnn::_linear_pointwise", 1),
    linear("mkldnn::_linear_pointwise.binary", 2),
    linear("mkl::_mkl_linear", 2),
    linear("onednn::qlinear_pointwise", 3),
    linear("onednn::qlinear_pointwise.tensor", 3),
    linear("onednn::qlinear_pointwise.binary", 3),
    linear("onednn::qlinear_pointwise.binary_tensor", 3),
    linear("aten::_weight_int8pack_mm", 1),
    linear("aten::_weight_int4pack_mm", 1, 8),
    linear("aten::_weight_int4pack_mm_for_cpu", 1, 2),
    linear("aten::fbgemm_linear_int8_weight", 1),
    linear("aten::fbgemm_linear_int8_weight_fp32_activation", 1),
    {.op = "aten::fbgemm_linear_fp16_weight", .family = kLinearFromBias, .w = 2},
    {.op = "aten::fbgemm_linear_fp16_weight_fp32_activation", .family = kLinearFromBias, .w = 2},
    {.op = "quantized::linear", .family = kLinearFromOutput},
    {.op = "quantized::linear_relu", .family = kLinearFromOutput},
    {.op = "quantized::linear_leaky_relu", .family = kLinearFromOutput},
    {.op = "quantized::linear_tanh", .family = kLinearFromOutput},
    {.op = "quantized::linear_dynamic", .family = kLinearFromOutput},
    {.op = "quantized::linear_relu_dynamic", .family = kLinearFromOutput},
    {.op = "quantized::linear_dynamic_fp16", .family = kLinearFromOutput},
    {.op = "quantized::linear_relu_dynamic_fp16", .family = kLinearFromOutput},
    {.op = "quantized::linear_with_input_q_dq_qweight_dq_output_fp32", .family = kLinearFromOutput},
    {.op = "quantized::linear_with_input_q_dq_qweight_dq_relu_output_fp32",
     .family = kLinearFromOutput},
    {.op = "prepacked::linear_clamp_run", .family = kLinearFromOutput},
    {.op = "aten::mkldnn_linear_backward_input", .family = kLinearBackward, .x = 1, .w = 2},
    {.op = "aten::mkldnn_linear_backward_weights", .family = kLinearBackward, .x = 0, .w = 2},
    {.op = "aten::mkldnn_linear_backward", .family = kLinearBackward, .x = 1, .w = 2, .mask = 3},

    convolution("aten::convolution", 1, 3, 4, 5, 6),
    convolution("aten::_convolution", 1, 3, 4, 5, 6),
    convolution("aten::convolution_overrideable", 1, 3, 4, 5, 6),
    convolution("aten::cudnn_convolution", 1, 3, 2, 4),
    convolution("aten::cudnn_convolution_relu", 1, 3, 4, 5),
    convolution("aten::cudnn_convolution_add_relu", 1, 5, 6, 7),
    convolution("aten::miopen_convolution", 1, 4, 3, 5),
    convolution("aten::miopen_depthwise_convolution", 1, 4, 3, 5),
    convolution("aten::mkldnn_convolution", 1, 4, 3, 5),
    convolution("mkldnn::_convolution_pointwise", 1, 4, 3, 5),
    convolution("mkldnn::_convolution_pointwise.binary", 2, 5, 4, 6),
    {.op = "mkldnn::_convolution_pointwise_.binary",
     .family = kConvolution,
     .x = 1,
     .w = 2,
     .stride = 5,
     .padding = 4,
     .dilation = 6},
    convolution("aten::_slow_conv2d_forward", 1, 4, 5, -1),
    convolution("aten::thnn_conv2d", 1, 4, 5, -1),
    convolution("aten::slow_conv3d", 1, 4, 5, -1),
    convolution("aten::slow_conv3d_forward", 1, 4, 5, -1),
    convolution("aten::slow_conv_dilated2d", 1, 4, 5, 6),
    convolution("aten::slow_conv_dilated3d", 1, 4, 5, 6),
    convolution("aten::_conv_depthwise2d", 1, 4, 5, 6),
    convolution("aten::conv_depthwise3d", 1, 4, 5, 6),
    transposed_convolution("aten::cudnn_convolution_transpose"),
    transposed_convolution("aten::miopen_convolution_transpose"),
    transposed_convolution("aten::slow_conv_transpose2d"),
    transposed_convolution("aten::slow_conv_transpose3d"),
    transposed_convolution("mkldnn::_convolution_transpose_pointwise"),
    {.op = "aten::convolution_backward",
     .family = kConvolutionBackward,
     .x = 0,
     .w = 2,
     .y = 1,
     .transposed = 7,
     .mask = 10},
    {.op = "aten::convolution_backward_overrideable",
     .family = kConvolutionBackward,
     .x = 0,
     .w = 2,
     .y = 1,
     .transposed = 6,
     .mask = 9},
    {.op = "aten::_slow_conv2d_backward.output_mask",
     .family = kConvolutionBackward,
     .x = 0,
     .w = 2,
     .y = 1,
     .mask = 6},

    attention("aten::_scaled_dot_product_flash_attention", kAttention),
    attention("aten::_scaled_dot_product_flash_attention_for_cpu", kAttention),
    attention("aten::_scaled_dot_product_efficient_attention", kAttention),
    attention("aten::_scaled_dot_product_cudnn_attention", kAttention),
    attention("aten::_scaled_dot_product_fused_attention_overrideable", kAttention),
    attention("aten::_scaled_dot_product_attention_math_for_mps", kAttention),
    attention("aten::_scaled_dot_product_flash_attention_backward", kAttentionBackward),
    attention("aten::_scaled_dot_product_flash_attention_for_cpu_backward", kAttentionBackward),
    attention("aten::_scaled_dot_product_efficient_attention_backward", kAttentionBackward),
    attention("aten::_scaled_dot_product_cudnn_attention_backward", kAttentionBackward),
    attention("aten::_scaled_dot_product_fused_attention_overrideable_backward",
              kAttentionBackward),
    attention("aten::_flash_attention_forward", kAttentionBshd, 3),
    attention("aten::_efficient_attention_forward", kAttentionBshd, 4),
    attention("aten::_flash_attention_backward", kAttentionBshdBackward, 6),
    attention("aten::_efficient_attention_backward", kAttentionBshdBackward, 6),

    {.op = "aten::mkldnn_rnn_layer", .family = kRecurrent},
    {.op = "aten::mkldnn_rnn_layer_backward", .family = kRecurrentBackward},
    {.op = "aten::_cudnn_rnn", .family = kRecurrentList},
    {.op = "aten::miopen_rnn", .family = kRecurrentList},
    {.op = "aten::_cudnn_rnn_backward", .family = kRecurrentListBackward, .mask = 21},
    {.op = "aten::miopen_rnn_backward", .family = kRecurrentListBackward, .mask = 20},
});

}  // namespace

const Formula& formula_of(std::string_view name, std::string_view overload) {
  const auto find = [](std::string_view op) {
    return std::find_if(kFormulas.begin(), kFormulas.end(),
                        [op](const Formula& formula) { return formula.op == op; });
  };
  if (!overload.empty()) {
    const auto exact = find(std::string(name) + "." + std::string(overload));
    if (exact != kFormulas.end()) return *exact;
  }
  auto found = find(name);
  if (found == kFormulas.end() && name.ends_with('_'))
    found = find(name.substr(0, name.size() - 1));
  return found == kFormulas.end() ? kNoFormula : *found;
}

}  // namespace flopprof::flops
