// Whatever a file of GPU code holds, it is read or refused with a message, and what was read can
// be counted and printed.

#include <cstdint>
#include <cstdlib>

#include "profiler/cubin/gpu_code.h"
#include "profiler/views/sass_report.h"

using namespace flopprof;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view file(reinterpret_cast<const char*>(bytes), size);
  views::SassReport report;
  try {
    cubin::read_gpu_code(file, [&](const cubin::Kernel& kernel) {
      report.kernels.push_back({.name = kernel.name,
                                .architecture = kernel.architecture,
                                .counts = flops::counts_of(kernel.code, kernel.capability)});
    });
  } catch (const cubin::CubinError&) {
    return 0;
  }
  if (!sass_json(report).ends_with("}\n")) std::abort();
  sass_text(report, 100);
  return 0;
}
