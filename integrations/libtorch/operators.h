#pragma once

#include <ATen/record_function.h>

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "profiler/flops/expression.h"
#include "profiler/flops/formula.h"
#include "profiler/record/observer_port.h"

namespace flopprof::libtorch {

/// What is known of one operator, by the name of its schema. Never destroyed.
struct Operator {
  std::string name;               ///< "aten::convolution"
  const flops::Formula* formula;  ///< Family::kNone: by the user's expression, or not at all
  std::optional<flops::Expression> expression;
  std::uint32_t number = 0;       ///< dense, for tables
  std::uint64_t hash = 0;         ///< of the name, for signatures
  std::uint32_t generation = 0;   ///< of the port when the formula was looked up
  bool does_no_flops = false;     ///< views, copies, comparisons: never uncounted
  bool is_observers_own = false;  ///< record_function's own operators
  bool is_engine = false;         ///< autograd's evaluation of a node, around the node itself
  bool recomputes = false;        ///< the backward node of a reentrant checkpoint

  bool counts() const { return formula->family != flops::Family::kNone || expression.has_value(); }
};

/// No thread may hold the registry of operators while another forks.
void guard_registry_across_fork();

/// Finds the operator of a call. Names of schemas stay where they are, so the address is looked up
/// first; the text is compared, for addresses of other names are used again.
class OperatorCache {
 public:
  const Operator& of(ObserverPort& port, const at::RecordFunction& call);

 private:
  static constexpr std::size_t kEntries = 1024;
  struct Entry {
    const char* name = nullptr;
    const Operator* op = nullptr;
  };
  std::array<Entry, kEntries> entries_{};
};

}  // namespace flopprof::libtorch
