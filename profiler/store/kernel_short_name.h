#pragma once

#include <string>
#include <string_view>

namespace flopprof::store {

/// A kernel's own name, as an nsys export has it in shortName: without its type, namespaces,
/// template arguments and parameters. "void my::detail::fill<float, 4>(float*, int)" is "fill".
/// What has no such name is returned whole.
std::string kernel_short_name(std::string_view demangled);

}  // namespace flopprof::store
