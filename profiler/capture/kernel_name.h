#pragma once

#include <string>

namespace flopprof::capture {

/// The name of a kernel as its author wrote it: "gemm(float*)" of "_Z4gemmPf". A name that no C++
/// compiler made stays as it is.
std::string demangled(const std::string& name);

}  // namespace flopprof::capture
