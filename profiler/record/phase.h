#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace flopprof {

/// What a piece of work was done for. The order is the one in which reports print phases, and the
/// numbers are what the observers of LibTorch, built apart from us, send: add, never renumber.
enum class Phase : std::uint8_t { kForward, kBackward, kOptimizer, kEvaluation, kOther };

inline constexpr std::size_t kPhases = 5;
inline constexpr std::array<std::string_view, kPhases> kPhaseNames = {
    "forward", "backward", "optimizer", "evaluation", "other"};

/// The name that run.db and every output use for `phase`.
constexpr std::string_view name_of(Phase phase) {
  return kPhaseNames[static_cast<std::size_t>(phase)];
}

}  // namespace flopprof
