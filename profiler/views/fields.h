#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "profiler/record/run_view.h"

namespace flopprof::views {

struct Nothing {};
struct Count {
  std::int64_t count = 0;
};
struct Seconds {
  double seconds = 0;
};
struct Share {
  double share = 0;
};
/// A share that something became more or less by.
struct Change {
  double share = 0;
};
/// A ratio or a rate whose unit the title says.
struct Number {
  double number = 0;
};
/// From the job: may hold anything.
struct Name {
  std::string name;
};
/// One of ours.
struct Word {
  std::string word;
};
using Value = std::variant<Nothing, Flops, Count, Seconds, Share, Change, Number, Name, Word>;

/// One cell of a view. Programs read `key` and the exact value, people `title` and the value with
/// its unit; a field that no row gives a title is for programs only.
struct Field {
  std::string_view key;
  std::string_view title;
  Value value;
};
using Fields = std::vector<Field>;

// Each view is said once, here: what its rows hold, in every format.
Fields fields_of(const PhaseTotal& phase);
/// `training`: the model FLOPs that shares are of.
Fields fields_of(const OpTotal& op, Flops training);
Fields fields_of(const LayerTotal& layer, Flops training);
Fields fields_of(const RankTotal& rank);
Fields fields_of(const StepTotal& step);
/// `kernel_ns`: the time of all kernels in steps, that shares are of.
Fields fields_of(const KernelTotal& kernel, std::int64_t kernel_ns);
Fields fields_of(const DeviceTotal& device);
/// `executed`: the FLOPs of all classes, that shares are of.
Fields fields_of(const ClassTotal& flop_class, Flops executed);
/// An operator that does floating-point work and has no formula.
Fields uncounted_fields_of(const OpTotal& op);

}  // namespace flopprof::views
