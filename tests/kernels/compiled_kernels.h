#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "kernels/reference_kernel.h"
#include "profiler/flops/code_counts.h"

namespace flopprof::kernels {

/// One kernel of the cubins that the build has just made.
struct CompiledKernel {
  std::string architecture;
  int capability = 0;
  std::string name;
  flops::CodeCounts code;
};

/// Those of all cubins in a folder, by name and capability.
std::vector<CompiledKernel> compiled_kernels(const std::filesystem::path& folder);

std::string content_of(const std::filesystem::path& path);

/// The class of an instruction that does FLOPs, in the words of these tests.
std::optional<FlopClass> class_of(const std::string& instruction);

/// Reads and writes of local memory: spills.
std::int64_t spills_in(const CompiledKernel& kernel);

}  // namespace flopprof::kernels
