#pragma once

#include <cstdint>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "profiler/record/flops.h"

namespace flopprof::exports {

/// How to say it. A scraper asks for OpenMetrics; node_exporter's textfile collector reads the
/// older text format, in which a counter's family has its sample's name.
enum class Dialect { kOpenMetrics, kPrometheusText };

enum class MetricKind { kCounter, kGauge };

using Labels = std::vector<std::pair<std::string_view, std::string>>;

/// Writes metric families as they come: each family's samples together, no series twice.
class MetricFamilies {
 public:
  MetricFamilies(std::ostream& out, Dialect dialect) : out_(out), dialect_(dialect) {}

  /// `name` without "_total", which a counter's samples get.
  void family(std::string_view name, MetricKind kind, std::string_view help);
  void sample(const Labels& labels, double value);
  void sample(const Labels& labels, std::int64_t value);
  void sample(const Labels& labels, Flops value);
  void finish();

 private:
  void write(const Labels& labels, const std::string& value);

  std::ostream& out_;
  Dialect dialect_;
  std::string sample_name_;
  std::set<std::string> series_;  ///< of this family
};

}  // namespace flopprof::exports
