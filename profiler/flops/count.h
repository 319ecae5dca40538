#pragma once

#include <concepts>
#include <cstdint>
#include <vector>

#include "profiler/flops/checked.h"
#include "profiler/flops/formula.h"

namespace flopprof::flops {

/// The arguments of one call. `sizes` of what is no tensor is unknown, which `has` tells before.
template <class A>
concept Arguments = requires(const A& call, int i) {
  { call.has(i) } -> std::same_as<bool>;                  ///< argument i is a tensor with sizes
  { call.sizes(i) } -> std::convertible_to<Sizes>;        ///< of tensor i; valid during the call
  { call.integers(i, i) } -> std::same_as<std::int64_t>;  ///< element of int[] i, or the last one
  { call.flag(i) } -> std::same_as<bool>;                 ///< bool i
  { call.mask(i, i) } -> std::same_as<bool>;              ///< element of bool[] i
  { call.matrices(i) } -> std::same_as<Checked>;  ///< elements of the 2-d tensors of Tensor[] i
};

// All counts below are FLOPs: a multiply-add is two. [R]: rank of the convolution.
namespace detail {

constexpr Checked rows(Sizes x) {
  return x.empty() ? Checked::unknown() : product(x.first(x.size() - 1));
}

constexpr Checked matrix_product(Sizes x, Sizes w) {
  if (x.size() != 2 || w.size() != 2) return Checked::unknown();
  return Checked(2) * product(x) * w[1];
}

constexpr Checked batched_product(Sizes x, Sizes w) {
  if (x.size() != 3 || w.size() != 3) return Checked::unknown();
  return Checked(2) * product(x) * w[2];
}

/// _grouped_mm: the groups share the rows of a 2-d side, so its rows are the total; where both
/// sides are 2-d they share the inner dimension.
constexpr Checked grouped_product(Sizes x, Sizes w) {
  if (x.size() < 2 || w.size() < 2 || x.size() > 3 || w.size() > 3) return Checked::unknown();
  if (x.size() == 3 && w.size() == 2) return Checked(2) * x[1] * x[2] * w[1];
  return Checked(2) * product(x) * w.back();
}

/// `spatial` are the sizes that each filter tap is applied at: of the output, or of the input of a
/// transposed convolution.
constexpr Checked convolution(Sizes w, std::int64_t batch, Checked spatial) {
  return Checked(2) * batch * spatial * product(w);
}

/// q [b,h,s,d], k [b,h',t,d], v [b,h',t,e]: scores 2·b·h·s·t·d, their product with v 2·b·h·s·t·e.
/// The backward pass recomputes the scores: 3 products of depth d and 2 of depth e.
constexpr Checked attention(Sizes q, Sizes k, Sizes v, std::size_t heads, std::size_t sequence,
                            std::int64_t depth_products, std::int64_t value_products) {
  if (q.size() != 4 || k.size() != 4 || v.size() != 4) return Checked::unknown();
  const Checked scores = Checked(2) * q[0] * q[heads] * q[sequence] * k[sequence];
  return scores * (Checked(depth_products) * q[3] + Checked(value_products) * v[3]);
}

}  // namespace detail

template <Arguments A>
Checked convolution_output_sites(const Formula& f, const A& call) {
  const Sizes x = call.sizes(f.x);
  const Sizes w = call.sizes(f.w);
  Checked sites = 1;
  for (std::size_t d = 2; d < x.size(); ++d) {
    const auto at = [&](int argument, std::int64_t otherwise) {
      return argument < 0 ? otherwise : call.integers(argument, static_cast<int>(d - 2));
    };
    const std::int64_t kernel = w[w.size() - x.size() + d];
    const Checked reach = Checked(at(f.dilation, 1)) * (Checked(kernel) - Checked(1)) + Checked(1);
    const Checked room = Checked(x[d]) + Checked(2) * at(f.padding, 0) - reach;
    if (!room.ok() || room.value() < 0) return room.ok() ? Checked(0) : room;
    sites *= room / Checked(at(f.stride, 1)) + Checked(1);
  }
  return sites;
}

template <Arguments A>
Checked count_convolution(const Formula& f, const A& call) {
  const Sizes x = call.sizes(f.x);
  const Sizes w = call.sizes(f.w);
  if (x.size() < 3 || w.size() < x.size()) return Checked::unknown();
  const bool transposed = f.always_transposed || (f.transposed >= 0 && call.flag(f.transposed));
  return detail::convolution(
      w, x[0], transposed ? product(x.subspan(2)) : convolution_output_sites(f, call));
}

/// Each gradient that is computed costs what the forward pass did: the data gradient correlates the
/// output's gradient with the filter, the weight gradient with the input, tap by tap.
template <Arguments A>
Checked count_convolution_backward(const Formula& f, const A& call) {
  const Sizes gradient = call.sizes(f.x);
  const Sizes input = call.sizes(f.y);
  const Sizes w = call.sizes(f.w);
  if (gradient.size() < 3 || input.size() < 3 || w.size() < 3) return Checked::unknown();
  const bool transposed = f.transposed >= 0 && call.flag(f.transposed);
  const Checked one =
      detail::convolution(w, input[0], product((transposed ? input : gradient).subspan(2)));
  return one * Checked(int{call.mask(f.mask, 0)} + int{call.mask(f.mask, 1)});
}

template <Arguments A>
Checked count_linear(const Formula& f, const A& call) {
  const Checked gradients =
      f.mask < 0 ? 1 : Checked(int{call.mask(f.mask, 0)} + int{call.mask(f.mask, 1)});
  return Checked(2) * detail::rows(call.sizes(f.x)) * product(call.sizes(f.w)) *
         Checked(std::int64_t{f.pack}) * gradients;
}

/// Recurrent layers: every token meets every weight matrix once.
template <Arguments A>
Checked count_recurrent(const Formula& f, const A& call, Checked weights) {
  const bool backward =
      f.family == Family::kRecurrentBackward || f.family == Family::kRecurrentListBackward;
  Checked passes = 1;
  if (backward) passes = f.mask < 0 ? 2 : Checked(1 + int{call.mask(f.mask, 3)});
  return Checked(2) * detail::rows(call.sizes(f.x)) * weights * passes;
}

/// The model FLOPs of one call, or a count that is not ok(): shapes that the formula does not
/// cover.
template <Arguments A>
Checked count(const Formula& f, const A& call) {
  using enum Family;
  if (!call.has(f.x) || (f.unless >= 0 && call.has(f.unless))) return Checked::unknown();
  if (f.family != kRecurrentList && f.family != kRecurrentListBackward && !call.has(f.w)) {
    return Checked::unknown();
  }
  if (f.y >= 0 && !call.has(f.y)) return Checked::unknown();
  const Sizes x = call.sizes(f.x);
  switch (f.family) {
    case kNone:
    case kLinearFromOutput:
      return Checked::unknown();  // its weight is not among the arguments
    case kMatrixProduct:
      return detail::matrix_product(x, call.sizes(f.w));
    case kBatchedProduct:
      return detail::batched_product(x, call.sizes(f.w));
    case kGroupedProduct:
      return detail::grouped_product(x, call.sizes(f.w));
    case kMatrixVector:
      return Checked(2) * product(x);
    case kDot:
      return Checked(2) * product(x);
    case kLinear:
    case kLinearBackward:
      return count_linear(f, call);
    case kLinearFromBias:
      return Checked(2) * product(x) * product(call.sizes(f.w));
    case kConvolution:
      return count_convolution(f, call);
    case kConvolutionBackward:
      return count_convolution_backward(f, call);
    case kAttention:
      return detail::attention(x, call.sizes(f.y), call.sizes(f.w), 1, 2, 1, 1);
    case kAttentionBackward:
      return detail::attention(x, call.sizes(f.y), call.sizes(f.w), 1, 2, 3, 2);
    case kAttentionBshd:
      return detail::attention(x, call.sizes(f.y), call.sizes(f.w), 2, 1, 1, 1);
    case kAttentionBshdBackward:
      return detail::attention(x, call.sizes(f.y), call.sizes(f.w), 2, 1, 3, 2);
    case kRecurrent:
    case kRecurrentBackward:
      return count_recurrent(f, call, product(call.sizes(f.w)) + product(call.sizes(f.w + 1)));
    case kRecurrentList:
    case kRecurrentListBackward:
      return count_recurrent(f, call, call.matrices(f.w));
  }
  return Checked::unknown();
}

}  // namespace flopprof::flops
