#include "integrations/libtorch/counting.h"

#include <exception>

#include "integrations/libtorch/call.h"
#include "profiler/flops/count.h"

namespace flopprof::libtorch {
namespace {

/// A complex multiply-add is four real ones.
constexpr std::int64_t kRealPerComplex = 4;

void note_uncountable(ObserverPort& port, const Operator& op, const flops::Checked& count) {
  if (count.overflow()) {
    port.fault(&port, "FLOP count beyond 64 bits", op.name.c_str(),
               "its calls are listed as uncounted");
  }
}

/// Counts a call that has a formula. A call whose shapes the formula does not cover is uncounted.
void count_call(ObserverPort& port, Frame& frame, const Call& call) {
  flops::Checked count = flops::Checked::unknown();
  try {
    count = frame.op->expression ? (*frame.op->expression)(call)
                                 : flops::count(*frame.op->formula, call);
    if (call.complex()) count *= kRealPerComplex;
  } catch (const std::exception&) {
    // Symbolic sizes, or an argument of a type that the schema did not have when this was built.
  }
  frame.counted = count.ok();
  frame.uncounted = !count.ok();
  if (count.ok()) {
    frame.flops = static_cast<std::uint64_t>(count.value());
    return;
  }
  note_uncountable(port, *frame.op, count);
}

/// The weight is packed out of sight: x [.., k] to a result [.., n] is 2 x elements of x x n.
/// Arguments can be read only when a call begins, results only when it ends, and only once torch
/// has been told to keep them; until then the weight is unpacked to see its n.
void count_packed_linear(Frame& frame, const Call& call, bool sees_results) {
  frame.counted = true;
  frame.awaits_result = true;
  frame.elements = flops::Checked(2) * flops::product(call.sizes(0));
  frame.columns = sees_results ? 0 : columns_of_packed(call.value(1));
}

}  // namespace

void look_at_arguments(ObserverPort& port, Frame& frame, const at::RecordFunction& function,
                       bool sees_results) {
  const Call call(function.inputs());
  const Tensors tensors = call.tensors();
  if (tensors == Tensors::kElsewhere) {
    frame.recorded = false;
    return;
  }
  if (!frame.op->counts()) {
    frame.uncounted = tensors == Tensors::kFloating || tensors == Tensors::kQuantized;
    return;
  }
  if (tensors == Tensors::kOther && !frame.op->expression) return;  // integers: no FLOPs
  if (frame.op->formula->family == flops::Family::kLinearFromOutput) {
    count_packed_linear(frame, call, sees_results);
    return;
  }
  count_call(port, frame, call);
}

void finish_packed_linear(Frame& frame, const at::RecordFunction& function) {
  const flops::Sizes result = result_sizes(function.outputs());
  flops::Checked count = frame.elements;
  count *= result.empty() ? frame.columns : result.back();
  frame.counted = count.ok() && (frame.columns > 0 || !result.empty());
  frame.uncounted = !frame.counted;
  if (frame.counted) frame.flops = static_cast<std::uint64_t>(count.value());
}

}  // namespace flopprof::libtorch
