#include "profiler/views/units.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <ctime>
#include <string_view>

namespace flopprof::views {
namespace {

constexpr std::array<std::string_view, 9> kPrefixes = {"", "K", "M", "G", "T", "P", "E", "Z", "Y"};

/// `value` with the prefix that leaves one to three digits before the point.
std::string prefixed(double value, std::string_view unit) {
  std::size_t prefix = 0;
  // 999.95 would print as 1000.0: it is one of the next prefix.
  while (value >= 999.95 && prefix + 1 < kPrefixes.size()) {
    value /= 1000;
    ++prefix;
  }
  const int decimals = value < 9.995 ? 2 : 1;
  return fmt::format("{:.{}f} {}{}", value, decimals, kPrefixes[prefix], unit);
}

std::string with_separators(std::string digits) {
  const std::size_t first = !digits.empty() && digits.front() == '-' ? 1 : 0;
  for (std::size_t place = digits.size(); place > first + 3;) {
    place -= 3;
    digits.insert(place, 1, ',');
  }
  return digits;
}

}  // namespace

std::string flops_text(Flops flops) {
  if (flops.count < 1000) return digits_of(flops) + " FLOP";
  return prefixed(static_cast<double>(flops.count), "FLOP");
}

std::string rate_text(Flops flops, double seconds) {
  if (seconds <= 0) return "-";
  return prefixed(static_cast<double>(flops.count) / seconds, "FLOP/s");
}

std::string seconds_text(double seconds) {
  const double size = std::abs(seconds);
  if (size == 0) return "0 s";
  if (size < 999.5e-9) return fmt::format("{:.0f} ns", seconds * 1e9);
  if (size < 999.5e-6) return fmt::format("{:.1f} us", seconds * 1e6);
  if (size < 999.5e-3) return fmt::format("{:.1f} ms", seconds * 1e3);
  if (size < 119.995) return fmt::format("{:.2f} s", seconds);
  const auto whole = static_cast<std::int64_t>(std::llround(size));
  if (whole < 7200) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  const std::int64_t minutes = (whole + 30) / 60;
  return fmt::format("{} h {:02} min", minutes / 60, minutes % 60);
}

std::string percent_text(double share) { return fmt::format("{:.1f} %", share * 100); }

std::string number_text(double number) {
  const double size = std::abs(number);
  if (size >= 999.5 && size < 1e15) return grouped(std::llround(number));
  return fmt::format("{:.3g}", number);
}

std::string grouped(std::int64_t count) { return with_separators(std::to_string(count)); }

std::string grouped(Flops flops) { return with_separators(digits_of(flops)); }

std::string iso_time(std::int64_t realtime_ns) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const std::int64_t rest = ((realtime_ns % kSecond) + kSecond) % kSecond;
  const auto second = static_cast<std::time_t>((realtime_ns - rest) / kSecond);
  std::tm utc{};
  ::gmtime_r(&second, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900,
                     utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                     rest / 1'000'000);
}

double seconds_of(std::int64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1e9; }

}  // namespace flopprof::views
