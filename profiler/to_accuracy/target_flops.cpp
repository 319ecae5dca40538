#include "profiler/to_accuracy/target_flops.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace flopprof::to_accuracy {

Flops Flops::of(double count) {
  if (!(count >= 0) || count > 1e18)
    throw std::invalid_argument("a count must lie between 0 and 1e18");
  return {static_cast<unsigned __int128>(std::nearbyint(count))};
}

Flops Flops::of_digits(std::string_view digits) {
  if (digits.empty() || digits.size() > 38 ||
      digits.find_first_not_of("0123456789") != std::string_view::npos) {
    throw std::invalid_argument("not a FLOP count: '" + std::string(digits) + "'");
  }
  Flops flops;
  for (const char digit : digits)
    flops.count = 10 * flops.count + static_cast<unsigned>(digit - '0');
  return flops;
}

std::string Flops::digits() const {
  std::string text;
  unsigned __int128 rest = count;
  do {
    text.push_back(static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
  } while (rest != 0);
  std::reverse(text.begin(), text.end());
  return text;
}

}  // namespace flopprof::to_accuracy
