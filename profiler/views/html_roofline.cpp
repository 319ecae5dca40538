#include "profiler/views/html_roofline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "profiler/views/html_chart.h"
#include "profiler/views/html_text.h"
#include "profiler/views/safe_text.h"
#include "profiler/views/units.h"

namespace flopprof::views {
namespace {

constexpr std::size_t kMostKernels = 200;
constexpr std::size_t kLongName = 120;

struct Roof {
  std::string flop_class;
  double flops_per_second = 0;
};

/// The value of a row's field; nothing where it has none of this kind.
template <typename Kind>
std::optional<Kind> value_of(const Fields& row, std::string_view key) {
  for (const Field& field : row) {
    if (field.key != key) continue;
    if (const Kind* value = std::get_if<Kind>(&field.value)) return *value;
  }
  return std::nullopt;
}

std::vector<Roof> roofs_of(const Report& report) {
  std::vector<Roof> roofs;
  if (report.utilisation.devices.empty()) return roofs;
  const auto& peaks = report.utilisation.devices.front().by_class;
  for (const ClassTotal& each : report.run.classes) {
    const auto peak = peaks.find(each.flop_class);
    const bool executed = each.executed_flops && each.executed_flops->count > 0;
    if (executed && peak != peaks.end()) roofs.push_back({each.flop_class, peak->second});
  }
  return roofs;
}

/// Both axes are logarithmic; percent of the plot from the left and from the top.
struct Axes {
  double least_share = 1, most_share = 0, least_rate = HUGE_VAL, most_rate = 0;

  double x(double share) const {
    return 100 * std::log(share / least_share) / std::log(most_share / least_share);
  }
  double y(double rate) const {
    return 100 - 100 * std::log(rate / least_rate) / std::log(most_rate / least_rate);
  }
};

Axes axes_of(const std::vector<KernelRate>& rates, const std::vector<Roof>& roofs) {
  Axes axes;
  for (const KernelRate& each : rates) {
    axes.least_share = std::min(axes.least_share, each.time_share);
    axes.most_share = std::max(axes.most_share, each.time_share);
    axes.least_rate = std::min(axes.least_rate, each.flops_per_second);
    axes.most_rate = std::max(axes.most_rate, each.flops_per_second);
  }
  for (const Roof& roof : roofs) {
    axes.least_rate = std::min(axes.least_rate, roof.flops_per_second);
    axes.most_rate = std::max(axes.most_rate, roof.flops_per_second);
  }
  axes.least_share /= 1.6, axes.most_share *= 1.6;
  axes.least_rate /= 2, axes.most_rate *= 2;
  return axes;
}

std::string rate_of(double flops_per_second) {
  return rate_text(Flops{static_cast<unsigned __int128>(flops_per_second + 0.5)}, 1);
}

void print_lines(std::ostream& out, const Axes& axes, const std::vector<Roof>& roofs) {
  const std::vector<double> ticks = logarithmic_ticks(axes.least_rate, axes.most_rate);
  std::string grid;
  std::string peaks;
  for (const double tick : ticks) grid += fmt::format("M0 {:.2f}H100", axes.y(tick));
  for (const Roof& roof : roofs)
    peaks += fmt::format("M0 {:.2f}H100", axes.y(roof.flops_per_second));
  out << fmt::format(
      "<svg viewBox=\"0 0 100 100\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><path "
      "class=\"grid\" d=\"{}\"/><path class=\"roof\" d=\"{}\"/></svg>\n",
      grid, peaks);
  for (const double tick : ticks) {
    out << fmt::format("<span class=\"y\" style=\"top:{:.2f}%\">{}</span>", axes.y(tick),
                       rate_of(tick));
  }
  for (const Roof& roof : roofs) {
    out << fmt::format("<span class=\"peak\" style=\"top:{:.2f}%\">peak in {}: {}</span>",
                       axes.y(roof.flops_per_second), html_of(roof.flop_class),
                       rate_of(roof.flops_per_second));
  }
}

void print_kernels(std::ostream& out, const Axes& axes, const std::vector<KernelRate>& rates) {
  for (const KernelRate& each : rates) {
    out << fmt::format(
        "<i style=\"left:{:.2f}%;top:{:.2f}%\" title=\"{}: {}, {} of the time\"></i>\n",
        axes.x(each.time_share), axes.y(each.flops_per_second),
        html_of(fitted(printable(each.kernel), kLongName)), rate_of(each.flops_per_second),
        percent_text(each.time_share));
  }
}

void print_shares(std::ostream& out, const Axes& axes) {
  out << "<div class=\"places\">";
  for (const double tick : logarithmic_ticks(axes.least_share, axes.most_share)) {
    if (tick > 1) continue;
    out << fmt::format("<span style=\"left:{:.2f}%\">{:g} %</span>", axes.x(tick), tick * 100);
  }
  out << "</div>\n<p class=\"strips axis\">share of the kernel time, log scale</p>\n";
}

}  // namespace

std::vector<KernelRate> kernel_rates(const Report& report) {
  std::vector<KernelRate> rates;
  if (!report.run.gpu || report.run.gpu->traced_kernel_ns == 0) return rates;
  const GpuTotal& gpu = *report.run.gpu;
  const double of_all =
      static_cast<double>(gpu.kernel_ns) / static_cast<double>(gpu.traced_kernel_ns);
  for (const View& view : report.views) {
    if (view.by != By::kKernel) continue;
    for (const Fields& row : view.rows) {
      const auto flops = value_of<Flops>(row, "executed_flops");
      const auto seconds = value_of<Seconds>(row, "kernel_seconds");
      if (!flops || flops->count == 0 || !seconds || seconds->seconds <= 0) continue;
      rates.push_back(
          {.kernel = value_of<Name>(row, "kernel").value_or(Name{}).name,
           .flops_per_second = static_cast<double>(flops->count) / (seconds->seconds * of_all),
           .time_share = seconds->seconds / seconds_of(gpu.traced_kernel_ns)});
    }
  }
  std::sort(rates.begin(), rates.end(), [](const KernelRate& a, const KernelRate& b) {
    return std::tie(b.time_share, a.kernel) < std::tie(a.time_share, b.kernel);
  });
  if (rates.size() > kMostKernels) rates.resize(kMostKernels);
  return rates;
}

bool has_roofline(const Report& report) {
  return !roofs_of(report).empty() && !kernel_rates(report).empty();
}

void print_html_roofline(std::ostream& out, const Report& report) {
  if (!has_roofline(report)) return;
  const std::vector<KernelRate> rates = kernel_rates(report);
  const std::vector<Roof> roofs = roofs_of(report);
  const Axes axes = axes_of(rates, roofs);
  out << fmt::format(
      "<figure class=\"roofline\"><figcaption><strong>Kernels under the peaks of {}</strong> <span "
      "class=\"source\">executed FLOPs from hardware counters (extrapolated) over kernel time; "
      "peaks: {}. Memory traffic is not counted: the roof has no slope. The table of kernels has "
      "the values.</span></figcaption>\n<div class=\"plot\" aria-hidden=\"true\">\n",
      html_of(report.run.gpus.empty() ? "the device" : report.run.gpus.front().name),
      html_of(report.utilisation.devices.front().source));
  print_lines(out, axes, roofs);
  print_kernels(out, axes, rates);
  out << "</div>\n";
  print_shares(out, axes);
  out << "</figure>\n";
}

}  // namespace flopprof::views
