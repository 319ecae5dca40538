#pragma once

#include <cstddef>
#include <string_view>

namespace flopprof::to_accuracy {

/// How many of the first bytes of `text` are whole UTF-8 characters: text.size() when all are.
std::size_t utf8_prefix(std::string_view text);

}  // namespace flopprof::to_accuracy
