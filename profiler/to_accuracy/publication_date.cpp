#include "profiler/to_accuracy/publication_date.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>

#include "profiler/to_accuracy/field_error.h"

namespace flopprof::to_accuracy {
namespace {

/// The three numbers of `text`, as they stand; nothing when it is not three numbers and two marks.
std::optional<std::array<int, 3>> three_numbers(std::string_view text, char mark) {
  std::array<int, 3> numbers{};
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i > 0 && (at == end || *at++ != mark)) return std::nullopt;
    if (at == end || *at < '0' || *at > '9') return std::nullopt;
    const auto [stop, error] = std::from_chars(at, end, numbers[i]);
    if (error != std::errc{}) return std::nullopt;
    at = stop;
  }
  if (at != end) return std::nullopt;
  return numbers;
}

FieldError no_date(std::string_view text, const std::string& reason) {
  return {fmt::format("\"{}\" is no date: {}", text, reason), text, "a date"};
}

Date checked(std::string_view text, int year, int month, int day) {
  if (year < 1900 || year > 2999) {
    throw no_date(text, fmt::format("year {} (write four digits)", year));
  }
  if (month < 1 || month > 12) {
    throw no_date(text, fmt::format("month {} (the order is M/D/YYYY or YYYY-MM-DD)", month));
  }
  const std::chrono::year_month_day_last last{
      std::chrono::year(year), std::chrono::month_day_last(std::chrono::month(unsigned(month)))};
  const unsigned days = unsigned(last.day());
  if (day < 1 || unsigned(day) > days) {
    throw no_date(text, fmt::format("that month has the days 1 to {}", days));
  }
  return {last.year(), last.month(), std::chrono::day(unsigned(day))};
}

}  // namespace

Date date_of(std::string_view text) {
  if (const auto us = three_numbers(text, '/')) return checked(text, (*us)[2], (*us)[0], (*us)[1]);
  if (const auto iso = three_numbers(text, '-')) {
    return checked(text, (*iso)[0], (*iso)[1], (*iso)[2]);
  }
  throw no_date(text, "write M/D/YYYY or YYYY-MM-DD");
}

std::string iso(Date date) {
  return fmt::format("{:04}-{:02}-{:02}", int(date.year()), unsigned(date.month()),
                     unsigned(date.day()));
}

double months_between(Date from, Date until) {
  const auto days = std::chrono::sys_days(until) - std::chrono::sys_days(from);
  return static_cast<double>(days.count()) / kDaysPerMonth;
}

}  // namespace flopprof::to_accuracy
