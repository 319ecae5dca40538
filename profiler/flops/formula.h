#pragma once

#include <cstdint>
#include <string_view>

namespace flopprof::flops {

/// The families of operators whose model FLOPs follow from shapes.
enum class Family : std::uint8_t {
  kNone,
  kMatrixProduct,        ///< x [m,k] · w [k,n]
  kBatchedProduct,       ///< x [b,m,k] · w [b,k,n]
  kMatrixVector,         ///< x [m,k] · w [k]
  kDot,                  ///< x [n] · w [n]
  kGroupedProduct,       ///< _grouped_mm: 2-d or 3-d sides
  kLinear,               ///< x [..,k], w of n·k elements: rows of x times elements of w
  kLinearBackward,       ///< x the output's gradient [..,n], w of n·k elements, times mask
  kLinearFromBias,       ///< x [..,k], w the bias [n]: the weight is packed out of sight
  kLinearFromOutput,     ///< x [..,k], result [..,n]: the weight is packed out of sight
  kConvolution,          ///< x [N,C,..], w [K,C/g,..]
  kConvolutionBackward,  ///< x the output's gradient, y the input, w, times mask
  kAttention,            ///< x query [b,h,s,d], y key, w value
  kAttentionBackward,
  kAttentionBshd,  ///< the same with [b,s,h,d]
  kAttentionBshdBackward,
  kRecurrent,          ///< x [..,i], weights w and w+1 (matrices of one layer)
  kRecurrentBackward,  ///< twice kRecurrent: gradients of data and of weights
  kRecurrentList,      ///< x [..,i], w a list of tensors, of which the matrices count
  kRecurrentListBackward,
};

/// Where an operator of a family has its arguments: positions in its schema, -1 for none. A missing
/// stride or dilation is 1, a missing padding 0, a missing mask all true.
struct Formula {
  std::string_view op;  ///< schema name, with ".overload" only where overloads differ
  Family family = Family::kNone;
  std::int8_t x = 0;
  std::int8_t w = 1;
  std::int8_t y = -1;
  std::int8_t stride = -1;
  std::int8_t padding = -1;
  std::int8_t dilation = -1;
  std::int8_t transposed = -1;  ///< position of the flag
  bool always_transposed = false;
  std::int8_t mask = -1;    ///< bool[2 or 3]: which gradients are computed; [0] data, [1] weight
  std::int8_t unless = -1;  ///< a tensor here means a variable-length layout: not countable
  std::int8_t pack = 1;     ///< weights per stored element
};

/// The formula of a schema name and overload, or one of Family::kNone. An in-place or out= variant
/// has the formula of its base. Sources: the schemas of PyTorch 1.13 to 2.15; the convention is
/// that of torch.utils.flop_counter, but that a grouped weight gradient is divided by its groups.
const Formula& formula_of(std::string_view name, std::string_view overload);

/// True for operators that do no floating-point add or multiply: views, allocation, copies,
/// conversions, comparisons, integer and random work.
bool does_no_flops(std::string_view name);

}  // namespace flopprof::flops
