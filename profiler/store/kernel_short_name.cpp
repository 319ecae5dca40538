#include "profiler/store/kernel_short_name.h"

namespace flopprof::store {
namespace {

constexpr std::string_view kAnonymous = "(anonymous namespace)";

/// Without what stands in angle brackets, and up to the parameters.
std::string plain_name(std::string_view demangled) {
  std::string plain;
  int depth = 0;
  for (std::size_t place = 0; place < demangled.size(); ++place) {
    const char letter = demangled[place];
    if (demangled.substr(place).starts_with(kAnonymous)) {
      place += kAnonymous.size() - 1;
    } else if (letter == '<') {
      ++depth;
    } else if (letter == '>' && depth > 0) {
      --depth;
    } else if (depth == 0) {
      if (letter == '(') break;
      plain += letter;
    }
  }
  return plain;
}

}  // namespace

std::string kernel_short_name(std::string_view demangled) {
  const std::string plain = plain_name(demangled);
  const std::size_t before = plain.find_last_of(": ");
  const std::string name = before == std::string::npos ? plain : plain.substr(before + 1);
  return name.empty() ? std::string(demangled) : name;
}

}  // namespace flopprof::store
