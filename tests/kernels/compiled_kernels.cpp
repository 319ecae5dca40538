#include "tests/kernels/compiled_kernels.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "profiler/cubin/gpu_code.h"

namespace flopprof::kernels {

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<CompiledKernel> compiled_kernels(const std::filesystem::path& folder) {
  std::vector<CompiledKernel> kernels;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".cubin") continue;
    cubin::read_gpu_code(content_of(entry.path()), [&](const cubin::Kernel& kernel) {
      kernels.push_back({.architecture = kernel.architecture,
                         .capability = kernel.capability,
                         .name = kernel.name,
                         .code = flops::counts_of(kernel.code, kernel.capability)});
    });
  }
  std::ranges::sort(kernels, {},
                    [](const CompiledKernel& k) { return std::pair(k.name, k.capability); });
  return kernels;
}

std::optional<FlopClass> class_of(const std::string& instruction) {
  static const std::vector<std::pair<std::string, FlopClass>> kBeginnings{
      {"DMMA.", FlopClass::kTensorFp64},
      {"HMMA.16816.F32.BF16", FlopClass::kTensorBf16},
      {"HMMA.1688.F32.BF16", FlopClass::kTensorBf16},
      {"HMMA.1688.F32.TF32", FlopClass::kTensorTf32},
      {"HMMA.1684.F32.TF32", FlopClass::kTensorTf32},
      {"HMMA.16816.F", FlopClass::kTensorFp16},
      {"HMMA.SP.16832.F32.BF16", FlopClass::kTensorBf16},
      {"HMMA.SP.16832.F32", FlopClass::kTensorFp16},
      {"QMMA.16832.F32.E4M3", FlopClass::kTensorFp8},
      {"HGMMA.64x256x16.F32.BF16", FlopClass::kTensorBf16},
      {"HGMMA.64x256x8.F32.TF32", FlopClass::kTensorTf32},
      {"HGMMA.64x256x16.F", FlopClass::kTensorFp16},
      {"QGMMA.64x256x32.F", FlopClass::kTensorFp8},
      {"HFMA2.MMA.BF16_V2", FlopClass::kBf16},
      {"HFMA2.BF16_V2", FlopClass::kBf16},
      {"HADD2.BF16_V2", FlopClass::kBf16},
      {"HMUL2.BF16_V2", FlopClass::kBf16},
      {"HFMA2", FlopClass::kFp16},
      {"HADD2", FlopClass::kFp16},
      {"HMUL2", FlopClass::kFp16},
      {"DADD", FlopClass::kFp64},
      {"DMUL", FlopClass::kFp64},
      {"DFMA", FlopClass::kFp64},
      {"FADD", FlopClass::kFp32},
      {"FMUL", FlopClass::kFp32},
      {"FFMA", FlopClass::kFp32}};
  for (const auto& [beginning, kind] : kBeginnings) {
    if (instruction.starts_with(beginning)) return kind;
  }
  return std::nullopt;
}

std::int64_t spills_in(const CompiledKernel& kernel) {
  std::int64_t spills = 0;
  for (const flops::InstructionCount& count : kernel.code.counts) {
    const bool is_local = count.instruction.kind == flops::InstructionKind::kLocalMemory;
    if (is_local) spills += count.count;
  }
  return spills;
}

}  // namespace flopprof::kernels
