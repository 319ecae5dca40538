#include "profiler/counters/counter.h"

#include <array>

namespace flopprof::counters {
namespace {

constexpr std::string_view kTensor = "sm__ops_path_tensor_";
constexpr std::string_view kThread = "sm__sass_thread_inst_executed_op_";

struct ScalarInstruction {
  std::string_view name;
  Counter counter;
};

// The counters count instructions of a thread. Half instructions are packed, two lanes to one.
constexpr std::array kScalar = {
    ScalarInstruction{"dadd", {FlopClass::kFp64, 1}},
    ScalarInstruction{"dmul", {FlopClass::kFp64, 1}},
    ScalarInstruction{"dfma", {FlopClass::kFp64, 2}},
    ScalarInstruction{"fadd", {FlopClass::kFp32, 1}},
    ScalarInstruction{"fmul", {FlopClass::kFp32, 1}},
    ScalarInstruction{"ffma", {FlopClass::kFp32, 2}},
    ScalarInstruction{"fadd2", {FlopClass::kFp32, 2}},
    ScalarInstruction{"fmul2", {FlopClass::kFp32, 2}},
    ScalarInstruction{"ffma2", {FlopClass::kFp32, 4}},
    ScalarInstruction{"hadd", {FlopClass::kFp16, 2}},
    ScalarInstruction{"hmul", {FlopClass::kFp16, 2}},
    ScalarInstruction{"hfma", {FlopClass::kFp16, 4}},
    ScalarInstruction{"qadd4", {FlopClass::kFp8, 4}},
    ScalarInstruction{"qmul4", {FlopClass::kFp8, 4}},
    ScalarInstruction{"qfma4", {FlopClass::kFp8, 8}},
};

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool take_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

/// Cuts `text` before `mark` and answers what stood behind it; empty when there is no `mark`.
std::string cut_at(std::string_view& text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return "";
  const std::string behind(text.substr(at + mark.size()));
  text = text.substr(0, at);
  return behind;
}

}  // namespace

std::optional<TensorCounterName> tensor_counter_name(std::string_view metric) {
  take_suffix(metric, ".sum");
  if (!take_prefix(metric, kTensor) || metric.ends_with("_realtime")) return std::nullopt;
  TensorCounterName name;
  name.sparsity = cut_at(metric, "_sparsity_");
  name.result = cut_at(metric, "_dst_");
  name.source =
      metric.starts_with("src_") ? std::string(metric.substr(4)) : cut_at(metric, "_src_");
  if (take_prefix(metric, "op_")) name.instruction = metric;
  if (name.source.empty()) return std::nullopt;
  return name;
}

std::optional<Counter> counter_of(std::string_view metric) {
  if (const auto tensor = tensor_counter_name(metric)) {
    const auto flop_class = flop_class_named("tensor_" + tensor->source);
    if (!flop_class) return std::nullopt;
    return Counter{.flop_class = *flop_class, .weight = 1};
  }
  take_suffix(metric, ".sum");
  if (!take_prefix(metric, kThread) || !take_suffix(metric, "_pred_on")) return std::nullopt;
  for (const ScalarInstruction& instruction : kScalar) {
    if (instruction.name == metric) return instruction.counter;
  }
  return std::nullopt;
}

}  // namespace flopprof::counters
