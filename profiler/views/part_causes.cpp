#include "profiler/views/part_causes.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string_view>

namespace flopprof::views {
namespace {

/// As for whole steps: see ratio_causes.cpp.
constexpr double kAgreement = 1e-3;
constexpr double kMostPadding = 1.35;

constexpr const char* kNoOperator = "proven: library work without an operator";
constexpr const char* kNoModel = "proven: work that is no model FLOPs";

bool names_any(std::string_view name, std::initializer_list<std::string_view> words) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

/// What a kernel of this name does in fewer operations than the operator requires; empty: nothing
/// known.
std::string_view shortcut_of(std::string_view kernel) {
  if (names_any(kernel, {"winograd"})) return "hypothesis: Winograd convolution";
  if (names_any(kernel, {"fft"})) return "hypothesis: convolution by FFT";
  if (names_any(kernel, {"flash", "fmha"})) return "hypothesis: causal skipping";
  if (names_any(kernel, {"sparse", "spmma"})) return "hypothesis: sparsity";
  return {};
}

double as_real(Flops flops) { return static_cast<double>(flops.count); }

/// Of the steps that are told apart.
struct Comparison {
  double executed = 0;
  double model = 0;
  double recomputed = 0;
  bool agrees() const { return std::abs(executed - model) <= kAgreement * model; }
  bool is_explained_by(double flops) const {
    return flops > 0 && std::abs(executed - model - flops) <= kAgreement * flops;
  }
};

template <typename Total>
Comparison comparison_of(const Total& part, double share) {
  return {.executed = as_real(*part.executed.flops),
          .model = as_real(part.model_flops) * share,
          .recomputed = as_real(part.recomputed_flops) * share};
}

/// Of an operator that has a formula.
std::string cause_of(const OpTotal& op, std::span<const OpKernel> parts, double share) {
  const Comparison both = comparison_of(op, share);
  if (both.agrees()) return "";
  if (both.executed < both.model) {
    for (const OpKernel& part : parts) {
      if (part.op == op.op && !shortcut_of(part.kernel).empty())
        return std::string(shortcut_of(part.kernel));
    }
    return "";
  }
  if (both.is_explained_by(both.recomputed)) return "proven: recomputation";
  if (both.recomputed > 0) return "hypothesis: recomputation";
  return both.executed <= kMostPadding * both.model ? "hypothesis: tile padding" : "";
}

/// What operators without model FLOPs execute in `phase`; nothing where it is not told.
std::optional<double> without_model(const std::string& phase, const std::set<std::string>& modelled,
                                    std::span<const OpKernel> parts) {
  double sum = 0;
  for (const OpKernel& part : parts) {
    if (part.phase != phase || modelled.contains(part.op)) continue;
    if (!part.executed) return std::nullopt;
    sum += as_real(*part.executed);
  }
  return sum;
}

std::string cause_of(const PhaseTotal& phase, const std::set<std::string>& modelled,
                     std::span<const OpKernel> parts, double share) {
  const Comparison both = comparison_of(phase, share);
  if (both.executed <= 0 || both.agrees()) return "";
  if (phase.model_flops.count == 0) return kNoModel;
  if (both.executed < both.model) return "";  // its operators may say
  if (both.is_explained_by(both.recomputed)) return "proven: recomputation";
  if (both.is_explained_by(without_model(phase.phase, modelled, parts).value_or(0)))
    return kNoModel;
  return both.recomputed > 0 ? "hypothesis: recomputation" : "";
}

}  // namespace

void find_causes(std::vector<OpTotal>& ops, std::span<const OpKernel> parts, double share) {
  for (OpTotal& op : ops) {
    if (!op.executed.flops || op.executed.flops->count == 0) continue;
    if (op.op.empty())
      op.executed.cause = kNoOperator;
    else if (op.model_flops.count == 0 && op.recomputed_flops.count == 0)
      op.executed.cause = kNoModel;
    else
      op.executed.cause = cause_of(op, parts, share);
  }
}

void find_causes(std::vector<PhaseTotal>& phases, std::span<const OpTotal> ops,
                 std::span<const OpKernel> parts, double share) {
  std::set<std::string> modelled;
  for (const OpTotal& op : ops) {
    if (op.model_flops.count > 0) modelled.insert(op.op);
  }
  for (PhaseTotal& phase : phases) {
    if (phase.executed.flops) phase.executed.cause = cause_of(phase, modelled, parts, share);
  }
}

void find_causes(std::vector<KernelTotal>& kernels, std::span<const OpKernel> parts) {
  std::map<std::string_view, bool> is_without_operator;
  for (const OpKernel& part : parts) {
    const auto at = is_without_operator.emplace(part.kernel, true).first;
    at->second = at->second && part.op.empty();
  }
  const bool has_operators = std::any_of(parts.begin(), parts.end(),
                                         [](const OpKernel& part) { return !part.op.empty(); });
  for (KernelTotal& kernel : kernels) {
    if (!kernel.executed.flops || kernel.executed.flops->count == 0) continue;
    const auto known = is_without_operator.find(kernel.kernel);
    if (has_operators && known != is_without_operator.end() && known->second)
      kernel.executed.cause = kNoOperator;
    else
      kernel.executed.cause = shortcut_of(kernel.kernel);
  }
}

}  // namespace flopprof::views
