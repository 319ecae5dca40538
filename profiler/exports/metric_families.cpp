#include "profiler/exports/metric_families.h"

#include <fmt/format.h>

#include <cmath>

#include "profiler/views/safe_text.h"

namespace flopprof::exports {
namespace {

/// Kernel names reach thousands of characters; a label is kept for ever by who scrapes.
constexpr std::size_t kWidestLabel = 200;

std::string escaped(std::string_view text) {
  std::string out;
  for (const char byte : text) {
    if (byte == '\\' || byte == '"') out += '\\';
    out += byte == '\n' ? std::string("\\n") : std::string(1, byte);
  }
  return out;
}

std::string labels_text(const Labels& labels, const std::string& suffix) {
  std::string text;
  for (const auto& [key, value] : labels) {
    const std::string shown = views::fitted(views::printable(value), kWidestLabel);
    const bool last = &key == &labels.back().first;
    text += fmt::format("{}{}=\"{}{}\"", text.empty() ? "" : ",", key, escaped(shown),
                        last ? suffix : "");
  }
  return text;
}

}  // namespace

void MetricFamilies::family(std::string_view name, MetricKind kind, std::string_view help) {
  const std::string plain(name);
  sample_name_ = kind == MetricKind::kCounter ? plain + "_total" : plain;
  series_.clear();
  const std::string& family = dialect_ == Dialect::kOpenMetrics ? plain : sample_name_;
  out_ << fmt::format("# HELP {} {}\n# TYPE {} {}\n", family, escaped(help), family,
                      kind == MetricKind::kCounter ? "counter" : "gauge");
}

void MetricFamilies::sample(const Labels& labels, double value) {
  if (std::isfinite(value)) write(labels, fmt::format("{}", value));
}

void MetricFamilies::sample(const Labels& labels, std::int64_t value) {
  write(labels, std::to_string(value));
}

void MetricFamilies::sample(const Labels& labels, Flops value) { write(labels, digits_of(value)); }

void MetricFamilies::write(const Labels& labels, const std::string& value) {
  // Names that are equal once they are shortened stay apart by a number.
  std::string text = labels_text(labels, "");
  for (int number = 2; !series_.insert(text).second; ++number) {
    text = labels_text(labels, fmt::format(" #{}", number));
  }
  out_ << sample_name_;
  if (!text.empty()) out_ << '{' << text << '}';
  out_ << ' ' << value << '\n';
}

void MetricFamilies::finish() {
  if (dialect_ == Dialect::kOpenMetrics) out_ << "# EOF\n";
}

}  // namespace flopprof::exports
