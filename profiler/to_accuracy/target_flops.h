#pragma once

#include <string>
#include <string_view>

namespace flopprof::to_accuracy {

/// A count of floating-point operations, exact beyond 64 bits.
struct Flops {
  unsigned __int128 count = 0;

  /// The nearest whole number. Throws std::invalid_argument below 0 and above 1e18.
  static Flops of(double count);
  /// All digits of a run.db column. Throws std::invalid_argument on anything else.
  static Flops of_digits(std::string_view digits);
  double as_double() const { return static_cast<double>(count); }
  std::string digits() const;
  friend Flops operator+(Flops a, Flops b) { return {a.count + b.count}; }
  friend Flops operator-(Flops a, Flops b) { return {a.count - b.count}; }
  friend auto operator<=>(const Flops&, const Flops&) = default;
};

/// One teraflop/s kept up for a day: 1e12 x 86,400 operations.
inline constexpr double kTfsDay = 8.64e16;

/// Multiply-adds as one operation (ImageNet rows of the data set), or as two.
enum class Convention { kMac, kFlop };

/// What the data set would print for `flops`, which count a multiply-add as two.
inline double tfs_days(Flops flops, Convention convention) {
  return flops.as_double() / kTfsDay / (convention == Convention::kMac ? 2 : 1);
}

}  // namespace flopprof::to_accuracy
