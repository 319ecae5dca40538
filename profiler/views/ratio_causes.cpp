#include "profiler/views/ratio_causes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <string_view>

#include "profiler/views/units.h"

namespace flopprof::views {
namespace {

/// What the profiler's own noise may be.
constexpr double kAgreement = 1e-3;
/// More than this above the model is no matter of the last tile. Implicit GEMMs of small layers and
/// N = 1000 heads come out at 1.01 to 1.07; a product of 65 x 65 in tiles of 128 at almost 4 is not
/// what training is made of.
constexpr double kMostPadding = 1.35;
/// Of the kernel time, to be worth telling.
constexpr double kLeastShare = 0.01;

bool differ(const ExecutedAndModel& facts) {
  if (facts.model.count == 0) return false;
  const Flops difference{std::max(facts.executed, facts.model).count -
                         std::min(facts.executed, facts.model).count};
  return difference > facts.margin95 && ratio_of(difference, facts.model) > kAgreement;
}

bool is_tensor(const ClassTotal& each) { return each.flop_class.starts_with("tensor_"); }

Flops executed_in(const ExecutedAndModel& facts, bool (*belongs)(const ClassTotal&)) {
  Flops sum;
  for (const ClassTotal& each : facts.classes) {
    if (each.executed_flops && belongs(each)) sum.count += each.executed_flops->count;
  }
  return sum;
}

bool names_any(std::string_view name, std::initializer_list<std::string_view> words) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

/// The kernel with most time whose name has one of the words.
std::optional<std::string> kernel_named(const ExecutedAndModel& facts,
                                        std::initializer_list<std::string_view> words) {
  const KernelTotal* longest = nullptr;
  for (const KernelTotal& kernel : facts.kernels) {
    if (kernel.launches == 0 || !names_any(kernel.kernel, words)) continue;
    if (longest == nullptr || kernel.kernel_ns > longest->kernel_ns) longest = &kernel;
  }
  if (longest == nullptr) return std::nullopt;
  return longest->kernel;
}

bool calls_op_named(const ExecutedAndModel& facts, std::initializer_list<std::string_view> words) {
  return std::any_of(facts.ops.begin(), facts.ops.end(),
                     [&](const OpTotal& op) { return op.calls > 0 && names_any(op.op, words); });
}

void add_recomputation(const ExecutedAndModel& facts, std::vector<Cause>& causes) {
  if (facts.recomputed.count == 0 || facts.executed <= facts.model) return;
  const Flops more{facts.executed.count - facts.model.count};
  const bool all = more == facts.recomputed;
  causes.push_back(
      {.cause = "recomputation",
       .proven = all,
       .detail = fmt::format("{} of activation checkpointing were done again{}",
                             flops_text(facts.recomputed),
                             all ? ", which is the whole difference"
                                 : fmt::format("; the difference is {}", flops_text(more)))});
}

/// Work that the model FLOPs do not have: elementwise operators, optimisers, normalisation, and
/// libraries that are no operator.
void add_uncounted(const ExecutedAndModel& facts, std::vector<Cause>& causes) {
  if (facts.executed <= facts.model) return;
  const Flops scalar = executed_in(facts, [](const ClassTotal& each) { return !is_tensor(each); });
  const Flops tensor = executed_in(facts, &is_tensor);
  const Flops required{facts.model.count + facts.recomputed.count};
  if (scalar.count == 0) return;
  if (tensor == required) {
    causes.push_back(
        {.cause = "work that is no model FLOPs",
         .proven = true,
         .detail = fmt::format("the tensor cores executed the model FLOPs exactly; the rest, {}, "
                               "ran on the scalar pipes",
                               flops_text(scalar))});
  } else if (facts.uncounted_calls > 0) {
    causes.push_back({.cause = "work that is no model FLOPs",
                      .detail = fmt::format("{} calls of operators have no formula; the scalar "
                                            "pipes executed {}",
                                            grouped(facts.uncounted_calls), flops_text(scalar))});
  }
}

void add_without_operator(const ExecutedAndModel& facts, std::vector<Cause>& causes) {
  if (facts.executed <= facts.model) return;
  std::int64_t all_ns = 0;
  std::int64_t without_ns = 0;
  for (const KernelTotal& kernel : facts.kernels) all_ns += kernel.kernel_ns;
  for (const OpTotal& op : facts.ops) {
    if (op.op.empty()) without_ns += op.kernel_ns.value_or(0);
  }
  const double share = ratio_of({static_cast<unsigned __int128>(without_ns)},
                                {static_cast<unsigned __int128>(all_ns)});
  if (share < kLeastShare) return;
  causes.push_back({.cause = "library work without an operator",
                    .detail = percent_text(share) +
                              " of the kernel time was launched by no operator that was observed"});
}

void add_padding(const ExecutedAndModel& facts, std::vector<Cause>& causes) {
  const Flops tensor = executed_in(facts, &is_tensor);
  const Flops required{facts.model.count + facts.recomputed.count};
  if (tensor.count <= required.count + facts.margin95.count) return;
  const double above = ratio_of(tensor, required);
  if (above <= 1 + kAgreement || above > kMostPadding) return;
  causes.push_back({.cause = "tile padding",
                    .detail = fmt::format("the tensor cores executed {:.1f} % more than the "
                                          "operators' shapes need",
                                          (above - 1) * 100)});
}

void add_fewer(const ExecutedAndModel& facts, std::vector<Cause>& causes) {
  if (facts.executed >= facts.model) return;
  const auto add = [&](const char* cause, std::initializer_list<std::string_view> words) {
    const auto kernel = kernel_named(facts, words);
    if (kernel) causes.push_back({.cause = cause, .detail = "a kernel is named " + *kernel});
  };
  if (calls_op_named(facts, {"conv"})) {
    add("Winograd convolution", {"winograd"});
    add("convolution by FFT", {"fft"});
  }
  add("causal skipping", {"flash", "fmha"});
  add("sparsity", {"sparse", "spmma"});
}

void add_emulated_fp8(const ExecutedAndModel& facts, std::vector<Cause>& causes) {
  const auto executed = [&](std::string_view name) {
    for (const ClassTotal& each : facts.classes) {
      if (each.flop_class == name && each.executed_flops) return each.executed_flops->count != 0;
    }
    return false;
  };
  const bool asked = calls_op_named(facts, {"scaled_mm", "fp8", "float8"}) ||
                     kernel_named(facts, {"e4m3", "e5m2", "fp8", "float8"}).has_value();
  if (!asked || executed("tensor_fp8") || !executed("tensor_fp16")) return;
  causes.push_back({.cause = "emulated FP8",
                    .detail = "FP8 was asked for, and the tensor cores counted fp16 operands and "
                              "no fp8"});
}

}  // namespace

double ratio_of(Flops executed, Flops model) {
  if (model.count == 0) return 0;
  return static_cast<double>(executed.count) / static_cast<double>(model.count);
}

std::vector<Cause> causes_of(const ExecutedAndModel& facts) {
  std::vector<Cause> causes;
  add_emulated_fp8(facts, causes);
  if (differ(facts)) {
    add_recomputation(facts, causes);
    add_uncounted(facts, causes);
    add_without_operator(facts, causes);
    add_padding(facts, causes);
    add_fewer(facts, causes);
  }
  std::vector<Cause> proven_first;
  for (const bool proven : {true, false})
    std::copy_if(causes.begin(), causes.end(), std::back_inserter(proven_first),
                 [proven](const Cause& cause) { return cause.proven == proven; });
  return proven_first;
}

}  // namespace flopprof::views
