#pragma once

namespace flopprof::kernels {

enum class FlopClass {
  kFp64,
  kFp32,
  kFp16,
  kBf16,
  kTensorFp64,
  kTensorTf32,
  kTensorFp16,
  kTensorBf16,
  kTensorFp8,
};

}  // namespace flopprof::kernels
