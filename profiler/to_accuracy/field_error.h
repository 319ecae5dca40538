#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace flopprof::to_accuracy {

/// The text of a field is not what its column holds. what() says why, in whole words.
struct FieldError : std::runtime_error {
  FieldError(const std::string& reason, std::string_view text, std::string right)
      : std::runtime_error(reason), printed(text), expected(std::move(right)) {}

  std::string printed;   ///< the field
  std::string expected;  ///< what would be right: "a date"
};

}  // namespace flopprof::to_accuracy
