#include "integrations/libtorch/call.h"

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#if __has_include(<ATen/functorch/TensorWrapper.h>)
#include <ATen/functorch/TensorWrapper.h>
#define FLOPPROF_HAVE_GRADIENT_LEVELS 1
#else
#define FLOPPROF_HAVE_GRADIENT_LEVELS 0
#endif

#include <algorithm>

namespace flopprof::libtorch {
namespace {

/// Tensors that stand for others: the operator comes again with what is inside. A tensor subclass,
/// a vmap level, functionalisation.
const c10::DispatchKeySet& wrapper_keys() {
  static const c10::DispatchKeySet keys(
      {c10::DispatchKey::Python, c10::DispatchKey::FuncTorchBatched,
       c10::DispatchKey::Functionalize, c10::DispatchKey::Batched});
  return keys;
}

/// What a level of torch.func.grad holds. Null for other tensors.
#if FLOPPROF_HAVE_GRADIENT_LEVELS
const at::Tensor* inside_gradient_level(const at::Tensor& tensor) {
  const auto* level = at::functorch::maybeGetTensorWrapper(tensor);
  return level == nullptr ? nullptr : &level->value();
}
#else
const at::Tensor* inside_gradient_level(const at::Tensor&) { return nullptr; }
#endif

/// The operator comes again with what this tensor stands for, or never computes. A level of
/// torch.func.grad hands an operator on unseen, so that it decides by what it holds.
bool is_elsewhere(const at::Tensor& tensor) {
  const c10::DispatchKeySet keys = tensor.unsafeGetTensorImpl()->key_set();
  if (keys.has_any(wrapper_keys()) || tensor.is_meta()) return true;
  if (!keys.has(c10::DispatchKey::FuncTorchGradWrapper)) return false;
  const at::Tensor* inside = inside_gradient_level(tensor);
  return inside == nullptr || !inside->defined() || is_elsewhere(*inside);
}

/// Of a list the first tensor speaks for all.
bool is_elsewhere(const c10::IValue& value) {
  if (value.isTensor()) return value.toTensor().defined() && is_elsewhere(value.toTensor());
  if (!value.isTensorList()) return false;
  const auto list = value.toListRef();
  return !list.empty() && list.front().isTensor() && list.front().toTensor().defined() &&
         is_elsewhere(list.front().toTensor());
}

flops::Sizes sizes_of(const at::Tensor& tensor) {
  const auto sizes = tensor.sizes();
  return {sizes.data(), sizes.size()};
}

}  // namespace

const at::Tensor* Call::tensor(int i) const {
  if (i < 0 || static_cast<std::size_t>(i) >= inputs_.size()) return nullptr;
  const c10::IValue& value = inputs_[static_cast<std::size_t>(i)];
  if (!value.isTensor()) return nullptr;
  const at::Tensor& tensor = value.toTensor();
  return tensor.defined() ? &tensor : nullptr;
}

bool Call::has(int i) const {
  const at::Tensor* found = tensor(i);
  if (found == nullptr) return false;
  // mkldnn's blocked tensors have sizes as dense ones do; sparse and nested ones mean something
  // else.
  return (found->layout() == c10::kStrided || found->layout() == c10::kMkldnn) &&
         !found->is_nested();
}

flops::Sizes Call::sizes(int i) const { return has(i) ? sizes_of(*tensor(i)) : flops::Sizes(); }

flops::Checked Call::integer(int i) const {
  if (i < 0 || static_cast<std::size_t>(i) >= inputs_.size()) return flops::Checked::unknown();
  const c10::IValue& value = inputs_[static_cast<std::size_t>(i)];
  if (value.isInt()) return value.toInt();
  if (value.isBool()) return std::int64_t{value.toBool()};
  return flops::Checked::unknown();
}

std::int64_t Call::integers(int i, int element) const {
  const c10::IValue& value = inputs_.at(static_cast<std::size_t>(i));
  if (value.isInt()) return value.toInt();
  const auto list = value.toIntList();
  TORCH_CHECK(!list.empty(), "an empty list of integers");
  // A list of one stands for all dimensions.
  return list.get(std::min(static_cast<std::size_t>(element), list.size() - 1));
}

bool Call::flag(int i) const { return inputs_.at(static_cast<std::size_t>(i)).toBool(); }

bool Call::mask(int i, int element) const {
  if (i < 0) return true;
  return inputs_.at(static_cast<std::size_t>(i))
      .toBoolList()
      .get(static_cast<std::size_t>(element));
}

flops::Checked Call::matrices(int i) const {
  const c10::IValue& value = inputs_.at(static_cast<std::size_t>(i));
  if (!value.isTensorList()) return flops::Checked::unknown();
  flops::Checked elements = 0;
  for (const c10::IValue& one : value.toListRef()) {
    const at::Tensor& weight = one.toTensor();
    if (weight.defined() && weight.dim() == 2) elements += flops::product(sizes_of(weight));
  }
  return elements;
}

const at::Tensor* Call::first_tensor() const {
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const c10::IValue& value = inputs_[i];
    if (value.isTensor()) {
      if (value.toTensor().defined()) return &value.toTensor();
    } else if (value.isTensorList()) {
      const auto list = value.toListRef();
      if (!list.empty() && list.front().isTensor() && list.front().toTensor().defined()) {
        return &list.front().toTensor();
      }
    }
  }
  return nullptr;
}

Tensors Call::tensors() const {
  const at::Tensor* first = first_tensor();
  if (first == nullptr) return Tensors::kNone;
  // One wrapped tensor among plain ones is enough.
  for (const c10::IValue& value : inputs_) {
    if (is_elsewhere(value)) return Tensors::kElsewhere;
  }
  const c10::ScalarType type = first->scalar_type();
  if (c10::isFloatingType(type) || c10::isComplexType(type)) return Tensors::kFloating;
  if (c10::isQIntType(type)) return Tensors::kQuantized;
  // A mask or an index may come first (embedding, where): look on for a floating-point tensor.
  for (const c10::IValue& value : inputs_) {
    if (value.isTensor() && value.toTensor().defined() &&
        c10::isFloatingType(value.toTensor().scalar_type())) {
      return Tensors::kFloating;
    }
  }
  return Tensors::kOther;
}

bool Call::requires_grad() const {
  for (const c10::IValue& value : inputs_) {
    if (value.isTensor() && value.toTensor().defined() && value.toTensor().requires_grad())
      return true;
  }
  return false;
}

bool Call::complex() const {
  const at::Tensor* first = first_tensor();
  return first != nullptr && first->is_complex();
}

flops::Sizes result_sizes(const std::vector<c10::IValue>& results) {
  if (results.empty() || !results.front().isTensor()) return {};
  const at::Tensor& result = results.front().toTensor();
  return result.defined() ? sizes_of(result) : flops::Sizes();
}

std::int64_t columns_of_packed(const c10::IValue& packed) {
  const auto unpack = c10::Dispatcher::singleton().findSchema({"quantized::linear_unpack", ""});
  if (!unpack) return 0;
  const at::RecordFunctionGuard unobserved(false);
  std::vector<c10::IValue> stack{packed};
  unpack->callBoxed(&stack);
  return stack.empty() || !stack.front().isTensor() ? 0 : stack.front().toTensor().size(0);
}

}  // namespace flopprof::libtorch
