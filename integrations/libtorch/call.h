#pragma once

// Built against one LibTorch with -DNDEBUG: without it the layout of RecordFunction differs.
#include <ATen/core/ivalue.h>
#include <ATen/record_function.h>

#include <cstdint>

#include "profiler/flops/checked.h"

namespace flopprof::libtorch {

/// What the tensors of a call say about whether its work happens here.
enum class Tensors : std::uint8_t {
  kNone,       ///< no tensor among the arguments
  kFloating,   ///< floating-point work may follow
  kQuantized,  ///< integers that stand for floating-point numbers
  kOther,      ///< integer or boolean: no floating-point work
  kElsewhere,  ///< a wrapper that dispatches again, or a tensor without data (meta, fake)
};

/// One call of an operator as the start of its RecordFunction shows it. Meets flops::Arguments.
class Call {
 public:
  explicit Call(c10::ArrayRef<const c10::IValue> inputs) : inputs_(inputs) {}
  const c10::IValue& value(int i) const { return inputs_.at(static_cast<std::size_t>(i)); }

  bool has(int i) const;
  flops::Sizes sizes(int i) const;
  flops::Checked integer(int i) const;
  std::int64_t integers(int i, int element) const;
  bool flag(int i) const;
  bool mask(int i, int element) const;
  flops::Checked matrices(int i) const;

  /// By the first tensor, or the first of a list, among the arguments; kElsewhere by any of them.
  Tensors tensors() const;
  /// Some argument wants a gradient.
  bool requires_grad() const;
  /// Complex numbers: a multiply-add of theirs is four real ones.
  bool complex() const;

 private:
  const at::Tensor* tensor(int i) const;
  const at::Tensor* first_tensor() const;

  c10::ArrayRef<const c10::IValue> inputs_;
};

/// Of the first result, or empty: torch keeps results only for observers that asked.
flops::Sizes result_sizes(const std::vector<c10::IValue>& results);

/// The columns of the weight in a quantised linear's packed parameters, or 0 where they cannot be
/// unpacked. Copies the weight: for the first call only.
std::int64_t columns_of_packed(const c10::IValue& packed);

}  // namespace flopprof::libtorch
