#pragma once

#include <cstdint>
#include <string>

#include "profiler/record/flops.h"

namespace flopprof::views {

// The only place that turns numbers into what people read.

/// "12.3 GFLOP": three or four digits, rounded; below 1000 exact.
std::string flops_text(Flops flops);
/// "12.3 GFLOP/s"; "-" without time.
std::string rate_text(Flops flops, double seconds);
/// "1.50 ms", "12.3 s", "2 h 03 min".
std::string seconds_text(double seconds);
/// "12.3 %"
std::string percent_text(double share);
/// "0.447", "5.12", "88.4", "1,368": three digits, above that whole numbers.
std::string number_text(double number);
/// "1,234,567"
std::string grouped(std::int64_t count);
std::string grouped(Flops flops);
/// "2026-01-31T12:00:00.123Z", ISO 8601 in UTC.
std::string iso_time(std::int64_t realtime_ns);

double seconds_of(std::int64_t nanoseconds);

}  // namespace flopprof::views
