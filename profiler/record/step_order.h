#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "profiler/record/flop_class.h"

namespace flopprof {

/// One launch of a step whose launches were noted in their order.
struct OrderedLaunch {
  std::uint64_t identity = 0;  ///< of what is launched, how and where
  std::int64_t device = -1;    ///< CUDA's ordinal; -1: not known
  const char* kernel = "";     ///< its name as the driver has it, and
  const char* op = "";         ///< what launched it, both valid for ever; empty: not known
  std::uint8_t phase = 0;      ///< a Phase
};

/// Where the counting of a step ends before the step does: after `launches` launches, if these are
/// the ones that `hash` is of.
struct StepCut {
  std::int64_t launches = 0;
  std::uint64_t hash = 0;
  bool operator==(const StepCut&) const = default;
};

/// The hash of the launches that `hash` is of and, after them, of `identity`. That of none is 0.
inline std::uint64_t order_hash(std::uint64_t hash, std::uint64_t identity) {
  std::uint64_t mixed = (hash ^ identity) * 0xff51afd7ed558ccdu;
  mixed ^= mixed >> 33;
  return mixed * 0xc4ceb9fe1a85ec53u + 0x9e3779b97f4a7c15u;
}

/// What the launches of one kernel by one operator in one phase execute of one class on one device,
/// in a step of a signature. What launches execute that cannot be told apart stands in a row with
/// what they have in common.
struct ExecutedPart {
  std::int64_t device = 0;
  FlopClass flop_class = FlopClass::kFp32;
  std::optional<std::string> kernel;  ///< nothing: of several kernels
  std::optional<std::string> op;      ///< nothing: of several operators; empty: of none
  std::string phase;                  ///< as in OpWork; empty: of several
  std::int64_t launches = 0;
  std::int64_t flops = 0;          ///< of those that are told
  std::int64_t untold_kernel = 0;  ///< launches whose FLOPs stand in a row without their kernel,
  std::int64_t untold_op = 0;      ///< without their operator,
  std::int64_t untold_phase = 0;   ///< without their phase
  bool solved = false;             ///< by equations; otherwise counted apart from all others
};

/// How the work of a signature's steps is told apart.
struct ExecutedSplit {
  struct Class {
    std::int64_t device = 0;
    FlopClass flop_class = FlopClass::kFp32;
    std::int64_t flops = 0;
    std::int64_t cuts = 0;  ///< at so many places
  };
  std::int64_t signature = 0;
  std::vector<Class> classes;  ///< those that are the same in each step, to the digit
  std::vector<ExecutedPart> parts;
};

}  // namespace flopprof
