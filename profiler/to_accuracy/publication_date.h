#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace flopprof::to_accuracy {

using Date = std::chrono::year_month_day;

/// A mean month of the Gregorian calendar, the unit of every halving time.
inline constexpr double kDaysPerMonth = 30.4375;

/// Reads M/D/YYYY, as efficiency_sota.csv has it, and ISO's YYYY-MM-DD. Throws FieldError for
/// anything else and for days that no calendar has.
Date date_of(std::string_view text);

/// YYYY-MM-DD.
std::string iso(Date date);

/// From `from` to `until` in mean months; negative when `until` is the earlier one.
double months_between(Date from, Date until);

}  // namespace flopprof::to_accuracy
