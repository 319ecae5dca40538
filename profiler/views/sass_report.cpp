#include "profiler/views/sass_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "profiler/views/safe_text.h"
#include "profiler/views/units.h"

namespace flopprof::views {
namespace {

using flops::CodeCounts;
using flops::InstructionCount;
using flops::InstructionKind;
using nlohmann::ordered_json;

constexpr std::size_t kNameColumns = 34;

bool is_floating_point(const InstructionCount& entry) {
  return entry.instruction.kind != InstructionKind::kLocalMemory;
}

std::int64_t spills_in(const CodeCounts& counts) {
  std::int64_t accesses = 0;
  for (const InstructionCount& entry : counts.counts) {
    if (!is_floating_point(entry)) accesses += entry.count;
  }
  return accesses;
}

std::string_view per(const InstructionCount& entry) {
  return entry.instruction.kind == InstructionKind::kMatrix ? "warp" : "thread";
}

std::string flops_text_of(const InstructionCount& entry) {
  const auto flops = flops_of(entry.instruction);
  if (!flops) return "set at run time";
  if (*flops == 0) return "0";
  return fmt::format("{} a {}", grouped(*flops), per(entry));
}

std::string headline(const KernelCode& kernel, std::size_t width) {
  std::string loops = "no loop";
  const std::size_t count = kernel.counts.loops.size();
  if (count > 0) loops = fmt::format("{} loop{}", count, count == 1 ? "" : "s");
  std::string facts = fmt::format("  {}, {} instructions, {}", kernel.architecture,
                                  grouped(kernel.counts.instructions), loops);
  if (const auto spills = spills_in(kernel.counts); spills > 0) {
    facts += fmt::format(", {} accesses to local memory", grouped(spills));
  }
  const std::size_t room = width > facts.size() + 16 ? width - facts.size() : 16;
  return fitted(printable(kernel.name), room) + facts;
}

std::string table(const KernelCode& kernel, std::size_t width) {
  std::string text = headline(kernel, width) + "\n";
  if (std::ranges::none_of(kernel.counts.counts, is_floating_point)) {
    return text + "  no floating-point instruction\n\n";
  }
  text += fmt::format("  {:<{}} {:>7} {:>8} {:>11}  {}\n", "instruction", kNameColumns, "count",
                      "in loops", "conditional", "FLOP each");
  for (const InstructionCount& entry : kernel.counts.counts) {
    if (!is_floating_point(entry)) continue;
    text += fmt::format("  {:<{}} {:>7} {:>8} {:>11}  {}\n", name_of(entry.instruction),
                        kNameColumns, grouped(entry.count), grouped(entry.in_loops),
                        grouped(entry.under_predicate), flops_text_of(entry));
  }
  return text + "\n";
}

ordered_json opcodes(const std::vector<InstructionCount>& counts) {
  auto object = ordered_json::object();
  for (const InstructionCount& entry : counts) {
    if (!is_floating_point(entry)) continue;
    const std::string opcode(entry.instruction.opcode);
    object[opcode] = object.value(opcode, std::int64_t{0}) + entry.count;
  }
  return object;
}

ordered_json instructions(const std::vector<InstructionCount>& counts) {
  auto list = ordered_json::array();
  for (const InstructionCount& entry : counts) {
    if (!is_floating_point(entry)) continue;
    const auto flops = flops_of(entry.instruction);
    list.push_back({{"instruction", name_of(entry.instruction)},
                    {"count", entry.count},
                    {"in_loops", entry.in_loops},
                    {"conditional", entry.under_predicate},
                    {"flops", flops ? ordered_json(*flops) : ordered_json()},
                    {"flops_per", per(entry)}});
  }
  return list;
}

ordered_json loops(const CodeCounts& counts) {
  constexpr std::size_t kWordBytes = 16;
  auto list = ordered_json::array();
  for (const flops::Loop& loop : counts.loops) {
    list.push_back({{"first_byte", loop.first * kWordBytes},
                    {"end_byte", loop.end * kWordBytes},
                    {"instructions", loop.end - loop.first},
                    {"innermost", loop.is_innermost},
                    {"opcodes", opcodes(loop.counts)}});
  }
  return list;
}

}  // namespace

std::string sass_text(const SassReport& report, std::size_t width) {
  std::string text;
  for (const KernelCode& kernel : report.kernels) text += table(kernel, width);
  return text;
}

std::string sass_json(const SassReport& report) {
  ordered_json json;
  json["kernels"] = ordered_json::array();
  for (const KernelCode& kernel : report.kernels) {
    json["kernels"].push_back({{"name", kernel.name},
                               {"arch", kernel.architecture},
                               {"opcodes", opcodes(kernel.counts.counts)},
                               {"instructions", instructions(kernel.counts.counts)},
                               {"all_instructions", kernel.counts.instructions},
                               {"local_memory_accesses", spills_in(kernel.counts)},
                               {"loops", loops(kernel.counts)}});
  }
  json["left_out"] = report.left_out;
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace flopprof::views
