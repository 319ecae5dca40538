#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "profiler/calibration/judge.h"
#include "profiler/calibration/report.h"
#include "profiler/calibration/targets.h"

namespace flopprof::calibration {
namespace {

constexpr int kNameWidth = 32;

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  const std::size_t first = digits.front() == '-' ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

std::string short_name(const std::string& name) {
  constexpr std::string_view kPrefix = "flopprof_";
  return name.starts_with(kPrefix) ? name.substr(kPrefix.size()) : name;
}

template <class Number>
std::string known(const std::optional<Number>& number) {
  return number ? fmt::format("{:.0f}", static_cast<double>(*number)) : "-";
}

std::string difference_of(const Comparison& comparison) {
  if (!comparison.counted) return "-";
  return grouped(*comparison.counted - comparison.expected);
}

std::string device_text(const Calibration& calibration, const Sheet& sheet) {
  const Device& device = calibration.device;
  std::string text =
      fmt::format("{}  {}\ncompute capability {}.{}, {} SMs, driver {}, {}\n", device.name,
                  device.uuid, device.capability / 10, device.capability % 10, device.processors,
                  device.driver.empty() ? "not known" : device.driver, device.measured_at);
  text += sheet ? fmt::format("dense peaks: {}\n", sheet->card)
                : "peak unknown: this device is in no data sheet that flopprof has\n";
  if (!calibration.not_counted.empty()) {
    text += fmt::format("nothing is proven, because nothing was counted: {}\n",
                        calibration.not_counted);
  }
  return text + "\n";
}

/// Where the compiler makes more of a source than stands there.
std::string made_more_text(const Workload& workload) {
  if (workload.written_flops == 0) return "";
  std::int64_t expected = 0;
  for (const auto& [flop_class, flops] : workload.expected) expected += flops;
  return fmt::format("  its source has {} FLOP; the compiler makes {:.2f} times as many\n",
                     grouped(workload.written_flops),
                     static_cast<double>(expected) / static_cast<double>(workload.written_flops));
}

std::string counts_text(const Calibration& calibration) {
  std::string text = fmt::format("{:<{}} {:<12} {:>23} {:>23} {:>14}  {}\n", "kernel", kNameWidth,
                                 "class", "expected FLOP", "counted FLOP", "difference", "verdict");
  for (const Workload& workload : calibration.workloads) {
    if (!workload.skipped.empty()) continue;
    for (const Comparison& comparison : comparisons_of(workload)) {
      text += fmt::format("{:<{}} {:<12} {:>23} {:>23} {:>14}  {}\n", short_name(workload.name),
                          kNameWidth, flopprof::name_of(comparison.flop_class),
                          grouped(comparison.expected),
                          comparison.counted ? grouped(*comparison.counted) : "-",
                          difference_of(comparison), name_of(comparison.verdict));
    }
    text += made_more_text(workload);
    for (const std::string& problem : workload.problems) text += fmt::format("  {}\n", problem);
  }
  return text + "\n";
}

std::string share_of_sheet(const Workload& workload, const Rate& rate, const Sheet& sheet) {
  if (!sheet) return "-";
  if (rate.bytes > 0 && sheet->bytes_per_second) {
    return fmt::format(
        "{:.1f}", 100 * static_cast<double>(rate.bytes) / rate.seconds / *sheet->bytes_per_second);
  }
  const auto peak = workload.peak_of ? sheet->of(*workload.peak_of) : std::nullopt;
  if (!peak) return "-";
  return fmt::format("{:.1f}",
                     100 * static_cast<double>(rate.flops) / rate.seconds / peak->flops_per_second);
}

std::string rate_line(const Workload& workload, const Rate& rate, const Device& device,
                      const Sheet& sheet) {
  const auto a_clock = rate.flops > 0 ? flops_a_clock(rate, device.processors) : std::nullopt;
  const double flops = static_cast<double>(rate.flops) / rate.seconds;
  const double bytes = static_cast<double>(rate.bytes) / rate.seconds;
  return fmt::format("{:<{}} {:<9} {:>9} {:>9} {:>9} {:>7} {:>10.4f} {:>6.1f} {:>16} {:>16}\n",
                     short_name(workload.name), kNameWidth, name_of(rate.operands),
                     rate.flops > 0 ? fmt::format("{:.2f}", flops / 1e12) : "-",
                     rate.bytes > 0 ? fmt::format("{:.1f}", bytes / 1e9) : "-",
                     a_clock ? fmt::format("{:.1f}", *a_clock) : "-",
                     share_of_sheet(workload, rate, sheet), rate.seconds * 1e3, rate.spread * 100,
                     fmt::format("{}/{}/{}", known(rate.clock_mhz_before), known(rate.clock_mhz),
                                 known(rate.clock_mhz_after)),
                     fmt::format("{}/{}/{}", known(rate.watts_before), known(rate.watts),
                                 known(rate.watts_after)));
}

std::string rates_text(const Calibration& calibration, const Sheet& sheet) {
  std::string text = fmt::format(
      "{:<{}} {:<9} {:>9} {:>9} {:>9} {:>7} {:>10} {:>6} {:>16} {:>16}\n", "kernel", kNameWidth,
      "operands", "TFLOP/s", "GB/s", "FLOP/clk*", "% sheet", "ms", "+-%", "MHz**", "W**");
  for (const Workload& workload : calibration.workloads) {
    for (const Rate& rate : workload.rates) {
      if (!(rate.seconds > 0)) continue;
      text += rate_line(workload, rate, calibration.device, sheet);
      if (!rate.doubts.empty()) text += fmt::format("  {}\n", fmt::join(rate.doubts, "; "));
    }
  }
  return text + "*  of an SM, at the clock while it ran\n** before/while/after it ran\n";
}

std::string contest_line(const Contest& contest) {
  const auto flops = static_cast<double>(contest.flops);
  return fmt::format(
      "{:<{}} {:<14} {:>9.2f} {:>9.2f} {:>7.3f} {:>13} {:>16}\n", short_name(contest.kernel),
      kNameWidth, contest.library, flops / contest.seconds / 1e12,
      flops / contest.library_seconds / 1e12, contest.ratio,
      fmt::format("{:.3f}-{:.3f}", contest.least_ratio, contest.greatest_ratio),
      fmt::format("{}/{}", known(contest.clock_mhz), known(contest.library_clock_mhz)));
}

/// With random numbers, in turn.
std::string contests_text(const Calibration& calibration) {
  std::string text;
  for (const Contest& contest : calibration.contests) {
    if (!(contest.seconds > 0) || !(contest.library_seconds > 0)) continue;
    text += contest_line(contest);
    if (!contest.doubts.empty()) text += fmt::format("  {}\n", fmt::join(contest.doubts, "; "));
  }
  if (text.empty()) return text;
  return fmt::format("\n{:<{}} {:<14} {:>9} {:>9} {:>7} {:>13} {:>16}\n", "kernel", kNameWidth,
                     "library", "TFLOP/s", "library's", "ratio", "from-to", "MHz/library's") +
         text;
}

std::string targets_text(const Calibration& calibration, const Sheet& sheet) {
  std::string text;
  for (const Target& target : targets_of(calibration, sheet)) {
    text += fmt::format(
        "{:<{}} {:<38} {:>7.1f} {:>9}  {}{}\n", short_name(target.kernel), kNameWidth, target.of,
        100 * target.wanted, target.reached ? fmt::format("{:.1f}", 100 * *target.reached) : "-",
        name_of(standing_of(target)), target.unknown.empty() ? "" : ": " + target.unknown);
  }
  if (text.empty()) return text;
  return fmt::format("\n{:<{}} {:<38} {:>7} {:>9}  {}\n", "target", kNameWidth, "of", "wanted%",
                     "reached%", "standing") +
         text;
}

}  // namespace

std::string text_of(const Calibration& calibration, const Sheet& sheet) {
  std::string text = device_text(calibration, sheet) + counts_text(calibration) +
                     rates_text(calibration, sheet) + contests_text(calibration) +
                     targets_text(calibration, sheet);
  for (const Workload& workload : calibration.workloads) {
    if (workload.skipped.empty()) continue;
    text += fmt::format("left out: {}: {}\n", short_name(workload.name), workload.skipped);
  }
  return text;
}

}  // namespace flopprof::calibration
