#pragma once

#include <string>

namespace flopprof::tools {

/// The Python that runs the networks: `wanted`, or where that is empty python3 on PATH, else
/// /usr/bin/python3, whichever finds torch and torchvision. Throws ExitWith naming those that were
/// tried and what they lack.
std::string measuring_python(const std::string& wanted);

}  // namespace flopprof::tools
