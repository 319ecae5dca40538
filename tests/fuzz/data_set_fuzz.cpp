// Whatever a CSV file holds, it is read or refused with a message, and what was read can be
// audited, printed and drawn.

#include <nlohmann/json.hpp>

#include "profiler/to_accuracy/audit.h"
#include "profiler/to_accuracy/trend.h"
#include "profiler/views/trend_plot.h"
#include "profiler/views/trend_report.h"

using namespace flopprof;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  views::TrendReport report{.source = "fuzz"};
  try {
    const auto dataset = dataset_of(to_accuracy::csv_table(text));
    report.levels = trends_of(dataset);
    report.audit = audit_of(dataset);
  } catch (const to_accuracy::CsvError&) {
    return 0;
  } catch (const to_accuracy::DatasetError&) {
    return 0;
  }
  for (const auto& trend : report.levels) {
    views::svg_of(views::trend_plot(trend, "fuzz").drawing);
  }
  trend_text(report);
  trend_markdown(report);
  to_accuracy::csv_table(trend_csv(report));
  return nlohmann::json::parse(trend_json(report)).is_object() ? 0 : -1;
}
