#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>

namespace flopprof::flops {

/// A count that knows when it left 64 bits, or was made from something unknown. Such a count is
/// reported as a fault, never as a number.
class Checked {
 public:
  constexpr Checked() = default;
  constexpr Checked(std::int64_t value) : value_(value) {}  // NOLINT: a number is a count

  static constexpr Checked unknown() {
    Checked count;
    count.known_ = false;
    return count;
  }

  constexpr bool ok() const { return known_ && !overflow_; }
  constexpr bool overflow() const { return overflow_; }
  /// Only where ok().
  constexpr std::int64_t value() const { return value_; }

  constexpr Checked& operator*=(Checked other) {
    overflow_ =
        __builtin_mul_overflow(value_, other.value_, &value_) || overflow_ || other.overflow_;
    known_ = known_ && other.known_;
    return *this;
  }
  constexpr Checked& operator+=(Checked other) {
    overflow_ =
        __builtin_add_overflow(value_, other.value_, &value_) || overflow_ || other.overflow_;
    known_ = known_ && other.known_;
    return *this;
  }
  constexpr Checked& operator-=(Checked other) {
    overflow_ =
        __builtin_sub_overflow(value_, other.value_, &value_) || overflow_ || other.overflow_;
    known_ = known_ && other.known_;
    return *this;
  }
  /// Division towards zero; by zero it is unknown.
  constexpr Checked& operator/=(Checked other) {
    known_ = known_ && other.known_ && other.value_ != 0;
    overflow_ = overflow_ || other.overflow_;
    if (known_ && !(value_ == std::numeric_limits<std::int64_t>::min() && other.value_ == -1)) {
      value_ /= other.value_;
    }
    return *this;
  }
  friend constexpr Checked operator*(Checked a, Checked b) { return a *= b; }
  friend constexpr Checked operator+(Checked a, Checked b) { return a += b; }
  friend constexpr Checked operator-(Checked a, Checked b) { return a -= b; }
  friend constexpr Checked operator/(Checked a, Checked b) { return a /= b; }

 private:
  std::int64_t value_ = 0;
  bool overflow_ = false;
  bool known_ = true;
};

using Sizes = std::span<const std::int64_t>;

/// The product of all sizes; 1 for a scalar. A size of 0 makes 0 even where others would overflow.
constexpr Checked product(Sizes sizes) {
  Checked result = 1;
  for (const std::int64_t size : sizes) {
    if (size == 0) return 0;
    if (size < 0) return Checked::unknown();
  }
  for (const std::int64_t size : sizes) result *= size;
  return result;
}

}  // namespace flopprof::flops
